"""The line of every key, in every way that TOML has to write one."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleettui.config.locate import line_of, locate

EXAMPLES = sorted(Path(__file__).parents[2].glob("docs/examples/*.toml"))

TEXT = '''\
# a comment with [brackets] and "quotes
top = 1
a.b."c d" = 2

[ table . 'x.y' ]   # [not.this]
text = """
[no.table]
key = "no"
""\\" still """"
literal = \'\'\'
it's = 1\'\'\'
after = "#"
list = [ # [
  1, [2,
    3], { deep = [
      4 ] },
  "]", \'}\',
]
inline = { a = 1, "b" = { c = 2 } }
when = 1979-05-27 07:32:00Z

[[many]]
x = 1
[[many.inner]]
y = 1
[[many.inner]]
y = 2
[many.inner.table]
z = 3
[[many]]
x = 2
[[many.inner]]
y = 3
'''

LINES = {
    ("top",): 2,
    ("a",): 3,
    ("a", "b"): 3,
    ("a", "b", "c d"): 3,
    ("table",): 5,
    ("table", "x.y"): 5,
    ("table", "x.y", "text"): 6,
    ("table", "x.y", "literal"): 10,
    ("table", "x.y", "after"): 12,
    ("table", "x.y", "list"): 13,
    ("table", "x.y", "list", 0): 14,
    ("table", "x.y", "list", 1): 14,
    ("table", "x.y", "list", 1, 0): 14,
    ("table", "x.y", "list", 1, 1): 15,
    ("table", "x.y", "list", 2): 15,
    ("table", "x.y", "list", 2, "deep"): 15,
    ("table", "x.y", "list", 2, "deep", 0): 16,
    ("table", "x.y", "list", 3): 17,
    ("table", "x.y", "list", 4): 17,
    ("table", "x.y", "inline"): 19,
    ("table", "x.y", "inline", "a"): 19,
    ("table", "x.y", "inline", "b"): 19,
    ("table", "x.y", "inline", "b", "c"): 19,
    ("table", "x.y", "when"): 20,
    ("many",): 22,
    ("many", 0): 22,
    ("many", 0, "x"): 23,
    ("many", 0, "inner"): 24,
    ("many", 0, "inner", 0): 24,
    ("many", 0, "inner", 0, "y"): 25,
    ("many", 0, "inner", 1): 26,
    ("many", 0, "inner", 1, "y"): 27,
    ("many", 0, "inner", 1, "table"): 28,
    ("many", 0, "inner", 1, "table", "z"): 29,
    ("many", 1): 30,
    ("many", 1, "x"): 31,
    ("many", 1, "inner"): 32,
    ("many", 1, "inner", 0): 32,
    ("many", 1, "inner", 0, "y"): 33,
}


def paths(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The path of everything in a decoded document."""
    found = [path] if path else []
    if isinstance(value, dict):
        for key, inner in value.items():
            found += paths(inner, (*path, key))
    if isinstance(value, list):
        for index, inner in enumerate(value):
            found += paths(inner, (*path, index))
    return found


def test_every_way_to_write_a_key() -> None:
    assert set(paths(tomllib.loads(TEXT))) == set(LINES)
    assert locate(TEXT) == LINES


@pytest.mark.parametrize("file", EXAMPLES, ids=[file.stem for file in EXAMPLES])
def test_everything_in_the_examples_has_a_line(file: Path) -> None:
    text = file.read_text()
    lines = locate(text)
    assert set(paths(tomllib.loads(text))) == set(lines)
    source = text.split("\n")
    for path, line in lines.items():
        if isinstance(path[-1], str) and len(path) > 1 and path[-1] not in source[line - 1]:
            pytest.fail(f"{path} is not on line {line}: {source[line - 1]}")


def test_a_key_that_is_not_there_has_the_line_of_its_table() -> None:
    lines = locate("[a]\nb = 1\n[[c]]\n")
    assert line_of(("a", "x", 0, "y"), lines) == 1
    assert line_of(("c", 0, "name"), lines) == 3
    assert line_of(("d",), lines) is None


@settings(deadline=None)
@given(st.text(alphabet="ab=[]{}\"'#,.\\\n 1", max_size=60))
def test_no_text_breaks_it_and_valid_ones_are_found_whole(text: str) -> None:
    lines = locate(text)
    assert all(1 <= line <= text.count("\n") + 1 for line in lines.values())
    try:
        values = tomllib.loads(text)
    except ValueError:
        return
    assert set(paths(values)) <= set(lines)
