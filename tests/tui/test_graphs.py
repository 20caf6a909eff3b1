"""Bars and graphs: gaps stay gaps, no number breaks them."""

from math import inf, nan

from hypothesis import given
from hypothesis import strategies as st

from fleettui.tui.draw.graphs import area, bar, spark, squeezed
from fleettui.tui.draw.paint import Tone, line_cells, plain

numbers = st.none() | st.floats() | st.integers(-10, 200).map(float)


@given(st.lists(numbers, max_size=80), st.integers(0, 60), st.integers(1, 8))
def test_graphs_have_exactly_their_size(values: list[float | None], room: int, rows: int) -> None:
    assert len(spark(values, room)) == room
    graph = area(values, room, rows, Tone.CPU)
    assert len(graph) == rows
    assert all(line_cells(line) == room for line in graph)


@given(numbers, numbers, st.integers(0, 60))
def test_a_bar_has_exactly_its_size(value: float | None, top: float | None, room: int) -> None:
    assert line_cells(bar(value, top, room, Tone.OK)) == room


def test_a_gap_is_a_gap() -> None:
    assert spark([0.0, None, 50.0, nan, 100.0, inf], 6) == "▁ ▅ █ "


def test_the_newest_value_is_at_the_right() -> None:
    assert spark([100.0], 4) == "   █"
    assert spark([0.0, 0.0, 100.0], 2) == "▁█"


def test_a_bar_tells_unknown_from_empty() -> None:
    assert plain(bar(None, 10, 4, Tone.OK)) == "╌╌╌╌"
    assert plain(bar(0, 10, 4, Tone.OK)) == "────"
    assert plain(bar(0.01, 10, 4, Tone.OK)) == "╸───"
    assert plain(bar(5, 10, 4, Tone.OK)) == "━━──"
    assert plain(bar(12, 10, 4, Tone.OK)) == "━━━━"


def test_an_area_is_drawn_from_the_bottom() -> None:
    assert [plain(line) for line in area([50.0, 100.0, None, 1.0], 4, 2, Tone.CPU)] == [
        " █  ",
        "██·▁",
    ]


def test_squeezing_keeps_the_peaks() -> None:
    assert squeezed([1.0, 9.0, None, None, 2.0, 3.0], 3) == [9.0, None, 3.0]
    assert squeezed([1.0, None], 5) == [1.0, None]
