"""What agents made, as plain values: changes, what is in them, and what a human said of them.

All text here is clean; bytes are git's own (`raw_path`), for asking git again. Object ids are
whole, 40 or 64 hexadecimal digits.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ChangeState(StrEnum):
    """What can become of a change as it is now.

    `ready` merges cleanly · `conflicts` does not · `gates_failed` its own checks say no ·
    `too_large` more than a human or this program can look at · `invalid` git refuses its objects
    or its name · `empty` it would change nothing · `merged` it is in the target · `rejected` the
    human said no to exactly this head · `pending` it was seen, and is being computed.
    """

    READY = "ready"
    CONFLICTS = "conflicts"
    GATES_FAILED = "gates_failed"
    TOO_LARGE = "too_large"
    INVALID = "invalid"
    EMPTY = "empty"
    MERGED = "merged"
    REJECTED = "rejected"
    PENDING = "pending"


WAITING_STATES = frozenset({ChangeState.READY, ChangeState.CONFLICTS, ChangeState.GATES_FAILED})
"""States in which the human can do something with the change."""


@dataclass(frozen=True, slots=True, order=True)
class ChangeKey:
    """Which change: the names of repository, machine and task. The branch is `agent/TASK`."""

    repo: str
    machine: str
    task: str

    @property
    def branch(self) -> str:
        """The branch on the machine."""
        return f"agent/{self.task}"


@dataclass(frozen=True, slots=True, order=True)
class Signal:
    """Something in a change that a human should know before saying yes.

    `code` is a fixed word (`runs-later`, `symlink`, …), `path` the file ("" for the whole
    change), `detail` the reason in a few words. A blocking signal needs its own acknowledgement.
    """

    code: str
    path: str
    detail: str
    blocking: bool = False

    @property
    def key(self) -> str:
        """`CODE:PATH`, by which it is acknowledged."""
        return f"{self.code}:{self.path}"


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file in a change, renames as a removal and an addition.

    `status`: git's letter (A, D, M, T). Modes are octal numbers as in git's trees, 0: not there.
    `old`, `new`: blob ids, all zeros: not there. `additions`, `deletions`: None for a binary.
    `renamed_from`, `similarity` (percent): what an added file resembles, only a remark.
    """

    raw_path: bytes
    path: str
    status: str
    old_mode: int
    new_mode: int
    old: str
    new: str
    additions: int | None
    deletions: int | None
    renamed_from: str | None = None
    similarity: int | None = None

    @property
    def binary(self) -> bool:
        """Whether git shows no lines of it."""
        return self.additions is None


@dataclass(frozen=True, slots=True)
class CommitInfo:
    """A commit of a change. Author and message are what the agent claims; `at` None: absurd."""

    id: str
    author: str
    subject: str
    at: datetime | None
    parents: int = 1


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What merging `head` into `target` (both commits) would do, computed without a work tree.

    `tree`: the merged tree, None where it conflicts. `conflicts`: paths, clean. `files`: what
    the target would become (target → tree); on a conflict, what the agent did (base → head).
    `base` None: the two have no history in common. `commits`: newest first, at most 200;
    `ahead` counts all of them. `too_large`: why it was not looked at to the end, else None.
    """

    target: str
    head: str
    base: str | None
    ahead: int
    behind: int
    tree: str | None
    conflicts: tuple[str, ...] = ()
    files: tuple[FileChange, ...] = ()
    commits: tuple[CommitInfo, ...] = ()
    too_large: str | None = None

    @property
    def additions(self) -> int:
        """Lines added in all files that have lines."""
        return sum(file.additions or 0 for file in self.files)

    @property
    def deletions(self) -> int:
        """Lines removed in all files that have lines."""
        return sum(file.deletions or 0 for file in self.files)


@dataclass(frozen=True, slots=True)
class Gate:
    """A check that ran on a change: `command` is argv; `output` the end of what it printed."""

    command: tuple[str, ...]
    exit: int | None
    seconds: float | None = None
    output: str = ""

    @property
    def passed(self) -> bool:
        """Whether it said yes."""
        return self.exit == 0


@dataclass(frozen=True, slots=True)
class Forecast:
    """How a change gets on with the other open ones of its repository, by branch.

    `conflicts_with`: after one of them landed, this one would conflict. `overlaps`: both touch
    a file. `position`: place in the order in which most land cleanly, from 1; None: in none.
    """

    conflicts_with: tuple[str, ...] = ()
    overlaps: tuple[str, ...] = ()
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Approval:
    """A human's yes to exactly this target commit, head commit and merged tree."""

    target: str
    head: str
    tree: str
    at: datetime
    by: str
    acknowledged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejection:
    """A human's no to exactly this head."""

    head: str
    at: datetime
    note: str = ""


class Side(StrEnum):
    """Which side of a diff a line number counts in."""

    OLD = "old"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Comment:
    """A human's remark on a line (`line` 0: on the whole file) of a change.

    `line` is the place now, None where the line is gone or changed since: then it is outdated
    and `quote`, the text of the line as it was, tells what it was about. `sent`: given to the
    agent in the prompt of that number.
    """

    id: int
    path: str
    side: Side
    line: int | None
    text: str
    at: datetime
    head: str
    quote: str = ""
    outdated: bool = False
    sent: int | None = None


@dataclass(frozen=True, slots=True)
class Prompt:
    """Comments of a change as one text for an agent; `attempt` names the run it became."""

    id: int
    head: str
    text: str
    at: datetime
    attempt: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A branch `agent/TASK` on a machine, against the target branch of its repository.

    `since`: when this head was first seen here. `seen_at`: when the machine last confirmed it.
    `head_at`, `author`, `title` are the agent's claims. `text`, `agent`, `model`, `usd`: of the
    task, where known. `reviewed_head`: the head that the human last said something to.
    `reviewed`: paths marked as reviewed that are still the same. `problem`: why it is invalid
    or too large.
    """

    key: ChangeKey
    head: str
    target: str
    state: ChangeState
    evaluation: Evaluation | None = None
    since: datetime | None = None
    seen_at: datetime | None = None
    head_at: datetime | None = None
    author: str = ""
    title: str = ""
    text: str | None = None
    agent: str | None = None
    model: str | None = None
    usd: float | None = None
    gates: tuple[Gate, ...] = ()
    signals: tuple[Signal, ...] = ()
    acknowledged: frozenset[str] = frozenset()
    approval: Approval | None = None
    rejection: Rejection | None = None
    reviewed: frozenset[str] = frozenset()
    reviewed_head: str | None = None
    comments: tuple[Comment, ...] = ()
    prompts: tuple[Prompt, ...] = ()
    forecast: Forecast | None = None
    problem: str | None = None

    @property
    def unacknowledged(self) -> tuple[Signal, ...]:
        """Blocking signals that the human has not acknowledged."""
        return tuple(s for s in self.signals if s.blocking and s.key not in self.acknowledged)

    @property
    def approved(self) -> bool:
        """Whether exactly what it is now was approved: target, head and tree."""
        now, yes = self.evaluation, self.approval
        return (
            now is not None
            and yes is not None
            and (yes.target, yes.head, yes.tree) == (now.target, now.head, now.tree)
        )

    @property
    def head_approved(self) -> bool:
        """Whether this head was approved, possibly for an older target: a train can land it."""
        return self.approval is not None and self.approval.head == self.head

    @property
    def drafts(self) -> tuple[Comment, ...]:
        """Comments that no agent was sent yet."""
        return tuple(comment for comment in self.comments if comment.sent is None)
