"""What a machine looks like, as pane, as two lines, as one line and in full."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleettui.model.ollama import Activity
from fleettui.model.reading import Source, SourceState
from fleettui.model.service import ServiceState
from fleettui.model.system import Gpu, System
from fleettui.model.text import is_clean
from fleettui.model.view import History, MachineCost, MachineView, SourceView
from fleettui.model.worktree import AgentState
from fleettui.tui.draw.grid import Shown, grid
from fleettui.tui.draw.paint import Line, Tone, line_cells, plain, tame
from fleettui.tui.draw.pane import pane_lines
from fleettui.tui.draw.report import report_lines
from fleettui.tui.draw.rows import compact_lines, row_lines
from tests.tui import fleets

HOSTILE = [
    "\x1b]52;c;aGVsbG8=\x07",
    "\x1b]0;owned\x07",
    "\x9b2J\x1b[2J",
    "a\nb\rc\td",
    "exe\u202egpj.txt",
    "[red]x[/] [/foo] [@click=app.quit]y[/]",
    "模型-非常に長い名前-🚀🚀🚀-" * 4,
    "👍🏽👨\u200d👩\u200d👧",
    "ß" + "\u0301" * 30,
    "\ud800broken",
    "",
]
texts = st.sampled_from(HOSTILE) | st.text(max_size=60)


def look(view: MachineView, width: int = 60, height: int = 20) -> list[str]:
    """The pane as text."""
    return [plain(line) for line in pane_lines(view, fleets.NOW, (width, height))]


def tone_of(lines: tuple[Line, ...], text: str) -> Tone:
    """The tone of the first span that holds the text."""
    return next(tone for line in lines for span, tone in line if text in span)


def safe(lines: tuple[Line, ...]) -> bool:
    """Whether lines may be drawn as they are."""
    return all(is_clean(tame(text)) for line in lines for text, _ in line)


@settings(max_examples=150)
@given(texts, st.integers(1, 210), st.integers(1, 40), st.sampled_from(list(SourceState)))
def test_a_pane_has_exactly_its_size(
    text: str, width: int, height: int, state: SourceState
) -> None:
    view = fleets.everywhere(text, state)
    lines = pane_lines(view, fleets.NOW, (width, height), chosen=True, number=3)
    assert [line_cells(line) for line in lines] == [width] * height
    assert safe(lines)


@settings(max_examples=100)
@given(texts, st.integers(1, 210), st.integers(0, 20), st.sampled_from(list(SourceState)))
def test_short_forms_have_exactly_their_width(
    text: str, width: int, names: int, state: SourceState
) -> None:
    view = fleets.everywhere(text, state)
    for number in (1, 12):
        lines = (
            *compact_lines(view, fleets.NOW, width, names=names, number=number),
            *row_lines(view, fleets.NOW, width, names=names, number=number),
        )
        assert all(line_cells(line) == width for line in lines)
        assert safe(lines)


@settings(max_examples=60)
@given(texts, st.integers(1, 210), st.sampled_from(list(SourceState)))
def test_a_report_is_never_too_wide(text: str, width: int, state: SourceState) -> None:
    view = fleets.everywhere(text, state)
    lines = report_lines(view, fleets.NOW, width, events=fleets.events(3))
    assert all(line_cells(line) <= width for line in lines)
    assert safe(lines)


@settings(max_examples=60)
@given(texts, st.integers(1, 210), st.integers(1, 70), st.integers(0, 12))
def test_the_grid_fits_its_terminal(text: str, width: int, height: int, more: int) -> None:
    view = fleets.fleet_saying(text)
    machines = (*view.machines, *fleets.fleet_of(more).machines)
    lines = grid(Shown(view, machines, text), width, height).lines
    assert all(line_cells(line) <= width for line in lines)
    assert safe(lines)


def test_a_healthy_machine() -> None:
    lines = look(fleets.engine())
    assert lines[0].startswith("╭─ engine ● inference ─")
    assert lines[0].endswith(" macOS · 3 ms ─╮")
    text = "\n".join(lines)
    assert "41.9 of 64 GB used" in text
    assert "⟳ qwen2.5-coder:32b  21.5 GB  gpu 100 %   32k" in text
    assert "▲ missing gpt-oss:20b" in text
    assert "● ollama 0.32.15 · 2 installed" in text
    assert "load 3.2 · disk 412 GB free" in text
    assert "▲ watcher degraded" in text
    assert "today $0.00" in text


def test_countdowns_follow_the_servers_clock() -> None:
    view = fleets.engine()
    assert view.ollama is not None
    ahead = replace(view, ollama=replace(view.ollama, skew_s=60.0))
    assert "3:12" in "\n".join(look(ahead))
    assert "∞" in "\n".join(look(ahead))
    past = fleets.loaded("m", 1, -3, Activity.STOPPING)
    over = replace(view, ollama=replace(view.ollama, loaded=(past,)))
    assert "0:00" in "\n".join(look(over))


def test_a_stale_machine_keeps_its_values_with_their_age() -> None:
    view = fleets.mini()
    lines = pane_lines(view, fleets.NOW, (60, 20))
    text = "\n".join(plain(line) for line in lines)
    assert "mini ◌ stale 2m 10s" in text
    assert "connection lost (2m 10s ago)" in text
    assert "next try 14s" in text
    assert "41.9 of 64 GB" in text
    assert tone_of(lines, "41.9 of 64 GB") is Tone.DIM
    assert tone_of(lines, "qwen2.5-coder") is Tone.DIM


def test_one_source_that_is_down_says_so_and_only_that_one_is_dimmed() -> None:
    lines = pane_lines(fleets.half(), fleets.NOW, (70, 24))
    text = "\n".join(plain(line) for line in lines)
    assert "studio ✕ ollama down" in text
    assert "✕ ollama port 11434 refuses connections" in text
    assert "(2m 10s ago)" in text
    assert tone_of(lines, "qwen2.5-coder") is Tone.DIM
    assert tone_of(lines, "61.0 of 64 GB") is Tone.TEXT
    assert tone_of(lines, "✕ critical") is Tone.BAD


def test_a_late_machine_shows_its_age() -> None:
    view = fleets.engine()
    late = SourceView(SourceState.LATE, fleets.NOW, 12.0)
    view = replace(view, state=SourceState.LATE, sources=fleets.all_sources(late))
    assert "◌ late 12s (12s ago)" in "\n".join(look(view))


def test_before_the_first_reading() -> None:
    view = fleets.unread()
    assert "◌ reading…" in look(view)[1]
    assert "◌ reading…" in plain(row_lines(view, fleets.NOW, 100, names=6)[0])
    bare = MachineView(view.machine, SourceState.STALE)
    assert "◌ reading…" in look(bare)[1]


def test_a_machine_that_was_never_reached_says_what_to_do() -> None:
    text = "\n".join(look(fleets.msi()))
    assert "▲ proxy localhost:1055 refuses connections" in text
    assert "next try 9s" in text
    assert "R tries again at once" in text
    assert "fleettui doctor msi" in text


def test_what_is_unknown_is_a_dash_not_a_zero() -> None:
    view = fleets.engine()
    assert view.system is not None
    empty = replace(
        view,
        system=System(view.system.platform),
        history=History(),
        cost=MachineCost(),
        ollama=None,
        services=None,
    )
    text = "\n".join(look(empty))
    assert "╌╌╌" in text
    assert "mem" in text
    assert " 0" not in text
    assert "today" not in text


def test_what_needs_a_human_stands_first() -> None:
    text = "\n".join(look(fleets.brain()))
    order = ["codex waiting 4m", "aider failed 1m", "claude running 12m", "main"]
    assert [text.index(words) for words in order] == sorted(text.index(words) for words in order)


def test_worktrees_line_up() -> None:
    rows = [line for line in look(fleets.brain()) if "agent/t-" in line]
    assert len({row.index("agent/t-") for row in rows}) == 1
    assert len({row.rindex("4m") for row in rows}) == 1
    assert "↑3 ↓1 ~ 4m" in rows[2]


def test_a_guess_is_marked() -> None:
    view = fleets.brain()
    assert view.worktrees is not None
    tree = view.worktrees[0]
    assert tree.agent is not None
    guessed = replace(tree, agent=replace(tree.agent, source="guess"))
    assert "claude running? 12m" in "\n".join(look(replace(view, worktrees=(guessed,))))


def test_a_broken_worktree_tells_its_problem() -> None:
    tree = fleets.tree("agent/t-9", None, problem="the index is locked")
    text = "\n".join(look(replace(fleets.brain(), worktrees=(tree,))))
    assert "▲ app  agent/t-9  the index is locked" in text


def test_little_room_keeps_what_matters() -> None:
    lines = look(fleets.brain(), 60, 8)
    text = "\n".join(lines)
    assert "mem" in text
    assert "✕ api down" in text
    assert "codex waiting" in text
    assert "more" in text


def test_graphs_grow_into_spare_room() -> None:
    tall = look(fleets.brain(), 60, 30)
    assert sum(any(mark in line for mark in "▁▂▃▄▅▆▇█") for line in tall) > 2


def test_the_chosen_one_has_another_frame() -> None:
    lines = pane_lines(fleets.engine(), fleets.NOW, (60, 10), chosen=True)
    assert plain(lines[0]).startswith("┏━ engine")
    assert plain(lines[-1]) == "┗" + "━" * 58 + "┛"
    (row,) = row_lines(fleets.engine(), fleets.NOW, 100, names=6, chosen=True)
    assert plain(row).startswith("▌")


def test_two_lines_say_state_memory_models_and_trouble() -> None:
    first, second = compact_lines(fleets.brain(), fleets.NOW, 120, names=8, number=2)
    assert plain(first).startswith(" 2 ● brain    mem ")
    assert "12.4 of 32 GB" in plain(first)
    assert "✕ 1 failed  ⟳ 1 running  ▲ 1 waiting" in plain(second)
    assert "✕ api down" in plain(second)
    engine = plain(compact_lines(fleets.engine(), fleets.NOW, 140, names=8)[1])
    assert "qwen2.5-coder:32b 4:11" in engine


def test_what_is_wrong_has_the_whole_line_where_nothing_was_measured() -> None:
    (line,) = row_lines(fleets.msi(), fleets.NOW, 60, names=6)
    assert plain(line).rstrip().endswith(" msi    proxy localhost:1055 refuses connections")


def test_a_model_that_is_not_on_the_gpu_is_noticed() -> None:
    view = fleets.engine()
    assert view.ollama is not None
    model = replace(fleets.loaded("m", 10, 5, Activity.IDLE), size_vram=0)
    partly = replace(model, size_vram=model.size and model.size // 2)
    lines = pane_lines(
        replace(view, ollama=replace(view.ollama, loaded=(model, partly))), fleets.NOW, (60, 20)
    )
    assert tone_of(lines, "cpu" + "") is Tone.DIM
    assert tone_of(lines, "gpu 50 %") is Tone.WARN


@pytest.mark.parametrize("state", list(ServiceState))
def test_every_service_state_has_its_shape(state: ServiceState) -> None:
    view = fleets.engine()
    assert view.services is not None
    service = replace(view.services[0], state=state)
    text = "\n".join(look(replace(view, services=(service,))))
    assert "gateway" in text
    assert (state is ServiceState.UP) == (f"gateway {state.value}" not in text)


@pytest.mark.parametrize("state", list(AgentState))
def test_every_agent_state_has_its_word(state: AgentState) -> None:
    view = replace(fleets.brain(), worktrees=(fleets.tree("agent/t-1", state),))
    assert f"claude {state.value} 12m" in "\n".join(look(view))


@pytest.mark.parametrize("state", [s for s in SourceState if not s.healthy])
def test_every_bad_state_has_a_word_and_a_reason(state: SourceState) -> None:
    view = fleets.everywhere("reason-text", state)
    text = "\n".join(look(view, 80))
    assert state.value in text
    assert "reason-text" in text


def test_a_report_has_everything() -> None:
    alert = fleets.fleet_of(2).alerts[0]
    lines = report_lines(fleets.brain(), fleets.NOW, 120, alerts=[alert], events=fleets.events(8))
    text = "\n".join(plain(line) for line in lines)
    for part in (
        "waits for you",
        "start it on brain: pm2 start api",
        "16 cores",
        "services",
        "nothing listens on port 8000",
        "worktrees",
        "agent/t-42",
        "sources",
        "10.0.0.8:22",
        "last events",
        "claude started in agent/t-42",
        "month $23.41",
    ):
        assert part in text


def test_a_report_lists_what_is_on_disk() -> None:
    text = "\n".join(plain(line) for line in report_lines(fleets.engine(), fleets.NOW, 120))
    assert "models on disk" in text
    assert "deepseek-r1:32b    19.8 GB" in text
    assert "http://engine.local:11434" in text
    none = fleets.engine()
    assert none.ollama is not None
    empty = replace(none, ollama=replace(none.ollama, installed=()))
    text = "\n".join(plain(line) for line in report_lines(empty, fleets.NOW, 120))
    assert "ollama pull" in text


def test_drawing_again_gives_the_same_lines() -> None:
    view = fleets.brain()
    assert pane_lines(view, fleets.NOW, (60, 20)) == pane_lines(view, fleets.NOW, (60, 20))
    later = fleets.NOW + timedelta(seconds=0.2)
    assert pane_lines(view, later, (60, 20)) == pane_lines(view, fleets.NOW, (60, 20))


def test_sources_are_told_apart_by_their_own_age() -> None:
    view = fleets.engine()
    sources = {**view.sources, Source.SERVICES: fleets.bad(SourceState.STALE, "no answer")}
    lines = pane_lines(
        replace(view, state=SourceState.STALE, sources=sources), fleets.NOW, (70, 20)
    )
    gateway = next(plain(line) for line in lines if "gateway" in plain(line))
    assert gateway.rstrip(" │").endswith("(2m 10s ago)")


@pytest.mark.parametrize("width", range(40, 100))
def test_a_note_of_age_does_not_cut_the_columns(width: int) -> None:
    text = "\n".join(look(fleets.half(), width, 24))
    assert "…  (2m 10s ago)" not in text
    assert "… (2m 10s ago)" not in text


def test_a_full_disk_is_shown_before_other_facts() -> None:
    assert "disk ▲ 11.0 GB free" in "\n".join(look(fleets.half(), 60, 10))


@pytest.mark.parametrize("width", [30, 44, 58, 64, 80, 100, 200])
def test_how_much_memory_is_used_is_said_at_every_width(width: int) -> None:
    assert any(" of 64 GB" in line for line in look(fleets.engine(), width, 14))


def levels(lines: list[str], label: str) -> list[int]:
    """On which lines a graph's name stands, counted from the top of the pane."""
    return [index for index, line in enumerate(lines) if f" {label} " in line]


