"""What waits for review at one moment: repositories, their clones and changes, as plain values."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from fleettui.model.change import Change, ChangeKey


class FetchState(StrEnum):
    """How the branches of one clone were read last."""

    WAITING = "waiting"
    FETCHING = "fetching"
    OK = "ok"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class CloneView:
    """One clone that changes come from. `observed_at`: the last time it was read whole."""

    machine: str
    state: FetchState = FetchState.WAITING
    observed_at: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class RepoReview:
    """A repository now. `target` is the branch name, `target_head` None: not read yet.

    `order`: branches in the order of the forecast. `unpushed`: commits that the remote lacks as
    far as is known; None: unknown or nothing to push to. `undoable`: what `undo` takes back, in
    words. `problem`: why the user's clone cannot be used. `pending`: something is computed.
    """

    name: str
    target: str
    target_head: str | None = None
    clones: tuple[CloneView, ...] = ()
    changes: tuple[Change, ...] = ()
    order: tuple[ChangeKey, ...] = ()
    remote: str | None = None
    unpushed: int | None = None
    undoable: str | None = None
    problem: str | None = None
    warnings: tuple[str, ...] = ()
    pending: bool = False


@dataclass(frozen=True, slots=True)
class ReviewView:
    """Everything that waits for review at one moment. `notes`: what a recovery did at start."""

    repos: tuple[RepoReview, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def changes(self) -> tuple[Change, ...]:
        """The changes of all repositories."""
        return tuple(change for repo in self.repos for change in repo.changes)

    def find(self, key: ChangeKey) -> Change | None:
        """The change of that key."""
        return next((change for change in self.changes if change.key == key), None)

    def repo(self, name: str) -> RepoReview | None:
        """The repository of that name."""
        return next((repo for repo in self.repos if repo.name == name), None)
