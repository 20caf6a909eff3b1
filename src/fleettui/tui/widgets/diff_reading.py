"""Reading a diff: a cursor that moves by line, hunk and file, folds, and choosing lines."""

from dataclasses import replace

from fleettui.model.change import Side
from fleettui.model.patch import Row
from fleettui.tui.draw.diff_cursor import (
    Spot,
    find_row,
    height_at,
    moved,
    next_file,
    next_hunk,
    spot_at,
    y_of,
)
from fleettui.tui.draw.diff_layout import Part
from fleettui.tui.draw.diff_lines import LINE_KINDS, shown_row
from fleettui.tui.draw.paint import cells as width_of
from fleettui.tui.widgets.diff_growth import GrowingDiff
from fleettui.tui.widgets.diff_messages import CursorMoved, FoldToggled, Position

MARGIN = 2
"""Lines that stay visible above and below the cursor."""
CHOSEN_MOST = 5000
"""Rows that can be chosen at once."""


class DiffReading(GrowingDiff):
    """A cursor in the diff, which stays in view."""

    _placed: tuple[tuple[object, ...], Position] | None = None

    # Where the cursor is

    @property
    def position(self) -> Position | None:
        """Where the cursor is; None while there is nothing."""
        layout, spot = self._layout, self.spot
        if not layout.files:
            return None
        file = layout.file_of(spot.row)
        folded, comments = layout.is_folded(file), self._marks.comments
        # Every key that may have a reason not to work asks for it.
        now = (layout, spot, folded, self.split, comments, len(self.patch.files))
        if self._placed is None or self._placed[0] != now:
            self._placed = now, self._position(file, folded=folded)
        return self._placed[1]

    def _position(self, file: int, *, folded: bool) -> Position:
        layout, spot = self._layout, self.spot
        patch_file = self.patch.files[file]
        row = layout.first(file) if folded else spot.row
        kind = Row(self.patch.kinds[row])
        old = kind is Row.REMOVED or (self.split and spot.side is Side.OLD and kind is Row.CONTEXT)
        numbers = self.patch.old if old else self.patch.new
        comments = self._marks.comments.get(patch_file.change.path, ())
        comment = next((each for each in comments if each.id == spot.comment), None)
        return Position(
            file=file,
            files=len(self.patch.files),
            index=patch_file.index,
            path=patch_file.change.path,
            kind=kind,
            side=Side.OLD if old else Side.NEW,
            line=numbers[row] if kind in LINE_KINDS and comment is None else 0,
            text=shown_row(self.patch, row) if kind in LINE_KINDS else patch_file.change.path,
            comment=comment,
        )

    def chosen_text(self) -> str:
        """The lines that are chosen, else that of the cursor: as they are shown, not as raw."""
        if self.chosen_from is None:
            position = self.position
            return position.text if position is not None else ""
        low, high = sorted((self.chosen_from, self.spot.row))
        rows = range(low, min(high + 1, low + CHOSEN_MOST))
        return "\n".join(
            shown_row(self.patch, row) for row in rows if self.patch.kinds[row] in LINE_KINDS
        )

    def choose_lines(self) -> None:
        """Choose from here on as the cursor moves; again: choose nothing any more."""
        self.chosen_from = self.spot.row if self.chosen_from is None else None
        self._strips.clear()
        self.refresh()

    # Moving

    def move(self, lines: int) -> None:
        """So many lines down; up below 0."""
        self._go(moved(self._layout, self.spot, lines))

    def move_page(self, pages: int) -> None:
        """So many screens down; up below 0."""
        page = max(1, self.size.height - MARGIN)
        y = y_of(self._layout, self.spot)
        self.scroll_to(y=self.scroll_y + pages * page, animate=False, force=True)
        self._go(spot_at(self._layout, y + pages * page, self.spot.side))

    def move_to_end(self, step: int) -> None:
        """To the last line; with a step of -1 to the first."""
        self._go(spot_at(self._layout, self._layout.height if step > 0 else 0, self.spot.side))

    def move_hunk(self, step: int) -> bool:
        """To the next hunk that is not folded, or the one before; whether there is one."""
        return self._go_if(next_hunk(self._layout, self.spot, step), share=0.25)

    def move_file(self, step: int) -> bool:
        """To the next file, or back; whether there is one."""
        return self._go_if(next_file(self._layout, self.spot, step), share=0.0)

    def goto(self, file: int, side: Side = Side.NEW, line: int = 0) -> bool:
        """To a line of a file (0: its head), by its place in the list of files.

        Unfolds the file if it must. False: the patch does not show it, or not yet.
        """
        for number in range(self._layout.files):
            if self.patch.files[number].index == file:
                row = find_row(self._layout, number, side, line) if line else None
                if row is not None or not line:
                    row = self._layout.first(number) if row is None else row
                    self._open(row, side)
                    return True
        return False

    def shift(self, cells: int) -> bool:
        """Show what is further right in long lines; further left below 0. Whether there is."""
        shift = max(0, self._shift + cells)
        if shift == self._shift or (
            cells > 0 and not self._longer_than(self._shift + self._painter.frame.room)
        ):
            return False
        self._shift = shift
        self._frame_again()
        return True

    def _longer_than(self, cells: int) -> bool:
        """Whether a line on the screen has something behind so many cells."""
        layout, top = self._layout, round(self.scroll_y)
        if not layout.files:
            return False
        rows = {layout.at(y).row for y in range(top, min(top + self.size.height, layout.height))}
        shown = (shown_row(self.patch, row) for row in rows if self.patch.kinds[row] in LINE_KINDS)
        return any(width_of(text) > cells for text in shown)

    def turn_side(self) -> None:
        """Where both sides stand beside each other: to the other one."""
        side = Side.OLD if self.spot.side is Side.NEW else Side.NEW
        self._go(spot_at(self._layout, y_of(self._layout, self.spot), side))

    def _go_if(self, spot: Spot | None, *, share: float) -> bool:
        if spot is not None:
            self._go(spot, share=share)
        return spot is not None

    def _open(self, row: int, side: Side) -> None:
        """To a row, unfolding its file where only the head would be seen."""
        file = self._layout.file_of(row)
        if self._layout.is_folded(file) and row != self._layout.first(file):
            self._fold(file, folded=False)
        self._go(Spot(row, None, side), share=0.3)

    def _go(self, spot: Spot, *, share: float | None = None) -> None:
        """Put the cursor on a spot and bring it into view.

        `share`: how far down the screen it comes where it was not in view.
        """
        before, self.spot = self.spot, spot
        layout = self._layout
        lines = [*self._lines_of(before), *self._lines_of(spot)]
        if self.chosen_from is not None:
            self._strips.clear()
            self.refresh()
        self._repaint(lines)
        if layout.files:
            self._bring(y_of(layout, spot), height_at(layout, spot), share)
        if spot != before:
            self._tell()

    def _bring(self, y: int, size: int, share: float | None) -> None:
        top, height = round(self.scroll_y), self.size.height
        margin = min(MARGIN, max(0, (height - size) // 2))
        head = 1 if self._layout.at(y).part is not Part.HEAD else 0
        low, high = top + max(margin, head), top + height - margin - size
        if share == 0.0:
            target = y
        elif low <= y <= high or (y < low and not top):
            return
        elif share is not None:
            target = y - int(height * share)
        else:
            target = y - max(margin, head) if y < low else y - height + margin + size
        self._resize()
        self.scroll_to(y=max(0, target), animate=False, force=True)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """The wheel moved the view: the cursor stays in it."""
        super().watch_scroll_y(old_value, new_value)
        if not self._layout.files or not self.size.height:
            return
        y, top = y_of(self._layout, self.spot), round(new_value)
        first = top + (self._layout.at(top).part is not Part.HEAD)
        kept = max(first, min(y, top + self.size.height - 1))
        if kept != y:
            before = self._lines_of(self.spot)
            self.spot = spot_at(self._layout, kept, self.spot.side)
            self._repaint([*before, *self._lines_of(self.spot)])
            self._tell()

    def _tell(self) -> None:
        position = self.position
        if position is not None:
            self.post_message(CursorMoved(self, position))

    # Folding

    def toggle_fold(self) -> None:
        """Fold the file of the cursor, or unfold it."""
        if self._layout.files:
            file = self._layout.file_of(self.spot.row)
            self._fold(file, folded=not self._layout.is_folded(file))

    def _fold(self, file: int, *, folded: bool) -> None:
        path = self.patch.files[file].change.path
        if folded:
            self.spot = replace(self.spot, row=self._layout.first(file), comment=None)
        place = self._place()
        self._marks.toggled[path] = folded
        self._layout.fold(file, folded)
        self._place_again(max(0, place))
        self._tell()
        self.post_message(FoldToggled(self, path, folded=folded))
