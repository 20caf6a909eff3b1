"""What no decision may ever do, over fleets and conditions that chance made."""

import json
import os
from collections.abc import Mapping
from datetime import date
from typing import TypeVar

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fleettui.model.catalog import AgentSpec, Billing, ModelSpec
from fleettui.model.fleet import Fleet
from fleettui.model.kind import Category, Kind
from fleettui.model.machine import Machine, Role
from fleettui.model.policy import Budget, Routing, RoutingRule
from fleettui.model.repo import Repo
from fleettui.model.route import Ask, Candidate, Classified
from fleettui.routing.agents import LOCAL_AGENT
from fleettui.routing.capabilities import Capability, capability, needs_tools
from fleettui.routing.conditions import WHOLE, Conditions, Refusal
from fleettui.routing.decide import Decision, decide
from fleettui.routing.explain import explain, record, replay, restore
from fleettui.routing.facts import FleetFacts, MachineFacts, Reach, Served
from fleettui.routing.names import key
from fleettui.routing.outcomes import Outcome

NAMES = (
    "qwen2.5-coder:32b",
    "deepseek-r1:32b",
    "qwen3:8b",
    "gpt-oss:20b",
    "nomic-embed-text",
    "mystery",
)
CLOUD = ("anthropic/claude-sonnet-4.5@router", "anthropic/claude-opus-4.6@router", "free@router")
MACHINES = ("a", "b", "c", "d")

T = TypeVar("T")


def rarely(strategy: st.SearchStrategy[T]) -> st.SearchStrategy[T | None]:
    """Mostly nothing: what leaves little to decide must not be in every situation."""
    return st.sampled_from(range(6)).flatmap(lambda at: st.none() if at else strategy)


few = st.integers(0, 3)
maybe = st.booleans()
machine_names = st.sampled_from(MACHINES)
local_ids = st.builds(lambda name, at: f"{name}@{at}", st.sampled_from(NAMES), machine_names)
ids = local_ids | st.sampled_from(CLOUD)
ladders = st.lists(ids, min_size=2, max_size=6, unique=True).map(tuple)
kinds = st.sampled_from(list(Kind))
words = st.sampled_from([*Category, *Kind, "*"]).map(str)


@st.composite
def machines(draw: st.DrawFn) -> tuple[Machine, ...]:
    return tuple(
        Machine(
            name,
            roles=(Role.EXECUTION,) if draw(few) else (Role.INFERENCE,),
            ssh=("host",) if at else (),
            ollama=("ssh",) if draw(few) else (),
            models=tuple(draw(st.sets(st.sampled_from(NAMES), min_size=2))),
            max_agents=draw(rarely(few)),
            routing=draw(st.just({}) | st.dictionaries(words, ladders, max_size=3)),
        )
        for at, name in enumerate(MACHINES)
    )


rules = st.builds(
    RoutingRule,
    match=st.sampled_from(["x", "ios", ".*"]),
    kind=st.none() | kinds.map(str),
    tier=st.none() | st.sampled_from(["local", "sonnet"]),
    model=st.none() | ids,
    machine=st.none() | machine_names,
    agent=st.none() | st.sampled_from(["tooled", "plain", "local", "codex"]),
)
agents = st.lists(
    st.builds(
        AgentSpec,
        name=st.sampled_from(["tooled", "plain", "claude", "aider", "local"]),
        command=st.just(("x",)),
        models=st.sampled_from([("*",), ("anthropic/*",), ("qwen*", "gpt-oss:*")]),
        tools=maybe,
        billing=st.sampled_from(Billing),
    ),
    max_size=3,
    unique_by=lambda agent: agent.name,
).map(tuple)


@st.composite
def fleets(draw: st.DrawFn) -> Fleet:
    tiers = zip(CLOUD, ("sonnet", "opus", "sonnet"), (3.0, 5.0, None), strict=True)
    paid = [
        ModelSpec(one, tier, {} if usd is None else {"input": usd, "output": 5 * usd})
        for one, tier, usd in tiers
        if draw(few)
    ]
    local = [ModelSpec(one, "local") for one in draw(st.lists(local_ids, max_size=3, unique=True))]
    return Fleet(
        "test",
        draw(machines()),
        models=tuple(local + paid),
        repos=(Repo("app", "/app", clones={name: "/x" for name in draw(st.sets(machine_names))}),),
        routing=Routing(
            {word.value: draw(ladders) for word in Category if draw(few)},
            draw(st.just({}) | st.dictionaries(kinds.map(str), ladders, max_size=3)),
            tuple(draw(st.just([]) | st.lists(rules, max_size=2))),
        ),
        agents=draw(agents),
        budget=Budget(at_limit=draw(st.sampled_from(["local", "wait"]))),
    )


