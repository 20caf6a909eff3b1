"""The user's own rules, and expressions that would run for years."""

import pytest

from fleettui.model.kind import Kind
from fleettui.model.policy import RoutingRule
from fleettui.model.route import Ask, Classified, DecidedBy
from fleettui.routing.decide import decide, settled
from fleettui.routing.rules import first_match
from tests.routing.worlds import CLAWDBOT, conditions, example, toml

RULES = (
    RoutingRule("(?i)release notes", kind="story-drafting"),
    RoutingRule("(?i)notes|ios", machine="mini"),
)


@pytest.mark.parametrize(
    "text, number", [("Release Notes for iOS", 0), ("iOS", 1), ("note", None), ("", None)]
)
def test_the_first_rule_that_matches_counts(text: str, number: int | None) -> None:
    found = first_match(RULES, text)
    assert found.number == number
    assert found.rule == (RoutingRule("") if number is None else RULES[number])


@pytest.mark.parametrize(
    "expression, text",
    [
        ("(a|aa)+$", "a" * 200 + "b"),
        (r"^(\w+\s?)*\d$", "word " * 2000),
        (r"\s*\s*\s*\s*$", " " * 9000 + "x"),
        (r"(.*a){20}", "a" * 60),
        ("(x+x+)+y", "x" * 5000),
    ],
)
def test_no_expression_hangs_and_the_rules_after_it_still_count(expression: str, text: str) -> None:
    rules = (RoutingRule(expression, tier="local"), RoutingRule("", machine="mini"))
    found = first_match(rules, text)
    assert found.number in (0, 1)


def test_an_expression_that_takes_too_long_is_named() -> None:
    found = first_match((RoutingRule("(a|aa)+$", tier="local"),), "a" * 200 + "b")
    assert found.number is None
    assert found.warnings == (
        "routing rule 1 takes too long on this text and was not used: simplify it",
    )


def test_after_three_of_them_no_more_are_tried() -> None:
    rules = (RoutingRule("(a|aa)+$", tier="local"),) * 100
    assert len(first_match(rules, "a" * 200 + "b").warnings) == 4


def test_one_that_the_engine_refuses_is_named() -> None:
    found = first_match((RoutingRule("(", machine="mini"),), "x")
    assert "cannot be used" in found.warnings[0]


def test_flags_win_over_rules_and_rules_over_classifiers() -> None:
    fleet = toml(
        '[[machines]]\nname = "desk"\nollama = "ssh"\nmodels = ["a:1b", "b:1b"]\n'
        '[[machines]]\nname = "mini"\nssh = "mini"\n'
        '[[routing.rules]]\nmatch = "notes"\nkind = "story-drafting"\nmachine = "mini"\n'
        'model = "a:1b@desk"\nagent = "aider"\n'
    )
    said = Classified(Kind.BUG_HUNTING, 0.9)
    now = conditions(fleet)
    ruled = decide(Ask("notes"), fleet, now, said)
    assert (ruled.route.kind, ruled.route.classified.decided_by) == (
        Kind.STORY_DRAFTING,
        DecidedBy.RULE,
    )
    assert (ruled.ask.machine, ruled.ask.model, ruled.ask.agent) == ("mini", "a:1b@desk", "aider")
    flagged = decide(
        Ask("notes", kind=Kind.LINT_STYLE, machine="desk", tier="local", agent="local"), fleet, now
    )
    assert flagged.route.classified.decided_by is DecidedBy.FLAG
    assert (flagged.ask.machine, flagged.ask.model, flagged.ask.agent) == ("desk", None, "local")
    other = decide(Ask("else"), fleet, now, said)
    assert (other.route.kind, other.rule) == (Kind.BUG_HUNTING, None)


def test_a_classifier_is_needed_where_neither_flag_nor_rule_names_a_kind() -> None:
    fleet = example(CLAWDBOT)
    assert settled(Ask("Build the iOS app"), fleet) is None
    assert settled(Ask("Build it", kind=Kind.LINT_STYLE), fleet) is not None
    nothing = decide(Ask("Build the iOS app"), fleet, conditions(fleet)).route
    assert (nothing.kind, nothing.classified.confidence) == (Kind.AMBIGUOUS, 0.0)
    assert nothing.chosen is not None
    assert nothing.chosen.tier == "local"
