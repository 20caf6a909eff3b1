"""How often each source is read."""

from dataclasses import dataclass

from fleettui.model.reading import Source

UNSEEN_FACTOR = 5
"""How much slower everything is while nobody looks."""

_AT_LEAST = {
    Source.SYSTEM: 1.0,
    # Ollama logs every request: 5 s is already 17,000 lines a day and machine.
    Source.OLLAMA: 5.0,
    Source.SERVICES: 10.0,
    Source.WORKTREES: 15.0,
    Source.COSTS: 30.0,
}

_FOCUSED = {Source.SYSTEM: 2.0, Source.SERVICES: 5.0, Source.WORKTREES: 5.0}
"""Seconds for a machine that is looked at closely, where closer makes sense."""


@dataclass(frozen=True, slots=True)
class Cadence:
    """Seconds between readings, from the configured `refresh_s` and who is looking."""

    refresh_s: float

    def interval(self, source: Source, *, focused: bool = False, seen: bool = True) -> float:
        """Seconds from the end of one reading of `source` to the start of the next."""
        interval = max(self.refresh_s, _AT_LEAST[source])
        if focused and seen:
            interval = min(interval, _FOCUSED.get(source, interval))
        return interval if seen else interval * UNSEEN_FACTOR

    def deadline(self, source: Source, *, focused: bool = False, seen: bool = True) -> float:
        """Seconds that one reading may take before it counts as missed."""
        return min(15.0, max(4.0, 2 * self.interval(source, focused=focused, seen=seen)))
