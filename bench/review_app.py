"""The review screen of the real program, in tmux, on a change of 100,000 lines.

Two machines are real sshd on loopback; the change stands on a branch of a clone there.
"""

import contextlib
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from bench import figures, turns
from bench.pane import Pane
from bench.review_read import large_text
from tests.lab.repos import commit as committed
from tests.lab.repos import git
from tests.lab.review import ReviewLab, review_lab

ROUNDS = 9
PAGES = 40
SPIN_S = 10.0
FILES = 100
PEER = """
from textual.app import App, ComposeResult
from textual.widgets import Log

class Peer(App):
    BINDINGS = [("n", "next", "")]

    def compose(self) -> ComposeResult:
        yield Log()

    def on_mount(self) -> None:
        lines = [f"    value_{n} = compute({n * n})" for n in range(100_000)]
        self.query_one(Log).write_lines(lines, scroll_end=False)

    def action_next(self) -> None:
        self.query_one(Log).scroll_page_down(animate=False)

Peer().run()
"""
PATIENCE_S = 20.0
_ROW = b"compute"
"""In each row of the large diff, and nowhere else on the screen."""
_SMALL = b"small.txt"


def run() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as name, review_lab(Path(name)) as lab:
        old, new = _changes(lab)
        told = Path(name) / "turns"
        figures.title("review screen, tmux 120×40: a change of 100,000 lines beside a small one")
        peer_file = Path(name) / "peer.py"
        peer_file.write_text(PEER)
        with (
            _home(lab),
            Pane(_command(lab, told)) as pane,
            Pane([sys.executable, str(peer_file)]) as peer,
        ):
            pane.until(b"m1")
            peer.until(_ROW)
            _settle(pane, 5.0)
            before = _resident(pane)
            pane.key("r")
            _wait(pane, _SMALL)
            _settle(pane, 3.0)
            _first_screens(pane, lab, old, new)
            _keys_while_it_loads(pane, peer)
            _settle(pane, 4.0)
            _paging(pane, peer, "unified")
            pane.key("v")
            _settle(pane, 2.0)
            _paging(pane, peer, "side by side")
            figures.line("resident, dashboard alone", [before / 2**20], unit="MiB", scale=1)
            figures.line("resident, the diff open", [_resident(pane) / 2**20], unit="MiB", scale=1)
            figures.line("resident at most", [_most(pane) / 2**20], unit="MiB", scale=1)
        _turns(told)
        _spin()


def _command(lab: ReviewLab, told: Path) -> list[str]:
    return [sys.executable, "-m", "bench.turns", str(told), "--config", str(lab.config)]


@contextlib.contextmanager
def _home(lab: ReviewLab) -> Iterator[None]:
    before = os.environ["HOME"]
    os.environ["HOME"] = str(lab.home)
    try:
        yield
    finally:
        os.environ["HOME"] = before


def _changes(lab: ReviewLab) -> tuple[str, str]:
    """A small change, and one of every second line of 100 files; target and head of that."""
    texts = {f"src/file{number}.py": large_text(f"value{number}") for number in range(FILES)}
    target = committed(lab.user, texts, "many files")
    git(lab.user, "push", "-q", "origin", "main")
    for clone in lab.clones.values():
        git(clone, "pull", "-q", "origin", "main")
    lab.agent("m0", "t-1", {_SMALL.decode(): "small\n"})
    changed = {name: large_text("other", text) for name, text in texts.items()}
    return target, lab.agent("m0", "t-2", changed)


def _first_screens(pane: Pane, lab: ReviewLab, old: str, new: str) -> None:
    quarantine = next(lab.config.parent.glob("state/review/**/HEAD")).parent
    command = ["git", "--git-dir", str(quarantine), "diff-tree", "-r", "-p", old, new]

    def ours() -> float:
        pressed = time.perf_counter()
        pane.key("j")
        _wait(pane, _ROW)
        took = time.perf_counter() - pressed
        _settle(pane, 3.0)
        pane.key("k")
        _wait(pane, _SMALL)
        _settle(pane, 0.5)
        return took

    mine, theirs = figures.in_turn(ROUNDS, ours, lambda: figures.seconds_of(command))
    figures.line("key to the first rows", mine)
    figures.line("git diff-tree -p >/dev/null", theirs)
    figures.ratio("(first − 100 ms) ÷ git", [max(0.0, took - 0.1) for took in mine], theirs)


