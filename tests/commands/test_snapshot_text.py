"""The snapshot for people."""

import re
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from fleettui.commands.snapshots.changes import Changes
from fleettui.commands.snapshots.text import as_text
from fleettui.model import fmt
from fleettui.model.overview import Overview
from fleettui.model.text import is_clean, width
from fleettui.model.view import FleetView
from tests.lab.fleets import NOW, busy, engine, fleets, home, overviews

SGR = re.compile("\x1b\\[[0-9;]*m")

HOME = f"""\
home  1 of 3 machines ok · 2 alerts · {fmt.clock_time(NOW)} on desk
✕ proxy localhost:1055 refuses connections (mini)
✕ brain: disk nearly full: 3.0 GB free · 4m
▲ engine: model gpt-oss:20b is not installed
  → ollama pull gpt-oss:20b

● engine  inference · macos · engine.local · 3 ms
  memory     42.0 of 64 GB · normal
  cpu        3 % of 16 cores · load 0.4 · disk 412 GB free · up 6d 3h
  gpu        M1 Max · 34 % · 12.0 of 24 GB
  ollama     0.32.15 · 2 loaded · 1 installed
    qwen2.5-coder:32b   21.5 GB  gpu 100 %   32k    4:12  busy
    deepseek-r1:32b     20.0 GB   gpu 50 %     –       ∞
    ▲ missing gpt-oss:20b

◌ brain  orchestrator execution · linux · stale · 2 ms
  ◌ services stale 2m 10s: no answer
  memory     12.0 of 32 GB
  cpu        31 % of 12 cores · load 3.2
  services   ● gateway  ▲ watcher degraded (restarting)  (read 2m 10s ago)
  worktrees  2
    app  agent/t-42  ⟳ claude running 12m  ↑3  ↓2  uncommitted
    web  (detached)  ▲ the folder .git is missing
  cost       today $1.94 · month $23.40

✕ mini  execution · down
  ✕ system, ollama down: no route to host (next try in 14s)

  tasks      2 running · 3 queued · 1 in review · 1 failed
  reviews    app agent/t-43 ready
  cost       today $1.94 · month $23.41 of $100.00 · projected $39.00
             saved $161.00
  ▲ 1 leak $0.42
"""


def test_a_block_a_machine_and_what_needs_a_human_first() -> None:
    assert as_text(home(), busy()) == HOME


def test_an_address_that_is_the_name_is_not_repeated() -> None:
    machine = replace(engine(), address="engine")
    lines = as_text(FleetView("home", "desk", NOW, (machine,))).splitlines()
    assert lines[2] == "● engine  inference · macos · 3 ms"


@settings(deadline=None, max_examples=40)
@given(fleets(), overviews(), st.integers(40, 130))
def test_any_fleet_fits_and_is_safe_to_draw(view: FleetView, overview: Overview, room: int) -> None:
    lines = as_text(view, overview, room=room).split("\n")
    assert lines.pop() == ""
    assert [line for line in lines if not is_clean(line)] == []
    assert max(map(width, lines)) <= room


@settings(deadline=None, max_examples=30)
@given(fleets())
def test_colour_changes_nothing_but_colour(view: FleetView) -> None:
    painted = as_text(view, colour=True)
    bare = [line.rstrip() for line in SGR.sub("", painted).split("\n")]
    assert bare == as_text(view).split("\n")


def test_text_that_is_not_clean_is_made_visible() -> None:
    view = FleetView("home\x1b[2J", "desk", NOW)
    assert "\x1b" not in as_text(view)
    assert "home␛[2J" in as_text(view)


def test_states_are_told_apart_by_colour_and_shape() -> None:
    painted = as_text(home(), colour=True)
    assert "\x1b[32m● \x1b[0m\x1b[1mengine" in painted
    assert "\x1b[33m◌ \x1b[0m\x1b[1mbrain" in painted
    assert "\x1b[31m✕ \x1b[0m\x1b[1mmini" in painted


def test_only_changed_machines_are_drawn_and_the_others_counted() -> None:
    view = home()
    some = FleetView("home", "desk", NOW, machines=(engine(),))
    text = as_text(view, changes=Changes(some, unchanged=2, removed=("msi",)))
    assert "● engine" in text
    assert "mini  execution" not in text
    assert "2 machines unchanged · msi is no longer in the fleet" in text


def test_a_fleet_without_machines_says_so() -> None:
    assert as_text(FleetView("home", "desk", NOW)).startswith("home  no machines · ")
