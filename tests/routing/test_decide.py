"""Money, attempts that were not good enough, retirement, and what a decision says of itself."""

from dataclasses import replace
from datetime import date

import pytest

from fleettui.model.catalog import Billing
from fleettui.model.kind import Kind
from fleettui.model.route import Ask, Classified
from fleettui.routing.breaker import Breaker
from fleettui.routing.conditions import Conditions
from fleettui.routing.decide import decide
from fleettui.routing.outcomes import Outcome
from tests.routing.worlds import (
    CLAWDBOT,
    LAYERS,
    STUDIO,
    Broke,
    conditions,
    example,
    goes,
    route,
    without_routing,
)

QWEN, R1 = "qwen2.5-coder:32b@engine", "deepseek-r1:32b@engine"
SONNET = "anthropic/claude-sonnet-4.5@openrouter"
OPUS = "anthropic/claude-opus-4.6@openrouter"


def test_over_budget_goes_to_the_fleets_own_models() -> None:
    budget = Broke("sonnet")
    found = route(example(STUDIO), Kind.GAP_ANALYSIS, None, budget)
    assert goes(found) == (R1, "brain")
    assert [rung.skipped for rung in found.ladder[:2]] == [
        "over budget: sonnet is used up",
        "dearer than sonnet, which is over budget",
    ]
    assert [tier for tier, _ in budget.asked] == ["sonnet"]


def test_over_budget_waits_where_the_user_says_so() -> None:
    found = route(example(LAYERS), Kind.GAP_ANALYSIS, None, Broke("sonnet", "opus"))
    assert found.chosen is not None
    assert found.chosen.usd == 0.0
    fleet = example(LAYERS)
    billed = tuple(replace(agent, billing=Billing.API) for agent in fleet.agents)
    found = route(replace(fleet, agents=billed), Kind.GAP_ANALYSIS, None, Broke("sonnet", "opus"))
    assert found.chosen is None
    assert "over budget" in found.why


def test_who_asks_for_a_tier_gets_no_other_when_it_is_over_budget() -> None:
    ask = Ask("x", kind=Kind.GAP_ANALYSIS, tier="sonnet")
    assert route(example(STUDIO), ask, None, Broke("sonnet")).chosen is None


def test_a_dear_tier_over_budget_leaves_the_cheaper_ones() -> None:
    fleet = example(CLAWDBOT)
    found = route(fleet, Ask("x", kind=Kind.QA_VERIFICATION, asker="macbook"), None, Broke("opus"))
    assert found.chosen is not None
    assert found.chosen.tier == "sonnet"


def test_an_estimate_counts_the_text_and_is_nothing_at_home() -> None:
    fleet = example(STUDIO)
    assert route(fleet, Kind.LINT_STYLE).document()["estimate_usd"] == 0.0
    short, long = (
        route(fleet, Ask(text, kind=Kind.GAP_ANALYSIS)).document()["estimate_usd"]
        for text in ("x", "x" * 300_000)
    )
    assert short == pytest.approx(0.21, abs=0.001)
    assert long == pytest.approx(0.51, abs=0.001)


def test_an_unknown_price_is_no_price_and_the_budget_is_told_so() -> None:
    fleet = example(STUDIO)
    models = tuple(replace(model, usd_per_mtok={}) for model in fleet.models)
    budget = Broke()
    found = route(replace(fleet, models=models), Kind.GAP_ANALYSIS, None, budget)
    assert found.document()["estimate_usd"] is None
    assert budget.asked[0] == ("sonnet", None)


def test_work_that_was_not_good_enough_goes_up() -> None:
    fleet = example(CLAWDBOT)
    ladder = fleet.routing.categories["mechanical"]
    tried = ("gpt-oss:20b@mini",)
    found = route(fleet, Ask("x", kind=Kind.LINT_STYLE, tried=tried))
    assert [rung.skipped for rung in found.ladder[:3]] == [
        "stands below one that was not good enough",
        "its work was not good enough",
        "the same model's work was not good enough",
    ]
    assert found.chosen is not None
    assert found.chosen.id == ladder[3]
    assert route(fleet, Ask("x", kind=Kind.LINT_STYLE, tried=ladder)).chosen is None


def test_what_the_breaker_leaves_alone_is_passed_over() -> None:
    fleet = example(CLAWDBOT)
    breaker = Breaker(clock=lambda: 0.0, uniform=lambda low, high: high)
    breaker.failed("macbook", "devstral-small-2:24b", "out of memory")
    breaker.failed("mini")
    now = replace(conditions(fleet), refusals=breaker.refusals())
    found = route(fleet, Kind.LINT_STYLE, now)
    assert goes(found) == ("gpt-oss:20b@macbook", "macbook")
    assert found.ladder[0].skipped == "left alone: out of memory (next try in 4 s)"
    assert found.ladder[1].skipped == "left alone: did not answer (next try in 4 s)"


