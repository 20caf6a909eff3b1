"""What the screens need from the fleet, as a protocol: the screens do no I/O of their own."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

from fleettui.model.fleet import Fleet
from fleettui.model.view import Event, FleetView

if TYPE_CHECKING:
    from fleettui.model.review import ReviewView
    from fleettui.model.review_port import ReviewPort


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


Edit: TypeAlias = Callable[[str, bytes, int], Awaitable[None]]
"""Show a copy of a file (its path, its bytes) in the user's editor at a line, until it is closed.

The terminal is the editor's until then. Raises OperationFailed where no editor can be started.
"""


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything that screens can ask. `review` None: no repository is configured; `edit` None:
    there is no editor."""

    fleet: FleetPort
    review: "ReviewPort | None" = None
    edit: Edit | None = None

    def reviews(self) -> "ReviewView | None":
        """All changes as they are known now; None where nothing is reviewed."""
        return self.review.view() if self.review is not None else None
