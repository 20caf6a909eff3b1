"""What happened, newest last: the lines of the event log."""

from collections import deque
from datetime import datetime

from fleettui.model.reading import Source, SourceState
from fleettui.model.view import Event, Level

KEPT = 2000
"""Events that are kept in memory."""

_QUIET = {SourceState.OK, SourceState.ABSENT, SourceState.BUSY, SourceState.LATE}
"""Coming and going between these is no news."""


class Journal:
    """Notes each change of a source's state that a human would call news."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque(maxlen=KEPT)
        self._states: dict[tuple[str, Source], SourceState] = {}

    def events(self) -> tuple[Event, ...]:
        """All that is kept, oldest first."""
        return tuple(self._events)

    def note(self, at: datetime, level: Level, text: str, machine: str | None = None) -> None:
        """Add one line; `text` is clean."""
        self._events.append(Event(at=at, level=level, text=text, machine=machine))

    def state(
        self, at: datetime, machine: str, source: Source, state: SourceState, reason: str | None
    ) -> None:
        """Note that a source of a machine is now in `state`, if that is news."""
        before = self._states.get((machine, source))
        self._states[machine, source] = state
        if before is state or (before is None and state in _QUIET):
            return
        if before in _QUIET and state in _QUIET:
            return
        level = Level.INFO if state in _QUIET else Level.WARNING
        because = f": {reason}" if reason else ""
        self.note(at, level, f"{source} {before or 'unknown'} → {state}{because}", machine)

    def forget(self, machine: str) -> None:
        """Drop what is known of a machine that left the fleet."""
        self._states = {key: state for key, state in self._states.items() if key[0] != machine}
