"""The fleet before anything was read: what the very first frame shows."""

from datetime import datetime

from fleettui.model.fleet import Fleet
from fleettui.model.reading import Source, SourceState
from fleettui.model.view import FleetView, MachineView, SourceView

_PENDING = SourceView(SourceState.STALE, reason="no answer yet", pending=True)


def unread(fleet: Fleet, host: str, at: datetime) -> FleetView:
    """Every machine, with its first question still open."""
    machines = tuple(
        MachineView(
            machine=machine,
            state=SourceState.STALE,
            sources={Source.SYSTEM: _PENDING},
            platform=machine.platform,
        )
        for machine in fleet.machines
    )
    return FleetView(name=fleet.name, host=host, taken_at=at, machines=machines)
