"""The example fleets: where everything goes, and where when machines are away one by one."""

from itertools import combinations

import pytest

from fleettui.model.fleet import Fleet
from fleettui.model.kind import Kind
from fleettui.model.route import Ask
from tests.routing.worlds import (
    CLAWDBOT,
    LAYERS,
    STUDIO,
    Broke,
    conditions,
    example,
    goes,
    route,
)

GPT_MINI, GPT_MAC = "gpt-oss:20b@mini", "gpt-oss:20b@macbook"
QWEN_MINI, QWEN_MAC = "qwen3:8b@mini", "qwen3:8b@macbook"
DEVSTRAL = "devstral-small-2:24b@macbook"
SONNET, OPUS = "claude-sonnet-4-5@anthropic", "claude-opus-4-5@anthropic"
CODER, REASONER = "qwen2.5-coder:32b@engine", "deepseek-r1:32b@engine"
ROUTER_SONNET = "anthropic/claude-sonnet-4.5@openrouter"
ROUTER_OPUS = "anthropic/claude-opus-4.6@openrouter"


def chain(fleet: Fleet, ask: Ask) -> list[str]:
    """The models in the order in which the task falls from one to the next."""
    return [rung.id for rung in route(fleet, ask).ladder]


def where(
    fleet: Fleet, ask: Ask, *down: str, broke: tuple[str, ...] = ()
) -> tuple[str | None, str | None]:
    """The model and the machine of the agent, with some machines away and tiers used up."""
    return goes(route(fleet, ask, conditions(fleet, down=down), Broke(*broke)))


def asked(kind: Kind, asker: str | None = None, text: str = "do it") -> Ask:
    return Ask(text, kind=kind, asker=asker)


@pytest.mark.parametrize(
    "asker, kind, wanted",
    [
        ("macbook", Kind.GAP_ANALYSIS, [OPUS, SONNET, DEVSTRAL, GPT_MAC, QWEN_MAC]),
        ("macbook", Kind.HEARTBEAT, [GPT_MINI]),
        (
            "macbook",
            Kind.CODE_GENERATION,
            [DEVSTRAL, GPT_MINI, GPT_MAC, QWEN_MINI, SONNET, OPUS],
        ),
        ("mini", Kind.GAP_ANALYSIS, [GPT_MINI, QWEN_MINI, SONNET, OPUS]),
        ("mini", Kind.CODE_GENERATION, [GPT_MINI, QWEN_MINI, SONNET, OPUS]),
        ("mini", Kind.HEARTBEAT, [GPT_MINI]),
        ("msi", Kind.GAP_ANALYSIS, [GPT_MINI, QWEN_MINI, GPT_MAC, QWEN_MAC, SONNET, OPUS]),
        ("msi", Kind.HEARTBEAT, [GPT_MINI]),
    ],
)
def test_the_chains_of_the_three_machines(asker: str, kind: Kind, wanted: list[str]) -> None:
    assert chain(example(CLAWDBOT), asked(kind, asker)) == wanted


def test_the_orchestrators_main_session_falls_from_cloud_to_home() -> None:
    fleet, ask = example(CLAWDBOT), asked(Kind.DECISION_GATE, "macbook")
    assert where(fleet, ask) == (OPUS, "macbook")
    assert where(fleet, ask, broke=("opus",)) == (SONNET, "macbook")
    assert where(fleet, ask, broke=("opus", "sonnet")) == (DEVSTRAL, "macbook")
    assert where(fleet, ask, "mini", "msi") == (OPUS, "macbook")


def test_the_orchestrators_sub_agents_use_what_is_at_home_first() -> None:
    fleet, ask = example(CLAWDBOT), asked(Kind.TEST_GENERATION, "macbook")
    assert where(fleet, ask) == (DEVSTRAL, "macbook")
    assert where(fleet, ask, "mini") == (DEVSTRAL, "macbook")
    assert where(fleet, ask, "macbook") == (GPT_MINI, "macbook")
    assert where(fleet, ask, "macbook", "mini") == (SONNET, "macbook")
    assert where(fleet, ask, "macbook", "mini", broke=("sonnet",)) == (None, None)


def test_the_always_on_server_stays_at_home_while_it_can() -> None:
    fleet, ask = example(CLAWDBOT), asked(Kind.BUG_HUNTING, "mini")
    assert where(fleet, ask) == (GPT_MINI, "mini")
    assert where(fleet, ask, "macbook", "msi") == (GPT_MINI, "mini")
    model, machine = where(fleet, ask, "mini")
    assert (model, machine) == (SONNET, "macbook")


def test_windows_asks_the_mini_then_the_macbook_then_the_cloud() -> None:
    fleet, ask = example(CLAWDBOT), asked(Kind.CODE_GENERATION, "msi")
    assert where(fleet, ask) == (GPT_MINI, "msi")
    assert where(fleet, ask, "mini") == (GPT_MAC, "msi")
    assert where(fleet, ask, "macbook") == (GPT_MINI, "msi")
    assert where(fleet, ask, "mini", "macbook") == (SONNET, "msi")
    assert where(fleet, ask, "mini", "macbook", broke=("sonnet",)) == (None, None)