reaches = st.builds(Reach, st.sampled_from([True, True, False, None]), st.just("so"))
served = st.builds(
    Served,
    name=st.just("x"),
    digest=st.none() | st.sampled_from(["d1", "d2"]),
    size=st.none() | st.integers(0, 100),
    context=st.none() | st.integers(100, 10_000),
    claims=st.none() | st.sampled_from([("completion", "tools"), ("completion",), ("embedding",)]),
    remote=maybe,
    loaded=maybe,
    busy=maybe,
)


@st.composite
def facts(draw: st.DrawFn, fleet: Fleet) -> FleetFacts:
    models = st.dictionaries(st.sampled_from([key(name) for name in NAMES]), served)
    return FleetFacts(
        {
            one.name: MachineFacts(
                one.name,
                one.roles,
                here=one.local,
                max_agents=one.max_agents,
                has_ollama=bool(one.ollama),
                shell=draw(reaches),
                ollama=draw(reaches),
                models=draw(rarely(models)),
                memory_total=draw(rarely(st.integers(0, 100))),
                running=draw(rarely(few)),
            )
            for one in fleet.machines
            if draw(st.integers(0, 5))
        }
    )


class Spent:
    """A budget with some tiers used up."""

    def __init__(self, tiers: frozenset[str]) -> None:
        self.tiers = tiers

    def affordable(self, tier: str, usd: float | None) -> str | None:
        """No for the tiers that are used up."""
        return "used up" if tier in self.tiers else None


@st.composite
def situations(
    draw: st.DrawFn,
) -> tuple[Ask, Fleet, Conditions, Classified, frozenset[str]]:
    fleet = draw(fleets())
    places = st.sampled_from([*MACHINES, "router"])
    now = Conditions(
        facts=draw(facts(fleet)),
        refusals=tuple(
            Refusal(place, model, "open")
            for place, model in draw(
                st.sets(st.tuples(places, st.sampled_from([WHOLE, *NAMES])), max_size=2)
            )
        ),
        outcomes=tuple(
            draw(st.lists(st.builds(Outcome, kinds, ids, few, few, few, few), max_size=4))
        ),
        probes=draw(st.dictionaries(st.just("d1"), st.builds(Capability, tools=st.none() | maybe))),
        today=date(2026, 1, 1),
    )
    written = sorted({rung for ladder in fleet.routing.categories.values() for rung in ladder})
    rungs = st.sampled_from(written) if written else ids
    ask = Ask(
        draw(st.sampled_from(["x", "ios build", "y" * 5000])),
        kind=draw(st.none() | kinds),
        tier=draw(rarely(st.sampled_from(["local", "sonnet", "nope"]))),
        model=draw(rarely(ids | st.sampled_from(NAMES))),
        machine=draw(rarely(machine_names)),
        agent=draw(rarely(st.sampled_from(["tooled", "codex", "local"]))),
        repo=draw(st.sampled_from([None, "app"])),
        asker=draw(rarely(machine_names)),
        tried=tuple(draw(st.just([]) | st.lists(rungs, min_size=1, max_size=3))),
    )
    ranked = draw(st.lists(st.tuples(kinds, st.floats(0, 1)), max_size=4)).copy()
    said = Classified(draw(kinds), draw(st.floats(0, 1)), ranked=tuple(ranked))
    return ask, fleet, now, said, draw(st.frozensets(st.sampled_from(["sonnet", "opus"])))


def works_through_tools(fleet: Fleet, name: str | None) -> bool:
    """Whether the agent of that name needs a model that calls tools."""
    spec = next((one for one in fleet.agents if one.name == name), None)
    return needs_tools(spec or AgentSpec(name or LOCAL_AGENT.name))


def calls_tools(chosen: Candidate, now: Conditions) -> bool:
    here = now.facts.machines.get(chosen.place)
    model = here.served(chosen.model) if here and chosen.model_machine else None
    cloud = chosen.model_machine is None or (model is not None and model.remote)
    found = capability(chosen.model, model, now.probes, cloud=cloud)
    return found.tools is True and found.chat


