"""Everything that is known of one machine."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from fleettui.model.view import Event, FleetView
from fleettui.tui import keys
from fleettui.tui.draw.grid import Drawing, chosen_of
from fleettui.tui.draw.paint import BLANK, Line, Tone, cut, spread
from fleettui.tui.draw.pane import title_facts, title_spans
from fleettui.tui.draw.report import report_lines
from fleettui.tui.ports import Ports
from fleettui.tui.screens.fleet_screen import FleetScreen
from fleettui.tui.widgets.lines import Lines


@dataclass(frozen=True, slots=True)
class Zoomed:
    """A machine of a fleet, and what happened in that fleet."""

    view: FleetView
    name: str
    events: tuple[Event, ...]


def draw_machine(value: Zoomed, width: int, height: int) -> Drawing:
    """The whole report; a machine that is no longer in the fleet is said to be gone."""
    machine = chosen_of(value.view.machines, value.name)
    if machine is None:
        gone: Line = ((f"  {value.name} is no longer in the fleet", Tone.STRONG),)
        return Drawing((BLANK, cut(gone, width)))
    alerts = [alert for alert in value.view.alerts if alert.machine == value.name]
    rows = 3 if height < 30 else 5
    return Drawing(
        report_lines(
            machine,
            value.view.taken_at,
            width,
            alerts=alerts,
            events=value.events,
            graph_rows=rows,
        )
    )


def draw_title(value: Zoomed, width: int, height: int) -> Drawing:
    """The machine's name, state and roles."""
    machine = chosen_of(value.view.machines, value.name)
    if machine is None:
        return Drawing(())
    title: Line = ((" ", Tone.TEXT), *title_spans(machine, None))
    return Drawing((spread(title, (*title_facts(machine), (" ", Tone.TEXT)), width),))


class MachineScreen(FleetScreen):
    """One machine on the whole screen; it is read more often while it is shown."""

    CSS_PATH = "machine.tcss"
    BINDINGS: ClassVar[list[BindingType]] = list(keys.MACHINE)

    def __init__(self, ports: Ports, name: str) -> None:
        self._machine = name
        super().__init__(ports)

    @property
    def place(self) -> str:
        """The machine's name."""
        return self._machine

    @property
    def subject(self) -> str | None:
        """The machine itself."""
        return self._machine

    def body(self) -> Iterable[Widget]:
        """Its title and its report."""
        yield Lines(draw_title, self._zoomed(), id="title")
        yield Lines(draw_machine, self._zoomed(), id="report")

    def on_screen_resume(self) -> None:
        """Look closely, also after what was above this screen is gone."""
        self.port.focus(self._machine)

    def on_screen_suspend(self) -> None:
        """Look at the whole fleet again."""
        self.port.focus(None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Where there is one machine, there is no next one."""
        return action != "next" or len(self.seen.machines) > 1

    def show(self, view: FleetView) -> None:
        """Draw a newer state of the machine."""
        super().show(view)
        for lines in (self.query_one("#title", Lines), self.report):
            lines.value = self._zoomed()

    @property
    def report(self) -> Lines[Zoomed]:
        """The widget that shows the report."""
        return self.query_one("#report", Lines)

    def _zoomed(self) -> Zoomed:
        return Zoomed(self.seen, self._machine, self.port.events())

    def action_down(self) -> None:
        """Scroll down a line."""
        self.report.scroll_down(animate=False)

    def action_up(self) -> None:
        """Scroll up a line."""
        self.report.scroll_up(animate=False)

    def action_page_down(self) -> None:
        """Scroll down a page."""
        self.report.scroll_page_down(animate=False)

    def action_page_up(self) -> None:
        """Scroll up a page."""
        self.report.scroll_page_up(animate=False)

    def action_top(self) -> None:
        """Go to the top."""
        self.report.scroll_home(animate=False)

    def action_bottom(self) -> None:
        """Go to the bottom."""
        self.report.scroll_end(animate=False)

    def action_next(self, step: int) -> None:
        """Show another machine of the fleet."""
        names = [machine.name for machine in self.seen.machines]
        if not names:
            return
        here = names.index(self._machine) if self._machine in names else -step
        self.turn_to(names[(here + step) % len(names)])

    def turn_to(self, machine: str) -> None:
        """Show this machine instead."""
        self._machine = machine
        self.port.focus(machine)
        self.report.scroll_home(animate=False)
        self.show(self.port.view())
