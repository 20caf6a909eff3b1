"""One act at a time on a repository, over all running copies of fleettui on this computer.

The lock is held by an open file, so the system itself lets go of it when its owner dies. The git
processes that an act starts inherit it: while one of them still writes, nobody else begins.

There are two locks. One is of the repository as it is configured. The other one lies in the
user's clone itself: two repositories, or two state folders, may share that.
"""

import asyncio
import contextlib
import json
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from fleettui.model import fmt
from fleettui.model.errors import OperationFailed, Refused
from fleettui.model.text import clean
from fleettui.review.workspace import Workspace

PATIENCE = 2.0
"""Seconds that another act is waited for."""

IN_CLONE = "fleettui.lock"
"""The lock of the user's clone, in its common folder."""

_RETRY = 0.05
_OWNER_CAP = 4096


@dataclass(frozen=True, slots=True)
class Owner:
    """Who holds the lock: `since` in seconds since 1970, `what` in a few words."""

    pid: int
    since: float
    what: str

    def __str__(self) -> str:
        begun = fmt.age(max(0.0, time.time() - self.since))
        return f"{self.what}, process {self.pid}, begun {begun} ago"


@dataclass(frozen=True, slots=True)
class Held:
    """The locks, held. `fds` are what git processes inherit (`Git.pass_fds`)."""

    fds: tuple[int, ...]
    folder: Path


@asynccontextmanager
async def holding(
    ws: Workspace,
    what: str = "landing",
    *,
    clone: str | None = None,
    patience: float = PATIENCE,
) -> AsyncIterator[Held]:
    """Hold the locks of a repository and of the user's clone (`clone`: its common folder).

    Raises Refused, naming the owner, where another one holds one of them.
    """
    places = [ws.lock, *([] if clone is None else [Path(clone, IN_CLONE)])]
    async with contextlib.AsyncExitStack() as stack:
        await asyncio.to_thread(_make_folder, ws.folder)
        fds = [await stack.enter_async_context(_held(at, ws, what, patience)) for at in places]
        yield Held(tuple(fds), ws.folder)


@asynccontextmanager
async def _held(place: Path, ws: Workspace, what: str, patience: float) -> AsyncIterator[int]:
    fd = await asyncio.to_thread(_open, place)
    try:
        await _take(fd, place, ws, patience)
        await asyncio.to_thread(_sign, fd, Owner(os.getpid(), time.time(), what))
        yield fd
    finally:
        os.close(fd)


def owner(lock: Path) -> Owner | None:
    """Who holds a lock, or held it last; None: nobody, or it cannot be read."""
    try:
        told = json.loads(lock.read_bytes()[:_OWNER_CAP])
        pid, since, what = told["pid"], told["since"], told["what"]
        return Owner(int(pid), float(since), clean(str(what), limit=80))
    except (OSError, ValueError, TypeError, KeyError):
        return None


def held_by(ws: Workspace) -> Owner | None:
    """Who holds the lock at this moment; None: nobody. Blocks only as long as a file is opened."""
    try:
        fd = os.open(ws.lock, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        return None if _locked(fd) else owner(ws.lock) or Owner(0, time.time(), "an act")
    finally:
        os.close(fd)


async def _take(fd: int, place: Path, ws: Workspace, patience: float) -> None:
    loop = asyncio.get_running_loop()
    end = loop.time() + patience
    while not _locked(fd):
        if loop.time() >= end:
            busy = owner(place)
            raise Refused(
                f"another fleettui is at work on {ws.repo.name}" + (f": {busy}" if busy else ""),
                "wait until it is done",
            )
        await asyncio.sleep(_RETRY)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise OperationFailed(f"cannot make {clean(str(folder))}: {error.strerror}") from None


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise OperationFailed(f"cannot open {clean(str(path))}: {error.strerror}") from None


def _locked(fd: int) -> bool:
    if sys.platform == "win32":
        raise OperationFailed("landing is not supported on Windows")
    else:
        import fcntl

        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError as error:
            raise OperationFailed(f"the lock cannot be taken: {error.strerror}") from None
        return True


def _sign(fd: int, who: Owner) -> None:
    # A disk that is full must not keep anybody from cleaning up: the name is only for others.
    with contextlib.suppress(OSError):
        os.ftruncate(fd, 0)
        os.pwrite(
            fd, json.dumps({"pid": who.pid, "since": who.since, "what": who.what}).encode(), 0
        )
