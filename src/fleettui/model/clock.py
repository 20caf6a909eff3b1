"""Where time comes from, so that a day can be lived through in seconds."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Clock:
    """`wall` in seconds since 1970, `monotonic` in seconds since whenever.

    The monotonic one stops while a laptop sleeps (Linux), the wall clock does not: the
    difference between them is how sleep is noticed.
    """

    wall: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic

    def now(self) -> datetime:
        """The wall clock as a datetime in UTC."""
        return datetime.fromtimestamp(self.wall(), UTC)
