"""The decision: what kind of task, which ladder, which rung of it, on which machine, and why.

Pure: the same task, configuration, conditions and answers of the budget give the same route.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from fleettui.model.fleet import Fleet
from fleettui.model.kind import Kind
from fleettui.model.policy import RoutingRule
from fleettui.model.route import Ask, Classified, DecidedBy, Route
from fleettui.routing import retired
from fleettui.routing.candidates import Examiner, Looked
from fleettui.routing.catalogue import Catalogue
from fleettui.routing.conditions import Budget, Conditions, NoLimit
from fleettui.routing.ladder import Ladder, Ladders
from fleettui.routing.names import key, split
from fleettui.routing.outcomes import Outcome, Standing, standing
from fleettui.routing.placement import Seat, Wanted, seats
from fleettui.routing.purse import Purse
from fleettui.routing.rules import Found, first_match
from fleettui.routing.rung import LOCAL
from fleettui.routing.why import why

SURE = 0.5
"""A dearer start than the lowest tier needs at least this probability that it is called for."""

_SHOWN_AFTER = 8
"""Rungs after the chosen one that are kept of a ladder that nobody wrote."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A route, and what it was made of.

    `ask` is what was asked with the rule's decisions filled in. `rule` is the number of the
    user's rule that spoke (from 0), `source` where the ladder is from, `seats` the machines that
    the agent could run on, `money` what the budget said of each tier.
    """

    route: Route
    ask: Ask
    rule: int | None
    source: str
    seats: tuple[Seat, ...]
    money: tuple[tuple[str, str | None], ...] = ()


def settled(ask: Ask, fleet: Fleet) -> Classified | None:
    """What flags and the user's rules say of the kind; None: a classifier must say it."""
    return _settled(ask, first_match(fleet.routing.rules, ask.text))


def decide(
    ask: Ask,
    fleet: Fleet,
    now: Conditions,
    classified: Classified | None = None,
    budget: Budget | None = None,
    *,
    sure: float = SURE,
    catalogue: Catalogue | None = None,
) -> Decision:
    """The route for a task. `classified` is what a classifier said, where `settled` says nothing.

    `sure` is the probability below which the lowest tier goes first. `catalogue` is the one of
    `fleet` and `now.facts`, for who decides often; without, it is made.
    """
    found = first_match(fleet.routing.rules, ask.text)
    kind_of = _settled(ask, found) or classified or Classified(Kind.AMBIGUOUS, 0.0)
    wanted = _with_rule(ask, found.rule)
    standings = _standings(now.outcomes, kind_of.kind)
    ladders = Ladders(fleet, now.facts, ask.asker, standings, catalogue)
    ladder, unsure = _ladder(wanted, kind_of, ladders, sure)
    where = Wanted(kind_of.kind, wanted.machine, wanted.repo, wanted.asker)
    places = seats(where, fleet, now.facts)
    examiner = Examiner(wanted, kind_of.kind, fleet, now, places, _below(wanted, ladder))
    purse = Purse(budget or NoLimit(), ladders.catalogue)
    looked = _look(ladder, examiner, purse)
    if _goes_local(looked, wanted, fleet, purse):
        more = (rung for rung in ladders.free(kind_of.category) if rung not in ladder.rungs)
        looked += [examiner.look(rung) for rung in more]
    rungs = tuple(one.candidate for one in looked)
    chosen = next((rung for rung in rungs if rung.skipped is None), None)
    route = Route(
        classified=kind_of,
        ladder=rungs,
        chosen=chosen,
        why=why(kind_of, rungs, chosen, places, unsure=unsure),
        warnings=found.warnings + retired.warnings(ladder.rungs, now.today, now.retires),
        unclear=unsure or kind_of.kind is Kind.AMBIGUOUS,
        waits=chosen is not None and any(s.full for s in places if s.machine == chosen.machine),
    )
    return Decision(route, wanted, found.number, ladder.source, places, purse.answers())


def _settled(ask: Ask, found: Found) -> Classified | None:
    if ask.kind is not None:
        return Classified(ask.kind, 1.0, DecidedBy.FLAG)
    if found.rule.kind is not None:
        return Classified(Kind(found.rule.kind), 1.0, DecidedBy.RULE)
    return None


def _with_rule(ask: Ask, rule: RoutingRule) -> Ask:
    """What flags leave open, the rule decides; who names a model or a tier leaves neither open."""
    open_model = ask.model is None and ask.tier is None
    return replace(
        ask,
        tier=rule.tier if open_model else ask.tier,
        model=rule.model if open_model else ask.model,
        machine=ask.machine or rule.machine,
        agent=ask.agent or rule.agent,
    )


def _ladder(ask: Ask, classified: Classified, ladders: Ladders, sure: float) -> tuple[Ladder, bool]:
    """The ladder, and whether it starts low because nobody is sure what the task is."""
    kind = classified.kind
    if ask.model is not None:
        ladder = ladders.of_model(ask.model, kind)
        if ask.tier is not None:
            ladder = replace(ladder, rungs=tuple(r for r in ladder.rungs if r.tier == ask.tier))
        return ladder, False
    if ask.tier is not None:
        return ladders.in_tier(ask.tier, kind), False
    if _called_for(classified, ladders) >= sure:
        return ladders.of(kind), False
    likely = [kind, *(other for other, share in classified.ranked[:5] if share >= 0.05)]
    return ladders.lowest_first(dict.fromkeys(likely)), True


def _called_for(classified: Classified, ladders: Ladders) -> float:
    """How probable it is that the task needs a start as dear as its kind's ladder has."""
    if classified.decided_by in (DecidedBy.FLAG, DecidedBy.RULE):
        return 1.0
    start = ladders.start(classified.kind)
    if start == 0:
        return 1.0
    as_dear = sum(share for kind, share in classified.ranked if ladders.start(kind) >= start)
    return max(classified.confidence, as_dear)


def _below(ask: Ask, ladder: Ladder) -> frozenset[str]:
    """Every rung up to the last one whose work was not good enough: from there it goes up."""
    ids = [rung.id for rung in ladder.rungs]
    last = max((at for at, rung_id in enumerate(ids) if rung_id in ask.tried), default=-1)
    return frozenset(ids[: last + 1])


def _goes_local(looked: list[Looked], ask: Ask, fleet: Fleet, purse: Purse) -> bool:
    """Whether a task that is over budget is to be done by the fleet's own models.

    Who asked for a model or a tier does not want another one.
    """
    if not purse.refused or fleet.budget.at_limit != LOCAL or ask.model or ask.tier:
        return False
    return all(one.candidate.skipped is not None for one in looked)


def _look(ladder: Ladder, examiner: Examiner, purse: Purse) -> list[Looked]:
    """Every rung; of a ladder that nobody wrote only some after the first that can be taken."""
    looked: list[Looked] = []
    left = len(ladder.rungs)
    for rung in ladder.rungs:
        if left == 0:
            break
        looked.append(purse.checked(examiner.look(rung)))
        found = looked[-1].candidate.skipped is None
        left = _SHOWN_AFTER if found and not ladder.written and left > _SHOWN_AFTER else left - 1
    return looked


def _standings(outcomes: Iterable[Outcome], kind: Kind) -> dict[str, Standing]:
    """The standing of each model in a kind, wherever it was served."""
    merged: dict[str, Outcome] = {}
    for one in outcomes:
        if one.kind is kind:
            name = key(split(one.model)[0])
            merged[name] = one.plus(merged[name]) if name in merged else one
    return {name: standing(one) for name, one in merged.items()}
