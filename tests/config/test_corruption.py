"""Whatever is done to a configuration, the answer is a fleet or an error that finds the mistake."""

import re
import tomllib
from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fleettui.config.load import parse
from fleettui.config.problems import dotted
from fleettui.model.errors import ConfigError
from fleettui.model.fleet import Fleet
from fleettui.model.text import is_clean

ROOT = Path(__file__).parents[2]
FILES = [Path(__file__).with_name("every_key.toml"), *sorted(ROOT.glob("docs/examples/*.toml"))]
IDS = [file.stem for file in FILES]
LARGEST = [FILES[0], ROOT / "docs/examples/clawdbot-fleet.toml"]
LARGEST_IDS = [file.stem for file in LARGEST]

OWN_WORDS = re.compile(
    r"(?:agents|mcp|providers)\.[^.]+$|agents\.\w+\.env\..*|.*\.clones\..*|budget\.tiers\..*|keys\..*"
)
"""Keys that are the user's own words: another spelling is another thing, not an unknown key."""

Path_ = tuple[str | int, ...]


def read(data: str | bytes) -> Fleet | ConfigError:
    """The fleet or the error; anything else that is raised fails the test."""
    try:
        return parse(data, file="fleet.toml", environ={"HOME": "/home/ada"})
    except ConfigError as error:
        found = error
    assert is_clean(str(found))
    assert found.file == "fleet.toml"
    return found


def keys_of(value: object, path: Path_ = ()) -> Iterator[Path_]:
    """The path of every key, and of every element of a list."""
    inner: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    for key, below in inner:
        yield (*path, key)
        yield from keys_of(below, (*path, key))


def holder(values: Any, path: Path_) -> Any:
    """The table or list in which the last part of `path` stands."""
    for part in path[:-1]:
        values = values[part]
    return values


@pytest.mark.parametrize("file", LARGEST, ids=LARGEST_IDS)
def test_a_date_anywhere_is_found_at_its_line(file: Path) -> None:
    """No key takes a date, so one in place of any value must be named, with its line."""
    whole = tomllib.loads(file.read_text())
    for path in keys_of(whole):
        values = deepcopy(whole)
        holder(values, path)[path[-1]] = date(1979, 5, 27)
        text = tomli_w.dumps(values)
        error = read(text)
        assert isinstance(error, ConfigError), path
        line = text[: text.index("1979-05-27")].count("\n") + 1
        assert (error.line, error.key) == (line, dotted(path)), str(error)


@pytest.mark.parametrize("file", LARGEST, ids=LARGEST_IDS)
def test_a_misspelt_key_is_found_and_the_right_one_named(file: Path) -> None:
    whole = tomllib.loads(file.read_text())
    for path in keys_of(whole):
        name = path[-1]
        if not isinstance(name, str) or OWN_WORDS.match(dotted(path)):
            continue
        values = deepcopy(whole)
        table = holder(values, path)
        table[f"{name}_x"] = table.pop(name)
        text = tomli_w.dumps(values)
        error = read(text)
        assert isinstance(error, ConfigError), path
        at = re.search(rf'(?<![\w-])"?{re.escape(name)}_x(?![\w-])', text)
        assert at is not None
        assert error.line == text[: at.start()].count("\n") + 1, str(error)
        assert error.key.endswith(f"{name}_x"), str(error)
        assert f'"{name}"' in str(error)


@pytest.mark.parametrize("file", FILES, ids=IDS)
def test_a_misspelt_key_is_found_in_the_file_as_people_write_it(file: Path) -> None:
    """The same on the text itself, with its comments, inline tables and lists of many lines."""
    lines = file.read_text().split("\n")
    tried = 0
    for number, line in enumerate(lines, start=1):
        if not re.match(r"(name|ssh|base|gates|locks|models|tier|novel|command|warn_at) *=", line):
            continue
        changed = [*lines]
        changed[number - 1] = line.replace(" =", "_x =", 1)
        error = read("\n".join(changed))
        assert isinstance(error, ConfigError)
        assert error.line == number, (line, str(error))
        tried += 1
    assert tried > 10


@settings(deadline=None)
@given(st.binary(max_size=200))
@example(b"\xef\xbb\xbf\xef\xbb\xbf")
@example(b"a = \x00")
@example(b"[[machines]]\nname = '\xed\xa0\x80'")
def test_any_bytes(data: bytes) -> None:
    assert isinstance(read(data), Fleet | ConfigError)


_SCALARS = st.one_of(
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.dates(),
    st.text(max_size=12),
    st.sampled_from(
        ["", " ", "~", "-x", "a\nb", "{x}", "ssh", "env:", "cmd:'", "http://", "*", "(?"]
    ),
)
_KEYS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(["name", "ssh", "port", "models", "machines", "kinds", "*", "id", "tier"]),
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=8,
)
_WHOLE = tomllib.loads(FILES[0].read_text())
_PATHS = list(keys_of(_WHOLE))


@settings(deadline=None)
@given(st.sampled_from(_PATHS), _VALUES)
def test_any_value_at_any_key(path: Path_, value: object) -> None:
    values = deepcopy(_WHOLE)
    holder(values, path)[path[-1]] = value
    result = read(tomli_w.dumps(values))
    if isinstance(result, ConfigError):
        assert result.line is not None
        assert result.key


@settings(deadline=None)
@given(st.dictionaries(st.one_of(st.sampled_from(list(_WHOLE)), _KEYS), _VALUES, max_size=4))
def test_any_document(values: dict[str, Any]) -> None:
    assert isinstance(read(tomli_w.dumps(values)), Fleet | ConfigError)


@settings(deadline=None)
@given(st.integers(0, len(FILES[0].read_bytes())))
def test_any_part_of_a_file_that_is_still_being_written(end: int) -> None:
    assert isinstance(read(FILES[0].read_bytes()[:end]), Fleet | ConfigError)
