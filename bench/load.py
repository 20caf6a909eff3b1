"""What a dashboard that is left open costs, and how fast it answers a key."""

import asyncio
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from bench import figures
from bench.pane import Pane
from tests.lab.fleet import running_fleet
from tests.lab.ollama_stand_in import StandIn, installed, loaded

SETTLE_S = 12.0
WINDOW_S = 60.0
PRESSES = 200
_CHOSEN = "┏▌"
"""How a chosen pane and a chosen row begin."""


def run() -> None:
    """Print the figures."""
    for machines in (10, 50):
        figures.title(f"{machines} machines: SSH, Ollama, a service; default refresh, tmux 200×60")
        with (
            tempfile.TemporaryDirectory() as folder,
            _ollama() as url,
            running_fleet(
                Path(folder),
                machines,
                servers=10,
                ollama={f"m{index}": url for index in range(machines)},
                service_port=22,
            ) as fleet,
        ):
            command = [sys.executable, "-m", "fleettui", "--config", str(fleet.config)]
            with Pane(command, width=200, height=60) as pane:
                pane.until(b"m9")
                _drain(pane, SETTLE_S)
                _idle(pane)
                _keys(pane)


@contextmanager
def _ollama() -> Iterator[str]:
    """A stand-in for an Ollama server, on a thread of this process; its address."""
    loop = asyncio.new_event_loop()
    server = StandIn(models=[loaded("qwen3:8b")], installed=[installed("qwen3:8b")])
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(server.start(), loop).result()
    try:
        yield server.url
    finally:
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


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
        pane.key("Left" if press % 2 else "Right")
        if _moved(pane):
            times.append(time.perf_counter() - pressed)
    figures.line("key press to paint, median", times)
    figures.line("key press to paint, p95", [figures.p95(times)])


def _moved(pane: Pane) -> bool:
    """Wait until the mark of the chosen machine is painted; what else is painted is not it."""
    while piece := pane.painted(seconds=2.0):
        if any(mark.encode() in piece for mark in _CHOSEN):
            return True
    return False


def _drain(pane: Pane, seconds: float) -> None:
    ends = time.perf_counter() + seconds
    while (left := ends - time.perf_counter()) > 0:
        pane.painted(seconds=left)
