"""Finds the line of every key in a TOML text that is already known to be valid.

`tomllib` gives values without their places. This scanner gives places without values: it only
needs to know where a key, a string, an array or an inline table begins and ends.
"""

import re
from bisect import bisect_right
from contextlib import suppress

Path = tuple[str | int, ...]
"""Where a value stands: keys, and indices of arrays, from the outside in."""

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SPACE = re.compile(r"[ \t]*")
_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_SCALAR = re.compile(r"[^,\]}\n#]+")
_STRING = re.compile(
    r'"""(?:[^\\"]|\\.|"(?!""))*"""(?:"{0,2})'
    r"|'''(?:[^']|'(?!''))*'''(?:'{0,2})"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)


def locate(text: str) -> dict[Path, int]:
    """The line (from 1) on which each key, table and array element begins.

    A text that is no valid TOML gives what was found before the scanner lost its way.
    """
    scanner = _Scanner(text)
    with suppress(_Lost, ValueError, RecursionError):
        scanner.document()
    return scanner.found


def line_of(path: Path, lines: dict[Path, int]) -> int | None:
    """The line of `path`, or of the nearest table around it that has one."""
    while path:
        if path in lines:
            return lines[path]
        path = path[:-1]
    return None


class _Lost(Exception):
    """The text is not what the scanner expects."""


class _Scanner:
    def __init__(self, text: str) -> None:
        self.found: dict[Path, int] = {}
        self._text = text
        self._at = 0
        self._newlines = [match.start() for match in re.finditer("\n", text)]
        self._elements: dict[Path, int] = {}

    def document(self) -> None:
        table: Path = ()
        self._skip(_BLANK)
        while self._at < len(self._text):
            if self._next("[["):
                table = self._element_header()
            elif self._next("["):
                table = self._table_header()
            else:
                self._pair(table)
            self._skip(_BLANK)

    def _table_header(self) -> Path:
        line = self._line()
        path = self._resolve(self._key())
        self._expect("]")
        self._mark(path, line)
        return path

    def _element_header(self) -> Path:
        line = self._line()
        *outer, last = self._key()
        self._expect("]]")
        array = (*self._resolve(outer), last)
        index = self._elements.get(array, -1) + 1
        self._elements[array] = index
        self._mark((*array, index), line)
        return (*array, index)

    def _resolve(self, keys: list[str]) -> Path:
        """The path of a header: where a key names an array of tables, its newest one is meant."""
        path: Path = ()
        for key in keys:
            path = (*path, key)
            if path in self._elements:
                path = (*path, self._elements[path])
        return path

    def _pair(self, table: Path) -> None:
        line = self._line()
        path = (*table, *self._key())
        self._mark(path, line)
        self._expect("=")
        self._skip(_SPACE)
        self._value(path)

    def _value(self, path: Path) -> None:
        self._mark(path, self._line())
        if self._next("["):
            self._array(path)
        elif self._next("{"):
            self._inline_table(path)
        elif self._peek() in "\"'":
            self._skip(_STRING, some=True)
        else:
            self._skip(_SCALAR, some=True)

    def _array(self, path: Path) -> None:
        index = 0
        self._skip(_BLANK)
        while not self._next("]"):
            self._value((*path, index))
            index += 1
            self._skip(_BLANK)
            self._next(",")
            self._skip(_BLANK)

    def _inline_table(self, path: Path) -> None:
        self._skip(_BLANK)
        while not self._next("}"):
            self._pair(path)
            self._skip(_BLANK)
            self._next(",")
            self._skip(_BLANK)

    def _key(self) -> list[str]:
        keys = []
        while True:
            self._skip(_SPACE)
            keys.append(self._key_part())
            self._skip(_SPACE)
            if not self._next("."):
                return keys

    def _key_part(self) -> str:
        if self._peek() not in "\"'":
            return self._skip(_BARE_KEY, some=True)
        import tomllib

        quoted = self._skip(_STRING, some=True)
        return str(tomllib.loads(f"key = {quoted}")["key"])

    def _mark(self, path: Path, line: int) -> None:
        for end in range(1, len(path) + 1):
            self.found.setdefault(path[:end], line)

    def _line(self) -> int:
        return bisect_right(self._newlines, self._at - 1) + 1

    def _peek(self) -> str:
        if self._at >= len(self._text):
            raise _Lost
        return self._text[self._at]

    def _next(self, token: str) -> bool:
        if not self._text.startswith(token, self._at):
            return False
        self._at += len(token)
        return True

    def _expect(self, token: str) -> None:
        if not self._next(token):
            raise _Lost

    def _skip(self, pattern: re.Pattern[str], *, some: bool = False) -> str:
        match = pattern.match(self._text, self._at)
        if match is None or (some and not match[0]):
            raise _Lost
        self._at = match.end()
        return match[0]