@pytest.mark.parametrize("asker", ["macbook", "mini", "msi"])
def test_heartbeats_are_free_or_do_not_happen(asker: str) -> None:
    fleet, ask = example(CLAWDBOT), asked(Kind.HEARTBEAT, asker)
    assert where(fleet, ask) == (GPT_MINI, asker)
    assert where(fleet, ask, "mini") == (None, None)
    others = {"macbook", "mini", "msi"} - {asker, "mini"}
    assert where(fleet, ask, *others) == (GPT_MINI, asker)
    found = route(fleet, ask)
    assert found.chosen is not None
    assert (found.chosen.usd, found.chosen.agent) == (0.0, "local")


@pytest.mark.parametrize(
    "text, kind, machine",
    [
        ("Sum up where we are", Kind.DECISION_GATE, "macbook"),
        ("Add retries to the client", Kind.CODE_GENERATION, "macbook"),
        ("The aphos production server loses players", Kind.BUG_HUNTING, "mini"),
        ("Let the trading bot log its orders", Kind.CODE_GENERATION, "mini"),
        ("Build the iOS app and start the simulator", Kind.CODE_GENERATION, "mini"),
        ("Add uptime to clawd-monitor", Kind.CODE_GENERATION, "mini"),
        ("Write a PowerShell script", Kind.CODE_GENERATION, "msi"),
    ],
)
def test_which_machine_for_what(text: str, kind: Kind, machine: str) -> None:
    fleet = example(CLAWDBOT)
    ask = Ask(text, kind=kind)
    assert where(fleet, ask)[1] == machine
    if machine != "macbook":
        assert where(fleet, ask, machine) == (None, None)


def test_what_the_human_asks_falls_through_the_whole_fleet() -> None:
    fleet, ask = example(CLAWDBOT), asked(Kind.LINT_STYLE)
    assert where(fleet, ask) == (DEVSTRAL, "macbook")
    assert where(fleet, ask, "macbook")[0] == GPT_MINI
    assert where(fleet, ask, "macbook", "mini")[0] == SONNET


@pytest.mark.parametrize(
    "down, kind, wanted",
    [
        ((), Kind.CODE_GENERATION, (CODER, "brain")),
        ((), Kind.BUG_HUNTING, (REASONER, "brain")),
        ((), Kind.QA_VERIFICATION, (ROUTER_SONNET, "brain")),
        ((), Kind.ARCHITECTURAL_DECISION, (ROUTER_OPUS, "brain")),
        (("engine",), Kind.CODE_GENERATION, (ROUTER_SONNET, "brain")),
        (("engine",), Kind.ELABORATION, (ROUTER_SONNET, "brain")),
        (("engine",), Kind.HEARTBEAT, (None, None)),
        (("workstation",), Kind.CODE_GENERATION, (CODER, "brain")),
        (("brain",), Kind.CODE_GENERATION, (None, None)),
        (("brain",), Kind.ARCHITECTURAL_DECISION, (None, None)),
        (("brain",), Kind.HEARTBEAT, (CODER, "workstation")),
    ],
)
def test_workstation_brain_and_engine(
    down: tuple[str, ...], kind: Kind, wanted: tuple[str | None, str | None]
) -> None:
    assert where(example(STUDIO), asked(kind), *down) == wanted


@pytest.mark.parametrize(
    "down, kind, wanted",
    [
        ((), Kind.CODE_GENERATION, (SONNET, "mini")),
        ((), Kind.TEST_GENERATION, (QWEN_MINI, "mini")),
        ((), Kind.CONFLICT_RESOLUTION, (OPUS, "mini")),
        (("desktop",), Kind.TEST_GENERATION, (QWEN_MINI, "mini")),
        (("mini",), Kind.TEST_GENERATION, (None, None)),
        (("mini",), Kind.CODE_GENERATION, (None, None)),
    ],
)
def test_the_review_layer_never_runs_agents(
    down: tuple[str, ...], kind: Kind, wanted: tuple[str | None, str | None]
) -> None:
    assert where(example(LAYERS), Ask("do it", kind=kind, repo="app"), *down) == wanted


@pytest.mark.parametrize("name", [STUDIO, CLAWDBOT, LAYERS])
def test_whatever_is_away_nothing_is_sent_there(name: str) -> None:
    fleet = example(name)
    names = [machine.name for machine in fleet.machines]
    away = [down for count in range(len(names) + 1) for down in combinations(names, count)]
    for down in away:
        now = conditions(fleet, down=down)
        for kind in Kind:
            for asker in (None, *names):
                found = route(fleet, asked(kind, asker), now)
                if found.chosen is None:
                    assert found.why
                    continue
                assert found.chosen.model_machine not in down
                runs_on = fleet.machine(found.machine or "")
                assert runs_on is not None
                assert runs_on.local or runs_on.name not in down
