"""What every screen that shows the fleet has in common."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget

from fleettui.model.view import FleetView
from fleettui.tui.draw.grid import Drawing
from fleettui.tui.draw.header import header_line
from fleettui.tui.draw.reviewed import with_reviews
from fleettui.tui.ports import Ports
from fleettui.tui.widgets.hints import KeyHints
from fleettui.tui.widgets.lines import Lines

if TYPE_CHECKING:
    from fleettui.model.change import ChangeKey
    from fleettui.model.review import ReviewView
    from fleettui.tui.app import FleetApp

DASHBOARD = "dashboard"
REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Header:
    """What the first line tells about."""

    view: FleetView
    reviews: "ReviewView | None"
    place: str


def draw_header(value: Header, width: int, height: int) -> Drawing:
    """The fleet in one line."""
    place = "" if value.place == DASHBOARD else value.place
    return Drawing((header_line(value.view, width, place, value.reviews),))


class FleetChanged(Message):
    """The fleet has something new to show."""

    def can_replace(self, message: Message) -> bool:
        """One of them is as good as many."""
        return isinstance(message, FleetChanged)


class FleetScreen(Screen[None]):
    """A header, a body and the line of keys; `show` brings all of it up to date."""

    AUTO_FOCUS = ""

    def __init__(self, ports: Ports) -> None:
        super().__init__()
        self.ports = ports
        self.port = ports.fleet
        self.reviews = ports.reviews()
        self.seen = with_reviews(ports.fleet.view(), self.reviews)

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
        yield Lines(draw_header, self._header(), id="header")
        yield from self.body()
        yield KeyHints(self.why_not, self.rank)

    def body(self) -> Iterable[Widget]:
        """What stands between header and keys."""
        return ()

    def why_not(self, action: str) -> str | None:
        """Why an action that is offered would do nothing now."""
        return None

    def rank(self, action: str) -> int:
        """The place of an action among the hints of the footer; those of one rank stay in order."""
        return 0

    def read_again(self) -> str:
        """Read what the screen is about at once; says what that is."""
        self.port.read_again(self.subject)
        return self.subject or "all machines"

    async def zoom(self, machine: str) -> None:
        """Show everything of a machine."""
        await cast("FleetApp", self.app).zoom(machine)

    async def go_to_change(self, key: "ChangeKey") -> None:
        """Show a change in review."""
        await cast("FleetApp", self.app).go_to_change(key)

    def show(self, view: FleetView) -> None:
        """Draw a newer state of the fleet."""
        self.reviews = self.ports.reviews()
        self.seen = with_reviews(view, self.reviews)
        header: Lines[Header] = self.query_one("#header", Lines)
        header.value = self._header()

    def _header(self) -> Header:
        return Header(self.seen, self.reviews, self.place)
