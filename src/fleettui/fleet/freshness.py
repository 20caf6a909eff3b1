"""From the outcome of the last read and the age of the newest value to a source's state."""

from dataclasses import dataclass
from typing import Any

from fleettui.model.errors import ReadError, TimedOut
from fleettui.model.reading import Reading, SourceState

LATE_AFTER = 2
"""Intervals after which a value is late."""

STALE_AFTER = 6
"""Intervals after which a value is stale."""

PENDING = "no answer yet"
"""The reason of a source whose first question is still open."""


ASLEEP = "this computer was asleep"
"""The reason of a source that was not read since this computer woke up."""


@dataclass(frozen=True, slots=True)
class Attempts:
    """What is known of one source. Times are monotonic seconds, `interval` is in seconds.

    `interval` is the cadence that was in force when the newest result came; `asked_at` is set
    while a question is open, with `patience` the cadence it was asked at; `slept` says that
    this computer was asleep since the newest result.
    """

    interval: float
    reading: Reading[Any] | None = None
    failure: ReadError | None = None
    asked_at: float | None = None
    patience: float = 0.0
    slept: bool = False


def age_of(attempts: Attempts, now: float) -> float | None:
    """Seconds since the newest value was read, None when none ever was."""
    if attempts.reading is None:
        return None
    return max(0.0, now - attempts.reading.observed_monotonic)


def pending(attempts: Attempts) -> bool:
    """Whether the first question is still open."""
    return attempts.reading is None and attempts.failure is None


def judge(
    attempts: Attempts, now: float, *, single: bool = False
) -> tuple[SourceState, str | None]:
    """The state of a source at `now`, and the reason when it is not fine.

    A missed deadline is not a failure: the values grow late, then stale. In a `single` reading
    there is nothing older to show, so it is `down` at once; so it is when nothing was ever read.
    """
    failure = attempts.failure
    if failure is None or (_only_slow(failure) and not single and attempts.reading is not None):
        reason = None if failure is None else str(failure)
        return _by_age(attempts, now, reason)
    return failure.state, str(failure)


def _only_slow(failure: ReadError) -> bool:
    return isinstance(failure, TimedOut)


def _by_age(attempts: Attempts, now: float, reason: str | None) -> tuple[SourceState, str | None]:
    age = age_of(attempts, now)
    if age is None:
        # Nothing failed yet, but nothing is known either: not fine, and not down.
        return (SourceState.STALE, PENDING) if reason is None else (SourceState.DOWN, reason)
    if attempts.slept:
        return SourceState.STALE, ASLEEP
    state = SourceState.OK
    if age > LATE_AFTER * attempts.interval or _waits_too_long(attempts, now):
        state = SourceState.LATE
    if age > STALE_AFTER * attempts.interval:
        state = SourceState.STALE
    if reason is not None and state is SourceState.OK:
        state = SourceState.LATE
    return state, None if state is SourceState.OK else reason or "no answer"


def _waits_too_long(attempts: Attempts, now: float) -> bool:
    if attempts.asked_at is None or not attempts.patience:
        return False
    return now - attempts.asked_at > LATE_AFTER * attempts.patience
