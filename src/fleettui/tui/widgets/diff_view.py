"""A diff to read, to search and to point at."""

from time import perf_counter

from textual import events

from fleettui.model.patch import Patch, Row
from fleettui.tui.draw.diff_cursor import Spot, spot_at
from fleettui.tui.draw.diff_layout import Part
from fleettui.tui.draw.diff_search import Search
from fleettui.tui.widgets.diff_growth import BREATH_S, HOLD_S
from fleettui.tui.widgets.diff_messages import (
    Chosen,
    CursorMoved,
    FoldToggled,
    Searched,
    TextWanted,
)
from fleettui.tui.widgets.diff_painter import Marks
from fleettui.tui.widgets.diff_reading import DiffReading

SHIFT = 8
"""Cells that the view moves to the right or to the left in long lines."""


class DiffView(DiffReading):
    """A diff to read. It knows no keys but those that every widget that scrolls has."""

    CursorMoved = CursorMoved
    FoldToggled = FoldToggled
    TextWanted = TextWanted
    Chosen = Chosen
    Searched = Searched

    search: Search | None = None
    """What is searched for; `rows` are those found so far."""
    _searching = False
    _jump = False

    def choose(self) -> None:
        """Enter: unfold or fold a file, show a binary as text, else tell what was chosen."""
        position = self.position
        if position is None:
            return
        if position.comment is None and position.kind is Row.FILE:
            self.toggle_fold()
        elif position.kind is Row.BINARY:
            self.post_message(self.TextWanted(self, position.path, position.index))
        else:
            self.post_message(self.Chosen(self, position))

    # Searching

    def find(self, text: str) -> None:
        """Search for a text, "" for nothing, and go to the first place after the cursor."""
        self.search = Search(self.patch, text) if text else None
        self._painter.needle = self.search.on_screen if self.search else None
        self._jump = self.search is not None
        self._strips.clear()
        self.refresh()
        if self.search is None:
            self.post_message(self.Searched(self, None))
        elif not self._searching:
            self._search_on()

    def find_next(self, step: int = 1) -> bool:
        """To the next row with the text, or with a step of -1 the one before; whether there is."""
        row = self.search.next(self.spot.row, step) if self.search else None
        if row is not None and row < self._layout.rows:
            self._open(row, self.spot.side)
            return True
        return False

    def _search_on(self) -> None:
        """Search for a moment, then let others have a turn."""
        search = self.search
        if search is None:
            self._searching = False
            return
        ends = perf_counter() + HOLD_S
        while search.ahead and perf_counter() < ends:
            search.look()
        if self._jump and self._jump_to(search):
            self._jump = False
        self._searching = search.ahead
        if self._searching:
            self.set_timer(BREATH_S, self._search_on)
        self.post_message(self.Searched(self, search))

    def _jump_to(self, search: Search) -> bool:
        """Go to the first row found at or after the cursor as soon as it is known."""
        here = search.number(self.spot.row)
        if here is not None:
            return True
        row = search.next(self.spot.row, 1)
        if row is None or (row < self.spot.row and search.ahead) or row >= self._layout.rows:
            return False
        self._open(row, self.spot.side)
        return True

    # What the canvas does besides

    def _take(self, patch: Patch, marks: Marks) -> None:
        super()._take(patch, marks)
        if self.search is not None:
            self.search = Search(patch, self.search.text)
            self._painter.needle = self.search.on_screen

    def _absorb(self) -> None:
        nothing = not self._layout.rows
        super()._absorb()
        if nothing and self._layout.rows:
            self._tell()
        if self.search is not None and not self._searching:
            self._search_on()

    # Keys and mouse that every widget that scrolls has

    def action_scroll_up(self) -> None:
        """Up."""
        self.move(-1)

    def action_scroll_down(self) -> None:
        """Down."""
        self.move(1)

    def action_scroll_left(self) -> None:
        """Back in long lines."""
        self.shift(-SHIFT)

    def action_scroll_right(self) -> None:
        """On in long lines."""
        self.shift(SHIFT)

    def action_scroll_home(self) -> None:
        """To the first line."""
        self.move_to_end(-1)

    def action_scroll_end(self) -> None:
        """To the last line."""
        self.move_to_end(1)

    def action_page_up(self) -> None:
        """One screen up."""
        self.move_page(-1)

    def action_page_down(self) -> None:
        """One screen down."""
        self.move_page(1)

    def on_click(self, event: events.Click) -> None:
        """The cursor comes to where the mouse is; two clicks choose."""
        offset = event.get_content_offset(self)
        if offset is None or not self._layout.files:
            return
        place = self._on_screen(offset.y)
        side = self._side_at(offset.x)
        if place.part is Part.HEAD:
            self._go(Spot(place.row, None, side))
        elif place.part is not Part.TAIL:
            self._go(spot_at(self._layout, offset.y + round(self.scroll_y), side))
        if event.chain > 1:
            self.choose()
