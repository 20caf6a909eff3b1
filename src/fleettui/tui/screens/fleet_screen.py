"""What every screen that shows the fleet has in common."""

from collections.abc import Iterable

from textual.app import ComposeResult
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget

from fleettui.model.view import FleetView
from fleettui.tui.draw.grid import Drawing
from fleettui.tui.draw.header import header_line
from fleettui.tui.ports import FleetPort
from fleettui.tui.widgets.hints import KeyHints
from fleettui.tui.widgets.lines import Lines

DASHBOARD = "dashboard"


class Zoom(Message):
    """The user wants to see everything of one machine."""

    def __init__(self, machine: str) -> None:
        super().__init__()
        self.machine = machine


def draw_header(value: tuple[FleetView, str], width: int, height: int) -> Drawing:
    """The fleet in one line."""
    view, place = value
    return Drawing((header_line(view, width, "" if place == DASHBOARD else place),))


class FleetScreen(Screen[None]):
    """A header, a body and the line of keys; `show` brings all of it up to date."""

    AUTO_FOCUS = ""

    def __init__(self, port: FleetPort) -> None:
        super().__init__()
        self.port = port
        self.seen = port.view()

    @property
    def place(self) -> str:
        """The word that leads here, or the machine's name; also shown in the header."""
        return ""

    @property
    def subject(self) -> str | None:
        """The machine that `read again` is about; None: all of them."""
        return None

    def compose(self) -> ComposeResult:
        """Header, body, keys."""
        yield Lines(draw_header, (self.seen, self.place), id="header")
        yield from self.body()
        yield KeyHints()

    def body(self) -> Iterable[Widget]:
        """What stands between header and keys."""
        return ()

    def show(self, view: FleetView) -> None:
        """Draw a newer state of the fleet."""
        self.seen = view
        header: Lines[tuple[FleetView, str]] = self.query_one("#header", Lines)
        header.value = (view, self.place)
