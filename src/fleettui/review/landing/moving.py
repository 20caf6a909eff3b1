"""Moving the target branch of the user's clone from one commit to another, or not at all.

Compare and swap: where the branch is not exactly at the first commit, nothing happens. Where it
is checked out, the files go with it and what the user has not committed stays. Everything is in
the journal before it happens, so that whoever comes after a crash can bring it to an end.
"""

import asyncio
import os
import time
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any, TypeVar

from fleettui.git.runner import GitFailed
from fleettui.model.errors import FleettuiError, Malformed, OperationFailed, Refused
from fleettui.model.landing import Landing, LandingState
from fleettui.model.text import clean
from fleettui.review.intake import quarantine
from fleettui.review.landing import commits, obstacles, stale_locks, user_clone, work_files
from fleettui.review.landing.journal import Journal
from fleettui.review.landing.journal_rows import Move, MovedPath
from fleettui.review.landing.lock import Held
from fleettui.review.landing.obstacles import Outlook
from fleettui.review.landing.settling import DEADLINE, REFRESH, settle
from fleettui.review.landing.user_clone import UserClone
from fleettui.review.workspace import LANDED, PINS, Workspace

T = TypeVar("T")

FETCH_DEADLINE = 600.0
"""Seconds for copying the commits from quarantine into the clone."""

MANY = 200
"""Files of the index's own second are read again by every status, until the index is younger:
with more than so many, the next second is waited for before it is refreshed."""

_FETCH = ("fetch", "-q", "--no-tags", "--no-write-fetch-head", "--refmap=")
_FETCH_ALONE = ("--no-recurse-submodules", "--no-auto-maintenance", "--end-of-options")
_MERGE = (
    *("merge", "-q", "--ff-only", "--no-squash", "--no-verify", "--no-autostash", "--no-stat"),
    "--no-overwrite-ignore",
)
_TO_PROTECT = ("would be overwritten", "Not possible to fast-forward", "Cannot fast-forward")
_ACTS: set[asyncio.Future[Any]] = set()


async def move_target(
    ws: Workspace,
    clone: UserClone,
    journal: Journal,
    held: Held,
    *,
    landing: Landing,
    before: str,
    after: str,
    done: LandingState = LandingState.LANDED,
    otherwise: LandingState = LandingState.FAILED,
) -> Landing:
    """Move the target from `before` to `after`, for a landing of the journal.

    `after` is a commit in quarantine. The landing becomes `done`, or
    `otherwise` where nothing was changed: raises Refused, naming what stands in the way, or
    OperationFailed. Once it has begun it comes to its end, also when the caller is cancelled.
    """
    try:
        clone = await user_clone.find(clone.path)
        outlook = await obstacles.look(ws, clone, before, after)
        clone = await clone.seen_from(outlook.place)
    except FleettuiError as error:
        await journal.set_state(landing.id, otherwise, clean(str(error)))
        raise
    if outlook.tip == after:
        return await journal.set_state(landing.id, done)
    if outlook.blocked:
        why = "; ".join(outlook.blocked)
        await journal.set_state(landing.id, otherwise, why)
        raise Refused(f"{clean(ws.repo.base)} stays as it is: {why}")
    act = _Act(ws, clone, journal, held, outlook, done, otherwise)
    return await to_the_end(act.run(landing, before, after))


async def to_the_end(work: Coroutine[Any, Any, T]) -> T:
    """Wait for an act that must not be left half done; a cancelled caller waits for it, too."""
    act = asyncio.ensure_future(work)
    _ACTS.add(act)
    act.add_done_callback(_ACTS.discard)
    try:
        return await asyncio.shield(act)
    except asyncio.CancelledError:
        await asyncio.wait([act])
        raise


