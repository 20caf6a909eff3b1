"""What a change is for the human, as a place in the list and as a mark."""

from datetime import datetime
from enum import IntEnum

from fleettui.model import fmt
from fleettui.model.change import WAITING_STATES, Change, ChangeState, Gate
from fleettui.model.review import CloneView, FetchState, RepoReview
from fleettui.tui.draw.marks import ATTENTION, BROKEN, FINE, NOTHING, STALE, WORKING, Mark
from fleettui.tui.draw.paint import Line, Tone, joined

STALE_AFTER = 120.0
"""Seconds after which the branches of a clone are shown as old."""

ID_CELLS = 7
"""Of an object id, as git abbreviates it."""


class Turn(IntEnum):
    """Whose turn it is. Lists are in this order."""

    YOURS = 0
    APPROVED = 1
    AGENT = 2
    STUCK = 3
    OVER = 4


_MARKS = {
    ChangeState.READY: Mark(ATTENTION, Tone.WARN, "ready"),
    ChangeState.CONFLICTS: Mark(BROKEN, Tone.BAD, "conflicts"),
    ChangeState.GATES_FAILED: Mark(BROKEN, Tone.BAD, "gates failed"),
    ChangeState.TOO_LARGE: Mark(ATTENTION, Tone.WARN, "too large"),
    ChangeState.INVALID: Mark(BROKEN, Tone.BAD, "invalid"),
    ChangeState.EMPTY: Mark(NOTHING, Tone.DIM, "empty"),
    ChangeState.MERGED: Mark(FINE, Tone.DIM, "landed"),
    ChangeState.REJECTED: Mark(NOTHING, Tone.DIM, "rejected"),
    ChangeState.PENDING: Mark(STALE, Tone.DIM, "reading…"),
}
_APPROVED = Mark(FINE, Tone.OK, "approved")
_SENT = Mark(WORKING, Tone.WORK, "sent back")


def turn(change: Change) -> Turn:
    """Whose turn it is."""
    if change.state in (ChangeState.MERGED, ChangeState.REJECTED):
        return Turn.OVER
    if change.head_approved:
        return Turn.APPROVED
    if any(prompt.head == change.head for prompt in change.prompts):
        return Turn.AGENT
    return Turn.YOURS if change.state in WAITING_STATES else Turn.STUCK


def waits(change: Change) -> bool:
    """Whether the human has to say something."""
    return turn(change) is Turn.YOURS


def mark(change: Change) -> Mark:
    """The mark of a change."""
    whose = turn(change)
    if whose is Turn.APPROVED and change.state is not ChangeState.CONFLICTS:
        return _APPROVED
    if whose is Turn.AGENT:
        return _SENT
    return _MARKS[change.state]


def short(id: str | None) -> str:
    """An object id as people read it."""
    return fmt.UNKNOWN if not id else id[:ID_CELLS]


def ago(moment: datetime | None, now: datetime) -> str:
    """The age of something in one unit."""
    return fmt.short_age(None if moment is None else (now - moment).total_seconds())


def plus_minus(change: Change) -> Line:
    """`+84 −31`; nothing before it is known."""
    seen = change.evaluation
    if seen is None or not seen.files:
        return ()
    return added_removed(seen.additions, seen.deletions)


def added_removed(additions: int | None, deletions: int | None) -> Line:
    """`+84 −31`; `binary` where there are no lines."""
    if additions is None or deletions is None:
        return (("binary", Tone.DIM),)
    return (
        (f"+{fmt.count(additions)}", Tone.OK if additions else Tone.FAINT),
        (f" −{fmt.count(deletions)}", Tone.BAD if deletions else Tone.FAINT),
    )


def clone_age(clone: CloneView, now: datetime) -> float | None:
    """Seconds since the branches of a clone were read whole; None: never."""
    if clone.observed_at is None:
        return None
    return max(0.0, (now - clone.observed_at).total_seconds())


def is_stale(clone: CloneView, now: datetime) -> bool:
    """Whether what is shown of a clone is old."""
    age = clone_age(clone, now)
    return clone.state is FetchState.FAILED or (age is not None and age > STALE_AFTER)


def stale_machines(repo: RepoReview | None, now: datetime) -> frozenset[str]:
    """The machines whose branches are shown as they were some time ago."""
    clones = () if repo is None else repo.clones
    return frozenset(clone.machine for clone in clones if is_stale(clone, now))


def clone_mark(clone: CloneView, now: datetime) -> Mark:
    """How a clone was read last, and how long ago that is."""
    age = clone_age(clone, now)
    if clone.state is FetchState.FAILED:
        since = f", seen {fmt.short_age(age)} ago" if age is not None else ""
        return Mark(BROKEN, Tone.BAD, f"{clone.machine}{since}")
    if age is None:
        return Mark(WORKING, Tone.WORK, f"reading {clone.machine}")
    if is_stale(clone, now):
        return Mark(STALE, Tone.WARN, f"stale: {clone.machine} {fmt.short_age(age)}")
    return Mark(FINE, Tone.DIM, f"{clone.machine} {fmt.short_age(age)}")


def gates_line(gates: tuple[Gate, ...]) -> Line:
    """`gates ✓ pytest ✕ mypy`; nothing where none ran."""
    if not gates:
        return ()
    marks: list[Line] = [(gate_span(gate),) for gate in gates]
    return (("gates ", Tone.DIM), *joined(marks, (" ", Tone.TEXT)))


def gate_span(gate: Gate) -> tuple[str, Tone]:
    """A gate by the program that it runs."""
    glyph, tone = ("✓", Tone.OK) if gate.passed else ("✕", Tone.BAD)
    if gate.exit is None:
        glyph, tone = STALE, Tone.DIM
    return f"{glyph} {gate_name(gate)}", tone


def gate_name(gate: Gate) -> str:
    """The last word of the command that is no flag and no path, or its program."""
    words = [word for word in gate.command if not word.startswith("-")]
    names = [word.rpartition("/")[2] for word in words if word not in ("run", "uv", "npx", "npm")]
    return names[0] if names else " ".join(gate.command[:1])
