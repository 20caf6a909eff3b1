"""Which models a task may go to, first choice first.

The most particular ladder counts: what the asking machine says of the kind, of its category, of
everything (`*`); then what [routing] says of the kind, of its category; then the shipped table.
A ladder that the user wrote is never put in another order. Where nobody gave an order (the
shipped table, `--tier`, a model without its place), records, then how well the model is placed
decide among those of one tier.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from fleettui.model.fleet import Fleet
from fleettui.model.kind import Category, Kind
from fleettui.routing.catalogue import Catalogue
from fleettui.routing.defaults import ESCALATES, FOLLOWS, FREE_ONLY, MADE_FOR, levels
from fleettui.routing.facts import FleetFacts
from fleettui.routing.names import fits, key, split
from fleettui.routing.outcomes import Standing
from fleettui.routing.rung import LOCAL, Rung

EVERY_KIND = "*"
DEFAULTS = "the shipped table"

_PLACES = 3
"""Machines that are considered for one model where nobody named one."""

_LONGEST = 60
"""Rungs of a ladder that nobody wrote."""


@dataclass(frozen=True, slots=True)
class Ladder:
    """The rungs, and where they are from. `written`: the user wrote it, in fleet.toml."""

    rungs: tuple[Rung, ...]
    source: str
    written: bool = False


class Ladders:
    """The ladders of one fleet for one asker. `standings` maps models' keys to their records."""

    def __init__(
        self,
        fleet: Fleet,
        facts: FleetFacts,
        asker: str | None = None,
        standings: Mapping[str, Standing] | None = None,
        catalogue: Catalogue | None = None,
    ) -> None:
        self.catalogue = catalogue or Catalogue(fleet, facts)
        self._facts = facts
        self._standings = standings or {}
        machine = fleet.machine(asker) if asker else None
        self._written = [
            (f"machines.{asker}.routing", machine.routing if machine else {}),
            ("routing", {**fleet.routing.categories, **fleet.routing.kinds}),
        ]

    def of(self, kind: Kind) -> Ladder:
        """The ladder of a kind."""
        for prefix, ladders in self._written:
            if (word := _word_for(kind, ladders)) is not None:
                rungs = tuple(map(self.catalogue.rung, ladders[word]))
                inherited = word not in (kind.value, EVERY_KIND)
                rungs = self._adapted(kind, rungs) if inherited else rungs
                return Ladder(rungs, _source(prefix, word), written=True)
        return self._shipped(kind)

    def lowest_first(self, kinds: Iterable[Kind]) -> Ladder:
        """For a task of which nobody is sure: what its likely kinds would take, cheapest first."""
        rungs = [rung for kind in (*kinds, Kind.BUG_HUNTING) for rung in self.of(kind).rungs]
        ordered = sorted(dict.fromkeys(rungs), key=lambda rung: self.catalogue.rank(rung.tier))
        return Ladder(tuple(ordered), "the lowest tier first, because the kind is not sure")

    def start(self, kind: Kind) -> int:
        """The rank of the tier that a kind's ladder starts at; a ladder of nothing: 0."""
        if not any(_word_for(kind, ladders) for _, ladders in self._written):
            tiers = map(self.catalogue.tier_of, levels(kind))
            return next((self.catalogue.rank(tier) for tier in tiers if tier), 0)
        rungs = self.of(kind).rungs
        return self.catalogue.rank(rungs[0].tier) if rungs else 0

    def in_tier(self, tier: str, kind: Kind) -> Ladder:
        """The models of one tier, those of the kind's own ladder first."""
        own = [rung for rung in self.of(kind).rungs if rung.tier == tier]
        rungs = dict.fromkeys((*own, *self._tier(tier, kind.category)))
        return Ladder(tuple(rungs), f"tier {tier}")

    def of_model(self, model: str, kind: Kind) -> Ladder:
        """One model: at its place, or, named alone, wherever it is served."""
        if split(model)[1]:
            return Ladder((self.catalogue.rung(model),), f"model {model}")
        own = [rung for rung in self.of(kind).rungs if key(rung.name) == key(model)]
        return Ladder(tuple(dict.fromkeys((*own, *self.catalogue.named(model)))), f"model {model}")

    def free(self, category: Category) -> tuple[Rung, ...]:
        """The fleet's own models, those made for the category first."""
        return tuple(self._tier(LOCAL, category))

    def _adapted(self, kind: Kind, rungs: tuple[Rung, ...]) -> tuple[Rung, ...]:
        """A category's ladder for a kind that has a way of its own in the shipped table."""
        if kind in FREE_ONLY:
            return tuple(rung for rung in rungs if rung.free)
        if kind in ESCALATES and all(rung.free for rung in rungs):
            above = self.of(_FIRST_OF[ESCALATES[kind]]).rungs
            return rungs + tuple(islice((rung for rung in above if not rung.free), 1))
        return rungs

    def _shipped(self, kind: Kind) -> Ladder:
        tiers = (self.catalogue.tier_of(level) for level in levels(kind))
        category = FOLLOWS.get(kind, kind.category)
        found = [
            rung
            for tier in dict.fromkeys(tier for tier in tiers if tier is not None)
            for rung in self._tier(tier, category, made_for=True)
        ]
        if found or self.catalogue.paid_tiers:
            return Ladder(tuple(found), DEFAULTS)
        return Ladder(self.free(category), f"{DEFAULTS}, without a paid model")

    def _tier(self, tier: str, category: Category, *, made_for: bool = False) -> Iterator[Rung]:
        """The models of a tier in the order of records, purpose, price, size and place.

        `made_for`: where one that was made for the category comes first, only those that were.
        A next best model of the same tier would come before the tier that the work is meant to
        go up to.
        """
        models = self.catalogue.tier(tier)
        names = sorted(models, key=lambda name: self._preference(name, models[name], category))
        fitting = [name for name in names if _purpose(name, category) is not None]
        if made_for and fitting[:1] == names[:1] and fitting and not self._silent(models[names[0]]):
            names = fitting
        placed = (self.catalogue.placed(tier, name)[:_PLACES] for name in names)
        return islice((rung for rungs in placed for rung in rungs), _LONGEST)

    def _preference(
        self, name: str, rungs: tuple[Rung, ...], category: Category
    ) -> tuple[bool, int, float, float, int]:
        first = rungs[0]
        facts = self._facts.machines.get(first.place)
        served = facts.served(first.name) if facts else None
        purpose = _purpose(name, category)
        usd = first.usd(3, 1)
        return (
            self._silent(rungs),
            self._standings.get(name, Standing.UNKNOWN),
            _NEVER if purpose is None else purpose,
            _NEVER if usd is None else usd,
            -((served.size if served else None) or 0),
        )

    def _silent(self, rungs: tuple[Rung, ...]) -> bool:
        """Whether it is known that a model answers at none of its places."""
        machines = self._facts.machines
        return all(
            rung.on_machine
            and rung.place in machines
            and machines[rung.place].ollama.answers is False
            for rung in rungs
        )


_NEVER = float("inf")
_FIRST_OF = {category: next(k for k in Kind if k.category is category) for category in Category}


def _source(prefix: str, word: str) -> str:
    """Where in fleet.toml a ladder stands; the heartbeat's beside those of the categories."""
    beside = prefix != "routing" or word in [*Category, Kind.HEARTBEAT]
    return f"{prefix}.{word}" if beside else f"{prefix}.kinds.{word}"


def _word_for(kind: Kind, ladders: Mapping[str, tuple[str, ...]]) -> str | None:
    """The key among some ladders that means a kind: its own, its category's, or every one's."""
    category = FOLLOWS.get(kind, kind.category)
    words = (kind.value, category.value, EVERY_KIND)
    return next((word for word in words if ladders.get(word)), None)


@lru_cache(maxsize=4096)
def _purpose(name: str, category: Category) -> int | None:
    """How well a model was made for a category: 0 is best, None: for anything."""
    globs = MADE_FOR[category]
    return next((at for at, glob in enumerate(globs) if fits(name, glob)), None)
