"""A diff on the screen: only what is seen is drawn."""

import asyncio
from collections.abc import Iterable, Iterator

from textual.filter import ANSIToTruecolor
from textual.geometry import Region, Size, Spacing
from textual.scroll_view import ScrollView
from textual.strip import Strip

from fleettui.model.change import Side
from fleettui.model.patch import Patch
from fleettui.tui.draw.diff_cursor import Spot, find_row, height_at, y_of
from fleettui.tui.draw.diff_heads import remark_lines, tail_line
from fleettui.tui.draw.diff_layout import Layout, Part, Place, Remark
from fleettui.tui.draw.diff_lines import Frame
from fleettui.tui.draw.diff_pairs import NOWHERE
from fleettui.tui.widgets.diff_colours import DiffColours
from fleettui.tui.widgets.diff_inks import Inks
from fleettui.tui.widgets.diff_painter import Marks, Painter

COLOUR_DELAY_S = 0.03
"""Lines that are only scrolled past get no colours."""

_LEAST_DIGITS = 4
_STRIPS = 1000


class DiffCanvas(ScrollView, can_focus=True):
    """Draws the lines of a layout that are on the screen. Foreign text is never markup."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    DiffCanvas {
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-size-vertical: 1;
        color: $foreground;
        background: $background;
    }
    """

    def __init__(self, *, id: str | None = None, split: bool = False) -> None:
        super().__init__(id=id)
        self.spot = Spot()
        self.chosen_from: int | None = None
        self._split = split
        self._shift = 0
        self._strips: dict[int, Strip] = {}
        self._colours: DiffColours | None = None
        self._exact = False
        self._cursor = range(0)
        self._take(Patch(), Marks())

    def _take(self, patch: Patch, marks: Marks) -> None:
        """Start with a patch of which nothing is drawn yet."""
        self._marks = marks
        self._layout = Layout(patch, split=self._split)
        self._inks = Inks(self._layout)
        self._painter = Painter(self._layout, marks, self._inks)

    @property
    def patch(self) -> Patch:
        """The patch that is shown."""
        return self._layout.patch

    # Where everything is

    def _place(self) -> int:
        """How far below the top of the view the cursor is."""
        return y_of(self._layout, self.spot) - round(self.scroll_y)

    def _place_again(self, below_top: int) -> None:
        """Everything may have moved: put the cursor where it was on the screen."""
        self._strips.clear()
        self._resize()
        below_top = max(0, min(below_top, self.size.height - 1))
        y = y_of(self._layout, self.spot) - below_top
        self.scroll_to(y=max(0, y), animate=False, force=True)
        self.refresh()

    def _lines_of(self, spot: Spot) -> range:
        """The lines of the view that a spot covers."""
        y = y_of(self._layout, spot)
        return range(y, y + height_at(self._layout, spot)) if self._layout.files else range(0)

    def _resize(self) -> None:
        """Tell the screen how much there is to scroll."""
        tail = tail_line(self.patch, self._painter.frame) is not None
        size = Size(self._painter.frame.width, self._layout.height + tail)
        if self.virtual_size.width == size.width > 0:
            # The bar is always there, so that the screen need not be laid out again.
            self.set_reactive(DiffCanvas.virtual_size, size)
            self.vertical_scrollbar.window_virtual_size = size.height
        else:
            self.virtual_size = size

    def _frame_again(self) -> None:
        """Something that all lines depend on changed."""
        width = self.scrollable_content_region.width
        digits = max(_LEAST_DIGITS, self._layout.digits)
        self._painter.frame = Frame(width, digits, self._shift, self._split)
        self._strips.clear()
        self.refresh()

    def _wrap(self) -> None:
        """Put the comments below their lines, as far as those are there."""
        if self._marks.comments:
            for file in range(self._layout.files):
                self._wrap_in(file)

    def _wrap_in(self, file: int) -> None:
        layout, path = self._layout, self.patch.files[file].change.path
        remarks = []
        for comment in self._marks.comments.get(path, ()):
            row = find_row(layout, file, comment.side, comment.line or 0)
            height = len(remark_lines(comment, self._painter.frame))
            remarks.append(Remark(comment, layout.first(file) if row is None else row, height))
        layout.remark(file, remarks)

    def on_mount(self) -> None:
        """Begin to colour what is seen."""
        self._start_colouring()

    def on_resize(self) -> None:
        """Draw for the new size."""
        place = self._place()
        self._frame_again()
        self._wrap()
        self._place_again(place)

    def notify_style_update(self) -> None:
        """Colours changed: the strips are made again."""
        super().notify_style_update()
        self._colours = None
        self._strips.clear()

    # Drawing

    def render_lines(self, crop: Region) -> list[Strip]:
        """Lines for the compositor: made here whole where nothing is drawn around them."""
        self._cursor = self._lines_of(self.spot)
        if self.styles.gutter != Spacing.all(0) or self.opacity != 1.0:
            return super().render_lines(crop)
        strips = [self.render_line(y) for y in crop.line_range]
        _, background = self.background_colors
        for each in self.get_line_filters():
            # Our colours are exact ones but in a theme of ANSI colours: nothing to translate.
            if not (self._exact and isinstance(each, ANSIToTruecolor)):
                strips = [strip.apply_filter(each, background) for strip in strips]
        if crop.column_span != (0, self.size.width):
            strips = [strip.crop(*crop.column_span) for strip in strips]
        return strips

    def render_line(self, y: int) -> Strip:
        """A line of the view; the head of a file stays at the top while its lines scroll by."""
        line = y + round(self.scroll_y)
        if not y:
            place = self._on_screen(y)
            if place.part is Part.HEAD and line != self._layout.top(place.file):
                return self._draw(place, NOWHERE)
        strip = self._strips.get(line)
        if strip is None:
            if len(self._strips) > _STRIPS:
                self._strips.clear()
            strip = self._strips[line] = self._draw(self._layout.at(line), line)
        return strip

    def _on_screen(self, y: int) -> Place:
        """What is drawn on a line of the screen."""
        line = y + round(self.scroll_y)
        place = self._layout.at(line)
        if y == 0 and place.part in (Part.LINE, Part.REMARK) and self.size.height > 3:
            first = self._layout.first(place.file)
            return Place(Part.HEAD, place.file, first, first)
        return place

    def _draw(self, place: Place, line: int) -> Strip:
        if self._colours is None:
            self._colours = DiffColours(self.app.theme_variables)
            self._exact = not self.app.current_theme.ansi
        return self._painter.strip(
            place,
            self._colours,
            width=self.size.width,
            cursor=self._side_of(place) if line in self._cursor else None,
            chosen=self.chosen_from is not None
            and place.part is Part.LINE
            and self._is_chosen(place),
        )

    def _side_of(self, place: Place) -> Side:
        """The side of a line that the cursor is on: the preferred one, unless it is empty."""
        if NOWHERE in (place.left, place.right):
            return Side.NEW if place.left == NOWHERE else Side.OLD
        return self.spot.side

    def _is_chosen(self, place: Place) -> bool:
        low, high = sorted((self.chosen_from or 0, self.spot.row))
        return any(low <= row <= high for row in (place.left, place.right) if row != NOWHERE)

    def _repaint(self, lines: Iterable[int]) -> None:
        """Draw lines of the view again, those that are on the screen at once."""
        top, (width, height) = round(self.scroll_y), self.size
        regions = []
        for y in set(lines):
            self._strips.pop(y, None)
            if top <= y < top + height:
                regions.append(Region(0, y - top, width, 1))
        if regions:
            self.refresh(*regions)

    # Colours

    def _start_colouring(self) -> None:
        self.run_worker(self._colour(self._inks), group="diff.colours", exclusive=True)

    async def _colour(self, inks: Inks) -> None:
        """Colour what is on the screen, for ever."""
        while True:
            await inks.wanted.wait()
            await asyncio.sleep(COLOUR_DELAY_S)
            while job := inks.next_job(self._rows_on_screen()):
                rows = await inks.work(job)
                self._repaint(self._layout.y_of(row) for row in rows)

    def _rows_on_screen(self) -> Iterator[int]:
        top = round(self.scroll_y)
        for y in range(top, top + self.size.height):
            place = self._layout.at(y)
            yield from (place.left, place.right)

    def _side_at(self, x: int) -> Side:
        """The side of the view that a column is on."""
        half = (self._painter.frame.width - 2) // 2
        return Side.OLD if self._split and x <= half else Side.NEW
