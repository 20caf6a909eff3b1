"""From a line of the view to a strip on the screen."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from rich.segment import Segment
from textual.strip import Strip

from fleettui.model.change import Comment, Side
from fleettui.model.patch import PatchFile, Row
from fleettui.tui.draw.diff_heads import (
    Head,
    binary_line,
    head_line,
    hunk_line,
    is_whole_line,
    remark_lines,
    tail_line,
)
from fleettui.tui.draw.diff_layout import Layout, Part, Place
from fleettui.tui.draw.diff_lines import (
    DIVIDER,
    Frame,
    Look,
    shown_row,
    split_line,
    unified_line,
)
from fleettui.tui.draw.diff_pairs import NOWHERE
from fleettui.tui.draw.diff_text import Ground, Piece, Pieces
from fleettui.tui.draw.diff_words import ALIGNED, Stretches, changed, partners
from fleettui.tui.draw.paint import Tone, cells, tame
from fleettui.tui.widgets.diff_colours import DiffColours
from fleettui.tui.widgets.diff_inks import Inks

KEPT = 2000
"""Rows whose changed words are kept."""

_CURSOR = ("▌", Tone.ACCENT)
_CHOSEN = ("▏", Tone.ACCENT)
_NO_CURSOR = (" ", Tone.TEXT)


@dataclass(slots=True)
class Marks:
    """What a human and the screen know of the files of a patch, by path.

    `folds`: why the lines of a file are hidden at first. `toggled`: whether the reader folded a
    file or unfolded it.
    """

    comments: Mapping[str, tuple[Comment, ...]] = field(default_factory=dict)
    reviewed: frozenset[str] = frozenset()
    folds: Mapping[str, str] = field(default_factory=dict)
    toggled: dict[str, bool] = field(default_factory=dict)

    def folded(self, file: PatchFile) -> bool:
        """Whether only the head of a file is shown."""
        path = file.change.path
        return self.toggled.get(path, path in self.folds or path in self.reviewed)

    def why_folded(self, path: str) -> str:
        """The reason that the head of a folded file gives."""
        return self.folds.get(path) or ("reviewed" if path in self.reviewed else "folded")


def by_path(comments: Iterable[Comment]) -> dict[str, tuple[Comment, ...]]:
    """Comments of each file."""
    found: dict[str, tuple[Comment, ...]] = {}
    for comment in comments:
        found[comment.path] = (*found.get(comment.path, ()), comment)
    return found


class Painter:
    """Draws lines of a layout. What is dear (changed words, colours) is made for those alone."""

    def __init__(self, layout: Layout, marks: Marks, inks: Inks) -> None:
        self.frame = Frame(0)
        self.needle: re.Pattern[str] | None = None
        self._layout = layout
        self._marks = marks
        self._inks = inks
        self._words: dict[int, Stretches] = {}

    def strip(
        self,
        place: Place,
        colours: DiffColours,
        *,
        width: int,
        cursor: Side | None,
        chosen: bool,
    ) -> Strip:
        """A line of the view, `width` cells. `cursor`: on that side of it, if it is there.

        The mark of the cursor stands before the side that it is on.
        """
        pieces = self.pieces(place)
        ground = pieces[0][2] if pieces else Ground.PLAIN
        mark, tone = _CURSOR if cursor else _CHOSEN if chosen else _NO_CURSOR
        if cursor is Side.NEW and DIVIDER in pieces:
            middle = pieces.index(DIVIDER)
            pieces = (*pieces[:middle], (*_CURSOR, Ground.PLAIN), *pieces[middle + 1 :])
            mark, tone = _NO_CURSOR
        style = partial(colours.style, cursor=cursor is not None, chosen=chosen)
        segments = [
            Segment(text, style(tone, ground))
            for text, tone, ground in _joined(((mark, tone, ground), *pieces))
        ]
        used = sum(cells(segment.text) for segment in segments)
        blank = colours.style(Tone.TEXT, Ground.PLAIN)
        if used < width:
            segments.append(Segment(" " * (width - used), blank))
        strip = Strip(segments, max(used, width))
        return strip if used <= width else strip.crop(0, width)

    def pieces(self, place: Place) -> Pieces:
        """What stands on a line of the view, without the cursor's cell."""
        patch, frame = self._layout.patch, self.frame
        if place.part is Part.TAIL:
            return tail_line(patch, frame) or ()
        if place.part is Part.HEAD:
            return self.head(place.file)
        if place.part is Part.REMARK:
            remark = self._layout.remarks(place.file)[place.remark]
            return remark_lines(remark.comment, frame)[place.line]
        kind = patch.kinds[place.row]
        if kind == Row.HUNK:
            return hunk_line(patch, place.row, frame)
        if kind == Row.BINARY:
            return binary_line(patch, place.row, patch.files[place.file].change, frame)
        if not frame.split or is_whole_line(kind):
            return unified_line(patch, place.row, frame, self._look(place.row))
        looks = tuple(
            Look() if row == NOWHERE else self._look(row) for row in (place.left, place.right)
        )
        return split_line(patch, place.left, place.right, frame, (looks[0], looks[1]))

    def head(self, file: int) -> Pieces:
        """The head of a file."""
        patch = self._layout.patch
        change = patch.files[file].change
        path = change.path
        head = Head(
            change=change,
            number=file + 1,
            total=len(patch.files) if patch.complete else None,
            reviewed=path in self._marks.reviewed,
            folded=self._marks.why_folded(path) if self._layout.is_folded(file) else "",
            comments=len(self._marks.comments.get(path, ())),
        )
        return head_line(head, self.frame)

    def _look(self, row: int) -> Look:
        return Look(self._inks.of(row), self._words_of(row), self.needle)

    def _words_of(self, row: int) -> Stretches:
        """The changed words of a row, found together with those of the row that it became."""
        pairs = self._layout.pairs
        run = pairs.run_of(row)
        if run == NOWHERE or not pairs.left[run] or not pairs.right[run]:
            return ()
        if row not in self._words:
            if len(self._words) > KEPT:
                self._words.clear()
            self._compare(row, run)
        return self._words.get(row, ())

    def _compare(self, row: int, run: int) -> None:
        pairs = self._layout.pairs
        first, left, right = pairs.first[run], pairs.left[run], pairs.right[run]
        middle = first + left
        if left == right or max(left, right) > ALIGNED:
            place = row - first if row < middle else row - middle
            found = {place: place} if place < min(left, right) else {}
        else:
            texts = [shown_row(self._layout.patch, each) for each in range(first, middle + right)]
            found = partners(texts[:left], texts[left:])
        self._words[row] = ()
        for old, new in found.items():
            one, two = first + old, middle + new
            patch = self._layout.patch
            if Row.NOTE not in (patch.kinds[one], patch.kinds[two]):
                words = changed(shown_row(patch, one), shown_row(patch, two))
                self._words[one], self._words[two] = words

    def forget_words(self, row: int) -> None:
        """The patch grew: what was said of this row and those after it may be wrong."""
        for each in [each for each in self._words if each >= row]:
            del self._words[each]


def _joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Pieces with those of one kind in one: each costs when it is painted.

    The second lock on the door, too: every text was cleaned when it was read.
    """
    kept, tone, ground = "", Tone.TEXT, Ground.PLAIN
    for text, next_tone, next_ground in pieces:
        safe = text if text.isprintable() else tame(text)
        if next_tone is tone and next_ground is ground:
            kept += safe
        elif safe:
            if kept:
                yield kept, tone, ground
            kept, tone, ground = safe, next_tone, next_ground
    if kept:
        yield kept, tone, ground
