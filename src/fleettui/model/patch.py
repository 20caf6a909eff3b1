"""The text of a diff as flat arrays: a hundred thousand lines in a few megabytes.

A patch grows while git prints it. Nothing is decoded here: a row is cleaned when it is drawn.
"""

from array import array
from dataclasses import dataclass, field
from enum import IntEnum

from fleettui.model.change import FileChange


class Row(IntEnum):
    """What a row of a patch is."""

    FILE = 0
    HUNK = 1
    CONTEXT = 2
    ADDED = 3
    REMOVED = 4
    NOTE = 5
    """Git's own words about the line above: no newline at the end of the file."""
    BINARY = 6
    """In place of lines: git shows none of this file."""


@dataclass(slots=True)
class PatchFile:
    """A file of a patch: its rows are `first` (the FILE row) up to `end`, which may still grow.

    `index` is the place of `change` in the list of files. A change of type (file to symbolic
    link) is two files in a row with the same `index`.
    """

    change: FileChange
    index: int
    first: int
    end: int


@dataclass(slots=True)
class Patch:
    """Rows of a diff, in order. All arrays are as long as `len(patch)`.

    `kinds` holds Row values; `old` and `new` line numbers, 0 where the line is not on that side.
    For a HUNK row they are the first lines, and `old_count`/`new_count` are in `counts`, by row.
    `starts[row]` to `starts[row + 1]` is the text of a row in `text`, without newline and
    without git's first character (a HUNK row: the words after the second `@@`).
    `complete`: git has ended well; `cut`: why the rest is missing, "" where nothing is.
    """

    kinds: "array[int]" = field(default_factory=lambda: array("B"))
    old: "array[int]" = field(default_factory=lambda: array("I"))
    new: "array[int]" = field(default_factory=lambda: array("I"))
    starts: "array[int]" = field(default_factory=lambda: array("Q", [0]))
    text: bytearray = field(default_factory=bytearray)
    files: list[PatchFile] = field(default_factory=list)
    hunks: "array[int]" = field(default_factory=lambda: array("I"))
    counts: dict[int, tuple[int, int]] = field(default_factory=dict)
    complete: bool = False
    cut: str = ""

    def __len__(self) -> int:
        return len(self.kinds)

    def line(self, row: int) -> bytes:
        """The text of a row, as git has it."""
        return bytes(self.text[self.starts[row] : self.starts[row + 1]])
