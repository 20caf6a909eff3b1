"""Everything that waits for the human."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.widget import Widget

from fleettui.model.view import FleetView
from fleettui.tui import keys
from fleettui.tui.draw.grid import Drawing
from fleettui.tui.draw.inbox import Item, item_lines, names_cells, waiting
from fleettui.tui.draw.paint import BLANK, Line, Tone, cut
from fleettui.tui.ports import Ports
from fleettui.tui.screens.fleet_screen import FleetScreen
from fleettui.tui.widgets.lines import Lines

_EACH = 3
"""Lines of an item: what is wrong, what to do, and air."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The items, and which of them is chosen."""

    view: FleetView
    items: tuple[Item, ...]
    chosen: int


def draw_inbox(value: Waiting, width: int, height: int) -> Drawing:
    """Each item with its remedy; when there is none, what to do next."""
    if not value.items:
        rest: tuple[Line, ...] = (
            BLANK,
            (("  ● nothing waits for you", Tone.OK),),
            (("  esc goes back; whatever needs you shows up here by itself", Tone.DIM),),
        )
        return Drawing(tuple(cut(line, width) for line in rest))
    names = names_cells(value.items)
    lines: list[Line] = []
    for index, item in enumerate(value.items):
        chosen = index == value.chosen
        lines += item_lines(item, value.view.taken_at, width, names, chosen=chosen)
        lines.append(BLANK)
    return Drawing(tuple(lines), (value.chosen * _EACH, 2))


class Inbox(FleetScreen):
    """A list that empties: when an item is done with, the next one is chosen."""

    CSS_PATH = "inbox.tcss"
    BINDINGS: ClassVar[list[BindingType]] = list(keys.INBOX)

    def __init__(self, ports: Ports) -> None:
        super().__init__(ports)
        self._items = waiting(self.seen, self.reviews)
        self._chosen = 0

    @property
    def place(self) -> str:
        """The word in the header."""
        return "inbox"

    @property
    def subject(self) -> str | None:
        """The machine that the chosen item is about."""
        item = self._item()
        return item.machine if item else None

    @property
    def list(self) -> Lines[Waiting]:
        """The widget that shows the items."""
        return self.query_one("#items", Lines)

    def body(self) -> Iterable[Widget]:
        """The list."""
        yield Lines(draw_inbox, self._waiting(), id="items")

    def show(self, view: FleetView) -> None:
        """Draw the items as they are now; the chosen one stays chosen, or the next one is."""
        super().show(view)
        before = self._item()
        self._items = waiting(view, self.reviews)
        ids = [item.id for item in self._items]
        if before is not None and before.id in ids:
            self._chosen = ids.index(before.id)
        self._choose(self._chosen)

    def _item(self) -> Item | None:
        return self._items[self._chosen] if self._chosen < len(self._items) else None

    def _waiting(self) -> Waiting:
        return Waiting(self.seen, self._items, self._chosen)

    def _choose(self, index: int) -> None:
        self._chosen = max(0, min(index, len(self._items) - 1))
        self.list.value = self._waiting()
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is only somewhere to go where the item is about something."""
        return action != "open" or self.subject is not None

    def action_move(self, step: int) -> None:
        """Choose the next item, or the one before."""
        self._choose(self._chosen + step)

    def action_first(self) -> None:
        """Choose the first item."""
        self._choose(0)

    def action_last(self) -> None:
        """Choose the last item."""
        self._choose(len(self._items) - 1)

    async def action_open(self) -> None:
        """Go to the change or the machine."""
        item = self._item()
        if item is not None and item.change is not None:
            await self.go_to_change(item.change)
        elif self.subject is not None:
            await self.zoom(self.subject)

    @on(Lines.Pointed, "#items")
    async def point(self, message: Lines.Pointed) -> None:
        """A click chooses an item, a double click goes there."""
        index = message.y // _EACH
        if index < len(self._items):
            self._choose(index)
            if message.twice:
                await self.action_open()
