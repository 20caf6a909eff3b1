"""An event loop that lives through a day in seconds: it jumps to the next timer when idle.

For code that waits for nothing but time. Real sockets and processes need real time.
"""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

from fleettui.model.clock import Clock

T = TypeVar("T")

EPOCH = 1_795_000_000.0
"""Wall-clock time at which every such day begins."""


class _Selector(selectors.DefaultSelector):
    def __init__(self) -> None:
        super().__init__()
        self.passed = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Report what is ready now; with nothing ready, let the time pass at once."""
        ready = super().select(0)
        if not ready:
            if timeout is None:
                raise RuntimeError("the loop waits for something that will never come")
            self.passed += timeout
        return ready


class FastLoop(asyncio.SelectorEventLoop):
    """A loop whose clock stands still while code runs and jumps while it waits."""

    def __init__(self) -> None:
        self._fast = _Selector()
        self.slept = 0.0
        super().__init__(self._fast)

    def time(self) -> float:
        """Seconds since the loop was made, as far as timers are concerned."""
        return self._fast.passed

    def sleep_computer(self, seconds: float) -> None:
        """The lid is closed: the wall clock goes on, the monotonic one does not."""
        self.slept += seconds

    def clock(self) -> Clock:
        """The clock that agrees with this loop."""
        return Clock(wall=lambda: EPOCH + self.time() + self.slept, monotonic=self.time)


def run_fast(main: Coroutine[Any, Any, T], loop: FastLoop) -> T:
    """Run `main` to its end on `loop`, and close it."""
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        return runner.run(main)
