"""From a view of the fleet to the facts that routing decides by."""

from collections.abc import Iterable, Mapping

from fleettui.model.ollama import Activity, InstalledModel, LoadedModel, Ollama
from fleettui.model.reading import Source, SourceState
from fleettui.model.system import System
from fleettui.model.view import FleetView, MachineView, SourceView
from fleettui.model.worktree import AgentState
from fleettui.routing.facts import FleetFacts, MachineFacts, Reach, Served, Speed
from fleettui.routing.names import key

_ANSWERS = frozenset({SourceState.OK, SourceState.BUSY, SourceState.LATE})
"""States of a source in which a machine can be asked for something."""

_WORKING = frozenset({AgentState.RUNNING, AgentState.WAITING})


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
