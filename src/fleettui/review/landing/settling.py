"""Bringing a move of the target branch to an end, whatever became of it.

git writes the files first, then the index at one stroke, and moves the branch last. So where
the index is still the old one, the files are put back: each one must be what it was, what it was
to become, a beginning of that, or gone. Anything else somebody wrote since: it is copied aside,
left where it is, and told. Where the index is the new one, only the branch is missing.
"""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fleettui.git.runner import GitFailed
from fleettui.model.errors import OperationFailed
from fleettui.model.fmt import plural
from fleettui.model.landing import Landing
from fleettui.model.text import clean
from fleettui.review.landing import stale_locks, work_files
from fleettui.review.landing.journal import Journal
from fleettui.review.landing.journal_rows import Move
from fleettui.review.landing.lock import Held
from fleettui.review.landing.restoring import Condition, conditions, entries, put_back
from fleettui.review.landing.user_clone import UserClone, Worktree
from fleettui.review.workspace import Workspace

REFRESH = ("update-index", "-q", "--refresh", "--force-write-index")
"""So that a status that may not write stays quick afterwards."""

DEADLINE = 600.0
"""Seconds for git to write files."""


@dataclass(frozen=True, slots=True)
class Settled:
    """`arrived`: the branch is where it was to go; else everything is as it was, but for `edited`.

    `restored` files were put back. `edited`: files that somebody else wrote meanwhile, copied to
    the folder `saved`. `moved`: the branch is at neither commit.
    """

    landing: Landing
    arrived: bool
    moved: bool = False
    restored: int = 0
    edited: tuple[str, ...] = ()
    saved: str = ""


@dataclass(frozen=True, slots=True)
class _Back:
    restored: int = 0
    edited: tuple[str, ...] = ()
    saved: str = ""


async def settle(
    ws: Workspace,
    clone: UserClone,
    journal: Journal,
    held: Held,
    move: Move,
    reason: str,
    *,
    crashed: bool,
) -> Settled:
    """Bring a move to an end and note it. `reason`: why it did not come to an end by itself.

    `crashed`: its git was ended, and may have left lock files; else it cleaned up after itself.

    Raises Refused where git of the user's is at work in the clone, OperationFailed where files
    cannot be put back, as on a full disk: the move stays open then, for the next try.
    """
    await (stale_locks.drop(clone, move) if crashed else stale_locks.gone(clone, move))
    place = await _place(clone, move)
    clone = await clone.seen_from(place)
    tip = await clone.tip(move.ref)
    if tip == move.after or await _index_is_new(clone, journal, place, move, tip):
        return await _arrive(clone, journal, held, move, place, tip)
    back = await _restore(ws, clone, journal, held, move, place) if place else _Back()
    moved = tip != move.before
    landing = await journal.finish(move, move.otherwise, _note(reason, back, tip if moved else ""))
    return Settled(landing, False, moved, back.restored, back.edited, back.saved)


def _note(reason: str, back: _Back, tip: str | None) -> str:
    said = [reason]
    if tip != "":
        said.append(f"the branch moved to {tip[:10] if tip else 'nothing'} meanwhile")
    if back.edited:
        said.append(f"{', '.join(back.edited[:10])} changed meanwhile: copied to {back.saved}")
    return "; ".join(filter(None, said))


async def _place(clone: UserClone, move: Move) -> Worktree | None:
    if move.git_dir is None:
        return None
    trees = await clone.worktrees()
    return next((t for t in trees if t.git_dir == move.git_dir and t.present), None)


async def _index_is_new(
    clone: UserClone, journal: Journal, place: Worktree | None, move: Move, tip: str | None
) -> bool:
    if place is None or tip != move.before or place.branch != move.ref:
        return False
    paths = await journal.paths(move)
    now = await entries(clone.git(place), [path.path for path in paths])
    return bool(paths) and all(
        now.get(path.path) == ((path.new_mode, path.new) if path.new_mode else None)
        for path in paths
    )


async def _arrive(
    clone: UserClone,
    journal: Journal,
    held: Held,
    move: Move,
    place: Worktree | None,
    tip: str | None,
) -> Settled:
    git = clone.git(place, held=held)
    if tip != move.after:
        asked = ["update-ref", "-m", "fleettui: finish", "--end-of-options"]
        await git.run([*asked, move.ref, move.after, move.before])
    if place is not None:
        await git.run(REFRESH, ok=(0, 1), deadline=DEADLINE)
    return Settled(await journal.finish(move, move.done), arrived=True)


async def _restore(
    ws: Workspace, clone: UserClone, journal: Journal, held: Held, move: Move, place: Worktree
) -> _Back:
    git = clone.git(place, held=held)
    found = await conditions(git, place.path, move, await journal.paths(move))
    edited = [path for path, what in found.items() if what is Condition.EDITED]
    broken = [path for path, what in found.items() if what is Condition.OURS]
    folder = ws.folder / "saved" / str(move.id)
    try:
        await asyncio.to_thread(_copy_aside, place.path, folder, [path.path for path in edited])
        edited += await put_back(git, place.path, broken)
        await git.run(REFRESH, ok=(0, 1), deadline=DEADLINE)
    except (GitFailed, OSError) as error:
        raise OperationFailed(
            f"{plural(len(broken), 'file')} of {clean(place.path)} cannot be put back yet:"
            f" {clean(str(error))}",
            "mend that (is the disk full?) and start fleettui again",
        ) from None
    return _Back(len(broken), tuple(clean(path.path) for path in edited), clean(str(folder)))


def _copy_aside(root: str, folder: Path, paths: Sequence[bytes]) -> None:
    for path in paths:
        content = work_files.read(root, path)
        if content is None:
            continue
        place = folder / os.fsdecode(path)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        place.write_bytes(content)
