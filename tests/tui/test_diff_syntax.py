"""Colours of code."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pygments.lexers import get_lexer_by_name

from fleettui.tui.draw.diff_syntax import LONGEST, coloured, language_of
from fleettui.tui.draw.diff_text import Runs
from fleettui.tui.draw.paint import Tone

NAMES = """
a.sh a.c a.clj CMakeLists.txt a.cc a.cs a.css a.dart a.patch Dockerfile a.ex a.erl a.fish a.go
a.gradle a.hs a.tf a.html a.ini a.java a.js a.json a.jl a.kt a.lua Makefile a.md a.nix a.m a.ml
a.pl a.php a.ps1 a.proto a.py a.r a.rb a.rs a.scala a.scss a.sql a.swift a.toml a.ts a.xml a.yaml
a.zig
"""
LANGUAGES = [language for name in NAMES.split() if (language := language_of(name)) is not None]


def toned(line: str, runs: Runs) -> list[tuple[str, Tone]]:
    """The pieces of a line with their tones."""
    start, pieces = 0, []
    for end, tone in runs:
        pieces.append((line[start:end], tone))
        start = end
    return pieces


@pytest.mark.parametrize(
    "path,language",
    [
        ("src/a.py", "python"),
        ("A.PY", "python"),
        ("Makefile", "make"),
        ("deep/poetry.lock", "toml"),
        ("a.unknown", None),
        ("noextension", None),
        ("", None),
        ("weird.py/", None),
    ],
)
def test_the_name_of_a_file_tells_its_language(path: str, language: str | None) -> None:
    assert language_of(path) == language


def test_words_get_the_tone_of_what_they_are() -> None:
    lines = ["def run(x):  # go", "    return 'a' + 1"]
    runs = coloured("python", lines)
    assert ("def", Tone.KEYWORD) in toned(lines[0], runs[0])
    assert ("run", Tone.NAME) in toned(lines[0], runs[0])
    assert ("# go", Tone.DIM) in toned(lines[0], runs[0])
    assert ("'a'", Tone.STRING) in toned(lines[1], runs[1])
    assert ("1", Tone.NUMBER) in toned(lines[1], runs[1])


def test_a_string_over_several_lines_is_one() -> None:
    runs = coloured("python", ['x = """one', "def two", 'three"""'])
    assert runs[1] == ((7, Tone.STRING),)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_is_known_and_keeps_to_its_lines(language: str) -> None:
    lines = ["let x = 1; // a", "", "\tif (x) { y('z') } # b", "<a b='c'>", "x" * (LONGEST + 9)]
    runs = coloured(language, lines)
    assert len(LANGUAGES) == len(NAMES.split())
    assert get_lexer_by_name(language).name
    assert len(runs) == len(lines)
    for line, run in zip(lines, runs, strict=True):
        ends = [end for end, _ in run]
        assert ends == sorted(set(ends))
        assert not ends or ends[-1] <= min(len(line), LONGEST)


@given(st.lists(st.text(st.characters(exclude_characters="\n"), max_size=30), max_size=6))
def test_any_text_gets_as_many_runs_as_lines(lines: list[str]) -> None:
    for language in ("python", "json", "markdown"):
        assert len(coloured(language, lines)) == len(lines)
