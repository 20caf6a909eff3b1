"""The review service: one engine for the screen and the command line."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing

from fleettui.model import landing as lands
from fleettui.model.change import Approval, ChangeKey, Comment, Prompt, Side
from fleettui.model.errors import OperationFailed
from fleettui.model.landing import Strategy
from fleettui.model.patch import Patch
from fleettui.model.review import RepoReview, ReviewView
from fleettui.model.review_port import Against
from fleettui.review.desks import Desks
from fleettui.review.watch import READ_DEADLINE


class Review:
    """What agents made, and what the human says of it; `ReviewPort` tells what is promised.

    `open_desks` gets what is to be called after each change. What does the work is imported when
    it is first asked for; `open` has done that in a thread before.
    """

    def __init__(self, open_desks: Callable[[Callable[[], None]], Desks]) -> None:
        self._listeners: list[Callable[[], None]] = []
        self._drawn: dict[str, RepoReview] = {}
        self.desks = open_desks(self._changed)

    # Life

    async def open(self) -> None:
        """End what a crash left half done, and read what was said before."""
        await self.desks.open()

    async def run(self) -> None:
        """Read branches and compute for ever, in the background."""
        await self.desks.run()

    async def close(self) -> None:
        """End every connection. Never raises, never hangs."""
        await self.desks.close()

    # Seeing

    def view(self) -> ReviewView:
        """All changes as they are known now."""
        return self.desks.view(self._drawn)

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
        for desk in self.desks.chosen(repo):
            desk.retry_now()
        self.desks.watch.ring(repo)

    def nudge(self, machine: str) -> None:
        """A branch may have moved on that machine."""
        self.desks.watch.ring(machine=machine)

    def attention(self, seen: bool) -> None:
        """Whether anybody looks at reviews now."""
        self.desks.watch.look(seen)

    async def refresh(self, repo: str | None = None, *, fetch: bool = True) -> None:
        """Read and compute once, to the end."""
        desks = self.desks.chosen(repo)
        await asyncio.gather(*(desk.refresh(READ_DEADLINE if fetch else None) for desk in desks))

    async def trust(self, repo: str) -> None:
        """Take what the user's clone runs by itself for wanted."""
        await self.desks.desk(repo).trust()

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
        from fleettui.review.reading.diffs import patch_of

        desk = self.desks.desk(key.repo)
        stream = patch_of(
            desk.ws.q(), desk.change(key), against, context=context, path=path, as_text=as_text
        )
        async with aclosing(stream):
            async for patch in stream:
                yield patch

    async def blob(self, key: ChangeKey, path: bytes, side: Side = Side.NEW) -> bytes:
        """A whole file of the merged tree, or of the target."""
        from fleettui.review.reading.diffs import blob_of

        desk = self.desks.desk(key.repo)
        now = desk.change(key).evaluation
        if now is None:
            raise OperationFailed(f"{key.branch} is not computed yet")
        return await blob_of(desk.ws.q(), now, path, side)

    # Saying

    async def acknowledge(self, key: ChangeKey, signal: str, head: str) -> None:
        """Acknowledge a signal of this head."""
        from fleettui.review import sayings

        await sayings.acknowledge(self.desks.desk(key.repo), self.desks.shared, key, signal, head)
        self._changed()

    async def mark(self, key: ChangeKey, path: str, reviewed: bool) -> None:
        """Mark a file as reviewed, for as long as it stays what it is; or no more."""
        from fleettui.review import sayings

        await sayings.mark(self.desks.desk(key.repo), self.desks.shared, key, path, reviewed)
        self._changed()

    async def comment(
        self, key: ChangeKey, path: str, line: int, text: str, side: Side = Side.NEW
    ) -> Comment:
        """Remark on a line."""
        from fleettui.review import sayings

        desk = self.desks.desk(key.repo)
        made = await sayings.comment(desk, self.desks.shared, key, path, line, text, side)
        self._changed()
        return made

    async def uncomment(self, key: ChangeKey, comment: int) -> None:
        """Take back a comment that was not sent."""
        from fleettui.review import sayings

        await sayings.uncomment(self.desks.desk(key.repo), self.desks.shared, key, comment)
        self._changed()

    async def send(self, key: ChangeKey) -> Prompt:
        """Give the collected comments to an agent."""
        from fleettui.review import sayings

        prompt = await sayings.send(self.desks.desk(key.repo), self.desks.shared, key)
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
        from fleettui.review import sayings

        yes = await sayings.approve(
            self.desks.desk(key.repo),
            self.desks.shared,
            key,
            head,
            tree=tree,
            acknowledge=acknowledge,
        )
        self._changed()
        return yes

    async def unapprove(self, key: ChangeKey) -> None:
        """Take back an approval that has not landed."""
        await self.desks.shared.store.unapprove(key)
        self._changed()

    async def reject(self, key: ChangeKey, note: str = "") -> None:
        """Say no to the head as it is."""
        from fleettui.review import sayings

        desk = self.desks.desk(key.repo)
        await sayings.reject(desk, self.desks.shared, key, note)
        self._changed()

    # Landing

    async def preview_merge(
        self, key: ChangeKey, strategy: Strategy = Strategy.MERGE
    ) -> lands.Preview:
        """Exactly what the target would become."""
        from fleettui.review import acting

        return await acting.preview_merge(
            self.desks.desk(key.repo), self.desks.shared, key, strategy
        )

    async def merge(self, preview: lands.Preview) -> lands.Landing:
        """Land it."""
        from fleettui.review import acting

        return await acting.merge(self.desks.desk(preview.key.repo), self.desks.shared, preview)

    async def preview_undo(self, repo: str) -> lands.UndoPreview:
        """What taking back the last landing would do."""
        from fleettui.review import acting

        return await acting.preview_undo(self.desks.desk(repo), self.desks.shared)

    async def undo(self, preview: lands.UndoPreview) -> lands.Landing:
        """Take it back."""
        from fleettui.review import acting

        desk = self.desks.desk(preview.landing.key.repo)
        return await acting.undo(desk, self.desks.shared, preview)

    async def preview_push(self, repo: str) -> lands.PushPreview:
        """Ask the remote where its branch is, and say what it would gain."""
        from fleettui.review import acting

        return await acting.preview_push(self.desks.desk(repo), self.desks.shared)

    async def push(self, preview: lands.PushPreview) -> lands.Pushed:
        """Push exactly that."""
        from fleettui.review import acting

        return await acting.push(self.desks.desk(preview.repo), self.desks.shared, preview)

    async def preview_train(
        self, repo: str, strategy: Strategy = Strategy.MERGE, keys: Sequence[ChangeKey] = ()
    ) -> lands.Train:
        """All approved changes in forecast order, each on the one before."""
        from fleettui.review import acting

        return await acting.preview_train(self.desks.desk(repo), self.desks.shared, strategy, keys)

    async def land_train(self, train: lands.Train) -> lands.TrainResult:
        """Approve exactly the trees of the sheet, and land them until the first failure."""
        from fleettui.review import acting

        return await acting.land_train(self.desks.desk(train.repo), self.desks.shared, train)

    async def preview_remove(self, key: ChangeKey) -> lands.Removal:
        """What removing worktree and branch on the machine would delete."""
        from fleettui.review import acting

        return await acting.preview_remove(self.desks.desk(key.repo), key)

    async def remove(self, removal: lands.Removal) -> None:
        """Remove them, after a backup."""
        from fleettui.review import acting

        await acting.remove(self.desks.desk(removal.key.repo), removal)
