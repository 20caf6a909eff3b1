"""The review service as screens and commands see it: one engine for keys and flags.

Every `preview_*` changes nothing of the user's and says in `blocked` what stands in the way;
the act that follows takes the preview and does exactly that, or raises Refused where the world
has moved. Acts on one repository wait for each other. Errors are those of `model.errors`.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from enum import StrEnum
from typing import Protocol

from fleettui.model.change import Approval, ChangeKey, Comment, Prompt, Side
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
from fleettui.model.review import ReviewView


class Against(StrEnum):
    """What a diff compares. `lands`: target → merged tree (base → head where it conflicts);
    `made`: base → head, what the agent did; `since`: the last reviewed head → this one."""

    LANDS = "lands"
    MADE = "made"
    SINCE = "since"


class ReviewPort(Protocol):
    """What agents made, and what the human says of it."""

    # Seeing

    def view(self) -> ReviewView:
        """All changes as they are known now; returns at once."""

    def subscribe(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Call `changed` after each change of the view; the result ends that."""

    async def run(self) -> None:
        """Read branches and compute forecasts for ever, in the background."""

    def read_again(self, repo: str | None = None) -> None:
        """Read all clones of a repository (None: of all) as soon as possible."""

    def attention(self, seen: bool) -> None:
        """Whether anybody looks at reviews now: then branches are read more often."""

    async def refresh(self, repo: str | None = None, *, fetch: bool = True) -> None:
        """Read and compute once, to the end. What fails is told in the view, not raised.

        Without `fetch` no machine is asked: branches are as they were read last.
        """

    async def trust(self, repo: str) -> None:
        """Accept that what git runs by itself in the user's clone (hooks, filters, …) changed."""

    def patch(
        self,
        key: ChangeKey,
        against: Against = Against.LANDS,
        *,
        context: int = 3,
        path: bytes | None = None,
        as_text: bool = False,
    ) -> AsyncIterator[Patch]:
        """The diff, the same growing value again and again until `complete` or `cut`.

        `path` limits it to one file, `context` is in lines, `as_text` shows binaries as lines.
        """

    async def blob(self, key: ChangeKey, path: bytes, side: Side = Side.NEW) -> bytes:
        """A whole file of the merged tree (or of the target), at most 5 MB."""

    # Saying

    async def acknowledge(self, key: ChangeKey, signal: str, head: str) -> None:
        """Acknowledge the signal `CODE:PATH` of this head."""

    async def mark(self, key: ChangeKey, path: str, reviewed: bool) -> None:
        """Mark a file as reviewed, for as long as it stays what it is; or no more."""

    async def comment(
        self, key: ChangeKey, path: str, line: int, text: str, side: Side = Side.NEW
    ) -> Comment:
        """Remark on a line (0: on the file). Raises UsageError where there is no such line."""

    async def uncomment(self, key: ChangeKey, comment: int) -> None:
        """Take back a comment that was not sent."""

    async def send(self, key: ChangeKey) -> Prompt:
        """Give the collected comments to an agent as one numbered prompt."""

    async def approve(
        self,
        key: ChangeKey,
        head: str,
        *,
        tree: str | None = None,
        acknowledge: Sequence[str] = (),
    ) -> Approval:
        """Say yes to target, head and merged tree as the view has them.

        `tree` is the merged tree that was looked at. Raises Refused where `head` or `tree` is
        not the newest any more, the change cannot land, or a blocking signal is not acknowledged
        (each is named).
        """

    async def unapprove(self, key: ChangeKey) -> None:
        """Take back an approval that has not landed."""

    async def reject(self, key: ChangeKey, note: str = "") -> None:
        """Say no to the head as it is."""

    # Landing

    async def preview_merge(self, key: ChangeKey, strategy: Strategy = Strategy.MERGE) -> Preview:
        """Exactly what the target would become."""

    async def merge(self, preview: Preview) -> Landing:
        """Land it. Raises Refused where anything differs from the preview or the approval."""

    async def preview_undo(self, repo: str) -> UndoPreview:
        """What taking back the last landing would do. Raises Refused where there is none."""

    async def undo(self, preview: UndoPreview) -> Landing:
        """Take it back."""

    async def preview_push(self, repo: str) -> PushPreview:
        """Ask the remote where its branch is, and say what it would gain."""

    async def push(self, preview: PushPreview) -> Pushed:
        """Push exactly that, with a lease on what the remote had."""

    async def preview_train(
        self, repo: str, strategy: Strategy = Strategy.MERGE, keys: Sequence[ChangeKey] = ()
    ) -> Train:
        """All approved changes (or `keys`) in forecast order, each on the one before."""

    async def land_train(self, train: Train) -> TrainResult:
        """Approve exactly the trees of the sheet and land them until the first failure."""

    async def preview_remove(self, key: ChangeKey) -> Removal:
        """What removing worktree and branch on the machine would delete."""

    async def remove(self, removal: Removal) -> None:
        """Remove them, after a backup."""

    async def close(self) -> None:
        """End everything. Never raises, never hangs."""
