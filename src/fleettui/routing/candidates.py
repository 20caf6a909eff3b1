"""Looks at one rung of a ladder: can it be taken now, by which agent, and for how much?"""

from dataclasses import dataclass

from fleettui.model import fmt
from fleettui.model.catalog import AgentSpec
from fleettui.model.fleet import Fleet
from fleettui.model.kind import Kind
from fleettui.model.route import Ask, Candidate
from fleettui.routing.agents import LOCAL_AGENT, agent_for, free_of_charge
from fleettui.routing.capabilities import (
    ANSWER_TOKENS,
    Capability,
    capability,
    lacks_for_kind,
    tokens_of,
    too_long,
)
from fleettui.routing.conditions import WHOLE, Conditions
from fleettui.routing.defaults import TOKENS
from fleettui.routing.facts import MachineFacts, Served
from fleettui.routing.names import key, split
from fleettui.routing.outcomes import told
from fleettui.routing.placement import Seat, choose
from fleettui.routing.rung import Rung


@dataclass(frozen=True, slots=True)
class Looked:
    """A rung that was looked at; without `skipped` all but the money is fine."""

    rung: Rung
    candidate: Candidate
    paid: bool


class Examiner:
    """Looks at rungs for one task under the conditions of one moment.

    `below` are the rungs that stand below one whose work was not good enough. A heartbeat is a
    question, not work in a repository: the built-in agent asks it, unless another is named.
    """

    def __init__(
        self,
        ask: Ask,
        kind: Kind,
        fleet: Fleet,
        now: Conditions,
        seats: tuple[Seat, ...],
        below: frozenset[str] = frozenset(),
    ) -> None:
        self._ask = ask
        self._agent = ask.agent or (LOCAL_AGENT.name if kind is Kind.HEARTBEAT else None)
        self._below = below
        self._kind = kind
        self._fleet = fleet
        self._now = now
        self._seats = seats
        text = tokens_of(ask.text)
        self._needed = ask.context or text + ANSWER_TOKENS
        self._tokens = (TOKENS[kind][0] + text, TOKENS[kind][1])
        self._refusals = {(one.place, _model(one.model)): one.reason for one in now.refusals}
        self._records = {_record(one.model): one for one in now.outcomes if one.kind is kind}

    def look(self, rung: Rung) -> Looked:
        """The rung with its agent, machine, price and the first reason against it."""
        facts = self._now.facts.machines.get(rung.place) or self._unread(rung.place)
        served = facts.served(rung.name) if rung.on_machine else None
        cloud = not rung.on_machine or (served is not None and served.remote)
        able = capability(rung.name, served, self._now.probes, cloud=cloud)
        reason = self._absent(rung, facts, served) or self._unfit(able, served)
        agent: AgentSpec | None = None
        if reason is None:
            agent, reason = agent_for(rung, able, self._fleet, self._agent)
        seat = choose(self._seats, rung, self._ask.asker)
        if reason is None and seat is None:
            reason = self.no_seat()
        usd = 0.0 if agent and free_of_charge(agent) else rung.usd(*self._tokens)
        candidate = Candidate(
            model=rung.name,
            place=rung.place,
            model_machine=rung.place if rung.on_machine else None,
            tier=rung.tier,
            skipped=reason,
            usd=usd,
            usd_per_mtok=rung.prices,
            agent=agent.name if agent else None,
            machine=seat.machine if seat else None,
            notes=self._notes(rung, facts, served),
        )
        return Looked(rung, candidate, paid=not rung.free and usd != 0.0)

    def no_seat(self) -> str:
        """Why there is no machine for the agent: what is wrong with the ones that come closest."""
        wanted = self._ask.machine
        told = [f"{seat.machine} {seat.skipped}" for seat in self._seats if seat.skipped]
        if wanted is not None:
            told = [line for line in told if line.startswith(f"{wanted} ")]
            told = told or [f"there is no machine {wanted}"]
        return "no machine for the agent: " + ("; ".join(told[:3]) or "the fleet has none")

    def _unread(self, place: str) -> MachineFacts:
        """A machine of which nothing is known but what the configuration says; or a provider."""
        machine = self._fleet.machine(place)
        return MachineFacts(place, has_ollama=machine is not None and bool(machine.ollama))

    def _absent(self, rung: Rung, facts: MachineFacts, served: Served | None) -> str | None:
        """Why the model is not there to be asked."""
        if (tried := self._tried(rung)) is not None:
            return tried
        if rung.unknown:
            return f"the fleet has no model {rung.id}"
        if (reason := self._now.gone.get(rung.id)) is not None:
            return reason
        if rung.on_machine and (reason := _unserved(rung, facts, served)) is not None:
            return reason
        for model in (WHOLE, key(rung.name)):
            if (reason := self._refusals.get((rung.place, model))) is not None:
                return reason
        return None

    def _tried(self, rung: Rung) -> str | None:
        if rung.id in self._ask.tried:
            return "its work was not good enough"
        if key(rung.name) in {key(split(one)[0]) for one in self._ask.tried}:
            return "the same model's work was not good enough"
        return "stands below one that was not good enough" if rung.id in self._below else None

    def _unfit(self, able: Capability, served: Served | None) -> str | None:
        """Why the model would be of no use; what a human asked for by name may try."""
        use = None if self._ask.model else lacks_for_kind(self._kind, able)
        return use or too_long(self._needed, served, able)

    def _notes(self, rung: Rung, facts: MachineFacts, served: Served | None) -> tuple[str, ...]:
        notes: list[str] = []
        if served is not None and served.loaded:
            notes.append("loaded, busy" if served.busy else "loaded")
        if (speed := facts.speeds.get(key(rung.name))) is not None:
            notes.append(f"{speed:.0f} tok/s")
        if rung.on_machine and facts.ollama.answers is None:
            notes.append(f"nothing was read from {rung.place} yet")
        if (record := self._records.get(key(rung.name))) is not None:
            notes.append(told(record))
        return tuple(notes)


def _unserved(rung: Rung, facts: MachineFacts, served: Served | None) -> str | None:
    if not facts.has_ollama:
        return f"{rung.place} has no Ollama"
    if facts.ollama.answers is False:
        return f"{rung.place} is unreachable: {facts.ollama.reason}"
    if served is None and facts.models is not None:
        return f"not installed on {rung.place}"
    total = facts.memory_total
    if served and not served.loaded and served.size and total and served.size > total:
        return f"does not fit: {fmt.size(served.size)}, and {rung.place} has {fmt.memory(total)}"
    return None


def _model(name: str) -> str:
    return name if name == WHOLE else key(name)


def _record(model: str) -> str:
    return key(model.rpartition("@")[0] or model)
