"""Lock files that a crashed move left behind: ours are dropped, nobody else's.

A lock file does not say whose it is. It is ours where the journal says that we were moving the
branch when it was made, and no git is running in the clone that is old enough to have made it.
(That no git of our own still runs is known by the lock of the workspace, which it would hold.)
"""

import asyncio
import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

from fleettui.model.errors import OperationFailed, Refused
from fleettui.model.text import clean
from fleettui.review.landing.journal_rows import Move
from fleettui.review.landing.obstacles import locks
from fleettui.review.landing.user_clone import UserClone
from fleettui.review.workspace import LANDED

SLACK = 3.0
"""Seconds by which the clock of a disk may differ from that of the processes."""

PATIENCE = 5.0
"""Seconds that a git of the user is waited for."""

_RETRY = 0.25
_DAEMONS = ("fsmonitor--daemon", "credential-cache--daemon")


async def drop(clone: UserClone, move: Move, *, patience: float = PATIENCE) -> tuple[Path, ...]:
    """Remove the lock files of a move that is over. Raises Refused where they are not ours."""
    made = await asyncio.to_thread(_made, locks(clone, move.git_dir, move.ref))
    if not made:
        return ()
    for lock, at in made.items():
        if at < move.at - SLACK:
            raise Refused(f"{clean(str(lock))} is there", "remove it if no git runs")
    folders = [folder for folder in (move.work_tree, move.git_dir, clone.common_dir) if folder]
    end = asyncio.get_running_loop().time() + patience
    while pid := await asyncio.to_thread(_git_in, folders, max(made.values())):
        if asyncio.get_running_loop().time() > end:
            raise Refused(
                f"git (process {pid}) is at work in {clean(folders[0])}", "let it come to its end"
            )
        await asyncio.sleep(_RETRY)
    await asyncio.to_thread(_remove, made)
    return tuple(made)


async def gone(clone: UserClone, move: Move, *, patience: float = PATIENCE) -> None:
    """Wait until nobody holds a lock that a move takes, where none can be of our own making.

    Raises Refused where somebody does not let go.
    """
    end = asyncio.get_running_loop().time() + patience
    while left := await asyncio.to_thread(_made, locks(clone, move.git_dir, move.ref)):
        if asyncio.get_running_loop().time() > end:
            raise Refused(f"{clean(str(min(left)))} is there", "let git come to its end")
        await asyncio.sleep(_RETRY)


async def drop_own(clone: UserClone) -> None:
    """Remove what a crash left of locks on refs that are ours alone."""
    folder = Path(clone.common_dir, LANDED)
    await asyncio.to_thread(lambda: _remove(list(folder.glob("*.lock"))))


def _made(places: Iterable[Path]) -> dict[Path, float]:
    found = {}
    for lock in places:
        with contextlib.suppress(OSError):
            found[lock] = lock.lstat().st_mtime
    return found


def _remove(left: Iterable[Path]) -> None:
    for lock in left:
        try:
            lock.unlink(missing_ok=True)
        except OSError as error:
            raise OperationFailed(f"cannot remove {clean(str(lock))}: {error.strerror}") from None


def _git_in(folders: Iterable[str], before: float) -> int | None:
    """A git process in one of the folders that began before a moment."""
    import psutil

    places = tuple(os.path.realpath(folder) for folder in folders)
    for process in psutil.process_iter(["pid", "name", "create_time"]):
        name, begun = process.info["name"] or "", process.info["create_time"] or 0.0
        if not name.startswith("git") or begun > before + SLACK:
            continue
        with contextlib.suppress(psutil.Error, OSError):
            if any(word in _DAEMONS for word in process.cmdline()):
                continue
            at = process.cwd()
            if any(at == place or at.startswith(place + os.sep) for place in places):
                return int(process.pid)
    return None
