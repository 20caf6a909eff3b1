"""`fleettui --snapshot`: of this machine, and of ten real sshd of which one is frozen."""

import os
import sys
import tempfile
from pathlib import Path

from bench import figures
from tests.lab.fleet import running_fleet

BASELINE = "import asyncio, psutil, httpx"
WINDOW_S = 0.1
"""What looking at the processor for a moment costs at most."""

DEADLINE_S = 5.0


def run() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        _alone(folder)
        _ten(Path(folder))


def _alone(home: str) -> None:
    figures.title("snapshot of this machine only")
    environment = {"PATH": os.environ["PATH"], "HOME": home, "LC_ALL": "C.UTF-8"}
    fleettui = [sys.executable, "-m", "fleettui", "--json"]
    python = [sys.executable, "-c", BASELINE]
    ours, theirs = figures.in_turn(
        15,
        lambda: figures.seconds_of(fleettui, env=environment),
        lambda: figures.seconds_of(python, env=environment),
    )
    figures.line("fleettui --json", ours)
    figures.line(f'python -c "{BASELINE}"', theirs)
    figures.ratio("(ours − 100 ms window) ÷ imports", [t - WINDOW_S for t in ours], theirs)


def _ten(folder: Path) -> None:
    figures.title("snapshot of 10 real sshd on loopback")
    with running_fleet(folder, 10) as fleet:
        command = [sys.executable, "-m", "fleettui", "--config", str(fleet.config), "--json"]
        (well,) = figures.in_turn(5, lambda: figures.seconds_of(command))
        figures.line("all answer", well)
        fleet.servers[3].freeze()
        try:
            (frozen,) = figures.in_turn(3, lambda: figures.seconds_of(command))
        finally:
            fleet.servers[3].thaw()
        over = [seconds - DEADLINE_S for seconds in frozen]
        figures.line("one frozen: beyond its deadline of 5 s", over)
