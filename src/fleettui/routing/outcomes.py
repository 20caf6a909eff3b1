"""What became of a kind of task in the hands of a model, counted."""

import math
from dataclasses import dataclass
from enum import IntEnum

from fleettui.model.kind import Kind

_ENOUGH = 5
_Z = 1.645
_GOOD, _POOR = 0.6, 0.4


@dataclass(frozen=True, slots=True)
class Outcome:
    """A model's record in one kind of task. `model` is `name@place`, money in US dollars.

    `first_pass` counts attempts whose gates all passed at once, of `attempts`; `merged` and
    `rejected` are what the human said.
    """

    kind: Kind
    model: str
    attempts: int = 0
    first_pass: int = 0
    merged: int = 0
    rejected: int = 0
    usd: float = 0.0

    def plus(self, other: "Outcome") -> "Outcome":
        """Both records as one, under this one's model."""
        return Outcome(
            self.kind,
            self.model,
            self.attempts + other.attempts,
            self.first_pass + other.first_pass,
            self.merged + other.merged,
            self.rejected + other.rejected,
            self.usd + other.usd,
        )

    @property
    def usd_per_merged(self) -> float | None:
        """What one merged change cost, the failed attempts included; None: none was merged."""
        return self.usd / self.merged if self.merged else None

    @property
    def good(self) -> int:
        """How often it was good enough: a human's verdict counts, and a gate passed at once."""
        return self.merged + min(self.first_pass, self.attempts)

    @property
    def judged(self) -> int:
        """How often it was judged, by humans and gates."""
        return self.merged + self.rejected + self.attempts


class Standing(IntEnum):
    """How a model stands in a kind of task; better ones come first."""

    PROVEN = 0
    UNKNOWN = 1
    DOUBTFUL = 2


def standing(outcome: Outcome | None) -> Standing:
    """Proven or doubtful only where chance is no explanation.

    The bounds are those of Wilson's 90 % interval for the share of good outcomes; fewer than
    five judgements say nothing.
    """
    if outcome is None or outcome.judged < _ENOUGH:
        return Standing.UNKNOWN
    low, high = _interval(outcome.good, outcome.judged)
    if low >= _GOOD:
        return Standing.PROVEN
    return Standing.DOUBTFUL if high <= _POOR else Standing.UNKNOWN


def _interval(good: int, judged: int) -> tuple[float, float]:
    share, square = good / judged, _Z * _Z
    middle = (share + square / (2 * judged)) / (1 + square / judged)
    spread = share * (1 - share) / judged + square / (4 * judged * judged)
    half = _Z * math.sqrt(spread) / (1 + square / judged)
    return middle - half, middle + half


def told(outcome: Outcome) -> str:
    """A record in a few words."""
    return (
        f"gates passed at once {outcome.first_pass} of {outcome.attempts}, "
        f"merged {outcome.merged}, rejected {outcome.rejected}"
    )
