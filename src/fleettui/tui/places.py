"""The screens that a key goes to from anywhere; a new one is one more entry."""

from collections.abc import Callable, Mapping

from fleettui.tui.ports import FleetPort
from fleettui.tui.screens.fleet_screen import FleetScreen


def _inbox(port: FleetPort) -> FleetScreen:
    from fleettui.tui.screens.inbox import Inbox

    return Inbox(port)


def _log(port: FleetPort) -> FleetScreen:
    from fleettui.tui.screens.log import EventLog

    return EventLog(port)


PLACES: Mapping[str, Callable[[FleetPort], FleetScreen]] = {"inbox": _inbox, "log": _log}
"""By the word in the action `go('…')`. Each is imported when it is first shown."""
