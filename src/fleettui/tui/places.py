"""The screens that a key goes to from anywhere; a new one is one more entry."""

from collections.abc import Callable, Mapping

from fleettui.tui.acts import Acts
from fleettui.tui.ports import Ports
from fleettui.tui.screens.fleet_screen import FleetScreen


def _inbox(ports: Ports, acts: Acts) -> FleetScreen:
    from fleettui.tui.screens.inbox import Inbox

    return Inbox(ports)


def _log(ports: Ports, acts: Acts) -> FleetScreen:
    from fleettui.tui.screens.log import EventLog

    return EventLog(ports)


def _review(ports: Ports, acts: Acts) -> FleetScreen:
    reviews = ports.reviews()
    if reviews is None or not reviews.repos:
        from fleettui.tui.screens.no_review import NoReview

        return NoReview(ports)
    from fleettui.tui.screens.review import ReviewScreen

    return ReviewScreen(ports, acts)


PLACES: Mapping[str, Callable[[Ports, Acts], FleetScreen]] = {
    "inbox": _inbox,
    "log": _log,
    "review": _review,
}
"""By the word in the action `go('…')`. Each is imported when it is first shown."""
