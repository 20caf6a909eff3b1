"""What every screen that shows the fleet has in common."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

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

if TYPE_CHECKING:
    from fleettui.tui.app import FleetApp

DASHBOARD = "dashboard"


def draw_header(value: tuple[FleetView, str], width: int, height: int) -> Drawing:
    """The fleet in one line."""
    view, place = value
    return Drawing((header_line(view, width, "" if place == DASHBOARD else place),))


class FleetChanged(Message):
    """The fleet has something new to show."""

    def can_replace(self, message: Message) -> bool:
        """One of them is as good as many."""
        return isinstance(message, FleetChanged)


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

    def zoom(self, machine: str) -> None:
        """Show everything of a machine: at once, for the next key is meant for that screen."""
        cast("FleetApp", self.app).zoom(machine)

    def show(self, view: FleetView) -> None:
        """Draw a newer state of the fleet."""
        self.seen = view
        header: Lines[tuple[FleetView, str]] = self.query_one("#header", Lines)
        header.value = (view, self.place)
