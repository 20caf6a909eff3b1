"""Values that are read less often than the rest, and kept in between."""

import math
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

KEPT_INTERVALS = 3
"""A kept value older than this many of its intervals is not shown any more."""


@dataclass(slots=True)
class Slow(Generic[T]):
    """One value with its interval in seconds; every `now` is of one monotonic clock.

    The interval counts from the attempt, not from the success: what hangs is not tried again in
    the very next reading, which can then succeed without it.
    """

    every: float
    tried_at: float = -math.inf
    read_at: float = -math.inf
    value: T | None = None

    def due(self, now: float) -> bool:
        """Whether it is time to try."""
        return now - self.tried_at >= self.every

    def keep(self, value: T, now: float) -> None:
        """Take what was just read."""
        self.value = value
        self.read_at = now

    def fresh(self, now: float) -> T | None:
        """The kept value, unless it is too old."""
        return self.value if now - self.read_at <= KEPT_INTERVALS * self.every else None
