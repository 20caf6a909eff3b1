"""What was read, when, and how good it is."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

T = TypeVar("T", covariant=True)


class Source(StrEnum):
    """One thing read from a machine, with its own state and age."""

    SYSTEM = "system"
    OLLAMA = "ollama"
    SERVICES = "services"
    WORKTREES = "worktrees"
    COSTS = "costs"


class SourceState(StrEnum):
    """How a source is, from best to worst; a machine is the worst of its sources."""

    OK = "ok"
    ABSENT = "absent"
    BUSY = "busy"
    LATE = "late"
    STALE = "stale"
    PROXY = "proxy"
    AUTH = "auth"
    HOSTKEY = "hostkey"
    DOWN = "down"
    ERROR = "error"

    @property
    def rank(self) -> int:
        """Position in the order from best (0) to worst."""
        return _RANK[self]

    @property
    def healthy(self) -> bool:
        """Whether `--strict` lets it pass."""
        return self.rank <= _RANK[SourceState.BUSY]


_RANK = {state: rank for rank, state in enumerate(SourceState)}


def worst(states: list[SourceState]) -> SourceState:
    """The worst state that counts; sources that are not configured do not.

    Without any configured source the result is `absent`.
    """
    counted = [state for state in states if state is not SourceState.ABSENT]
    return max(counted, key=lambda state: state.rank) if counted else SourceState.ABSENT


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """One value read from one source.

    `observed_at` is wall-clock time in UTC for showing; `observed_monotonic` (seconds) is what
    ages are computed from; `latency_ms` is the time from question to complete answer.
    """

    value: T
    observed_at: datetime
    observed_monotonic: float
    latency_ms: float
