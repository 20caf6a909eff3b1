"""The snapshot as one short line, also in the status line of a real tmux."""

import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings

from fleettui.commands.snapshots.line import ROOM, as_line
from fleettui.model.overview import Overview
from fleettui.model.text import is_clean, width
from fleettui.model.view import FleetView
from tests.lab.fleets import NOW, brain, busy, engine, fleets, home, mini, overviews

HOSTILE = "#(touch pwned)#[fg=red]#{pid}##S%Y"


def test_what_is_wrong_comes_before_what_works() -> None:
    assert as_line(home()) == "home 1/3 ✕ brain stale 2m · mini down · 2 alerts"
    assert as_line(replace(home(), machines=(engine(), mini()), alerts=())) == (
        "home 1/2 ✕ engine qwen2.5-coder:32b +1 66 % · mini down"
    )


def test_the_queue_is_named_where_it_needs_a_human() -> None:
    assert as_line(replace(home(), machines=(), alerts=()), busy()) == (
        "home 0/0 · 1 review · 1 failed"
    )


def test_a_fine_fleet_is_one_dot() -> None:
    assert as_line(FleetView("home", "desk", NOW, machines=(engine(),))) == (
        "home 1/1 ● engine qwen2.5-coder:32b +1 66 %"
    )


@settings(deadline=None, max_examples=40)
@given(fleets(), overviews())
def test_any_fleet_is_one_short_line(view: FleetView, overview: Overview) -> None:
    line = as_line(view, overview)
    assert is_clean(line)
    assert width(line.replace("##", "#")) <= ROOM
    assert all(len(run) % 2 == 0 for run in re.findall("#+", line))


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[list[str]]:
    """A tmux server of our own, as the beginning of a command line."""
    program = shutil.which("tmux")
    assert program is not None, "tmux is one of the programs that the tests need"
    command = [program, "-S", str(tmp_path / "socket"), "-f", "/dev/null"]
    yield command
    subprocess.run([*command, "kill-server"], check=False, capture_output=True)


def test_tmux_shows_a_hostile_name_as_it_is(tmux: list[str], tmp_path: Path) -> None:
    """A tmux in a tmux: the outer one sees what the inner one's status line looks like."""
    line = as_line(FleetView(HOSTILE, "desk", NOW, machines=(brain(),)))
    (tmp_path / "line").write_text(line + "\n")
    inner = f"{tmux[0]} -S {tmp_path}/inner -f {tmp_path}/inner.conf"
    (tmp_path / "inner.conf").write_text(
        "set -g status-right-length 100\nset -g status-interval 1\nset -g status-left ''\n"
        f"set -g status-right '#(cat {tmp_path}/line)'\nset -g window-status-current-format ''\n"
    )
    subprocess.run(
        [
            *tmux,
            "new-session",
            "-d",
            "-x",
            "120",
            "-y",
            "10",
            f"env -u TMUX {inner} new sleep\\ 60",
        ],
        check=True,
        cwd=tmp_path,
    )
    shown = ""
    for _ in range(150):
        pane = subprocess.run([*tmux, "capture-pane", "-p"], check=True, capture_output=True)
        shown = pane.stdout.decode()
        if "stale 2m" in shown:
            break
        time.sleep(0.1)
    subprocess.run([*inner.split(), "kill-server"], check=False, capture_output=True)
    assert line.replace("##", "#") in shown
    assert not (tmp_path / "pwned").exists()
