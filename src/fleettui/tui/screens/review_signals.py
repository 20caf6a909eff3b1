"""Which signal of a change is shown, while others are stepped through."""

from fleettui.model.change import Change, ChangeKey, Signal
from fleettui.tui.draw.review_summary import signals_in_order


class ShownSignals:
    """One place a change: first the first that needs the human."""

    def __init__(self) -> None:
        self._places: dict[ChangeKey, int] = {}

    def place(self, change: Change) -> int:
        """Which of the signals, in the order in which they are stepped through."""
        place = self._places.get(change.key, -1)
        return place if 0 <= place < len(change.signals) else self._waiting(change, 0)

    def _waiting(self, change: Change, start: int) -> int:
        """The first from a place on that needs the human, round the end; else that place."""
        signals = signals_in_order(change)
        around = [*range(start, len(signals)), *range(start)]
        left = change.unacknowledged
        return next((place for place in around if signals[place] in left), start)

    def shown(self, change: Change) -> Signal | None:
        """The signal that is shown."""
        signals = signals_in_order(change)
        return signals[self.place(change)] if signals else None

    def next_waiting(self, change: Change) -> Signal:
        """Show the next one that needs the human, if any does; there must be a signal."""
        after = (self.place(change) + 1) % len(change.signals)
        self._places[change.key] = self._waiting(change, after)
        return signals_in_order(change)[self._places[change.key]]

    def step(self, change: Change, step: int) -> Signal:
        """Show the next one, or the one before; there must be a signal."""
        self._places[change.key] = (self.place(change) + step) % len(change.signals)
        return signals_in_order(change)[self._places[change.key]]
