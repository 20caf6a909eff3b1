"""What routing needs to know of the machines now, taken from the newest readings."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from fleettui.model.machine import Platform, Role
from fleettui.model.ollama import Activity, InstalledModel, LoadedModel, Ollama
from fleettui.model.reading import Source, SourceState
from fleettui.model.system import System
from fleettui.model.view import FleetView, MachineView, SourceView
from fleettui.model.worktree import AgentState
from fleettui.routing.names import key

_ANSWERS = frozenset({SourceState.OK, SourceState.BUSY, SourceState.LATE})
"""States of a source in which a machine can be asked for something."""

_WORKING = frozenset({AgentState.RUNNING, AgentState.WAITING})


@dataclass(frozen=True, slots=True)
class Served:
    """A model of a machine's Ollama.

    `size` in bytes. `context` is the longest that it can have, `loaded_context` the one it is
    loaded with, both in tokens. `claims` is what the server says that it can do. `remote`: only
    the stub of a cloud model.
    """

    name: str
    digest: str | None = None
    size: int | None = None
    context: int | None = None
    claims: tuple[str, ...] | None = None
    remote: bool = False
    loaded: bool = False
    loaded_context: int | None = None
    busy: bool = False


@dataclass(frozen=True, slots=True)
class Reach:
    """Whether something answers: True, False, or None for not known; `reason` why not."""

    answers: bool | None = None
    reason: str | None = None
    age_s: float | None = None


@dataclass(frozen=True, slots=True)
class MachineFacts:
    """A machine now. Memory in bytes, None where it was not read.

    `shell` is the way on which agents are started, `ollama` the one to its models. `models` maps
    a model's key (`names.key`) to what is known of it, None: not read. `running` counts agents.
    `speeds` maps a model's key to measured tokens a second.
    """

    name: str
    roles: tuple[Role, ...] = ()
    platform: Platform | None = None
    here: bool = False
    max_agents: int | None = None
    has_ollama: bool = False
    shell: Reach = field(default_factory=Reach)
    ollama: Reach = field(default_factory=Reach)
    models: Mapping[str, Served] | None = None
    memory_total: int | None = None
    memory_available: int | None = None
    running: int | None = None
    speeds: Mapping[str, float] = field(default_factory=dict)

    def served(self, name: str) -> Served | None:
        """What is known of a model of that name; None: nothing."""
        return None if self.models is None else self.models.get(key(name))


@dataclass(frozen=True, slots=True)
class FleetFacts:
    """All machines now, in the order of the configuration."""

    machines: Mapping[str, MachineFacts] = field(default_factory=dict)


Speed = tuple[str, str, float]
"""Machine, model and measured tokens a second."""


def facts_of(
    view: FleetView, *, speeds: Iterable[Speed] = (), running: Mapping[str, int] | None = None
) -> FleetFacts:
    """What a view of the fleet says to routing.

    `running` are the queue's own counts of agents by machine; where it has none, the agents seen
    in worktrees count.
    """
    by_machine: dict[str, dict[str, float]] = {}
    for machine, model, tokens_per_s in speeds:
        by_machine.setdefault(machine, {})[key(model)] = tokens_per_s
    counts = running or {}
    return FleetFacts(
        {
            seen.name: _machine(seen, by_machine.get(seen.name, {}), counts.get(seen.name))
            for seen in view.machines
        }
    )


def _machine(seen: MachineView, speeds: Mapping[str, float], running: int | None) -> MachineFacts:
    machine, system = seen.machine, seen.system
    return MachineFacts(
        name=machine.name,
        roles=machine.roles,
        platform=seen.platform or machine.platform,
        here=machine.local,
        max_agents=machine.max_agents,
        has_ollama=bool(machine.ollama),
        shell=Reach(True) if machine.local else _reach(seen.sources.get(Source.SYSTEM)),
        ollama=_reach(seen.sources.get(Source.OLLAMA)),
        models=None if seen.ollama is None else _models(seen.ollama),
        memory_total=_memory_total(system),
        memory_available=system.memory_available if system else None,
        running=_agents(seen) if running is None else running,
        speeds=speeds,
    )


def _reach(source: SourceView | None) -> Reach:
    """A source that nobody asked yet is not known; one that fell silent does not answer."""
    if source is None or source.pending:
        return Reach(None, None if source is None else source.reason)
    answers = source.state in _ANSWERS
    reason = None if answers else source.reason or source.state.value
    return Reach(answers, reason, source.age_s)


def _memory_total(system: System | None) -> int | None:
    """Main memory and that of graphics processors with their own."""
    if system is None or system.memory_total is None:
        return None
    return system.memory_total + sum(gpu.memory_total or 0 for gpu in system.gpus)


def _agents(seen: MachineView) -> int | None:
    if seen.worktrees is None:
        return None
    return sum(1 for one in seen.worktrees if one.agent and one.agent.state in _WORKING)


def _models(ollama: Ollama) -> dict[str, Served] | None:
    """Installed models, each with what is loaded of it; None where neither list was read."""
    if ollama.installed is None:
        return None
    loaded = {key(one.name): one for one in ollama.loaded or ()}
    found = {key(one.name): _served(one, loaded.get(key(one.name))) for one in ollama.installed}
    for name, one in loaded.items():
        if name not in found:
            found[name] = _served(InstalledModel(one.name, one.size, one.digest), one)
    return found


def _served(installed: InstalledModel, loaded: LoadedModel | None) -> Served:
    return Served(
        name=installed.name,
        digest=installed.digest,
        size=installed.size,
        context=installed.context_length,
        claims=installed.capabilities,
        remote=installed.remote_host is not None,
        loaded=loaded is not None and loaded.activity is not Activity.STOPPING,
        loaded_context=loaded.context_length if loaded else None,
        busy=loaded is not None and loaded.activity is Activity.BUSY,
    )