def _keys_while_it_loads(pane: Pane, peer: Pane) -> None:
    """A page down each 60 ms, from the first row on; what is painted next with rows is it."""
    times: list[float] = []
    settled: list[float] = []
    theirs: list[float] = []
    for turn in range(4):
        if turn:
            pane.key("k")
            _wait(pane, _SMALL)
            _settle(pane, 1.0)
        pane.key("j")
        _wait(pane, _ROW)
        pane.key("Tab")
        for press in range(16):
            _settle(pane, 0.06)
            (times if press < 8 else settled).append(_pressed(pane, "NPage"))
            theirs.append(_pressed(peer, "n"))
        pane.key("Tab")
        _settle(pane, 3.0)
    figures.line("page down to paint while it loads", times)
    figures.line("its p95", [figures.p95(times)])
    figures.line("the next eight", settled)
    _beside(times, theirs)


def _paging(pane: Pane, peer: Pane, kind: str) -> None:
    taken: list[float] = []
    idle: list[float] = []
    times: list[float] = []
    theirs: list[float] = []
    pane.key("Tab")
    pid = pane.pid()
    for _ in range(PAGES):
        worked = _loop_cpu(pid)
        _settle(pane, 0.2)
        idle.append(_loop_cpu(pid) - worked)
        worked = _loop_cpu(pid)
        times.append(_pressed(pane, "NPage"))
        _settle(pane, 0.2 - times[-1])
        taken.append(_loop_cpu(pid) - worked)
        theirs.append(_pressed(peer, "n"))
    pane.key("Tab")
    ambient = statistics.mean(idle)
    figures.line(f"{kind}: 0.2 s with a page down, CPU of the loop", taken)
    figures.line(f"{kind}: 0.2 s without, mean", [ambient])
    figures.line(f"{kind}: a page down to paint", times)
    figures.line(f"{kind}: its p95", [figures.p95(times)])
    _beside(times, theirs)


def _pressed(pane: Pane, key: str) -> float:
    """Seconds from a key to the first rows that are painted after it."""
    pane.quiet(0.01)
    pressed = time.perf_counter()
    pane.key(key)
    _wait(pane, _ROW)
    return time.perf_counter() - pressed


def _beside(ours: list[float], theirs: list[float]) -> None:
    figures.line("a page down in Textual's Log to paint, in turn", theirs)
    figures.line("its p95", [figures.p95(theirs)])
    ratio = statistics.median(ours) / statistics.median(theirs)
    print(f"  {'medians: ours ÷ Log':<46} {ratio:9.2f} ×")


def _turns(told: Path) -> None:
    found = turns.read(told)
    took = sorted(found, reverse=True)
    worked = sorted(found, key=lambda turn: turn[1], reverse=True)
    figures.line("longest turns of the loop, processor time", [cpu for _, cpu, _ in worked[:10]])
    figures.line("longest turns of the loop, on the clock", [took for took, _, _ in took[:10]])
    for seconds, cpu, whose in {*took[:8], *worked[:8]}:
        print(f"    {seconds * 1000:.1f} ms, {cpu * 1000:.1f} of it at work: {whose}")


def _spin() -> None:
    """How long this machine stops a process that does nothing but look at the clock."""
    gaps, last = [], time.perf_counter()
    ends = last + SPIN_S
    while last < ends:
        now = time.perf_counter()
        if now - last > turns.LONG_S:
            gaps.append(now - last)
        last = now
    longest = sorted(gaps, reverse=True)[:10] or [0.0]
    figures.line(f"a loop that only looks at the clock, {SPIN_S:.0f} s", longest)


def _loop_cpu(pid: int) -> float:
    """Seconds of the processor that the main thread has had."""
    return int(Path(f"/proc/{pid}/task/{pid}/schedstat").read_text().split()[0]) / 1e9


def _resident(pane: Pane) -> float:
    return float(psutil.Process(pane.pid()).memory_info().rss)


def _most(pane: Pane) -> float:
    status = Path(f"/proc/{pane.pid()}/status").read_text()
    return float(status.partition("VmHWM:")[2].split()[0]) * 1024


def _wait(pane: Pane, marker: bytes) -> None:
    seen, ends = b"", time.perf_counter() + PATIENCE_S
    while marker not in seen:
        piece = pane.painted(seconds=PATIENCE_S)
        if time.perf_counter() > ends:
            raise RuntimeError(f"{marker!r} was never painted: {seen[-400:]!r}")
        seen = seen[-2000:] + piece


def _settle(pane: Pane, seconds: float) -> None:
    ends = time.perf_counter() + seconds
    while (left := ends - time.perf_counter()) > 0:
        pane.painted(seconds=left)
