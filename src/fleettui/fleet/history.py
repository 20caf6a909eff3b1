"""The last minutes of a machine on a fixed grid of time, for sparklines."""

from collections import deque
from dataclasses import dataclass

from fleettui.model.system import System
from fleettui.model.view import History

POINTS = 240
"""Points that are kept; at the default cadence, 20 minutes."""


@dataclass(frozen=True, slots=True)
class _Point:
    cpu: float | None = None
    gpu: float | None = None
    memory: float | None = None


class Recorder:
    """Puts readings onto a grid of `step` seconds; a slot without a reading is a gap.

    Readings come faster while a machine is looked at, and not at all while it is away: without
    a grid the same width of a sparkline would mean different times.
    """

    def __init__(self, step: float) -> None:
        self._step = step
        self._slot: int | None = None
        self._points: deque[_Point] = deque(maxlen=POINTS)
        self._drawn: History | None = None

    def add(self, system: System, now: float, interval: float = 0.0) -> None:
        """Note a reading taken at `now` (monotonic seconds), `interval` after the one before.

        It stands for the time since then; only a longer silence is a gap.
        """
        slot = int(now / self._step)
        point = _point(system)
        if self._slot is not None and slot <= self._slot and self._points:
            self._points[-1] = point
        else:
            missed = 0 if self._slot is None else min(slot - self._slot - 1, POINTS)
            # One slot more than the interval has, since an answer takes its time.
            covered = missed <= max(1, int(interval / self._step))
            self._points.extend([point if covered else _Point()] * missed)
            self._points.append(point)
            self._slot = slot
        self._drawn = None

    def history(self) -> History:
        """What was recorded, oldest first."""
        if self._drawn is None:
            self._drawn = History(
                cpu=tuple(point.cpu for point in self._points),
                gpu=tuple(point.gpu for point in self._points),
                memory=tuple(point.memory for point in self._points),
            )
        return self._drawn


def _point(system: System) -> _Point:
    used, total = system.memory_used, system.memory_total
    busy = [gpu.utilization_percent for gpu in system.gpus if gpu.utilization_percent is not None]
    return _Point(
        cpu=system.cpu_percent,
        gpu=max(busy, default=None),
        memory=100.0 * used / total if used is not None and total else None,
    )