class _Act:
    """One move that is under way."""

    def __init__(
        self,
        ws: Workspace,
        clone: UserClone,
        journal: Journal,
        held: Held,
        outlook: Outlook,
        done: LandingState,
        otherwise: LandingState,
    ) -> None:
        self._ws = ws
        self._clone = clone
        self._journal = journal
        self._held = held
        self._outlook = outlook
        self._done = done
        self._otherwise = otherwise

    async def run(self, landing: Landing, before: str, after: str) -> Landing:
        try:
            await self._copy(after)
        except (GitFailed, OperationFailed) as error:
            await self._journal.set_state(landing.id, self._otherwise, clean(str(error)))
            raise
        move = await self._begin(landing, before, after)
        try:
            note = await (self._with_files(move) if self._outlook.place else self._alone(move))
        except (GitFailed, Malformed) as error:
            return await self._settle(move, error)
        return await self._journal.finish(move, self._done, note)

    async def _copy(self, after: str) -> None:
        await quarantine.pin(self._ws, after)
        await stale_locks.drop_own(self._clone)
        git = replace(self._clone.git(held=self._held), transports=("file",))
        source, kept = f"{PINS}/{after}", f"{LANDED}/{after}"
        asked = [*_FETCH, *_FETCH_ALONE, str(self._ws.quarantine), f"+{source}:{kept}"]
        await git.run(asked, deadline=FETCH_DEADLINE)
        if await self._clone.tip(kept) != after:
            raise OperationFailed("the clone did not take over the commit that was approved")

    async def _begin(self, landing: Landing, before: str, after: str) -> Move:
        place = self._outlook.place
        paths = await asyncio.to_thread(_marked, self._outlook)
        move = Move(
            id=0,
            landing=landing.id,
            ref=self._ws.target_ref,
            before=before,
            after=after,
            done=self._done,
            otherwise=self._otherwise,
            git_dir=place.git_dir if place else None,
            work_tree=place.path if place else None,
            pid=os.getpid(),
            started=await asyncio.to_thread(_began),
            at=time.time(),
        )
        return await self._journal.start(move, paths)

    async def _alone(self, move: Move) -> str:
        """No files anywhere: only the branch."""
        await self._swap(move)
        for tree in await self._clone.worktrees():
            if tree.branch == move.ref:
                return (
                    f"{clean(tree.path)} checked the branch out meanwhile: its files are older,"
                    f" git reset --keep {move.before} && git merge --ff-only {move.after}"
                )
        return ""

    async def _with_files(self, move: Move) -> str:
        """Files first, the branch last. git refuses where it would lose anything."""
        git = self._clone.git(self._outlook.place, held=self._held)
        if await commits.is_ancestor(self._ws.q(), move.before, move.after):
            await replace(git, config=(*git.config, *self._options())).run(
                [*_MERGE, "--end-of-options", move.after], deadline=DEADLINE
            )
        else:
            # Not `reset --keep`, which moves the branch wherever it is at that moment.
            asked = ["read-tree", "-m", "-u", "--end-of-options", move.before, move.after]
            await git.run(asked, deadline=DEADLINE)
            await self._swap(move)
        if len(self._outlook.files) > MANY:
            await asyncio.sleep(1.02 - time.time() % 1.0)
        await git.run(REFRESH, ok=(0, 1), deadline=DEADLINE)
        if await self._clone.tip(move.ref) != move.after:
            raise GitFailed("the branch did not move")
        return "; ".join(self._outlook.notes)

    async def _swap(self, move: Move) -> None:
        said = ["update-ref", "-m", "fleettui: move", "--end-of-options"]
        git = self._clone.git(held=self._held)
        await git.run([*said, move.ref, move.after, move.before])

    def _options(self) -> tuple[str, ...]:
        branch = self._ws.repo.base
        return () if "=" in branch else (f"branch.{branch}.mergeOptions=",)

    async def _settle(self, move: Move, error: FleettuiError) -> Landing:
        status = error.exit_status if isinstance(error, GitFailed) else 0
        settled = await settle(
            *(self._ws, self._clone, self._journal, self._held, move, clean(str(error))),
            crashed=status is None or status < 0,
        )
        if settled.arrived:
            return settled.landing
        if settled.moved or any(words in error.text for words in _TO_PROTECT):
            raise Refused(settled.landing.note)
        raise OperationFailed(settled.landing.note)


def _marked(outlook: Outlook) -> list[MovedPath]:
    root = outlook.place.path if outlook.place else None
    return [
        MovedPath(
            *(file.path, file.old_mode, file.new_mode, file.old, file.new),
            mark=work_files.mark(root, file.path) if root else None,
        )
        for file in outlook.files
    ]


def _began() -> float:
    import psutil

    return float(psutil.Process().create_time())
