"""The frame before Textual: the same cells, and a terminal that is left as it was found."""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from datetime import UTC, datetime
from pathlib import Path

import pyte
import pytest

from fleettui.fleet.unread import unread
from fleettui.model.fleet import Fleet
from fleettui.model.machine import Machine, Role
from fleettui.tui.draw.grid import Shown, grid
from fleettui.tui.draw.header import header_line
from fleettui.tui.draw.paint import plain
from fleettui.tui.first_frame import colours, frame
from fleettui.tui.theme_files import DEFAULT, theme_folders

NOW = datetime(2026, 11, 21, 10, 42, tzinfo=UTC)
FLEET = Fleet(
    name="home",
    machines=(
        Machine("engine", roles=(Role.INFERENCE,), ssh=("engine",)),
        Machine("brain", ssh=("brain",)),
    ),
)
VIEW = unread(FLEET, "desk", NOW)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60), (20, 5)])
def test_it_fills_the_cells_that_the_dashboard_fills(size: tuple[int, int]) -> None:
    width, height = size
    screen = pyte.Screen(width, height)
    pyte.Stream(screen).feed(frame(VIEW, width, height, {"background": "#14171c"}))
    below = grid(Shown(VIEW, VIEW.machines, "engine"), width, height - 2).lines
    expected = [plain(line) for line in (header_line(VIEW, width), *below)][: height - 1]
    shown = [line.rstrip() for line in screen.display]
    assert shown[: len(expected)] == [line.rstrip() for line in expected]
    assert set(shown[len(expected) :]) <= {""}


def test_it_claims_nothing() -> None:
    text = frame(VIEW, 120, 40, {})
    assert text.count("reading…") >= 2
    assert "nothing needs you" not in text
    assert "agent" not in text


def test_colours_come_from_the_theme_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert colours(DEFAULT, theme_folders()[:2])["background"] == "#14171c"
    (tmp_path / "mine.toml").write_text('primary = "red"\nbackground = "#zzzzzz"\npanel = 7\n')
    assert colours("mine", [tmp_path]) == {}
    assert colours("../mine", [tmp_path / "x"]) == {}
    (tmp_path / "mine.toml").write_bytes(b"\xff")
    assert colours("mine", [tmp_path]) == {}
    monkeypatch.setenv("NO_COLOR", "1")
    assert colours(DEFAULT, theme_folders()[:2]) == {}


FAILS = """
from datetime import datetime, UTC
from fleettui.fleet.unread import unread
from fleettui.model.fleet import Fleet
from fleettui.tui.first_frame import first_frame
import os, signal
with first_frame(unread(Fleet("home", ()), "desk", datetime.now(UTC)), "none", []):
    {body}
"""


@pytest.mark.parametrize(
    "body", ["raise KeyboardInterrupt", "os.kill(os.getpid(), signal.SIGTERM)"]
)
def test_a_start_that_fails_leaves_the_terminal_as_it_was(body: str) -> None:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    before = termios.tcgetattr(theirs)
    child = subprocess.Popen(
        [sys.executable, "-c", FAILS.format(body=body)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm-256color"},
    )
    written = b""
    try:
        while b"\x1b[?1049l" not in written:
            written += os.read(ours, 65536)
        assert child.wait(timeout=30) != 0
        assert termios.tcgetattr(theirs) == before
    finally:
        child.kill()
        child.wait()
        os.close(ours)
        os.close(theirs)
    assert written.index(b"\x1b[?1049h") < written.index(b"home") < written.index(b"\x1b[?25h")
