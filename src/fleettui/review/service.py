"""The review service: one engine for the screen and the command line."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import TypeAlias

from fleettui.model.change import (
    Approval,
    ChangeKey,
    Comment,
    Prompt,
    RepoReview,
    ReviewView,
    Side,
)
from fleettui.model.clock import Clock
from fleettui.model.errors import FleettuiError, OperationFailed, UsageError
from fleettui.model.landing import (
    Landing,
    Preview,
    Pushed,
    PushPreview,
    Removal,
    Strategy,
    Train,
    TrainResult,
    UndoPreview,
)
from fleettui.model.patch import Patch
from fleettui.model.repo import Repo
from fleettui.model.review_port import Against
from fleettui.model.text import clean
from fleettui.review import acting, sayings
from fleettui.review.desk import Desk, Shared
from fleettui.review.diffs import blob_of, patch_of
from fleettui.review.fetch import CloneAt
from fleettui.review.ports import GateRunner, TaskBook
from fleettui.review.store import Store
from fleettui.review.watch import READ_DEADLINE, Watch
from fleettui.review.workspace import workspace

STORE = "review.db"

Source: TypeAlias = tuple[Repo, Sequence[CloneAt]]
"""A repository, and the clones of it that agents work in."""


class Review:
    """What agents made, and what the human says of it; `ReviewPort` tells what is promised."""

    def __init__(
        self,
        sources: Iterable[Source],
        state_dir: Path,
        *,
        clock: Clock | None = None,
        tasks: TaskBook | None = None,
        gates: GateRunner | None = None,
        ssh_config: str | None = None,
    ) -> None:
        self._state_dir = state_dir
        self._store = Store(state_dir / "review" / STORE)
        self._shared = Shared(self._store, clock or Clock(), tasks, gates, ssh_config)
        self._listeners: list[Callable[[], None]] = []
        self._drawn: dict[str, RepoReview] = {}
        self._notes: tuple[str, ...] = ()
        self._watch = Watch()
        self._desks = self._made(sources)
        self._replaced = asyncio.Event()

    def _made(self, sources: Iterable[Source]) -> dict[str, Desk]:
        return {
            repo.name: Desk(workspace(repo, self._state_dir), places, self._shared, self._changed)
            for repo, places in sources
        }

    # Life

    async def open(self) -> None:
        """Bring what a crash left half done to its end, and read what was said before.

        Without it nothing of the user's is changed. What was done is told in the view.
        """
        await self._store.open()
        told = await asyncio.gather(*(acting.recover(desk) for desk in self._desks.values()))
        self._notes = tuple(note for notes in told for note in notes)
        self._changed()

    async def run(self) -> None:
        """Read branches and compute for ever, in the background."""
        await self.open()
        while True:
            self._replaced.clear()
            watching = asyncio.create_task(self._watch.run(self._desks.values()))
            replaced = asyncio.create_task(self._replaced.wait())
            try:
                await asyncio.wait({watching, replaced}, return_when=asyncio.FIRST_COMPLETED)
                if watching.done():
                    watching.result()
            finally:
                for task in (watching, replaced):
                    task.cancel()
                await asyncio.gather(watching, replaced, return_exceptions=True)

    async def replace(self, sources: Iterable[Source]) -> None:
        """Go on with other repositories, or other ways to them."""
        old, self._desks = self._desks, self._made(sources)
        self._replaced.set()
        self._changed()
        await _let_go(old.values())

    async def close(self) -> None:
        """End every connection. Never raises, never hangs."""
        await _let_go(self._desks.values())
        try:
            await self._store.close()
        except FleettuiError:
            return

    # Seeing

    def view(self) -> ReviewView:
        """All changes as they are known now."""
        for name, desk in self._desks.items():
            if name not in self._drawn:
                self._drawn[name] = desk.view()
        repos = tuple(self._drawn[name] for name in self._desks)
        return ReviewView(repos, (*self._store.notes, *self._notes))

    def subscribe(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Call `changed` after each change of the view; the result ends that."""
        self._listeners.append(changed)
        return lambda: self._listeners.remove(changed) if changed in self._listeners else None

    def _changed(self) -> None:
        self._drawn.clear()
        for listener in tuple(self._listeners):
            listener()

    def read_again(self, repo: str | None = None) -> None:
        """Read all clones as soon as possible, whatever back-off and refusals say."""
        for name, desk in self._desks.items():
            if repo in (None, name):
                desk.retry_now()
        self._watch.ring(repo)

    def nudge(self, machine: str) -> None:
        """A branch may have moved on that machine."""
        self._watch.ring(machine=machine)

    def attention(self, seen: bool) -> None:
        """Whether anybody looks at reviews now."""
        self._watch.look(seen)

    async def refresh(self, repo: str | None = None) -> None:
        """Read and compute once, to the end."""
        desks = [desk for name, desk in self._desks.items() if repo in (None, name)]
        await asyncio.gather(*(desk.refresh(READ_DEADLINE) for desk in desks))

    async def patch(
        self,
        key: ChangeKey,
        against: Against = Against.LANDS,
        *,
        context: int = 3,
        path: bytes | None = None,
        as_text: bool = False,
    ) -> AsyncGenerator[Patch, None]:
        """The diff, growing."""
        desk = self._desk(key.repo)
        stream = patch_of(
            desk.ws.q(), desk.change(key), against, context=context, path=path, as_text=as_text
        )
        async with aclosing(stream):
            async for patch in stream:
                yield patch

    async def blob(self, key: ChangeKey, path: bytes, side: Side = Side.NEW) -> bytes:
        """A whole file of the merged tree, or of the target."""
        desk = self._desk(key.repo)
        now = desk.change(key).evaluation
        if now is None:
            raise OperationFailed(f"{key.branch} is not computed yet")
        return await blob_of(desk.ws.q(), now, path, side)

    def _desk(self, repo: str) -> Desk:
        desk = self._desks.get(repo)
        if desk is None:
            raise UsageError(f"no repository {clean(repo)}", "see [[repos]] in fleet.toml")
        return desk

    # Saying

    async def acknowledge(self, key: ChangeKey, signal: str, head: str) -> None:
        """Acknowledge a signal of this head."""
        await sayings.acknowledge(self._desk(key.repo), self._shared, key, signal, head)
        self._changed()

    async def mark(self, key: ChangeKey, path: str, reviewed: bool) -> None:
        """Mark a file as reviewed, for as long as it stays what it is; or no more."""
        await sayings.mark(self._desk(key.repo), self._shared, key, path, reviewed)
        self._changed()

    async def comment(
        self, key: ChangeKey, path: str, line: int, text: str, side: Side = Side.NEW
    ) -> Comment:
        """Remark on a line."""
        desk = self._desk(key.repo)
        made = await sayings.comment(desk, self._shared, key, path, line, text, side)
        self._changed()
        return made

    async def uncomment(self, key: ChangeKey, comment: int) -> None:
        """Take back a comment that was not sent."""
        await sayings.uncomment(self._desk(key.repo), self._shared, key, comment)
        self._changed()

    async def send(self, key: ChangeKey) -> Prompt:
        """Give the collected comments to an agent."""
        prompt = await sayings.send(self._desk(key.repo), self._shared, key)
        self._changed()
        return prompt

    async def approve(
        self,
        key: ChangeKey,
        head: str,
        *,
        tree: str | None = None,
        acknowledge: Sequence[str] = (),
    ) -> Approval:
        """Say yes to target, head and merged tree."""
        yes = await sayings.approve(
            self._desk(key.repo), self._shared, key, head, tree=tree, acknowledge=acknowledge
        )
        self._changed()
        return yes

    async def unapprove(self, key: ChangeKey) -> None:
        """Take back an approval that has not landed."""
        self._desk(key.repo)
        await self._store.unapprove(key)
        self._changed()

    async def reject(self, key: ChangeKey, note: str = "") -> None:
        """Say no to the head as it is."""
        desk = self._desk(key.repo)
        await sayings.reject(desk, self._shared, key, note)
        self._changed()

    # Landing

    async def preview_merge(self, key: ChangeKey, strategy: Strategy = Strategy.MERGE) -> Preview:
        """Exactly what the target would become."""
        return await acting.preview_merge(self._desk(key.repo), self._shared, key, strategy)

    async def merge(self, preview: Preview) -> Landing:
        """Land it."""
        return await acting.merge(self._desk(preview.key.repo), self._shared, preview)

    async def preview_undo(self, repo: str) -> UndoPreview:
        """What taking back the last landing would do."""
        return await acting.preview_undo(self._desk(repo), self._shared)

    async def undo(self, preview: UndoPreview) -> Landing:
        """Take it back."""
        return await acting.undo(self._desk(preview.landing.key.repo), preview)

    async def preview_push(self, repo: str) -> PushPreview:
        """Ask the remote where its branch is, and say what it would gain."""
        return await acting.preview_push(self._desk(repo), self._shared)

    async def push(self, preview: PushPreview) -> Pushed:
        """Push exactly that."""
        return await acting.push(self._desk(preview.repo), self._shared, preview)

    async def preview_train(
        self, repo: str, strategy: Strategy = Strategy.MERGE, keys: Sequence[ChangeKey] = ()
    ) -> Train:
        """All approved changes in forecast order, each on the one before."""
        return await acting.preview_train(self._desk(repo), self._shared, strategy, keys)

    async def land_train(self, train: Train) -> TrainResult:
        """Approve exactly the trees of the sheet, and land them until the first failure."""
        return await acting.land_train(self._desk(train.repo), self._shared, train)

    async def preview_remove(self, key: ChangeKey) -> Removal:
        """What removing worktree and branch on the machine would delete."""
        return await acting.preview_remove(self._desk(key.repo), key)

    async def remove(self, removal: Removal) -> None:
        """Remove them, after a backup."""
        await acting.remove(self._desk(removal.key.repo), removal)


async def _let_go(desks: Iterable[Desk]) -> None:
    """End the connections, whatever state they are in."""
    hosts = {
        id(place.host): place.host
        for desk in desks
        for place in desk.incoming.places
        if place.host is not None
    }
    try:
        async with asyncio.timeout(_GOODBYE_S):
            await asyncio.gather(*(host.close() for host in hosts.values()))
    except TimeoutError:
        return


_GOODBYE_S = 2.0
