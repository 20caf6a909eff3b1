"""Explanations survive storage, and replay to the same decision."""

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleettui.model.errors import Malformed
from fleettui.model.kind import Kind
from fleettui.model.route import Ask, Classified, DecidedBy
from fleettui.routing.capabilities import Capability
from fleettui.routing.conditions import Refusal
from fleettui.routing.decide import decide
from fleettui.routing.explain import SCHEMA, Explanation, explain, record, replay, restore
from fleettui.routing.outcomes import Outcome
from tests.routing.worlds import CLAWDBOT, STUDIO, Broke, conditions, example, goes

AT = "2026-01-01T10:00:00Z"


def past(ask: Ask, *, spent: tuple[str, ...] = (), said: Classified | None = None) -> Explanation:
    fleet = example(CLAWDBOT)
    now = replace(
        conditions(fleet, loaded={"mini": ["qwen3:8b"]}, agents={"macbook": 1}),
        refusals=(Refusal("mini", "gpt-oss:20b", "left alone"),),
        outcomes=(Outcome(Kind.LINT_STYLE, "qwen3:8b@mini", 3, 2, 1, 0, 0.0),),
        probes={"sha-qwen3:8b": Capability(tools=True, context=40960)},
        retires={"claude-opus-4-5@anthropic": date(2027, 1, 1)},
    )
    return explain(AT, ask, said, now, decide(ask, fleet, now, said, Broke(*spent)))


SAID = Classified(
    Kind.BUG_HUNTING, 0.7, DecidedBy.MODEL, ((Kind.BUG_HUNTING, 0.7),), (("crash", 1.25),)
)


@pytest.mark.parametrize(
    "explanation",
    [
        past(Ask("iOS build", kind=Kind.CODE_GENERATION, asker="msi")),
        past(Ask("why does it crash"), said=SAID),
        past(Ask("design it", kind=Kind.ARCHITECTURAL_DECISION), spent=("sonnet", "opus")),
    ],
)
def test_stored_restored_and_replayed(explanation: Explanation) -> None:
    stored = json.dumps(record(explanation), allow_nan=False)
    found = restore(json.loads(stored))
    assert found == explanation
    assert replay(found, example(CLAWDBOT)) == explanation.decision
    assert found.schema == SCHEMA


def test_a_record_has_the_features_the_reasons_and_the_prices() -> None:
    document = record(past(Ask("why does it crash"), said=SAID))
    assert document["classified"]["features"] == [["crash", 1.25]]
    ladder = document["decision"]["route"]["ladder"]
    assert ladder[0]["skipped"] == "left alone"
    assert dict(ladder[-1]["usd_per_mtok"])["input"] == 5.0
    assert ladder[-1]["usd"] > 0


def test_replayed_under_another_configuration() -> None:
    explanation = past(Ask("why does it crash"), said=SAID)
    assert goes(explanation.decision.route)[0] == "qwen3:8b@macbook"
    fleet = example(CLAWDBOT)
    ladders = {**fleet.routing.categories, "reasoning": ("claude-sonnet-4-5@anthropic",)}
    changed = replace(fleet, routing=replace(fleet.routing, categories=ladders))
    assert goes(replay(explanation, changed).route)[0] == "claude-sonnet-4-5@anthropic"
    assert replay(explanation, example(STUDIO)).route.kind is Kind.BUG_HUNTING


def test_a_rule_that_is_gone_leaves_the_kind_to_the_classifier() -> None:
    fleet = example(CLAWDBOT)
    rule = replace(fleet.routing.rules[0], match="crash", kind="lint-style")
    ruled = replace(fleet, routing=replace(fleet.routing, rules=(rule,)))
    ask = Ask("why does it crash")
    now = conditions(fleet)
    explanation = explain(AT, ask, None, now, decide(ask, ruled, now))
    assert explanation.decision.route.kind is Kind.LINT_STYLE
    assert replay(explanation, fleet, lambda text: SAID).route.kind is Kind.BUG_HUNTING


def test_what_the_budget_refused_then_is_refused_again() -> None:
    ask = Ask("design it", kind=Kind.ARCHITECTURAL_DECISION)
    explanation = past(ask, spent=("opus",))
    assert explanation.decision.money == (("opus", "opus is used up"), ("sonnet", None))
    assert replay(explanation, example(CLAWDBOT)).route == explanation.decision.route


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=20,
)


@given(JSON, st.data())
def test_whatever_was_stored_is_restored_or_malformed(junk: object, data: st.DataObject) -> None:
    document: object = json.loads(json.dumps(record(PAST)))
    path: object = document
    for _ in range(data.draw(st.integers(0, 4))):
        if not isinstance(path, dict | list) or not path:
            break
        names = list(path) if isinstance(path, dict) else list(range(len(path)))
        name = data.draw(st.sampled_from(names))
        if data.draw(st.booleans()):
            path[name] = junk
            break
        path = path[name]
    try:
        found = restore(document)
    except Malformed:
        return
    assert restore(json.loads(json.dumps(record(found)))) == found


PAST = past(Ask("why does it crash"), said=SAID)


@pytest.mark.parametrize("document", [None, [], "x", {}, {"at": 1}, {"at": float("nan")}])
def test_nonsense_is_malformed(document: object) -> None:
    with pytest.raises(Malformed):
        restore(document)
