"""Where an agent runs, and which of several machines serves a model best."""

from collections.abc import Iterable
from dataclasses import dataclass

from fleettui.model.fleet import Fleet
from fleettui.model.kind import Kind
from fleettui.model.machine import Machine, Role
from fleettui.routing.facts import FleetFacts, MachineFacts
from fleettui.routing.names import key
from fleettui.routing.rung import Rung

_UNKNOWN = MachineFacts("")


@dataclass(frozen=True, slots=True)
class Seat:
    """A machine that an agent could run on. `skipped`: why it cannot, None: it can.

    `full`: it could, but has as many agents as it may have; `running` None: not known.
    """

    machine: str
    skipped: str | None = None
    full: bool = False
    running: int | None = None
    max_agents: int | None = None

    @property
    def load(self) -> float:
        """The part of its places that is taken; without a limit, each agent counts a little."""
        return (self.running or 0) / (self.max_agents or 100)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of the machine: exactly this one, for that repository, for that asker."""

    kind: Kind
    machine: str | None = None
    repo: str | None = None
    asker: str | None = None


def seats(wanted: Wanted, fleet: Fleet, facts: FleetFacts) -> tuple[Seat, ...]:
    """Every machine, with the reason why the agent cannot run there.

    A heartbeat runs on the machine whose heart beats, whatever its roles. Where no machine has
    the role `execution`, agents run on this one.
    """
    executes = any(Role.EXECUTION in machine.roles for machine in fleet.machines)
    return tuple(
        _seat(machine, wanted, fleet, facts.machines.get(machine.name, _UNKNOWN), executes)
        for machine in fleet.machines
    )


def choose(found: Iterable[Seat], rung: Rung | None, asker: str | None) -> Seat | None:
    """The best seat for an agent with that model; None: there is none.

    One with a free place before a full one; then the asking machine itself, then the one that
    serves the model, then the one with the smaller part of its places taken, then the first in
    the configuration.
    """
    serving = rung.place if rung and rung.on_machine else None
    open_ones = [seat for seat in found if seat.skipped is None or seat.full]
    return min(
        open_ones,
        key=lambda s: (s.full, s.machine != asker, s.machine != serving, s.load),
        default=None,
    )


def _seat(
    machine: Machine, wanted: Wanted, fleet: Fleet, facts: MachineFacts, executes: bool
) -> Seat:
    seat = Seat(machine.name, None, False, facts.running, machine.max_agents)
    reason = _unfit(machine, wanted, fleet, executes) or _silent(machine, facts)
    if reason is None and wanted.kind is not Kind.HEARTBEAT and machine.max_agents is not None:
        if machine.max_agents == 0:
            reason = "takes no agents (max_agents = 0)"
        elif (facts.running or 0) >= machine.max_agents:
            told = f"busy: {facts.running} of {machine.max_agents} agents run"
            return Seat(machine.name, told, True, facts.running, machine.max_agents)
    return seat if reason is None else Seat(machine.name, reason, False, *_counts(seat))


def _counts(seat: Seat) -> tuple[int | None, int | None]:
    return seat.running, seat.max_agents


def _unfit(machine: Machine, wanted: Wanted, fleet: Fleet, executes: bool) -> str | None:
    if wanted.machine is not None and machine.name != wanted.machine:
        return f"{wanted.machine} is asked for"
    if wanted.kind is Kind.HEARTBEAT:
        beats = machine.name == wanted.asker if wanted.asker else machine.local
        return None if beats or wanted.machine else "not its heartbeat"
    if executes and Role.EXECUTION not in machine.roles:
        return "does not have the role execution"
    if not executes and not machine.local and wanted.machine is None:
        return "does not have the role execution"
    return _no_clone(machine, wanted.repo, fleet)


def _no_clone(machine: Machine, repo_name: str | None, fleet: Fleet) -> str | None:
    """Without any clones for agents they work in the user's own, on this machine."""
    repo = next((repo for repo in fleet.repos if repo.name == repo_name), None)
    if repo is None or machine.name in repo.clones or (machine.local and not repo.clones):
        return None
    return f"has no clone of {repo.name}"


def _silent(machine: Machine, facts: MachineFacts) -> str | None:
    if machine.local or facts.shell.answers is not False:
        return None
    return f"unreachable: {facts.shell.reason}"


def serving_order(rungs: Iterable[Rung], facts: FleetFacts) -> list[Rung]:
    """One model's places, best first, where nobody gave an order.

    A machine that answers before one that does not; then one that has the model loaded, one
    where it is not working just now, one with room for it, the faster one, the one with more
    free memory, the first in the configuration.
    """
    rungs = list(rungs)
    return sorted(rungs, key=lambda rung: _serving(rung, facts)) if len(rungs) > 1 else rungs


def _serving(rung: Rung, facts: FleetFacts) -> tuple[bool, bool, bool, bool, float, float]:
    here = facts.machines.get(rung.place, _UNKNOWN)
    served = here.served(rung.name)
    loaded = served is not None and served.loaded
    room = here.memory_available or 0
    return (
        rung.on_machine and here.ollama.answers is False,
        not loaded,
        served is not None and served.busy,
        not loaded and served is not None and (served.size or 0) > room,
        -here.speeds.get(key(rung.name), 0.0),
        -room,
    )
