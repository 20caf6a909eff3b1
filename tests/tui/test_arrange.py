"""Where machines go, for every fleet and every terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleettui.tui.draw.arrange import Density, arrange, neighbour

counts = st.integers(1, 60)
widths = st.integers(1, 240)
heights = st.integers(1, 70)


@given(counts, widths, heights)
def test_places_lie_beside_each_other(count: int, width: int, height: int) -> None:
    arrangement = arrange(count, width, height)
    taken = set()
    for place in arrangement.places:
        assert place.x >= 0
        assert place.x + place.width <= width
        for cell in ((place.x, place.y), (place.x + place.width - 1, place.y + place.height - 1)):
            assert cell not in taken or place.width * place.height == 1
            taken.add(cell)
            assert [p.holds(*cell) for p in arrangement.places].count(True) == 1
    assert len(arrangement.places) == count


@given(counts, widths, heights)
def test_only_lines_of_a_list_may_pass_the_bottom(count: int, width: int, height: int) -> None:
    arrangement = arrange(count, width, height)
    bottom = max(place.y + place.height for place in arrangement.places)
    if arrangement.density is not Density.ROWS:
        assert bottom + arrangement.detail <= height


@given(
    counts, widths, heights, st.integers(0, 59), st.sampled_from([(0, 1), (0, -1), (1, 0), (-1, 0)])
)
def test_a_neighbour_is_a_machine(
    count: int, width: int, height: int, index: int, step: tuple[int, int]
) -> None:
    index %= count
    there = neighbour(arrange(count, width, height), index, *step)
    assert 0 <= there < count
    back = neighbour(arrange(count, width, height), there, -step[0], -step[1])
    assert 0 <= back < count


@pytest.mark.parametrize(
    "count,width,height,density,columns",
    [
        (4, 120, 38, Density.PANES, 2),
        (4, 200, 58, Density.PANES, 2),
        (1, 80, 22, Density.PANES, 1),
        (4, 80, 22, Density.COMPACT, 1),
        (12, 120, 38, Density.COMPACT, 1),
        (12, 200, 58, Density.PANES, 3),
        (50, 200, 58, Density.ROWS, 1),
        (50, 80, 22, Density.ROWS, 1),
        (3, 20, 3, Density.ROWS, 1),
    ],
)
def test_usual_terminals(
    count: int, width: int, height: int, density: Density, columns: int
) -> None:
    arrangement = arrange(count, width, height)
    assert (arrangement.density, arrangement.columns) == (density, columns)


def test_arrows_move_in_the_grid() -> None:
    grid = arrange(5, 200, 58)
    assert grid.columns == 3
    assert neighbour(grid, 0, 1, 0) == 1
    assert neighbour(grid, 0, 0, 1) == 3
    assert neighbour(grid, 2, 0, 1) == 4
    assert neighbour(grid, 4, 0, -1) == 1
    assert neighbour(grid, 0, 0, -1) == 0
    assert neighbour(grid, 4, 1, 0) == 4


def test_nothing_to_arrange() -> None:
    assert arrange(0, 80, 24).places == ()
    assert neighbour(arrange(0, 80, 24), 0, 1, 0) == 0
