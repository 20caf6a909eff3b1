"""Where agents run, and what is known of the machines."""

from dataclasses import replace

import pytest

from fleettui.model.kind import Kind
from fleettui.model.machine import Machine
from fleettui.model.ollama import Activity, InstalledModel, LoadedModel, Ollama
from fleettui.model.reading import Source, SourceState
from fleettui.model.route import Ask
from fleettui.model.system import Gpu
from fleettui.model.view import SourceView
from fleettui.routing.conditions import Conditions
from fleettui.routing.facts import FleetFacts, Reach
from fleettui.routing.observe import facts_of
from fleettui.routing.placement import Wanted, choose, seats, serving_order
from fleettui.routing.rung import Rung
from tests.routing.worlds import (
    CLAWDBOT,
    GB,
    STUDIO,
    conditions,
    example,
    fleet_view,
    goes,
    route,
    seen,
    toml,
)

MINI = Machine("mini", ssh=("mini",), ollama=("ssh",), models=("qwen3:8b",))


def reasons(wanted: Wanted, now: Conditions | None = None) -> dict[str, str | None]:
    fleet = example(CLAWDBOT)
    found = seats(wanted, fleet, (now or conditions(fleet)).facts)
    return {seat.machine: seat.skipped for seat in found}


def test_every_machine_says_why_it_cannot() -> None:
    fleet = example(CLAWDBOT)
    now = conditions(fleet, down=["mini"], agents={"macbook": 4})
    assert reasons(Wanted(Kind.LINT_STYLE, repo="aphos"), now) == {
        "macbook": "busy: 4 of 4 agents run",
        "mini": "unreachable: no route to host",
        "msi": "has no clone of aphos",
    }
    assert reasons(Wanted(Kind.LINT_STYLE, machine="msi")) == {
        "macbook": "msi is asked for",
        "mini": "msi is asked for",
        "msi": None,
    }


def test_a_heart_beats_on_its_own_machine() -> None:
    assert reasons(Wanted(Kind.HEARTBEAT, asker="msi"))["msi"] is None
    assert reasons(Wanted(Kind.HEARTBEAT, asker="msi"))["mini"] == "not its heartbeat"
    assert reasons(Wanted(Kind.HEARTBEAT))["macbook"] is None


def test_agents_run_where_the_role_says_or_else_here() -> None:
    fleet = example(STUDIO)
    found = seats(Wanted(Kind.LINT_STYLE), fleet, FleetFacts())
    assert [seat.machine for seat in found if seat.skipped is None] == ["brain"]
    alone = toml('[[machines]]\nname = "desk"\n[[machines]]\nname = "x"\nssh = "x"\n')
    found = seats(Wanted(Kind.LINT_STYLE), alone, FleetFacts())
    assert [seat.machine for seat in found if seat.skipped is None] == ["desk"]


def test_the_order_of_seats() -> None:
    fleet = example(CLAWDBOT)
    found = seats(Wanted(Kind.LINT_STYLE), fleet, conditions(fleet).facts)
    served = Rung("qwen3:8b", "mini")
    assert choose(found, served, "msi") == found[2]
    assert choose(found, served, None) == found[1]
    assert choose(found, None, None) == found[0]
    busy = seats(Wanted(Kind.LINT_STYLE), fleet, conditions(fleet, agents={"macbook": 1}).facts)
    chosen = choose(busy, None, None)
    assert chosen is not None
    assert chosen.machine == "mini"


def test_when_all_are_full_it_waits_for_the_one_with_the_best_chance() -> None:
    fleet = example(STUDIO)
    now = conditions(fleet, agents={"brain": 4})
    found = route(fleet, Kind.LINT_STYLE, now)
    assert found.machine == "brain"
    assert found.waits
    assert found.why.endswith("busy: 4 of 4 agents run: it waits its turn")
    assert not route(fleet, Kind.LINT_STYLE, conditions(fleet, agents={"brain": 3})).waits


def test_a_machine_that_takes_no_agents_is_never_full_only_closed() -> None:
    fleet = example(STUDIO)
    machines = tuple(replace(one, max_agents=0) for one in fleet.machines)
    found = route(replace(fleet, machines=machines), Kind.LINT_STYLE)
    assert found.chosen is None
    assert "brain takes no agents (max_agents = 0)" in found.why


def test_a_repository_without_clones_is_worked_on_here() -> None:
    fleet = toml('[[machines]]\nname = "desk"\n[[repos]]\nname = "app"\npath = "/src/app"\n')
    found = seats(Wanted(Kind.LINT_STYLE, repo="app"), fleet, FleetFacts())
    assert [seat.skipped for seat in found] == [None]


