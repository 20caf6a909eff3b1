"""Which row of a patch stands on which line of the view, whatever is folded or remarked."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from fleettui.model.change import Comment
from fleettui.model.patch import Patch, PatchFile
from fleettui.tui.draw.diff_pairs import NOWHERE, Pairs


class Part(IntEnum):
    """What a line of the view is."""

    HEAD = 0
    LINE = 1
    REMARK = 2
    TAIL = 3
    """Below everything: what is still to come, or why it does not."""


@dataclass(frozen=True, slots=True)
class Place:
    """A line of the view: rows of the patch (the same twice in the unified view), or a part of
    a remark, `line` counting within it. `left` or `right` is NOWHERE where that side is empty."""

    part: Part
    file: int
    left: int
    right: int
    remark: int = NOWHERE
    line: int = 0

    @property
    def row(self) -> int:
        """The row of the patch, the new one of two."""
        return self.left if self.right == NOWHERE else self.right


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment below a row of the patch, on so many lines."""

    comment: Comment
    row: int
    height: int


class Layout:
    """Lines of the view from rows of the patch: the work for a row is done once.

    Folding a file and turning to the other view shift what is below, without looking at rows.
    """

    def __init__(self, patch: Patch, *, split: bool = False) -> None:
        self.patch = patch
        self.pairs = Pairs(patch)
        self.digits = 1
        self._split = split
        self._firsts: list[int] = []
        self._tops: list[int] = []
        self._folded: set[int] = set()
        self._remarks: dict[int, tuple[Remark, ...]] = {}
        self._starts: dict[int, list[int]] = {}

    @property
    def rows(self) -> int:
        """Rows of the patch that are taken in."""
        return self.pairs.rows

    @property
    def files(self) -> int:
        """Files of the patch that are taken in."""
        return len(self._firsts)

    @property
    def height(self) -> int:
        """Lines of the view."""
        return self._tops[-1] + self._tall(self.files - 1) if self._tops else 0

    @property
    def split(self) -> bool:
        """Whether both sides stand beside each other."""
        return self._split

    @split.setter
    def split(self, split: bool) -> None:
        self._split = split
        for file in self._remarks:
            self._arrange(file)
        self._stack(0)

    def grow(self, rows: int, folded: Callable[[PatchFile], bool] = lambda _: False) -> None:
        """Take in at most so many more rows; `folded` says of a file that is new whether it is."""
        base = self.rows
        self.pairs.grow(base + rows)
        end, files = self.rows, self.patch.files
        while self.files < len(files) and files[self.files].first < end:
            file = files[self.files]
            if folded(file):
                self._folded.add(self.files)
            self._firsts.append(file.first)
        if end > base:
            most = max(max(self.patch.old[base:end]), max(self.patch.new[base:end]))
            self.digits = max(self.digits, len(str(most)))
        self._stack(len(self._tops))

    def fold(self, file: int, folded: bool) -> None:
        """Show only the head of a file, or all of it."""
        if folded != self.is_folded(file):
            self._folded ^= {file}
            self._stack(file + 1)

    def fold_all(self, folded: Callable[[PatchFile], bool]) -> None:
        """Fold those files, and no others."""
        now = {number for number in range(self.files) if folded(self.patch.files[number])}
        if now != self._folded:
            self._folded = now
            self._stack(0)

    def is_folded(self, file: int) -> bool:
        """Whether only the head of a file is shown."""
        return file in self._folded

    def remark(self, file: int, remarks: Sequence[Remark]) -> None:
        """Put these remarks, and no others, into a file."""
        if tuple(remarks) != self._remarks.get(file, ()):
            self._remarks[file] = tuple(remarks)
            self._arrange(file)
            self._stack(file + 1)

    def remarks(self, file: int) -> tuple[Remark, ...]:
        """The remarks of a file, from top to bottom."""
        return self._remarks.get(file, ())

    def at(self, y: int) -> Place:
        """What stands on a line of the view."""
        if not 0 <= y < self.height:
            return Place(Part.TAIL, NOWHERE, NOWHERE, NOWHERE)
        file = bisect_right(self._tops, y) - 1
        first, inside = self._firsts[file], y - self._tops[file]
        if inside == 0 or file in self._folded:
            return Place(Part.HEAD, file, first, first)
        starts = self._starts.get(file)
        if starts:
            number = bisect_right(starts, inside) - 1
            remarks = self._remarks[file]
            if number >= 0:
                remark, line = remarks[number], inside - starts[number]
                if line < remark.height:
                    return Place(Part.REMARK, file, remark.row, remark.row, number, line)
                inside -= sum(each.height for each in remarks[: number + 1])
        line = self._line(first) + inside
        left, right = self.pairs.rows_at(line) if self._split else (line, line)
        return Place(Part.LINE, file, left, right)

    def file_of(self, row: int) -> int:
        """The file that a row belongs to."""
        return bisect_right(self._firsts, row) - 1

    def first(self, file: int) -> int:
        """The row that a file starts with."""
        return self._firsts[file]

    def end(self, file: int) -> int:
        """The row after the last one of a file that is taken in."""
        return self._firsts[file + 1] if file + 1 < self.files else self.rows

    def top(self, file: int) -> int:
        """The line of the view that a file starts on."""
        return self._tops[file]

    def y_of(self, row: int) -> int:
        """The line of the view that a row stands on, the head of its file where that is folded."""
        file = self.file_of(row)
        if file in self._folded:
            return self._tops[file]
        inside = self._line(row) - self._line(self._firsts[file])
        above = sum(
            remark.height
            for remark in self.remarks(file)
            if self._line(remark.row) < self._line(row)
        )
        return self._tops[file] + inside + above

    def y_of_remark(self, file: int, comment: int) -> int | None:
        """The line of the view that a comment starts on; None where it is not shown."""
        if file in self._folded:
            return None
        for start, remark in zip(self._starts.get(file, ()), self.remarks(file), strict=True):
            if remark.comment.id == comment:
                return self._tops[file] + start
        return None

    def _line(self, row: int) -> int:
        return self.pairs.position(row) if self._split else row

    def _arrange(self, file: int) -> None:
        """Order the remarks of a file and note where in it each starts."""
        first = self._line(self._firsts[file])
        ordered = sorted(
            self._remarks[file], key=lambda each: (self._line(each.row), each.comment.id)
        )
        starts, above = [], 1
        for remark in ordered:
            starts.append(self._line(remark.row) - first + above)
            above += remark.height
        self._remarks[file], self._starts[file] = tuple(ordered), starts

    def _stack(self, file: int) -> None:
        """Put this file and those after it below the ones before."""
        del self._tops[file:]
        y = self._tops[-1] + self._tall(file - 1) if file else 0
        for each in range(file, self.files):
            self._tops.append(y)
            y += self._tall(each)

    def _tall(self, file: int) -> int:
        if file in self._folded:
            return 1
        lines = self._line(self.end(file)) - self._line(self._firsts[file])
        return lines + sum(remark.height for remark in self.remarks(file))