def test_a_model_that_is_about_to_end_is_named_and_not_replaced() -> None:
    fleet = example(CLAWDBOT)
    now = conditions(fleet)
    assert route(fleet, Kind.GAP_ANALYSIS, now).warnings == ()
    for day, word in ((date(2026, 11, 1), "retires"), (date(2026, 12, 1), "was retired")):
        found = route(fleet, Kind.GAP_ANALYSIS, replace(now, today=day))
        assert found.warnings == (
            f"claude-sonnet-4-5@anthropic {word} on 2026-11-30: name its successor in fleet.toml",
        )
        assert goes(found)[0] == "claude-sonnet-4-5@anthropic"


def test_a_model_that_its_provider_dropped_is_skipped() -> None:
    fleet = example(STUDIO)
    gone = replace(conditions(fleet), gone={SONNET: "no longer offered by openrouter"})
    found = route(fleet, Kind.GAP_ANALYSIS, gone)
    assert goes(found) == (OPUS, "brain")
    ends = replace(conditions(fleet), retires={OPUS: date(2026, 1, 31)})
    assert route(fleet, Kind.CONFLICT_RESOLUTION, ends).warnings == (
        f"{OPUS} retires on 2026-01-31: name its successor in fleet.toml",
    )


def test_records_reorder_what_nobody_ordered_inside_a_tier() -> None:
    fleet = without_routing(example(CLAWDBOT))
    now = conditions(fleet)
    before = [rung.model for rung in route(fleet, Kind.LINT_STYLE, now).ladder]
    assert before[0] == "devstral-small-2:24b"
    records = (
        Outcome(Kind.LINT_STYLE, "devstral-small-2:24b@macbook", 12, 1, 0, 11),
        Outcome(Kind.LINT_STYLE, "gpt-oss:20b@mini", 9, 9, 8, 0),
        Outcome(Kind.LINT_STYLE, "gpt-oss:20b@macbook", 3, 3, 3, 0),
        Outcome(Kind.LINT_STYLE, "claude-sonnet-4-5@anthropic", 90, 90, 90, 0),
    )
    found = route(fleet, Kind.LINT_STYLE, replace(now, outcomes=records))
    models = [rung.model for rung in found.ladder]
    assert models[0] == "gpt-oss:20b"
    assert models.index("devstral-small-2:24b") > models.index("qwen3:8b")
    assert [rung.tier for rung in found.ladder][-1] == "sonnet"
    assert "gates passed at once" in " ".join(found.ladder[0].notes)
    other = route(fleet, Kind.CODE_GENERATION, replace(now, outcomes=records))
    assert other.ladder[0].model == "devstral-small-2:24b"


def test_a_decision_says_why() -> None:
    fleet = example(STUDIO)
    now = conditions(fleet, loaded={"engine": ["deepseek-r1:32b"]})
    decision = decide(Ask("why?"), fleet, now, Classified(Kind.BUG_HUNTING, 0.82))
    assert decision.route.why == (
        "the classifier says bug-hunting (0.82), a reasoning task; "
        "goes to deepseek-r1:32b@engine (loaded), aider on brain"
    )
    assert decision.source == "routing.reasoning"
    away = conditions(fleet, down=["engine"])
    assert route(fleet, Kind.LINT_STYLE, away).why == (
        f"you said lint-style, a mechanical task; not {QWEN}: engine is unreachable: "
        f"no route to host; goes to {SONNET}, flow on brain"
    )
    away = conditions(fleet, down=["brain"])
    found = route(fleet, Kind.CONFLICT_RESOLUTION, away)
    assert found.chosen is None
    assert "brain unreachable: no route to host" in found.why


def test_the_document_has_exactly_the_promised_keys() -> None:
    document = route(example(STUDIO), Kind.ELABORATION).document()
    assert list(document) == [
        "kind",
        "category",
        "confidence",
        "decided_by",
        "tier",
        "model",
        "model_machine",
        "machine",
        "agent",
        "ladder",
        "estimate_usd",
        "why",
    ]
    assert document["ladder"] == [
        {
            "model": "deepseek-r1:32b",
            "model_machine": "engine",
            "tier": "local",
            "skipped": None,
        },
        {
            "model": "anthropic/claude-sonnet-4.5",
            "model_machine": None,
            "tier": "sonnet",
            "skipped": None,
        },
    ]
    assert (document["decided_by"], document["confidence"]) == ("flag", 1.0)


def test_a_machine_of_which_nothing_is_known_is_tried() -> None:
    fleet = example(STUDIO)
    assert goes(route(fleet, Kind.LINT_STYLE, Conditions())) == (QWEN, "brain")
    without = replace(fleet.machines[2], ollama=())
    fleet = replace(fleet, machines=(*fleet.machines[:2], without))
    found = route(fleet, Kind.LINT_STYLE, Conditions())
    assert found.ladder[0].skipped == "engine has no Ollama"