def test_the_same_model_at_several_places() -> None:
    machines = [replace(MINI, name=f"m{at}", ssh=(f"m{at}",)) for at in range(6)]
    views = [
        seen(machines[0], down=True, loaded=["qwen3:8b"]),
        seen(machines[1], installed=[InstalledModel("qwen3:8b", size=900 * GB)]),
        seen(machines[2]),
        seen(machines[3]),
        seen(machines[4], loaded=["qwen3:8b"]),
        seen(machines[5], loaded=["qwen3:8b"]),
    ]
    busy = Ollama(
        loaded=(LoadedModel("qwen3:8b", activity=Activity.BUSY),),
        installed=(InstalledModel("qwen3:8b"),),
    )
    views[4] = replace(views[4], ollama=busy)
    facts = facts_of(fleet_view(views), speeds=[("m3", "qwen3:8b", 30.0)])
    rungs = [Rung("qwen3:8b", f"m{at}") for at in range(6)]
    assert [rung.place for rung in serving_order(rungs, facts)] == [
        "m5",
        "m4",
        "m3",
        "m2",
        "m1",
        "m0",
    ]


@pytest.mark.parametrize(
    "state, answers",
    [
        (SourceState.OK, True),
        (SourceState.BUSY, True),
        (SourceState.LATE, True),
        (SourceState.STALE, False),
        (SourceState.DOWN, False),
        (SourceState.HOSTKEY, False),
        (SourceState.PROXY, False),
        (SourceState.ERROR, False),
    ],
)
def test_which_states_answer(state: SourceState, answers: bool) -> None:
    view = replace(seen(MINI), sources={Source.OLLAMA: SourceView(state, reason="so")})
    facts = facts_of(fleet_view([view])).machines["mini"]
    assert facts.ollama.answers is answers
    assert facts.ollama.reason == (None if answers else "so")
    assert facts.shell == Reach()


def test_what_was_never_read_is_not_known_and_not_zero() -> None:
    pending = SourceView(SourceState.STALE, reason="no answer yet", pending=True)
    view = replace(
        seen(MINI),
        sources={Source.OLLAMA: pending, Source.SYSTEM: pending},
        system=None,
        ollama=None,
        worktrees=None,
    )
    facts = facts_of(fleet_view([view])).machines["mini"]
    assert (facts.ollama.answers, facts.shell.answers) == (None, None)
    assert (facts.models, facts.memory_total, facts.running) == (None, None, None)


def test_facts_count_agents_join_models_and_add_graphics_memory() -> None:
    installed = InstalledModel("qwen3", size=5, digest="d", context_length=40960)
    loaded = LoadedModel("qwen3:latest", context_length=4096, activity=Activity.STOPPING)
    view = seen(MINI, agents=2)
    assert view.system is not None
    view = replace(
        view,
        ollama=Ollama(loaded=(loaded, LoadedModel("other:1b")), installed=(installed,)),
        system=replace(view.system, gpus=(Gpu(memory_total=GB), Gpu())),
    )
    facts = facts_of(fleet_view([view])).machines["mini"]
    assert (facts.running, facts.memory_total) == (2, 65 * GB)
    served = facts.served("QWEN3:latest")
    assert served is not None
    assert (served.context, served.loaded, served.loaded_context) == (40960, False, 4096)
    other = facts.served("other:1b")
    assert other is not None
    assert other.loaded
    assert facts_of(fleet_view([view]), running={"mini": 7}).machines["mini"].running == 7


def test_what_is_not_installed_or_does_not_fit_is_passed_over() -> None:
    fleet = toml(
        '[[machines]]\nname = "desk"\nollama = "ssh"\nmodels = ["a:1b", "b:1b", "c:1b"]\n'
        '[[machines]]\nname = "bare"\nssh = "bare"\nmodels = ["a:1b"]\n'
        '[routing]\nmechanical = ["a:1b@bare", "a:1b@desk", "b:1b@desk", "c:1b@desk"]\n'
    )
    installed = [InstalledModel("b:1b", size=65 * GB), InstalledModel("c:1b")]
    views = [seen(fleet.machines[0], installed=installed), seen(fleet.machines[1])]
    found = route(fleet, Kind.LINT_STYLE, Conditions(facts_of(fleet_view(views))))
    assert [rung.skipped for rung in found.ladder] == [
        "bare has no Ollama",
        "not installed on desk",
        "does not fit: 65.0 GB, and desk has 59.6 GB",
        None,
    ]
    assert goes(found) == ("c:1b@desk", "desk")


def test_a_long_text_goes_where_it_fits() -> None:
    fleet = example(STUDIO)
    installed = [InstalledModel(name, context_length=8192) for name in fleet.machines[2].models]
    views = [seen(one) for one in fleet.machines[:2]]
    views.append(seen(fleet.machines[2], installed=installed))
    now = Conditions(facts_of(fleet_view(views)))
    assert route(fleet, Ask("x" * 9000, kind=Kind.LINT_STYLE), now).fallbacks
    found = route(fleet, Ask("x" * 90_000, kind=Kind.LINT_STYLE), now)
    assert found.chosen is not None
    assert found.chosen.tier == "sonnet"
    assert found.ladder[0].skipped == "holds 8192 tokens, and the task needs 31025"