def test_name_newest_point_and_number_of_a_graph_share_a_line() -> None:
    (line,) = (line for line in look(fleets.brain(), 60, 30) if " cpu " in line)
    assert line.endswith("█  31 % │")


def test_graphs_side_by_side_are_equally_high() -> None:
    view = fleets.fleet_of(2)
    lines = [plain(line) for line in grid(Shown(view, view.machines), 120, 20).lines]
    assert levels([line[:60] for line in lines], "cpu") == [4]
    assert levels([line[60:] for line in lines], "cpu") == [4]
    alone = look(fleets.brain(), 60, 20)
    assert levels(alone, "cpu") == [4]


def test_a_full_pane_keeps_the_graphs_beside_it_low() -> None:
    view = fleets.fleet_of(2)
    idle = replace(view.machines[1], services=None, worktrees=None, cost=None)
    crowded = replace(view, machines=(view.machines[0], idle))
    lines = [plain(line) for line in grid(Shown(crowded, crowded.machines), 120, 10).lines]
    assert levels([line[60:] for line in lines], "cpu") == [2]
    assert levels(look(idle, 60, 10), "cpu") == [4]


def test_what_a_graphics_processor_says_stays_when_graphs_are_high() -> None:
    view = fleets.engine()
    assert view.system is not None
    gpu = Gpu("RTX 4090", 34.0, memory_used=8 * fleets.GIB, memory_total=24 * fleets.GIB)
    hot = replace(view, system=replace(view.system, gpus=(gpu,)))
    assert "8.0 of 24 GB" in "\n".join(look(hot, 60, 9))
    assert "gpu 8.0 of 24 GB" in "\n".join(look(hot, 90, 30))
