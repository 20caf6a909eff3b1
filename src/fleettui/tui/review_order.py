"""Which changes the review screen shows, and in which order.

The order hangs on nothing that a forecast changes: what is read stays where it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from fleettui.model.change import Change, ChangeKey, ChangeState
from fleettui.model.review import RepoReview, ReviewView
from fleettui.tui.draw.review_marks import Turn, mark, turn, waits

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Group:
    """A repository and those of its changes that are shown."""

    repo: RepoReview
    changes: tuple[Change, ...]


def groups(view: ReviewView, query: str = "", *, over: bool = False) -> tuple[Group, ...]:
    """Repositories in which something waits for the human first, then as they are configured.

    `over`: with landed and rejected changes. A repository stays even without changes, unless
    there is a query.
    """
    found = [Group(repo, _changes(repo, query, over)) for repo in view.repos]
    if query:
        found = [group for group in found if group.changes]
    return tuple(sorted(found, key=lambda group: not any(map(waits, group.changes))))


def shown(found: Sequence[Group]) -> tuple[Change, ...]:
    """The changes of all groups, from top to bottom."""
    return tuple(change for group in found for change in group.changes)


def _changes(repo: RepoReview, query: str, over: bool) -> tuple[Change, ...]:
    words = query.casefold().split()
    kept = [
        change
        for change in repo.changes
        if (over or turn(change) is not Turn.OVER) and _has(change, words)
    ]
    return tuple(sorted(kept, key=_place))


def _place(change: Change) -> tuple[int, bool, datetime, ChangeKey]:
    ready = change.state is ChangeState.READY
    return turn(change), not ready, change.since or _LONG_AGO, change.key


def _has(change: Change, words: Sequence[str]) -> bool:
    if not words:
        return True
    key = change.key
    facts = (key.repo, key.machine, key.branch, change.title, change.author, mark(change).word)
    task = (change.text or "", change.agent or "", change.model or "")
    text = "\n".join((*facts, *task, *(signal.key for signal in change.signals))).casefold()
    return all(word in text for word in words)


def next_waiting(before: Sequence[Change], view: ReviewView, done: ChangeKey) -> ChangeKey | None:
    """The change to look at after a verdict on `done`: the next one below that still waits, then
    from the top; None where nothing waits."""
    keys = [change.key for change in before]
    here = keys.index(done) if done in keys else -1
    for key in (*keys[here + 1 :], *keys[: here + 1]):
        change = view.find(key)
        if change is not None and key != done and waits(change):
            return key
    return None


def near(before: Sequence[ChangeKey], now: Sequence[ChangeKey], was: ChangeKey | None) -> int:
    """The place that stays chosen when the list is another: that of `was`, or where it stood."""
    if was in now:
        return now.index(was)
    here = before.index(was) if was in before else 0
    return max(0, min(here, len(now) - 1))
