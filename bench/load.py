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
from tests.lab.repos import commit, git, make_repo

CLONES = 4
SETTLE_S = 12.0
WINDOW_S = 60.0
PRESSES = 200
_CHOSEN = "┏▌"
"""How a chosen pane and a chosen row begin."""


def run() -> None:
    """Print the figures."""
    for machines, repos in ((10, 0), (10, 2), (50, 0)):
        reviewed = f", {repos} repositories with {CLONES} clones each" if repos else ""
        figures.title(
            f"{machines} machines: SSH, Ollama, a service{reviewed}; default refresh, tmux 200×60"
        )
        with (
            tempfile.TemporaryDirectory() as folder,
            _ollama() as url,
            running_fleet(
                Path(folder),
                machines,
                servers=10,
                ollama={f"m{index}": url for index in range(machines)},
                service_port=22,
                more="".join(_repo(Path(folder), f"repo{number}") for number in range(repos)),
            ) as fleet,
        ):
            command = [sys.executable, "-m", "fleettui", "--config", str(fleet.config)]
            with Pane(command, width=200, height=60) as pane:
                pane.until(b"m9")
                _drain(pane, SETTLE_S)
                _idle(pane)
                _keys(pane)


def _repo(folder: Path, name: str) -> str:
    """A repository with two open changes in the clone of each machine; its table."""
    user = make_repo(folder / name / "user")
    lines = [f'[[repos]]\nname = "{name}"\npath = "{user}"\n[repos.clones]']
    for machine in (f"m{index}" for index in range(CLONES)):
        clone = folder / name / machine
        git(folder, "clone", "-q", str(user), str(clone))
        for task in ("one", "two"):
            git(clone, "checkout", "-q", "-b", f"agent/{machine}-{task}", "main")
            commit(clone, {f"{machine}-{task}.txt": "new\n"})
        lines.append(f'{machine} = "{clone}"')
    return "\n".join(lines) + "\n"


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
    before = _spent(family)
    started = time.perf_counter()
    _drain(pane, WINDOW_S)
    spent = _spent(family) - before
    share = spent / (time.perf_counter() - started)
    resident = sum(one.memory_info().rss for one in family)
    figures.line(f"processor, of one core, over {WINDOW_S:.0f} s", [share], unit="%", scale=100)
    figures.line("resident memory", [resident / 2**20], unit="MiB", scale=1)


def _spent(family: list[psutil.Process]) -> float:
    """Seconds of the processor, those of children that have ended included."""
    return sum(float(sum(one.cpu_times()[:4])) for one in family)


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
