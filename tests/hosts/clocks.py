"""A clock that the tests set."""

from fleettui.model.clock import Clock


class Hands:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.clock = Clock(wall=lambda: 1.8e9 + self.now, monotonic=lambda: self.now)

    def pass_by(self, seconds: float) -> None:
        """Let that much time pass."""
        self.now += seconds
