"""The added lines of a diff, in pieces of whole lines while git prints it.

For `git diff-tree -p -U0`: every line of a hunk begins with `+`, `-` or a backslash, so a line
that begins with `@@` or `diff --git` is git's own, whatever the files hold.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

PIECE = 16 * 1024
"""Bytes that are looked at in one go, about."""

_OVERLAP = 1024
_FILE = b"\ndiff --git "
_HUNK = b"\n@@ "
_NEW_START = re.compile(rb"\n@@ -\d+(?:,\d+)? \+(\d+)")
_ESCAPE = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_LETTERS = {
    b"a": b"\a",
    b"b": b"\b",
    b"t": b"\t",
    b"n": b"\n",
    b"v": b"\v",
    b"f": b"\f",
    b"r": b"\r",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a file's diff. `text` begins with a newline that is not in the diff.

    `line` is the number of the first added line where the piece begins within a hunk.
    """

    path: bytes
    text: bytes
    line: int

    def added(self, offset: int) -> bool:
        """Whether the byte at an offset is in an added line."""
        return self._sign(offset) == b"+"

    def removed(self, offset: int) -> bool:
        """Whether the byte at an offset is in a removed line."""
        return self._sign(offset) == b"-"

    def _sign(self, offset: int) -> bytes:
        start = self.text.rfind(b"\n", 0, offset) + 1
        return self.text[start : start + 1]

    def number(self, offset: int) -> int:
        """The line number, in the new file, of an offset in an added line."""
        return self._next(offset + 1) - 1

    @property
    def after(self) -> int:
        """The number that the next added line has if it is in the same hunk."""
        return self._next(len(self.text))

    def _next(self, offset: int) -> int:
        hunk = self.text.rfind(_HUNK, 0, offset)
        found = _NEW_START.match(self.text, hunk) if hunk >= 0 else None
        start = int(found[1][:9]) if found else self.line
        return start + self.text.count(b"\n+", max(hunk, 0), offset)


def whole(path: bytes, content: bytes) -> Iterator[Piece]:
    """A file as if all of its lines were added."""
    start, line = 0, 1
    while start < len(content):
        newline = content.find(b"\n", start + PIECE, start + 2 * PIECE)
        end = newline + 1 if newline >= 0 else start + 2 * PIECE
        part = content[start:end]
        yield Piece(path, b"\n+" + part.removesuffix(b"\n").replace(b"\n", b"\n+") + b"\n", line)
        start, line = end, line + part.count(b"\n")


class Pieces:
    """Takes the diff as it comes and gives back pieces."""

    __slots__ = ("_body", "_line", "_path", "_rest")

    def __init__(self) -> None:
        self._rest = b"\n"
        self._path: bytes | None = None
        self._body = False
        self._line = 0

    def feed(self, chunk: bytes) -> Iterator[Piece]:
        """More of the diff."""
        data = self._rest + chunk
        cut = data.rfind(b"\n")
        if cut > 0:
            self._rest = data[cut:]
            yield from self._lines(data[: cut + 1])
        elif len(data) > 2 * PIECE:
            yield from self._part_of_line(data)
        else:
            self._rest = data

    def end(self) -> Iterator[Piece]:
        """Nothing more comes."""
        rest, self._rest = self._rest, b"\n"
        if len(rest) > 1:
            yield from self._lines(rest)

    def _part_of_line(self, data: bytes) -> Iterator[Piece]:
        """A line without an end in sight: look at what is there, keep a little of it."""
        sign = data[1:2]
        self._rest = b"\n" + sign + data[-_OVERLAP:]
        if self._path is not None and self._body and sign in (b"+", b"-"):
            yield Piece(self._path, data, self._line)

    def _lines(self, data: bytes) -> Iterator[Piece]:
        """Whole lines; `data` begins and ends with a newline."""
        start = 0
        while start >= 0:
            following = data.find(_FILE, start + 1)
            segment = data[start : following + 1] if following >= 0 else data[start:]
            if segment.startswith(_FILE):
                self._path, self._body, self._line = header_path(_first_line(segment)), False, 0
            yield from self._segment(segment)
            start = following

    def _segment(self, segment: bytes) -> Iterator[Piece]:
        """Lines of one file."""
        if not self._body:
            hunk = segment.find(_HUNK)
            if hunk < 0:
                return
            segment, self._body = segment[hunk:], True
        if self._path is None or len(segment) < 2:
            return
        piece = Piece(self._path, segment, self._line)
        self._line = piece.after
        yield piece


def _first_line(segment: bytes) -> bytes:
    end = segment.find(b"\n", 1)
    return segment[1 : end if end >= 0 else len(segment)]


def header_path(line: bytes) -> bytes | None:
    """The path in `diff --git a/PATH b/PATH` of a diff without renames; None: it has none.

    Both names are the same, so spaces in them are no riddle; a quoted one is C-quoted.
    """
    rest = line.removeprefix(b"diff --git ")
    if rest.startswith(b'"a/'):
        end = _closing(rest)
        return _unquoted(rest[3:end]) if end else None
    size, odd = divmod(len(rest) - 5, 2)
    name = rest[2 : 2 + size]
    return name if not odd and rest == b"a/" + name + b" b/" + name else None


def _closing(quoted: bytes) -> int:
    at = 1
    while at < len(quoted) and quoted[at : at + 1] != b'"':
        at += 2 if quoted[at : at + 1] == b"\\" else 1
    return at if at < len(quoted) else 0


def _unquoted(body: bytes) -> bytes:
    def plain(match: re.Match[bytes]) -> bytes:
        word = match[1]
        if len(word) == 3:
            return bytes([int(word, 8) & 0xFF])
        return _LETTERS.get(word, word)

    return _ESCAPE.sub(plain, body)
