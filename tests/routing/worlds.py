"""Fleets and the conditions they are in, made as the program makes them: from a FleetView."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from fleettui.config.load import load, parse
from fleettui.model.fleet import Fleet
from fleettui.model.kind import Kind
from fleettui.model.machine import Machine, Platform
from fleettui.model.ollama import InstalledModel, LoadedModel, Ollama
from fleettui.model.reading import Source, SourceState
from fleettui.model.route import Ask, Route
from fleettui.model.system import System
from fleettui.model.view import FleetView, MachineView, SourceView
from fleettui.model.worktree import AgentAt, AgentState, Worktree
from fleettui.routing.conditions import Budget, Conditions
from fleettui.routing.decide import decide
from fleettui.routing.observe import facts_of

EXAMPLES = Path(__file__).parents[2] / "docs/examples"
STUDIO, CLAWDBOT, LAYERS = (
    "workstation-brain-engine",
    "clawdbot-fleet",
    "local-remote-layers",
)
GB = 10**9


def example(name: str) -> Fleet:
    """One of the fleets that are shipped as examples."""
    return load(EXAMPLES / f"{name}.toml", {"HOME": "/home/ada"})


def toml(text: str) -> Fleet:
    """A fleet from the text of a configuration."""
    return parse(text, file="fleet.toml", environ={"HOME": "/home/ada"})


def seen(
    machine: Machine,
    *,
    down: bool = False,
    loaded: Collection[str] = (),
    installed: Collection[InstalledModel] | None = None,
    agents: int = 0,
) -> MachineView:
    """A machine as it is seen: everything answers, or nothing does."""
    state = SourceState.DOWN if down else SourceState.OK
    source = SourceView(state, age_s=1.0, reason="no route to host" if down else None)
    if installed is None:
        installed = [InstalledModel(name, digest=f"sha-{name}") for name in machine.models]
    models = Ollama(loaded=tuple(LoadedModel(name) for name in loaded), installed=tuple(installed))
    work = [Worktree("app", f"/w/{at}", agent=AgentAt(AgentState.RUNNING)) for at in range(agents)]
    return MachineView(
        machine=machine,
        state=state,
        sources={Source.SYSTEM: source, Source.OLLAMA: source},
        system=System(machine.platform or Platform.LINUX, memory_total=64 * GB),
        ollama=models if machine.ollama else None,
        worktrees=tuple(work),
    )


def fleet_view(machines: Collection[MachineView]) -> FleetView:
    """A fleet of those machines."""
    return FleetView("test", "desk", datetime(2026, 1, 1, tzinfo=UTC), tuple(machines))


def conditions(
    fleet: Fleet,
    *,
    down: Collection[str] = (),
    loaded: Mapping[str, Collection[str]] | None = None,
    agents: Mapping[str, int] | None = None,
) -> Conditions:
    """The fleet with everything expected installed, and some machines away."""
    views = [
        seen(
            one,
            down=one.name in down,
            loaded=(loaded or {}).get(one.name, ()),
            agents=(agents or {}).get(one.name, 0),
        )
        for one in fleet.machines
    ]
    return Conditions(facts_of(fleet_view(views)), today=date(2026, 1, 1))


def route(
    fleet: Fleet,
    ask: Ask | Kind,
    now: Conditions | None = None,
    budget: Budget | None = None,
) -> Route:
    """Where a task goes; a kind alone stands for a task that was flagged so."""
    asked = Ask("do it", kind=ask) if isinstance(ask, Kind) else ask
    return decide(asked, fleet, now or conditions(fleet), None, budget).route


def without_routing(fleet: Fleet) -> Fleet:
    """The same fleet with neither ladders nor rules of its own."""
    machines = tuple(replace(machine, routing={}) for machine in fleet.machines)
    return replace(fleet, machines=machines, routing=type(fleet.routing)())


def goes(found: Route) -> tuple[str | None, str | None]:
    """The chosen rung and the machine of the agent."""
    return (found.chosen.id if found.chosen else None, found.machine)


class Broke:
    """A budget in which some tiers are used up."""

    def __init__(self, *tiers: str) -> None:
        self.tiers = tiers
        self.asked: list[tuple[str, float | None]] = []

    def affordable(self, tier: str, usd: float | None) -> str | None:
        """No for the tiers that are used up."""
        self.asked.append((tier, usd))
        return f"{tier} is used up" if tier in self.tiers else None
