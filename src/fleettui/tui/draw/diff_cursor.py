"""Where the reader is in a diff, and where the next line, hunk or file is.

The place is a row of the patch (or a remark below one), so that it stays what it is while the
patch grows, files fold and the view turns.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace

from fleettui.model.change import Side
from fleettui.model.patch import Row
from fleettui.tui.draw.diff_layout import Layout, Part, Place
from fleettui.tui.draw.diff_pairs import NOWHERE


@dataclass(frozen=True, slots=True)
class Spot:
    """A row of the patch, or the comment of that id below it. `side`: the one that is preferred
    where a line has two."""

    row: int = 0
    comment: int | None = None
    side: Side = Side.NEW


def y_of(layout: Layout, spot: Spot) -> int:
    """The line of the view that a spot is on."""
    if not layout.files:
        return 0
    row = min(spot.row, layout.rows - 1)
    if spot.comment is not None:
        y = layout.y_of_remark(layout.file_of(row), spot.comment)
        if y is not None:
            return y
    return layout.y_of(row)


def spot_at(layout: Layout, y: int, side: Side) -> Spot:
    """The spot of a line of the view, the last one where there is no such line."""
    if not layout.files:
        return Spot(side=side)
    place = layout.at(max(0, min(y, layout.height - 1)))
    if place.part is Part.REMARK:
        comment = layout.remarks(place.file)[place.remark].comment
        return Spot(place.row, comment.id, side)
    return Spot(row_on(place, side), None, side)


def row_on(place: Place, side: Side) -> int:
    """The row of a line of the view on a side, or on the other where that one is empty."""
    first, second = (place.left, place.right)
    if side is Side.NEW:
        first, second = second, first
    return second if first == NOWHERE else first


def height_at(layout: Layout, spot: Spot) -> int:
    """Lines of the view that a spot covers."""
    place = layout.at(y_of(layout, spot))
    if place.part is Part.REMARK:
        return layout.remarks(place.file)[place.remark].height
    return 1


def moved(layout: Layout, spot: Spot, lines: int) -> Spot:
    """So many lines down, or up; a remark is one line."""
    y = y_of(layout, spot)
    if lines > 0:
        return spot_at(layout, y + height_at(layout, spot) + lines - 1, spot.side)
    return spot_at(layout, y + lines, spot.side)


def next_hunk(layout: Layout, spot: Spot, step: int) -> Spot | None:
    """The next hunk that is not folded, or with a step of -1 the one before."""
    hunks = layout.patch.hunks
    row = spot.row
    number = bisect_right(hunks, row) if step > 0 else bisect_left(hunks, row) - 1
    while 0 <= number < len(hunks) and hunks[number] < layout.rows:
        file = layout.file_of(hunks[number])
        if not layout.is_folded(file):
            return replace(spot, row=hunks[number], comment=None)
        if step > 0:
            number = bisect_left(hunks, layout.end(file))
        else:
            number = bisect_left(hunks, layout.first(file)) - 1
    return None


def next_file(layout: Layout, spot: Spot, step: int) -> Spot | None:
    """The head of the next file; with a step of -1 this one's, or the one before."""
    if not layout.files:
        return None
    file = layout.file_of(spot.row)
    inside = spot.row != layout.first(file) or spot.comment is not None
    target = file + step if step > 0 or not inside else file
    if not 0 <= target < layout.files:
        return None
    return replace(spot, row=layout.first(target), comment=None)


def find_row(layout: Layout, file: int, side: Side, line: int) -> int | None:
    """The row of a line number on a side of a file; None where the patch does not show it."""
    patch = layout.patch
    numbers = patch.new if side is Side.NEW else patch.old
    own = Row.ADDED if side is Side.NEW else Row.REMOVED
    row, end = layout.first(file), layout.end(file)
    while line > 0:
        try:
            row = numbers.index(line, row, end)
        except ValueError:
            return None
        if patch.kinds[row] in (own, Row.CONTEXT):
            return row
        row += 1
    return None
