"""A part of the fleet: what `--only` leaves of a view."""

from collections.abc import Set
from dataclasses import replace

from fleettui.model.reading import Source, worst
from fleettui.model.view import Alert, Banner, FleetView, MachineView


def part(view: FleetView, machines: Set[str], sources: Set[Source]) -> FleetView:
    """The union of `machines`, and of each the `sources`; an empty set means all.

    Values of other sources are as if they had not been read, and a machine's state is the worst
    of the sources that are left. What concerns no machine or source in particular stays.
    """
    if not machines and not sources:
        return view
    kept = tuple(
        _sources_of(machine, sources)
        for machine in view.machines
        if not machines or machine.name in machines
    )
    return replace(
        view,
        machines=kept,
        alerts=tuple(alert for alert in view.alerts if _concerns(alert, machines, sources)),
        banners=tuple(banner for banner in view.banners if _explains(banner, machines)),
    )


def _sources_of(machine: MachineView, sources: Set[Source]) -> MachineView:
    if not sources:
        return machine
    kept = {source: seen for source, seen in machine.sources.items() if source in sources}
    return replace(
        machine,
        state=worst([seen.state for seen in kept.values()]),
        sources=kept,
        system=machine.system if Source.SYSTEM in sources else None,
        ollama=machine.ollama if Source.OLLAMA in sources else None,
        services=machine.services if Source.SERVICES in sources else None,
        worktrees=machine.worktrees if Source.WORKTREES in sources else None,
        cost=machine.cost if Source.COSTS in sources else None,
    )


def _concerns(alert: Alert, machines: Set[str], sources: Set[Source]) -> bool:
    here = not machines or alert.machine is None or alert.machine in machines
    return here and (not sources or alert.source is None or alert.source in sources)


def _explains(banner: Banner, machines: Set[str]) -> bool:
    return not machines or not banner.machines or any(name in machines for name in banner.machines)
