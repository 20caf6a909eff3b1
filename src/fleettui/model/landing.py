"""Landing, as plain values: what is about to happen, and what happened."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fleettui.model.change import ChangeKey, Gate


class Strategy(StrEnum):
    """How a head becomes part of the target."""

    MERGE = "merge"
    SQUASH = "squash"
    REBASE = "rebase"


@dataclass(frozen=True, slots=True)
class Preview:
    """Exactly what landing would do. `commit` already exists in quarantine and will be landed.

    `before` and `after` are commits of the target branch, `tree` the tree of `after`. `keeps`:
    unsaved files of the user's that stay as they are. `blocked`: why it cannot land now, one
    line each; empty: it can. `checked_out`: the folder whose files will change, None: only the
    branch moves. `gates`: commands that run before (argv). `notes`: what is good to know.
    """

    key: ChangeKey
    target: str
    before: str
    after: str
    tree: str
    head: str
    strategy: Strategy
    message: str
    files: int
    additions: int
    deletions: int
    checked_out: str | None = None
    keeps: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    gates: tuple[tuple[str, ...], ...] = ()
    notes: tuple[str, ...] = ()


class LandingState(StrEnum):
    """How far a landing came. `landed` and `undone` are ends; `failed` left nothing behind."""

    APPROVED = "approved"
    LANDING = "landing"
    LANDED = "landed"
    UNDOING = "undoing"
    UNDONE = "undone"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Landing:
    """One landing in the journal. `before` → `after` on `ref` (full name) of the user's clone."""

    id: int
    key: ChangeKey
    ref: str
    before: str
    after: str
    head: str
    strategy: Strategy
    state: LandingState
    at: datetime
    note: str = ""
    pushed: bool = False


@dataclass(frozen=True, slots=True)
class UndoPreview:
    """What undo would do: go back to `after`, or (`revert`) land a commit that takes it back."""

    landing: Landing
    ref: str
    before: str
    after: str
    revert: bool
    blocked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PushPreview:
    """What push would do to `ref` of `remote`. `before` None: the branch is not there yet.

    `url` is clean and without login. `commits`: what the remote will gain, newest first, at
    most 20 subjects. `blocked`: why it cannot be pushed.
    """

    repo: str
    remote: str
    url: str
    ref: str
    before: str | None
    after: str
    count: int
    commits: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pushed:
    """What was pushed. `count` 0: the remote had it already."""

    repo: str
    remote: str
    ref: str
    before: str | None
    after: str
    count: int


@dataclass(frozen=True, slots=True)
class Car:
    """One change of a train: it takes the target from `before` to `after`, a tree `tree`.

    `blocked`: why the train stops before it; "" where it does not.
    """

    key: ChangeKey
    title: str
    head: str
    before: str
    after: str
    tree: str
    message: str
    gates: tuple[Gate, ...] = ()
    blocked: str = ""


@dataclass(frozen=True, slots=True)
class Train:
    """Approved changes in the order in which they land, each on the result of the one before.

    `notes`: what is good to know.
    """

    repo: str
    target: str
    strategy: Strategy
    cars: tuple[Car, ...]
    blocked: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TrainResult:
    """What a train did: `landed`, then `stopped` says why it went no further ("": it did)."""

    landed: tuple[Landing, ...]
    stopped: str = ""


@dataclass(frozen=True, slots=True)
class Removal:
    """What removing a change would delete on its machine; `backup` is the ref that keeps it.

    `worktrees`: folders, clean. `blocked`: why it must stay (unsaved work, a running agent, not
    landed and not rejected).
    """

    key: ChangeKey
    head: str
    worktrees: tuple[str, ...]
    backup: str
    blocked: tuple[str, ...] = ()
