"""What a dashboard that is left open costs, and how fast it answers a key."""

import sys
import tempfile
import time
from pathlib import Path

import psutil

from bench import figures
from bench.pane import Pane
from tests.lab.fleet import running_fleet

SETTLE_S = 12.0
WINDOW_S = 60.0
PRESSES = 200


def run() -> None:
    """Print the figures."""
    for machines in (10, 50):
        figures.title(f"{machines} machines over SSH, default refresh, tmux 200×60")
        with (
            tempfile.TemporaryDirectory() as folder,
            running_fleet(Path(folder), machines, servers=10) as fleet,
        ):
            command = [sys.executable, "-m", "fleettui", "--config", str(fleet.config)]
            with Pane(command, width=200, height=60) as pane:
                pane.until(b"m9")
                _drain(pane, SETTLE_S)
                _idle(pane)
                _keys(pane)


def _idle(pane: Pane) -> None:
    process = psutil.Process(pane.pid())
    family = [process, *process.children(recursive=True)]
    before = sum(sum(one.cpu_times()[:2]) for one in family)
    started = time.perf_counter()
    _drain(pane, WINDOW_S)
    spent = sum(sum(one.cpu_times()[:2]) for one in family) - before
    share = spent / (time.perf_counter() - started)
    resident = sum(one.memory_info().rss for one in family)
    figures.line(f"processor, of one core, over {WINDOW_S:.0f} s", [share], unit="%", scale=100)
    figures.line("resident memory", [resident / 2**20], unit="MiB", scale=1)


def _keys(pane: Pane) -> None:
    """Choosing another machine repaints two frames; the time to the first of it counts."""
    times = []
    for press in range(PRESSES):
        _drain(pane, 0.05)
        pressed = time.perf_counter()
        pane.key("Right" if press % 2 else "Left")
        if pane.painted(seconds=2.0):
            times.append(time.perf_counter() - pressed)
    figures.line("key press to paint, median", times)
    figures.line("key press to paint, p95", [figures.p95(times)])


def _drain(pane: Pane, seconds: float) -> None:
    ends = time.perf_counter() + seconds
    while (left := ends - time.perf_counter()) > 0:
        pane.painted(seconds=left)
