"""Services that come and go: what a single look cannot see."""

from dataclasses import dataclass, replace

from fleettui.model.service import ServiceState
from fleettui.probes.services_wire import Fact

SHOWN = 30.0
"""Seconds for which a service that restarted is shown as restarting: longer than most pauses
before the next start, so that one that never stays up does not look well in between."""


@dataclass(frozen=True, slots=True)
class _Before:
    pid: int | None
    restarts: int | None
    restarted_at: float | None


class Restarts:
    """Compares each look at a service with the one before; times are of one monotonic clock."""

    def __init__(self) -> None:
        self._before: dict[int, _Before] = {}

    def seen(self, index: int, fact: Fact, now: float) -> Fact:
        """The fact, or a degraded one where the service restarted a short time ago."""
        before = self._before.get(index)
        at = before.restarted_at if before else None
        if before and _again(before, fact):
            at = now
        kept = before.pid if before and fact.pid is None else fact.pid
        self._before[index] = _Before(kept, fact.restarts, at)
        if at is None or now - at > SHOWN or fact.state is not ServiceState.UP:
            return fact
        told = f"restarting, {fact.restarts} ×" if fact.restarts else "restarting"
        return replace(fact, state=ServiceState.DEGRADED, detail=told)


def _again(before: _Before, fact: Fact) -> bool:
    if before.restarts is not None and fact.restarts is not None:
        return fact.restarts > before.restarts
    return before.pid is not None and fact.pid is not None and fact.pid != before.pid
