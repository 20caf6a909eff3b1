"""Which words of a changed line changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleettui.tui.draw.diff_words import (
    ALIGNED,
    LARGEST,
    LONGEST,
    changed,
    likeness,
    partners,
    tokens,
)

LINES = st.text(st.sampled_from("ab_ (),.\té漢"), max_size=40)


def words(old: str, new: str) -> tuple[list[str], list[str]]:
    """The changed pieces of both lines."""
    left, right = changed(old, new)
    return [old[start:end] for start, end in left], [new[start:end] for start, end in right]


@pytest.mark.parametrize(
    "old,new,gone,come",
    [
        ("self.run(row)", "await self.run(row)", [], ["await "]),
        ("def f(a, b):", "def f(a, b, c=None):", [], [", c=None"]),
        ("row_line = cells(1)", "row_lines = cells(1)", ["row_line"], ["row_lines"]),
        ("    x = 1", "\tx = 1", ["    "], ["\t"]),
        ("a = 1", "a = 1  ", [], ["  "]),
        ("if a and b:", "if a or b:", ["and"], ["or"]),
        ("same", "same", [], []),
        ("", "new", [], []),
        ("import os", "return [row for row in rows]", [], []),
        ("call(one two)", "call(three four)", ["one two"], ["three four"]),
    ],
)
def test_the_words_that_changed(old: str, new: str, gone: list[str], come: list[str]) -> None:
    assert words(old, new) == (gone, come)


@given(LINES, LINES)
def test_what_is_not_marked_is_the_same_on_both_sides(old: str, new: str) -> None:
    left, right = changed(old, new)
    for text, stretches in ((old, left), (new, right)):
        ends = [0, *(place for stretch in stretches for place in stretch), len(text)]
        assert ends == sorted(ends)
        assert all(start < end for start, end in stretches)
    if left or right:
        assert _rest(old, left).split() == _rest(new, right).split()


def _rest(text: str, stretches: tuple[tuple[int, int], ...]) -> str:
    for start, end in reversed(stretches):
        text = text[:start] + text[end:]
    return " ".join(tokens(text))


def test_long_and_crowded_lines_are_compared_as_a_whole() -> None:
    old = "x" * LONGEST + "old" + "y" * LONGEST
    assert words(old, old.replace("old", "new")) == (["old"], ["new"])
    many = int(LARGEST**0.5) + 2
    left = "f(" * 90 + " ".join(f"a{place}c" for place in range(many)) + ")" * 90
    right = left.replace("a", "b").replace("c", "d")
    assert words(left, right) == ([left[180:-90]], [right[180:-90]])
    assert changed("a" * (LONGEST + 1), "b" * (LONGEST + 1)) == ((), ())


def test_lines_find_the_line_that_they_became() -> None:
    old = ["import a", "def run(self, row):", "return 7"]
    new = ["import a, b", "# a remark on it", "def run(self, row, wait):", "return 7 + wait"]
    assert partners(old, new) == {0: 0, 1: 2, 2: 3}
    assert partners(["a", "b"], ["c", "d"]) == {0: 0, 1: 1}
    assert partners(["alone = 1"], ["else()", "nothing()"]) == {}
    assert partners([], ["a"]) == {}
    assert partners(["same"] * (ALIGNED + 1), ["same"] * 3) == {0: 0, 1: 1, 2: 2}


@given(st.lists(LINES, max_size=8), st.lists(LINES, max_size=8))
def test_no_line_has_two_partners_and_none_cross(old: list[str], new: list[str]) -> None:
    found = partners(old, new)
    assert list(found) == sorted(found)
    assert list(found.values()) == sorted(set(found.values()))


def test_likeness() -> None:
    assert likeness("a b", "b  a") == 1.0
    assert likeness("", "  ") == 1.0
    assert likeness("abc", "xyz") == 0.0
