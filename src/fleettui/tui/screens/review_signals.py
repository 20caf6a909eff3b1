"""Which signal of a change is shown, while others are stepped through."""

from fleettui.model.change import Change, ChangeKey, Signal
from fleettui.tui.draw.review_summary import signals_in_order


class ShownSignals:
    """One place a change. What still blocks comes first, so an acknowledged one gives way."""

    def __init__(self) -> None:
        self._places: dict[ChangeKey, int] = {}

    def place(self, change: Change) -> int:
        """Which of the signals, in the order in which they are stepped through."""
        return min(self._places.get(change.key, 0), max(0, len(change.signals) - 1))

    def shown(self, change: Change) -> Signal | None:
        """The signal that is shown."""
        signals = signals_in_order(change)
        return signals[self.place(change)] if signals else None

    def first(self, change: Change) -> Signal:
        """Show the first one; there must be one."""
        self._places[change.key] = 0
        return signals_in_order(change)[0]

    def step(self, change: Change, step: int) -> Signal | None:
        """Show the next one, or the one before."""
        if change.signals:
            self._places[change.key] = (self.place(change) + step) % len(change.signals)
        return self.shown(change)
