"""The dashboard on real terminals: a pseudo-terminal read byte by byte, and tmux."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tui.terminal import PATIENCE, ROOT, terminal

OURS = re.compile(rb"\x1b\[[0-9;:<>=?]*\$?[A-Za-z]|\x1b\]22;[a-z-]*(\x07|\x1b\\)|\x1b[>=]")
"""What the screen library itself writes: CSI sequences and the shape of the mouse pointer."""


def foreign_escapes(raw: bytes) -> list[bytes]:
    """Control bytes that are not part of a sequence of the screen library."""
    rest = OURS.sub(b"", raw)
    return re.findall(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f].{0,12}", rest, re.S)


HOSTILE = (
    "n\x1b]52;c;aGVsbG8=\x07\x1b]0;owned\x07\x1b]8;;http://evil\x1b\\x"
    "\x9b2J\x9d0;t\x9c\x1b[2J\x1b[999D\u202egpj\u2066\u200b\r\n\x08\x7f[red]"
)


def test_nothing_from_outside_acts_on_the_terminal() -> None:
    with terminal(json.dumps(HOSTILE)) as term:
        term.until("┏━ 1 n␛")
        for keys, text in (("\r", "models on disk"), ("w", "▸ inbox"), ("D", "┏━ 1 n␛")):
            term.type(keys)
            term.until(text)
        term.type("R")
        term.until("reading")
        term.type("q")
        assert term.ended() == 0
    shown = term.raw.decode()
    assert foreign_escapes(term.raw) == []
    for piece in ("52;c;aGVsbG8=\x07", "]0;owned\x07", "\x1b]8;;", "\x9b", "\x9d", "\u202e"):
        assert piece not in shown
    assert "\u2066" not in shown
    assert "\u200b" not in shown


def test_without_colour_shapes_still_tell() -> None:
    with terminal("fleet:7", size=(120, 40), environment={"NO_COLOR": "1"}) as term:
        for text in ("┏━ 1 engine ● inference", "mini ◌ stale", "studio ✕ ollama", "vault ▲ host"):
            term.until(text)
        term.type("q")
        assert term.ended() == 0
    colours = set(re.findall(rb"[34]8;2;(\d+);(\d+);(\d+)", term.raw))
    assert colours
    assert all(red == green == blue for red, green, blue in colours)


@pytest.mark.parametrize("name", ["xterm", "screen", "vt100", "linux"])
def test_terminals_of_few_colours(name: str) -> None:
    with terminal("fleet:4", environment={"TERM": name, "COLORTERM": ""}) as term:
        term.until("2 brain ●")
        term.type("q")
        assert term.ended() == 0
    assert b"38;2;" not in term.raw


def test_a_bug_ends_the_program() -> None:
    with terminal("error") as term:
        assert term.ended() == 1
    assert b"RuntimeError: a bug" in term.raw
    assert b"\x1b[?1049l" in term.raw


def test_a_closed_terminal_is_a_clean_end(tmp_path: Path) -> None:
    note = tmp_path / "note"
    with terminal("fleet:4", environment={"NOTE": str(note)}) as term:
        term.until("engine")
        term.hang_up()
        assert term.ended() >= 0, "no signal ended it"
    assert note.read_text() == "connections closed"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_leaves_the_terminal_as_it_was(tmp_path: Path, number: signal.Signals) -> None:
    note = tmp_path / "note"
    with terminal("fleet:4", environment={"NOTE": str(note)}) as term:
        term.until("? help")
        os.kill(term.pid, number)
        assert term.ended() == 128 + number
    assert note.read_text() == "connections closed"
    for mode, last in ((b"\x1b[?1049", b"l"), (b"\x1b[?1000", b"l"), (b"\x1b[?25", b"h")):
        assert re.findall(re.escape(mode) + b"([hl])", term.raw)[-1] == last


def test_the_smallest_terminals() -> None:
    with terminal("fleet:4", size=(20, 5)) as term:
        assert "engine" in term.until("? help")
        term.type("\r")
        term.until("system")
        term.type("q")
        assert term.ended() == 0


class Tmux:
    """A tmux server of its own."""

    def __init__(self, folder: Path) -> None:
        self._command = ["tmux", "-S", str(folder / "tmux"), "-f", "/dev/null"]

    def run(self, *arguments: str) -> str:
        """One tmux command."""
        done = subprocess.run(
            [*self._command, *arguments], capture_output=True, text=True, check=True, timeout=30
        )
        return done.stdout

    def until(self, text: str) -> str:
        """Wait until the text stands in the pane."""
        end = time.monotonic() + PATIENCE
        while text not in (shown := self.run("capture-pane", "-p")):
            assert time.monotonic() < end, f"no {text!r} in:\n{shown}"
            time.sleep(0.05)
        return shown

    def press(self, *keys: str) -> None:
        """Press keys."""
        self.run("send-keys", *keys)


def dashboard(what: str) -> str:
    """The command line of a dashboard, for a shell."""
    run = f"{sys.executable} -m tests.tui {what}"
    return f"cd {ROOT}; unset LINES COLUMNS; PYTHONPATH=src {run}; sleep 60"


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[Tmux]:
    """A tmux server that is gone afterwards."""
    assert shutil.which("tmux"), "tmux is needed"
    server = Tmux(tmp_path)
    yield server
    server.run("kill-server")


@pytest.mark.parametrize("columns,lines", [(80, 24), (120, 40), (200, 60)])
def test_keys_in_tmux(tmux: Tmux, columns: int, lines: int) -> None:
    command = dashboard("fleet:7")
    tmux.run("new-session", "-d", "-x", str(columns), "-y", str(lines), command)
    text = tmux.until("? help")
    assert "engine" in text
    tmux.press("3")
    tmux.until("┏━ 3 mini" if columns > 80 else "▌3 ◌ mini")
    tmux.press("Enter")
    text = tmux.until("▸ mini")
    assert "connection lost (2m 10s ago)" in text
    tmux.press("Escape")
    tmux.until("enter open")
    tmux.press("/", "w", "a", "i", "t")
    tmux.until("1 of 7 machines")
    tmux.press("Escape")
    tmux.until("enter open")
    tmux.press("w")
    tmux.until("▸ inbox")
    tmux.press("?")
    tmux.until("esc close")
    tmux.press("Escape")
    tmux.until("enter go there")
    tmux.press("q")


def test_resizing_in_tmux(tmux: Tmux) -> None:
    command = dashboard("fleet:12")
    tmux.run("new-session", "-d", "-x", "200", "-y", "60", command)
    tmux.until("┏━ 1 engine")
    for columns, lines in ((40, 12), (20, 5), (3, 2), (150, 50), (80, 24)):
        tmux.run("resize-window", "-x", str(columns), "-y", str(lines))
    text = tmux.until("▌1 ● engine")
    assert all(len(line) <= 80 for line in text.splitlines())


def test_wide_names_keep_the_frame_in_tmux(tmux: Tmux) -> None:
    name = json.dumps("模型-名前-🚀-é", ensure_ascii=True)
    command = dashboard(f"'{name}'")
    tmux.run("new-session", "-d", "-x", "120", "-y", "40", command)
    text = tmux.until("? help")
    frames = [line.rstrip() for line in text.splitlines() if line.startswith(("┃", "│"))]
    assert len(frames) > 10
    assert all(line.endswith(("│", "┃")) for line in frames)
