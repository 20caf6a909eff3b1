"""The lines around the machines."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from fleettui.model.view import Banner, FleetView
from fleettui.tui.draw.header import banner_line, cost_line, header_line
from fleettui.tui.draw.hints import Hint, hint_line
from fleettui.tui.draw.inbox import item_lines, waiting
from fleettui.tui.draw.log import log_lines
from fleettui.tui.draw.paint import line_cells, plain
from fleettui.tui.search import matching
from tests.tui import fleets

texts = st.text(max_size=60)


@given(texts, st.integers(1, 210))
def test_every_line_fits(text: str, width: int) -> None:
    view = fleets.fleet_saying(text)
    assert line_cells(header_line(view, width, text)) == width
    assert line_cells(cost_line(view, width) or ()) in (0, width)
    assert line_cells(banner_line(view, width) or ()) in (0, width)
    for item in waiting(view):
        lines = item_lines(item, view.taken_at, width, 12, chosen=True)
        assert all(line_cells(line) == width for line in lines)
    events = tuple(replace(event, text=text, machine=text) for event in fleets.events(2))
    assert all(line_cells(line) <= width for line in log_lines(events, width))


def test_the_header_counts() -> None:
    line = plain(header_line(fleets.fleet_of(4), 120))
    assert line.startswith(" fleettui home")
    assert "2 of 4 machines fine · 4 models · 3 agents" in line
    assert "▲ 1 needs you" in line
    fine = replace(fleets.fleet_of(1))
    assert "1 machine · 2 models   ● nothing needs you" in plain(header_line(fine, 120))


def test_a_narrow_header_keeps_what_needs_the_human() -> None:
    view = fleets.fleet_of(7)
    assert "✕ 3 need you" in plain(header_line(view, 50))
    assert "4 models" not in plain(header_line(view, 50))


def test_costs_are_shown_only_when_they_are_known() -> None:
    line = cost_line(fleets.fleet_of(2), 80)
    assert line is not None
    assert plain(line).startswith(" today $1.94 · month $23.41")
    unknown = FleetView("home", "desk", fleets.NOW, (fleets.msi(),))
    assert cost_line(unknown, 80) is None


def test_a_shared_cause_is_one_line() -> None:
    line = banner_line(fleets.fleet_of(12), 120)
    assert line is not None
    assert "▲ proxy localhost:1055 refuses connections: msi, msi-8" in plain(line)
    assert banner_line(fleets.fleet_of(2), 120) is None
    banners = (*fleets.fleet_of(12).banners, Banner("another"))
    more = banner_line(replace(fleets.fleet_of(12), banners=banners), 120)
    assert more is not None
    assert plain(more).endswith("+1 more ")


def test_the_worst_waits_first_and_keys_wait_too() -> None:
    items = waiting(fleets.fleet_of(7))
    assert [item.machine for item in items] == ["studio", "brain", "vault"]
    assert items[1].remedy == "start it on brain: pm2 start api"
    assert items[2].remedy == "look at the key with: fleettui doctor vault --trust"
    lines = [plain(line) for line in item_lines(items[1], fleets.NOW, 80, 6, chosen=True)]
    assert lines[0].startswith("▌ ▲ brain  api is down")
    assert lines[0].endswith(" 31m ")
    assert "start it on brain" in lines[1]


def test_a_date_stands_before_each_day() -> None:
    events = (*fleets.events(2), *fleets.events(1))
    lines = [plain(line) for line in log_lines(events, 80)]
    assert sum("2026" in line for line in lines) == 1
    assert "▲ engine watcher is degraded: restarted 4 times" in lines[2]


def test_hints_drop_from_the_end_but_keep_help() -> None:
    hints = [Hint("enter", "open", "a"), Hint("R", "read again", "b"), Hint("?", "help", "c")]
    assert plain(hint_line(hints, 60)[0]).rstrip() == " enter open  R read again  ? help"
    assert plain(hint_line(hints, 22)[0]).rstrip() == " enter open  ? help"
    places = hint_line(hints, 60)[1]
    assert places == ((1, 11, "a"), (13, 25, "b"), (27, 33, "c"))


@given(st.lists(st.builds(Hint, texts, texts, st.just("x")), max_size=6), st.integers(0, 100))
def test_hints_fit(hints: list[Hint], width: int) -> None:
    line, places = hint_line(hints, width)
    assert line_cells(line) == width
    assert all(end <= width for _, end, _ in places)


def test_a_filter_finds_names_roles_models_branches_and_states() -> None:
    view = fleets.fleet_of(7)

    def found(query: str) -> list[str]:
        return [machine.name for machine in matching(view, query)]

    assert found("") == [machine.name for machine in view.machines]
    assert found("ENGI") == ["engine"]
    assert found("orchestrator") == ["brain"]
    assert found("deepseek") == ["engine", "mini", "studio"]
    assert found("agent/t-7") == ["mini"]
    assert found("hostkey") == ["vault"]
    assert found("windows") == ["msi"]
    assert found("waiting codex") == ["brain"]
    assert found("inference stale") == ["mini", "studio"] or found("inference stale") == ["mini"]
    assert found("nothing like this") == []
