"""Plain text looked for in the bytes of a patch, a piece at a time, while it grows."""

import re
from array import array
from bisect import bisect_left, bisect_right

from fleettui.model.patch import Patch, Row

_SEARCHED = frozenset({Row.CONTEXT, Row.ADDED, Row.REMOVED, Row.HUNK})
PIECE = 1 << 16
"""Bytes that are searched in one go."""


class Search:
    """The rows that a text is in. Capitals in the text make it match exactly."""

    def __init__(self, patch: Patch, text: str) -> None:
        exact = any(char.isupper() for char in text)
        self.text = text
        self.rows: array[int] = array("I")
        self.row = 0
        self.on_screen = re.compile(re.escape(text), 0 if exact else re.IGNORECASE)
        self._patch = patch
        self._in_bytes = re.compile(b"".join(_pattern(char, exact) for char in text))
        self._file = 0

    @property
    def ahead(self) -> bool:
        """Whether there are rows that were not searched yet."""
        return self.row < len(self._patch)

    def look(self) -> None:
        """Search one more piece."""
        patch, start = self._patch, self.row
        first = patch.starts[start]
        end = bisect_right(patch.starts, first + PIECE, start, len(patch)) - 1
        end = min(max(end, start + 1), len(patch))
        found = set(self._heads(end))
        # A copy: while a match object lives, a byte array cannot grow.
        piece = bytes(patch.text[first : patch.starts[end]])
        place = 0
        while match := self._in_bytes.search(piece, place):
            row = bisect_right(patch.starts, first + match.start(), start, end) - 1
            after = patch.starts[row + 1] - first
            inside = match.end() <= after
            if inside and patch.kinds[row] in _SEARCHED:
                found.add(row)
            place = after if inside else match.start() + 1
        self.rows.extend(sorted(found))
        self.row = end

    def _heads(self, end: int) -> list[int]:
        """Heads of files before `end` that have the text in their path."""
        found = []
        files = self._patch.files
        while self._file < len(files) and files[self._file].first < end:
            file = files[self._file]
            if self.on_screen.search(file.change.path):
                found.append(file.first)
            self._file += 1
        return found

    def next(self, row: int, step: int) -> int | None:
        """The row with the text after this one, or before it; round the end to the other one."""
        if not self.rows:
            return None
        if step > 0:
            place = bisect_right(self.rows, row)
            return self.rows[place if place < len(self.rows) else 0]
        place = bisect_left(self.rows, row) - 1
        return self.rows[place]

    def number(self, row: int) -> int | None:
        """Which of the found rows this one is, from 1."""
        place = bisect_left(self.rows, row)
        return place + 1 if place < len(self.rows) and self.rows[place] == row else None


def _pattern(char: str, exact: bool) -> bytes:
    forms = {char} if exact else {char, char.lower(), char.upper()}
    each = [re.escape(form.encode("utf-8", "surrogatepass")) for form in sorted(forms)]
    return each[0] if len(each) == 1 else b"(?:" + b"|".join(each) + b")"
