"""Which removed lines stand beside which added ones: found once, as the patch grows."""

import re
from array import array
from bisect import bisect_right

from fleettui.model.patch import Patch, Row

_R, _A, _N = (re.escape(bytes((kind,))) for kind in (Row.REMOVED, Row.ADDED, Row.NOTE))
_START = re.compile(b"[%b%b]" % (_R, _A))
_LEFT = re.compile(b"%b*%b?" % (_R, _N))
_RIGHT = re.compile(b"%b*%b?" % (_A, _N))
_RIGHT_FIRST = re.compile(b"(?:%b+%b?)?" % (_A, _N))
"""A note after removed lines is theirs, so that the right side cannot start with one."""

NOWHERE = -1


class Pairs:
    """Runs of changed lines, and the place of every row where both sides stand beside each other.

    A run is removed lines (and git's note on them), then added ones (and their note). Its n-th
    removed line stands beside its n-th added one. `at` is the place of its first line in that
    view; every other row takes a line of its own.
    """

    def __init__(self, patch: Patch) -> None:
        self._patch = patch
        self.first: array[int] = array("I")
        self.left: array[int] = array("I")
        self.right: array[int] = array("I")
        self.at: array[int] = array("I")
        self.rows = 0
        self._open = False

    def grow(self, end: int) -> None:
        """Take the rows up to `end`, each of them once."""
        base, end = self.rows, min(end, len(self._patch))
        if end <= base:
            return
        kinds = self._patch.kinds[base:end].tobytes()
        here = self._continue(kinds) if self._open else 0
        while found := _START.search(kinds, here):
            here = self._start(kinds, base, found.start())
        self._open = bool(self.first) and self._end_of(len(self.first) - 1) == end
        self._open = self._open and self._may_grow(kinds[-1])
        self.rows = end

    def _start(self, kinds: bytes, base: int, start: int) -> int:
        left = _end(_LEFT, kinds, start) if kinds[start] == Row.REMOVED else start
        stop = _end(_RIGHT_FIRST, kinds, left)
        self.at.append(self.position(base + start))
        self.first.append(base + start)
        self.left.append(left - start)
        self.right.append(stop - left)
        return stop

    def _continue(self, kinds: bytes) -> int:
        """Lengthen the last run; where in the new rows it ends."""
        left = 0
        if not self.right[-1]:
            if self._patch.kinds[self.rows - 1] == Row.REMOVED:
                left = _end(_LEFT, kinds, 0)
            stop = _end(_RIGHT_FIRST, kinds, left)
        else:
            stop = _end(_RIGHT, kinds, 0)
        self.left[-1] += left
        self.right[-1] += stop - left
        return stop

    def _may_grow(self, last: int) -> bool:
        return last != Row.NOTE or not self.right[-1]

    def _end_of(self, run: int) -> int:
        return self.first[run] + self.left[run] + self.right[run]

    def run_of(self, row: int) -> int:
        """The run that a row is in, or NOWHERE."""
        run = bisect_right(self.first, row) - 1
        return run if run >= 0 and row < self._end_of(run) else NOWHERE

    def position(self, row: int) -> int:
        """The line of a row where both sides stand beside each other."""
        run = bisect_right(self.first, row) - 1
        if run < 0:
            return row
        left, right, at = self.left[run], self.right[run], self.at[run]
        inside = row - self.first[run]
        if inside < left:
            return at + inside
        if inside < left + right:
            return at + inside - left
        return at + inside - min(left, right)

    def rows_at(self, position: int) -> tuple[int, int]:
        """The left and the right row of a line; the same twice where it belongs to both."""
        run = bisect_right(self.at, position) - 1
        if run < 0:
            return position, position
        first, left, right = self.first[run], self.left[run], self.right[run]
        inside = position - self.at[run]
        if inside >= max(left, right):
            row = first + inside + min(left, right)
            return row, row
        return (
            first + inside if inside < left else NOWHERE,
            first + left + inside if inside < right else NOWHERE,
        )


def _end(pattern: "re.Pattern[bytes]", kinds: bytes, start: int) -> int:
    found = pattern.match(kinds, start)
    return found.end() if found else start
