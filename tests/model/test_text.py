"""Nothing from outside can act, hide or pass for something else."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleettui.model.text import clean, fit, is_clean, width


@pytest.mark.parametrize(
    "raw,shown",
    [
        ("qwen2.5-coder:32b", "qwen2.5-coder:32b"),
        ("Привет 日本 é", "Привет 日本 é"),
        ("\x1b]52;c;eA==\x07", "␛]52;c;eA==␇"),
        ("a\nb\tc\x7f", "a␊b␉c␡"),
        ("a\u009bb", "a<U+009B>b"),
        ("evil\u202etxt.exe", "evil<U+202E>txt.exe"),
        ("zero\u200bwidth\u3164", "zero<U+200B>width<U+3164>"),
        (b"caf\xe9", "caf\\xe9"),
        ("caf\\xe9", "caf\\x5cxe9"),
        ("<U+202E>", "<U+003C>U+202E>"),
        ("\u241b", "<U+241B>"),
        ("\U0001f469\u200d\U0001f4bb", "\U0001f469<U+200D>\U0001f4bb"),
        ("a\ufe0fb", "a<U+FE0F>b"),
        ("a\u0301", "a\u0301"),
        ("[@click=app.quit]x[/]", "[@click=app.quit]x[/]"),
        ("\ud800", "<U+D800>"),
    ],
)
def test_what_it_makes_of(raw: bytes | str, shown: str) -> None:
    assert clean(raw) == shown


def test_stacked_accents_do_not_paint_over_other_lines() -> None:
    assert "\u0301" not in clean("a" + "\u0301" * 30)


def test_newlines_only_where_asked() -> None:
    assert clean("a\nb", newlines=True) == "a\nb"
    assert clean("a\r\nb", newlines=True) == "a␍\nb"


def test_long_text_is_cut_and_says_so() -> None:
    assert clean("x" * 300) == "x" * 255 + "…"
    assert clean("\x1b" * 10, limit=4) == "␛␛␛…"
    assert len(clean("\u202e" * 100, limit=50)) == 50


@given(st.one_of(st.binary(max_size=300), st.text(max_size=300)))
def test_whatever_comes_in_what_goes_out_is_safe(raw: bytes | str) -> None:
    shown = clean(raw, limit=4000)
    assert is_clean(shown)
    assert not re.search("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]", shown)
    shown.encode("utf-8")


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_different_bytes_stay_different(one: bytes, other: bytes) -> None:
    if one != other:
        assert clean(one, limit=4000) != clean(other, limit=4000)


@given(st.text(alphabet="\\x<U+0123456789ABCDEFabcdef>\x00\x1b\u241b\u202e", max_size=20))
def test_nothing_passes_for_an_escaped_character(text: str) -> None:
    plain = clean(text)
    if plain != text:
        assert clean(plain) != plain


@given(st.text(max_size=80), st.integers(0, 40))
def test_fitting_never_exceeds_its_cells(text: str, cells: int) -> None:
    assert width(fit(clean(text), cells)) <= cells


def test_wide_characters_count_twice() -> None:
    assert width("日本") == 4
    assert fit("日本語", 5) == "日本…"
    assert fit("日本語", 6) == "日本語"
    assert fit("abc", 0) == ""
