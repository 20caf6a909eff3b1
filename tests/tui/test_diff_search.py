"""Searching the bytes of a patch."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleettui.model.patch import Patch, Row
from fleettui.tui.draw import diff_search
from fleettui.tui.draw.diff_search import Search
from tests.tui import patches

TEXTS = st.lists(st.text(st.sampled_from("abAB é.É"), max_size=6), max_size=30)


def found(patch: Patch, text: str) -> list[int]:
    """All rows with the text."""
    search = Search(patch, text)
    while search.ahead:
        search.look()
    return list(search.rows)


def lines(*texts: str) -> Patch:
    """A patch of context lines; the first one is row 2."""
    return patches.patch_of([(Row.CONTEXT, text.encode()) for text in texts], path="queue")


@pytest.mark.parametrize(
    "text,rows",
    [
        ("run", [2, 3, 5]),
        ("Run", [3]),
        ("run(", [2]),
        (".*", [4]),
        ("été", [6, 7]),
        ("Été", [6]),
        ("nothing", []),
        ("onetwo", []),
        ("queue", [0]),
    ],
)
def test_capitals_make_a_search_exact(text: str, rows: list[int]) -> None:
    patch = lines("run()", "Run one", "two .*", "RUN", "Été", "ÉTÉ")
    assert found(patch, text) == rows


@given(TEXTS, st.text(st.sampled_from("abAB é.É"), min_size=1, max_size=3))
def test_exactly_the_lines_that_have_it(texts: list[str], text: str) -> None:
    patch = patches.patch_of([(Row.CONTEXT, line.encode()) for line in texts], path="xyz")
    exact = any(char.isupper() for char in text)
    expected = [
        row
        for row, line in enumerate(texts, 2)
        if (text in line if exact else text.lower() in line.lower())
    ]
    assert found(patch, text) == expected


def test_a_search_goes_on_while_the_patch_grows() -> None:
    whole = lines(*["needle in hay"] * 4000, "x" * (diff_search.PIECE * 2) + "needle", "needle")
    patch = patches.empty()
    search = Search(patch, "needle")
    assert search.next(0, 1) is None
    for rows in range(100, len(whole) + 100, 100):
        patches.copy_of(whole, min(rows, len(whole)), patch)
        while search.ahead:
            search.look()
    assert list(search.rows) == list(range(2, 4004))
    assert len(search.rows) == 4002


def test_next_goes_round_and_knows_its_number() -> None:
    patch = lines("a", "b", "a", "b")
    search = Search(patch, "a")
    search.look()
    assert list(search.rows) == [2, 4]
    assert [search.next(row, 1) for row in (0, 2, 3, 4)] == [2, 4, 4, 2]
    assert [search.next(row, -1) for row in (0, 2, 3, 4)] == [4, 4, 2, 2]
    assert [search.number(row) for row in (2, 3, 4)] == [1, None, 2]


def test_a_half_of_a_surrogate_pair_is_no_error() -> None:
    assert found(lines("a b"), "\udc80") == []
