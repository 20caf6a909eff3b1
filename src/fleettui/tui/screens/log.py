"""What happened, line by line."""

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from fleettui.model.view import Event, FleetView
from fleettui.tui import keys
from fleettui.tui.draw.grid import Drawing
from fleettui.tui.draw.log import log_lines
from fleettui.tui.draw.paint import BLANK, Line, Tone, cut
from fleettui.tui.screens.fleet_screen import FleetScreen
from fleettui.tui.widgets.lines import Lines


def draw_log(events: tuple[Event, ...], width: int, height: int) -> Drawing:
    """All events, or that there are none yet."""
    if events:
        return Drawing(log_lines(events, width))
    line: Line = (("  nothing happened yet; changes of state are noted here", Tone.DIM),)
    return Drawing((BLANK, cut(line, width)))


class EventLog(FleetScreen):
    """Stays at the newest event while that is in sight."""

    CSS_PATH = "log.tcss"
    BINDINGS: ClassVar[list[BindingType]] = list(keys.LOG)

    @property
    def place(self) -> str:
        """The word in the header."""
        return "log"

    def body(self) -> Iterable[Widget]:
        """The lines."""
        yield Lines(draw_log, self.port.events(), id="events", follow_end=True)

    @property
    def lines(self) -> Lines[tuple[Event, ...]]:
        """The widget that shows the events."""
        return self.query_one("#events", Lines)

    def show(self, view: FleetView) -> None:
        """Draw newer events."""
        super().show(view)
        self.lines.value = self.port.events()

    def action_down(self) -> None:
        """Scroll down a line."""
        self.lines.scroll_down(animate=False)

    def action_up(self) -> None:
        """Scroll up a line."""
        self.lines.scroll_up(animate=False)

    def action_page_down(self) -> None:
        """Scroll down a page."""
        self.lines.scroll_page_down(animate=False)

    def action_page_up(self) -> None:
        """Scroll up a page."""
        self.lines.scroll_page_up(animate=False)

    def action_top(self) -> None:
        """Go to the oldest event."""
        self.lines.scroll_home(animate=False)

    def action_bottom(self) -> None:
        """Go to the newest event."""
        self.lines.scroll_end(animate=False)