def is_away(name: str | None, machines_now: Mapping[str, MachineFacts], *, ollama: bool) -> bool:
    """Whether it is known that the machine does not answer."""
    here = machines_now.get(name or "")
    if here is None:
        return False
    return (here.ollama if ollama else here.shell).answers is False


MANY = 5000 if os.environ.get("FLEETTUI_SOAK") else 150

many = settings(max_examples=MANY, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@many
@given(situations())
def test_what_no_decision_may_do(
    situation: tuple[Ask, Fleet, Conditions, Classified, frozenset[str]],
) -> None:
    ask, fleet, now, said, spent = situation
    decision = decide(ask, fleet, now, said, Spent(spent))
    route, chosen = decision.route, decision.route.chosen
    assert decide(ask, fleet, now, said, Spent(spent)) == decision
    if chosen is None:
        assert all(rung.skipped for rung in route.ladder)
        assert route.document()["tier"] is None
        return
    assert chosen in route.ladder
    before = route.ladder[: route.ladder.index(chosen)]
    assert all(rung.skipped for rung in before), "a rung that was available was passed over"
    if works_through_tools(fleet, chosen.agent):
        assert calls_tools(chosen, now)
    machines_now = now.facts.machines
    assert not is_away(chosen.model_machine, machines_now, ollama=True)
    _is_served(chosen, fleet, now)
    runs_on = fleet.machine(chosen.machine or "")
    assert runs_on is not None
    assert runs_on.local or not is_away(chosen.machine, machines_now, ollama=False)
    assert chosen.usd == 0.0 or chosen.tier not in spent or chosen.tier == "local"
    assert not {(one.place, one.model) for one in now.refusals} & {
        (chosen.place, WHOLE),
        (chosen.place, chosen.model),
    }
    _keeps_what_was_said(decision, fleet)
    _keeps_the_written_order(decision, fleet)


def _is_served(chosen: Candidate, fleet: Fleet, now: Conditions) -> None:
    """The machine has an Ollama, and the model as far as is known."""
    if chosen.model_machine is None:
        return
    machine = fleet.machine(chosen.model_machine)
    assert machine is not None
    assert machine.ollama
    here = now.facts.machines.get(machine.name)
    assert here is None or here.models is None or here.served(chosen.model)


def _keeps_the_written_order(decision: Decision, fleet: Fleet) -> None:
    """Rungs of a ladder of fleet.toml are looked at in its order, those beside it after them."""
    prefix, _, word = decision.source.rpartition(".")
    written: Mapping[str, tuple[str, ...]] = {}
    if prefix in ("routing", "routing.kinds"):
        written = {**fleet.routing.categories, **fleet.routing.kinds}
    elif prefix.startswith("machines."):
        asker = fleet.machine(decision.ask.asker or "")
        assert asker is not None
        written = asker.routing
    ids = [rung.id for rung in decision.route.ladder]
    wanted = [rung for rung in written.get(word, ()) if rung in ids]
    assert ids[: len(wanted)] == wanted


def _keeps_what_was_said(decision: Decision, fleet: Fleet) -> None:
    """What flags and rules decided is so in the route."""
    ask, chosen = decision.ask, decision.route.chosen
    assert chosen is not None
    assert ask.machine in (None, chosen.machine)
    assert ask.agent in (None, chosen.agent)
    assert ask.tier in (None, chosen.tier)
    assert ask.model is None or ask.model == chosen.id or key(ask.model) == key(chosen.model)
    assert chosen.id not in ask.tried
    seat = next(seat for seat in decision.seats if seat.machine == chosen.machine)
    assert seat.skipped is None or (seat.full and decision.route.waits)
    repo = next((one for one in fleet.repos if one.name == ask.repo), None)
    if repo is not None and decision.route.kind is not Kind.HEARTBEAT:
        runs_on = fleet.machine(chosen.machine or "")
        assert runs_on is not None
        assert chosen.machine in repo.clones or (runs_on.local and not repo.clones)


@settings(many, max_examples=MANY // 5)
@given(situations())
def test_a_stored_decision_replays_to_itself(
    situation: tuple[Ask, Fleet, Conditions, Classified, frozenset[str]],
) -> None:
    ask, fleet, now, said, spent = situation
    decision = decide(ask, fleet, now, said, Spent(spent))
    explanation = explain("2026-01-01T00:00:00Z", ask, said, now, decision)
    stored = restore(json.loads(json.dumps(record(explanation))))
    assert stored == explanation
    assert replay(stored, fleet) == decision
