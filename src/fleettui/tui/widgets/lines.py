"""The one widget for everything that changes often: a value, drawn as lines by a pure function."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from fleettui.tui.draw.grid import Drawing
from fleettui.tui.draw.paint import BLANK, Line, Tone, cells, tame
from fleettui.tui.widgets.tones import cursor_style, tone_styles

ValueT = TypeVar("ValueT")


class Lines(ScrollView, Generic[ValueT], can_focus=False):
    """Shows `draw(value, width, height)`; only lines that come out different are painted again.

    Foreign text is never markup here, and is made safe once more before it becomes a strip.
    """

    DEFAULT_CSS = """
    Lines {
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
        color: $foreground;
        background: $background;
    }
    """

    class Pointed(Message):
        """The mouse was pressed on a cell of the drawing; `twice`: a double click."""

        def __init__(self, lines: "Lines[Any]", x: int, y: int, *, twice: bool) -> None:
            super().__init__()
            self.lines = lines
            self.x = x
            self.y = y
            self.twice = twice

        @property
        def control(self) -> "Lines[Any]":
            """The widget that was pressed."""
            return self.lines

    def __init__(
        self,
        draw: Callable[[ValueT, int, int], Drawing],
        value: ValueT,
        *,
        id: str | None = None,
        follow_end: bool = False,
    ) -> None:
        super().__init__(id=id)
        self._draw = draw
        self._value = value
        self._drawing = Drawing(())
        self._strips: dict[int, Strip] = {}
        self._styles_of: dict[Tone, Style] = {}
        self._plain = self._cursor = Style.null()
        self._drawn_size = Size(0, 0)
        self._scrolls = False
        self.follow_end = follow_end

    @property
    def value(self) -> ValueT:
        """What is shown."""
        return self._value

    @value.setter
    def value(self, value: ValueT) -> None:
        self._value = value
        self._redraw()

    @property
    def room(self) -> Size:
        """The cells that can be drawn on where nothing scrolls."""
        return self.content_size

    def on_resize(self) -> None:
        """Draw for the new size."""
        self._redraw()

    def notify_style_update(self) -> None:
        """Colours changed: the strips are made again."""
        super().notify_style_update()
        self._strips.clear()
        self._styles_of.clear()

    def _redraw(self) -> None:
        width, height = self.room
        if not width or not height:
            return
        before = self._drawing
        self._drawing, width = self._drawn(width, height)
        lines = self._drawing.lines
        at_end = self.scroll_offset.y + self._drawn_size.height >= len(before.lines)
        self.virtual_size = Size(width, len(lines))
        if self.follow_end and at_end:
            self.scroll_to(y=len(lines) - height, animate=False, force=True)
        size = Size(width, height)
        if size != self._drawn_size or len(lines) != len(before.lines):
            self._drawn_size = size
            self._strips.clear()
            self.refresh()
        else:
            self._repaint(before)
        if self._drawing.cursor is not None and self._drawing.cursor != before.cursor:
            self._show_cursor(self._drawing.cursor)

    def _drawn(self, width: int, height: int) -> tuple[Drawing, int]:
        """The drawing and its width, one less where a scrollbar stands beside it."""
        bar = self.styles.scrollbar_size_vertical if self.styles.overflow_y == "auto" else 0
        for beside in (bar, 0) if self._scrolls else (0, bar):
            drawing = self._draw(self._value, width - beside, height)
            self._scrolls = len(drawing.lines) > height
            if self._scrolls == bool(beside) or not bar:
                break
        return drawing, width - beside

    def _repaint(self, before: Drawing) -> None:
        old, new = before, self._drawing
        changed = {
            y for y, pair in enumerate(zip(old.lines, new.lines, strict=True)) if pair[0] != pair[1]
        }
        if old.cursor != new.cursor:
            for start, count in filter(None, (old.cursor, new.cursor)):
                changed.update(range(start, start + count))
        for y in changed:
            self._strips.pop(y, None)
        top = self.scroll_offset.y
        width, height = self.size
        regions = [Region(0, y - top, width, 1) for y in changed if top <= y < top + height]
        if regions:
            self.refresh(*regions)

    def _show_cursor(self, cursor: tuple[int, int]) -> None:
        start, count = cursor
        self.scroll_to_region(Region(0, start, 1, count), animate=False, force=True)

    def render_line(self, y: int) -> Strip:
        """One line of the drawing as a strip."""
        y += self.scroll_offset.y
        strip = self._strips.get(y)
        if strip is None:
            lines = self._drawing.lines
            strip = self._strip(lines[y] if y < len(lines) else BLANK, self._under_cursor(y))
            self._strips[y] = strip
        return strip

    def _under_cursor(self, y: int) -> bool:
        cursor = self._drawing.cursor
        return cursor is not None and cursor[0] <= y < cursor[0] + cursor[1]

    def _strip(self, line: Line, cursor: bool) -> Strip:
        if not self._styles_of:
            self._take_colours()
        base = self._cursor if cursor else self._plain
        segments = []
        size = 0
        for text, tone in line:
            if not text:
                continue
            safe = tame(text)
            size += cells(safe)
            segments.append(Segment(safe, base + self._styles_of[tone]))
        return Strip(segments, size).adjust_cell_length(self.size.width, base)

    def _take_colours(self) -> None:
        variables = self.app.theme_variables
        self._styles_of = tone_styles(variables)
        self._plain = self.rich_style
        self._cursor = self._plain + cursor_style(variables)

    def on_click(self, event: events.Click) -> None:
        """Tell which cell of the drawing was pressed."""
        offset = event.get_content_offset(self)
        if offset is not None:
            x, y = offset.x, offset.y + self.scroll_offset.y
            self.post_message(self.Pointed(self, x, y, twice=event.chain > 1))
