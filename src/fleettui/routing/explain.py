"""Why a task went where it went: everything that a decision was made of, to keep and to replay."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fleettui.model.fleet import Fleet
from fleettui.model.route import Ask, Classified
from fleettui.routing.codec import plain, typed
from fleettui.routing.conditions import Conditions
from fleettui.routing.decide import SURE, Decision, decide, settled

SCHEMA = "fleettui.decision/1"


@dataclass(frozen=True, slots=True)
class Explanation:
    """What was asked, what a classifier said (None: none was needed), under which conditions,
    and what was decided: with every candidate, its reason, and its price at that time.

    `at` is when, RFC 3339 in UTC.
    """

    at: str
    ask: Ask
    classified: Classified | None
    now: Conditions
    decision: Decision
    sure: float = SURE
    schema: str = ""


def explain(
    at: str,
    ask: Ask,
    classified: Classified | None,
    now: Conditions,
    decision: Decision,
    *,
    sure: float = SURE,
) -> Explanation:
    """All of it in one value; the arguments are those that `decide` was given."""
    return Explanation(at, ask, classified, now, decision, sure, SCHEMA)


def record(explanation: Explanation) -> dict[str, Any]:
    """As JSON, to be stored."""
    document = plain(explanation)
    assert isinstance(document, dict)
    return document


def restore(document: object) -> Explanation:
    """The explanation that `record` made a document of. Raises Malformed, whatever it is."""
    return typed(Explanation, document)


@dataclass(frozen=True, slots=True)
class _Said:
    """The budget as it was: what it did not say then is affordable."""

    answers: dict[str, str]

    def affordable(self, tier: str, usd: float | None) -> str | None:
        return self.answers.get(tier)


def replay(
    past: Explanation, fleet: Fleet, classify: Callable[[str], Classified] | None = None
) -> Decision:
    """The decision that the same task would get under another configuration.

    Machines, records and the budget's answers are those of then. `classify` is asked where a
    flag or rule had spoken then and none does now.
    """
    classified = past.classified
    if classified is None and classify is not None and settled(past.ask, fleet) is None:
        classified = classify(past.ask.text)
    answers = {tier: reason for tier, reason in past.decision.money if reason is not None}
    return decide(past.ask, fleet, past.now, classified, _Said(answers), sure=past.sure)
