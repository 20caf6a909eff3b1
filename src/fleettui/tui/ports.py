"""What the screens need from the fleet, as a protocol: the screens do no I/O of their own."""

from collections.abc import Callable
from typing import Protocol

from fleettui.model.fleet import Fleet
from fleettui.model.view import Event, FleetView


class FleetPort(Protocol):
    """The fleet as the screens see it. Every method but `run` returns at once."""

    @property
    def fleet(self) -> Fleet:
        """The configuration."""

    def view(self) -> FleetView:
        """The fleet now, with ages counted to this moment."""

    def events(self) -> tuple[Event, ...]:
        """What happened, oldest first."""

    def subscribe(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Call `changed` after each change, from any thread; the result ends that."""

    def read_again(self, machine: str | None = None) -> None:
        """Read a machine (None: all) at once, forgetting back-off and refusals."""

    def focus(self, machine: str | None) -> None:
        """The machine that the user looks at closely; it is read more often."""

    def attention(self, seen: bool) -> None:
        """Whether anybody can see the screen."""

    async def run(self) -> None:
        """Read for ever. An error that it raises is a bug and ends the application."""
