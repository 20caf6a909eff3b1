"""Made-up figures that move slowly, the same for the same seed and the same moment."""

import math
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from fleettui.model.clock import Clock


@dataclass(frozen=True, slots=True)
class Time:
    """The demo's time. `seed` chooses the figures, `started` is the wall clock at the start."""

    clock: Clock
    seed: int
    started: datetime
    began: float

    @classmethod
    def begin(cls, clock: Clock, seed: int) -> "Time":
        """The demo starts now."""
        return cls(clock, seed, clock.now(), clock.monotonic())

    def at(self) -> float:
        """Seconds since the start."""
        return self.clock.monotonic() - self.began


def drift(seed: int, name: str, at: float, low: float, high: float, *, period: float = 60) -> float:
    """A figure between `low` and `high`, `at` seconds after the start; `period` is in seconds."""
    digest = blake2b(f"{seed}:{name}".encode(), digest_size=8).digest()
    phase = int.from_bytes(digest, "big") / 2**64
    slow = math.sin(math.tau * (at / period + phase))
    quick = math.sin(math.tau * (at * 3.7 / period + 7 * phase))
    return low + (high - low) * (0.6 * slow + 0.4 * quick + 1) / 2


def within_cycle(at: float, begin: float, end: float, length: float) -> bool:
    """Whether `at` lies from `begin` to `end` of a cycle that repeats every `length` seconds."""
    return begin <= at % length < end
