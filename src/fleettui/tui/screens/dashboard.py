"""All machines at one glance."""

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.widget import Widget

from fleettui.model import fmt
from fleettui.model.view import FleetView
from fleettui.tui import keys
from fleettui.tui.draw.arrange import neighbour
from fleettui.tui.draw.grid import Drawing, Kept, Shown, shown_arrangement
from fleettui.tui.draw.header import banner_line, cost_line
from fleettui.tui.ports import Ports
from fleettui.tui.screens.fleet_screen import DASHBOARD, FleetScreen
from fleettui.tui.search import matching
from fleettui.tui.widgets.lines import Lines


def draw_banner(view: FleetView, width: int, height: int) -> Drawing:
    """The shared cause in one line."""
    line = banner_line(view, width)
    return Drawing((line,) if line else ())


def draw_cost(view: FleetView, width: int, height: int) -> Drawing:
    """What the fleet costs in one line."""
    line = cost_line(view, width)
    return Drawing((line,) if line else ())


class Dashboard(FleetScreen):
    """The machines, one of them chosen, and a filter over them."""

    BINDINGS: ClassVar[list[BindingType]] = list(keys.DASHBOARD)

    def __init__(self, ports: Ports) -> None:
        super().__init__(ports)
        self._query = ""
        first = self.seen.machines[:1]
        self._chosen = first[0].name if first else None

    def body(self) -> Iterable[Widget]:
        """Money and shared causes where there are any, then the machines."""
        yield Lines(draw_cost, self.seen, id="cost")
        yield Lines(draw_banner, self.seen, id="banner")
        yield Lines(Kept().grid, self._shown(), id="machines")

    def on_mount(self) -> None:
        """Show only the lines that have something to say."""
        self._show_bars()

    @property
    def place(self) -> str:
        """The screen below all others."""
        return DASHBOARD

    @property
    def subject(self) -> str | None:
        """The chosen machine."""
        return self._chosen

    @property
    def machines(self) -> Lines[Shown]:
        """The widget that shows the machines."""
        return self.query_one("#machines", Lines)

    def show(self, view: FleetView) -> None:
        """Draw a newer state of the fleet."""
        super().show(view)
        self._show_bars()
        self._show_machines()

    def choose(self, name: str) -> None:
        """Make a machine the chosen one."""
        self._chosen = name
        self._show_machines()

    def _shown(self) -> Shown:
        machines = matching(self.seen, self._query)
        if machines and all(machine.name != self._chosen for machine in machines):
            self._chosen = machines[0].name
        return Shown(self.seen, machines, self._chosen, self._query)

    def _show_machines(self) -> None:
        self.machines.value = self._shown()

    def _show_bars(self) -> None:
        for id, draw in (("#cost", draw_cost), ("#banner", draw_banner)):
            bar: Lines[FleetView] = self.query_one(id, Lines)
            bar.set_class(not draw(self.seen, 10, 1).lines, "-empty")
            bar.value = self.seen

    def action_number(self, number: int) -> None:
        """Choose the machine with that number."""
        machines = self.machines.value.machines
        if 0 < number <= len(machines):
            self.choose(machines[number - 1].name)

    def action_move(self, dx: int, dy: int) -> None:
        """Choose the machine beside the chosen one."""
        machines = self.machines.value.machines
        names = [machine.name for machine in machines]
        if not names:
            return
        arrangement = shown_arrangement(self.machines.value, *self.machines.room)
        here = names.index(self._chosen) if self._chosen in names else 0
        self.choose(names[neighbour(arrangement, here, dx, dy)])

    def action_first(self) -> None:
        """Choose the first machine."""
        self.action_number(1)

    def action_last(self) -> None:
        """Choose the last machine."""
        self.action_number(len(self.machines.value.machines))

    async def action_zoom(self) -> None:
        """Open the chosen machine."""
        if self._chosen is not None:
            await self.zoom(self._chosen)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what works now is offered."""
        if action == "all":
            return bool(self._query) or bool(self.query("FilterBar"))
        if action == "zoom":
            return any(machine.name == self._chosen for machine in self.machines.value.machines)
        if action == "filter":
            return self.focused is None
        return True

    @on(Lines.Pointed, "#machines")
    async def point(self, message: Lines.Pointed) -> None:
        """A click chooses a machine, a double click opens it."""
        shown = self.machines.value
        places = shown_arrangement(shown, *self.machines.room).places
        for machine, place in zip(shown.machines, places, strict=True):
            if place.holds(message.x, message.y):
                self.choose(machine.name)
                if message.twice:
                    await self.action_zoom()

    async def action_filter(self) -> None:
        """Ask what to look for."""
        from fleettui.tui.widgets.filter import FilterBar

        if not self.query(FilterBar):
            await self.mount(FilterBar(self.look_for, self._count), after="#machines")
        self.query_one(FilterBar).ask()
        self.refresh_bindings()

    def _count(self) -> tuple[int, str]:
        found = len(self.machines.value.machines)
        return found, f"{found} of {fmt.plural(len(self.seen.machines), 'machine')}"

    def look_for(self, query: str) -> None:
        """Show only the machines that match."""
        self._query = query
        self._show_machines()
        self.refresh_bindings()

    async def action_all(self) -> None:
        """Show all machines again."""
        await self.query("FilterBar").remove()
        self.look_for("")
