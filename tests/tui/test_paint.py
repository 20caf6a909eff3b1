"""Spans and lines: nothing is wider than its room, nothing acts on the terminal."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from fleettui.model.text import is_clean
from fleettui.tui.draw.paint import (
    Tone,
    cut,
    dimmed,
    fit,
    fitting,
    flow,
    left,
    line_cells,
    pad,
    plain,
    right,
    spread,
    tame,
)

texts = st.text(max_size=40)
lines = st.lists(st.tuples(texts, st.sampled_from(list(Tone))), max_size=6).map(tuple)
rooms = st.integers(min_value=0, max_value=60)


@given(texts)
def test_tame_text_is_clean_and_stays_as_it_is(text: str) -> None:
    assert is_clean(tame(text))
    assert tame(tame(text)) == tame(text)


@given(texts, rooms)
def test_columns_have_exactly_their_width(text: str, room: int) -> None:
    assert cell_len(fit(text, room)) <= room
    assert cell_len(left(text, room)) == room
    assert cell_len(right(text, room)) == room


@given(lines, lines, rooms)
def test_lines_never_pass_their_room(start: object, end: object, room: int) -> None:
    assert line_cells(cut(start, room)) <= room  # type: ignore[arg-type]
    assert line_cells(pad(start, room)) == room  # type: ignore[arg-type]
    assert line_cells(spread(start, end, room)) == room  # type: ignore[arg-type]
    assert line_cells(fitting((start, end), room)) <= room  # type: ignore[arg-type]


@given(st.lists(lines, max_size=8), rooms)
def test_flow_wraps_between_parts(parts: object, room: int) -> None:
    assert all(line_cells(line) <= room for line in flow(parts, room))  # type: ignore[arg-type]


def test_fit_says_that_it_cut() -> None:
    assert fit("deepseek-r1:32b", 8) == "deepsee…"
    assert fit("模型模型", 5) == "模型…"
    assert fit("模型模型", 4) == "模…"
    assert fit("abc", 3) == "abc"
    assert fit("abc", 1) == "…"
    assert fit("abc", 0) == ""


def test_hostile_text_is_shown_not_obeyed() -> None:
    assert tame("\x1b]52;c;aGk=\x07") == "␛]52;c;aGk=␇"
    assert "\u202e" not in tame("exe\u202egpj")
    assert tame("\x9b2J") == "<U+009B>2J"


def test_characters_of_disputed_width_are_named() -> None:
    assert tame("👍🏽") == "👍<U+1F3FD>"
    assert tame("名前") == "名前"
    assert tame("ที่") == "ที่"


def test_spread_cuts_the_start_first() -> None:
    line = spread((("a long start", Tone.TEXT),), (("end", Tone.DIM),), 10)
    assert plain(line) == "a lon… end"


def test_dimmed_keeps_the_text() -> None:
    assert dimmed((("a", Tone.BAD), ("b", Tone.OK))) == (("a", Tone.DIM), ("b", Tone.DIM))
