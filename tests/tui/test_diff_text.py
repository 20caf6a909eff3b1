"""The text of diffs as it is drawn: exact cells, and nothing that acts on a terminal or hides."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from fleettui.model.patch import Patch, Row
from fleettui.model.text import is_clean
from fleettui.tui.draw.diff_lines import (
    NO_NEWLINE,
    Frame,
    Look,
    split_line,
    unified_line,
)
from fleettui.tui.draw.diff_pairs import NOWHERE
from fleettui.tui.draw.diff_text import (
    LINE_LIMIT,
    Ground,
    Piece,
    Pieces,
    columns,
    escapes,
    layered,
    shown,
    window,
)
from fleettui.tui.draw.paint import Tone
from tests.tui import patches

HOSTILE = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("\x1b\x9b\r\t\0\u202e\u200b\u3164\ue0101漢字é́👍🏽🇩🇪\U000e0041\x85"),
    ),
    max_size=60,
)


def text(pieces: list[Piece] | Pieces) -> str:
    """What stands there."""
    return "".join(piece[0] for piece in pieces)


def cut(raw: bytes, shift: int, room: int) -> str:
    """A window on one line."""
    line = shown(raw)
    stretches = [(0, len(line), Tone.TEXT, Ground.PLAIN)]
    return text(window(line, stretches, shift=shift, room=room, ground=Ground.PLAIN))


@pytest.mark.parametrize(
    "raw,expected",
    [
        (b"plain", "plain"),
        (b"a\tb", "a\tb"),
        (b"\x1b[31mred", "␛[31mred"),
        ("c1 \x9b2J".encode(), "c1 <U+009B>2J"),
        (b"\x9b2J", "\\x9b2J"),
        (b"safe = 1 # \r\nevil", "safe = 1 # ␍␊evil"),
        (b"line\r", "line␍"),
        (b"a\0b", "a␀b"),
        (b"bell\x07del\x7f", "bell␇del␡"),
        ("if a\u202e}\u2066 b".encode(), "if a<U+202E>}<U+2066> b"),
        ("zero\u200bwidth".encode(), "zero<U+200B>width"),
        ("filler\u3164".encode(), "filler<U+3164>"),
        ("tag\U000e0041".encode(), "tag<U+E0041>"),
        (b"not <U+202E> it", "not <U+003C>U+202E> it"),
        (b"not \\x9b it", "not \\x5cx9b it"),
        ("漢字".encode(), "漢字"),
        (b"\xff\xfe", "\\xff\\xfe"),
    ],
)
def test_what_acts_or_hides_is_shown(raw: bytes, expected: str) -> None:
    assert shown(raw) == expected


@pytest.mark.parametrize(
    "raw,shift,room,expected",
    [
        (b"abcdef", 0, 6, "abcdef"),
        (b"abcdef", 0, 5, "abcd…"),
        (b"abcdef", 0, 8, "abcdef  "),
        (b"abcdef", 2, 4, "…def"),
        (b"abcdef", 2, 3, "…d…"),
        (b"abcdef", 9, 3, "…  "),
        (b"", 4, 3, "   "),
        (b"a\tb", 0, 6, "a   b "),
        (b"\t\tb", 0, 7, "      …"),
        (b"\tab", 2, 4, "… ab"),
        ("漢字".encode(), 0, 4, "漢字"),
        ("漢字".encode(), 0, 3, "漢…"),
        ("漢字".encode(), 0, 2, " …"),
        ("漢字漢".encode(), 1, 5, "…字漢"),
        ("漢字漢".encode(), 2, 4, "… 漢"),
        ("e\u0301a".encode(), 0, 2, "e\u0301a"),
        (b"abc", 0, 1, "…"),
        (b"abc", 0, 0, ""),
        (b"abc", 0, -3, ""),
    ],
)
def test_a_window_is_cut_and_filled_to_its_cells(
    raw: bytes, shift: int, room: int, expected: str
) -> None:
    assert cut(raw, shift, room) == expected


@given(HOSTILE, st.integers(0, 70), st.integers(1, 50))
def test_a_window_of_anything_is_safe_and_has_its_cells(line: str, shift: int, room: int) -> None:
    drawn = cut(line.encode("utf-8", "surrogatepass"), shift, room)
    assert is_clean(drawn)
    assert cell_len(drawn) == room
    assert sum(cell_len(char) for char in drawn) == room


@given(st.binary(max_size=80), st.integers(0, 5))
def test_bytes_that_are_no_text_are_safe_too(raw: bytes, kind: int) -> None:
    patch = patches.patch_of([(Row(kind % 3 + 2), raw)])
    for pieces in (
        unified_line(patch, 2, Frame(60)),
        split_line(patch, 2, 2, Frame(60, split=True)),
    ):
        assert is_clean(text(pieces))
        assert cell_len(text(pieces)) == 59


@given(HOSTILE, HOSTILE)
def test_different_lines_never_look_the_same(one: str, two: str) -> None:
    raw_one, raw_two = (each.encode("utf-8", "surrogatepass") for each in (one, two))
    assert (shown(raw_one) == shown(raw_two)) == (raw_one == raw_two)


def test_escapes_stand_out_but_the_end_of_a_dos_line_does_not() -> None:
    patch = patches.patch_of([(Row.CONTEXT, "a\u202eb\r".encode())])
    pieces = unified_line(patch, 2, Frame(60))
    tones = {piece[0]: piece[1] for piece in pieces}
    assert tones["<U+202E>"] is Tone.BANNER
    assert tones["␍"] is Tone.FAINT
    assert list(escapes("no escape: <b> \\n")) == []
    hidden = patches.patch_of([(Row.ADDED, b"HIDDEN\rvisible")])
    tones = {piece[0]: piece[1] for piece in unified_line(hidden, 2, Frame(60))}
    assert tones["␍"] is Tone.BANNER


def test_changed_spaces_can_be_seen() -> None:
    patch = patches.patch_of([(Row.ADDED, b"\tx = 1  ")])
    look = Look(words=((0, 1),))
    drawn = text(unified_line(patch, 2, Frame(40, digits=2), look))
    assert drawn.startswith("    1 + →   x = 1··")


def test_lines_have_numbers_signs_and_grounds() -> None:
    rows = [(Row.CONTEXT, b"same"), (Row.REMOVED, b"old"), (Row.ADDED, b"new"), (Row.NOTE, b"")]
    patch = patches.patch_of(rows)
    frame = Frame(60, digits=3)
    drawn = [text(unified_line(patch, row, frame)).rstrip() for row in range(2, 6)]
    assert drawn == ["  1   1   same", "  2     − old", "      2 + new", " " * 10 + NO_NEWLINE]
    assert {piece[2] for piece in unified_line(patch, 3, frame)} == {Ground.REMOVED}
    assert {piece[2] for piece in unified_line(patch, 4, frame)} == {Ground.ADDED}
    both = text(split_line(patch, 3, 4, Frame(42, digits=3, split=True)))
    assert both == "  2 − old           │  2 + new           "
    alone = text(split_line(patch, NOWHERE, 4, Frame(42, digits=3, split=True)))
    assert alone == " " * 20 + "│  2 + new           "


def test_a_line_too_long_says_so() -> None:
    patch = patches.patch_of([(Row.ADDED, b"x" * (LINE_LIMIT + 5))])
    assert "8,197 bytes, the start is shown" in text(unified_line(patch, 2, Frame(100)))
    assert text(unified_line(patch, 2, Frame(40))).endswith(" ▲")
    end = text(unified_line(patch, 2, Frame(100, shift=LINE_LIMIT - 20)))
    assert end.rstrip().endswith("the start is shown")
    assert len(shown(b"\x1b" * LINE_LIMIT * 5)) == LINE_LIMIT


def test_git_notes_are_told() -> None:
    said = [b"", b" No newline at end of file", b" 900 more\x1b bytes in this line"]
    patch = patches.patch_of([(Row.NOTE, note) for note in said])
    drawn = [text(unified_line(patch, row, Frame(80, digits=2))).strip() for row in (2, 3, 4)]
    assert drawn == [NO_NEWLINE, NO_NEWLINE, "\\ 900 more␛ bytes in this line"]


def test_a_searched_text_and_colours_are_layered() -> None:
    stretches = layered(
        6,
        ((2, Tone.KEYWORD), (4, Tone.STRING)),
        ((1, 3, None, Ground.ADDED_WORD), (2, 9, None, Ground.MATCH), (5, 6, Tone.BANNER, None)),
        Tone.TEXT,
        Ground.ADDED,
    )
    assert stretches == [
        (0, 1, Tone.KEYWORD, Ground.ADDED),
        (1, 2, Tone.KEYWORD, Ground.ADDED_WORD),
        (2, 3, Tone.STRING, Ground.MATCH),
        (3, 4, Tone.STRING, Ground.MATCH),
        (4, 5, Tone.TEXT, Ground.MATCH),
        (5, 6, Tone.BANNER, Ground.MATCH),
    ]
    assert layered(0, (), (), Tone.TEXT, Ground.PLAIN) == []


@pytest.mark.parametrize("size", [0, 1, 2, 8, 13, 14])
def test_a_view_of_no_size_draws_nothing_wrong(size: int) -> None:
    patch: Patch = patches.patch_of([(Row.ADDED, b"text")])
    for split in (False, True):
        frame = Frame(size, split=split)
        pieces = split_line(patch, 2, 2, frame) if split else unified_line(patch, 2, frame)
        assert is_clean(text(pieces))


def test_columns_count_tabs_and_wide_characters() -> None:
    assert [columns(each) for each in ("", "ab", "\t", "ab\tc", "漢\t")] == [0, 2, 4, 5, 4]
