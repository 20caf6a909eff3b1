"""Every model that a fleet has, with its tier and price, and the order of the tiers."""

from collections.abc import Iterable, Mapping
from functools import cached_property

from fleettui.model.catalog import ModelSpec
from fleettui.model.fleet import Fleet
from fleettui.routing.defaults import LEVEL_NAMES, Level
from fleettui.routing.facts import FleetFacts
from fleettui.routing.names import fits, key, split
from fleettui.routing.placement import serving_order
from fleettui.routing.rung import LOCAL, Rung


class Catalogue:
    """The models of a fleet: those of [[models]], those that machines list, those installed.

    What a machine has installed counts where the configuration lists none for it. Facts are those
    of one moment: with the next reading comes the next catalogue. It serves many decisions.
    """

    def __init__(self, fleet: Fleet, facts: FleetFacts) -> None:
        self._facts = facts
        self._machines = {machine.name: machine for machine in fleet.machines}
        self._specs = {_at(*split(spec.id)): spec for spec in fleet.models}
        self._listing = {spec.place for spec in fleet.models}
        self._placed: dict[tuple[str, str], list[Rung]] = {}
        self.paid_tiers = _paid_tiers(fleet.models)
        self._ranks = {tier: rank for rank, tier in enumerate((LOCAL, *self.paid_tiers))}

    def rung(self, rung_id: str) -> Rung:
        """The rung of that id; one that the fleet does not have is `unknown`."""
        name, place = split(rung_id)
        spec = self._specs.get(_at(name, place))
        if spec is not None:
            prices = tuple(sorted(spec.usd_per_mtok.items()))
            return Rung(name, place, spec.tier, place in self._machines, prices)
        machine = self._machines.get(place)
        if machine is None:
            return Rung(name, place, "", False, unknown=True)
        if not machine.models or key(name) in map(key, machine.models):
            return Rung(name, place)
        facts = self._facts.machines.get(place)
        return Rung(name, place, unknown=facts is None or facts.served(name) is None)

    def rank(self, tier: str) -> int:
        """Where a tier stands in the order of prices; an unknown one is the dearest."""
        return self._ranks.get(tier, len(self._ranks))

    def tier_of(self, level: Level) -> str | None:
        """The fleet's tier for a level, None where it has none.

        A paid tier is recognized by its models' names; else the dearest is for the rare tasks
        and the one below it, or the only one, for every day.
        """
        if level is Level.LOCAL:
            return LOCAL
        named = (spec.tier for spec in self._specs.values() if fits(spec.name, LEVEL_NAMES[level]))
        tier = next((tier for tier in named if tier != LOCAL), None)
        if tier is not None or not self.paid_tiers:
            return tier
        return self.paid_tiers[-1 if level is Level.RARE else max(0, len(self.paid_tiers) - 2)]

    def tier(self, tier: str) -> Mapping[str, tuple[Rung, ...]]:
        """The models of a tier by their key, each at all of its places, as configured."""
        return self._tiers.get(tier, {})

    def placed(self, tier: str, name: str) -> list[Rung]:
        """A model of a tier, by its key, at all of its places, the best first."""
        if (tier, name) not in self._placed:
            self._placed[tier, name] = serving_order(self.tier(tier).get(name, ()), self._facts)
        return self._placed[tier, name]

    def named(self, name: str) -> list[Rung]:
        """A model at all of its places, the best first."""
        rungs = [rung for tier in self._tiers for rung in self.placed(tier, key(name))]
        return serving_order(rungs, self._facts)

    @cached_property
    def _tiers(self) -> dict[str, dict[str, tuple[Rung, ...]]]:
        """Every model of the fleet once."""
        found: dict[str, dict[str, dict[str, Rung]]] = {}
        for spec in self._specs.values():
            rung = self.rung(spec.id)
            found.setdefault(rung.tier, {}).setdefault(key(spec.name), {})[spec.place] = rung
        local = found.setdefault(LOCAL, {})
        for place in self._machines:
            for name in self._served(place):
                if _at(name, place) not in self._specs:
                    local.setdefault(key(name), {}).setdefault(place, Rung(name, place))
        return {
            tier: {name: tuple(places.values()) for name, places in by_name.items()}
            for tier, by_name in found.items()
        }

    def _served(self, place: str) -> Iterable[str]:
        """What a machine lists, or, where nothing is said of it, what it has installed."""
        listed = self._machines[place].models
        if listed or place in self._listing:
            return listed
        facts = self._facts.machines.get(place)
        models = facts.models if facts else None
        return [served.name for served in (models or {}).values() if not served.remote]


def _at(name: str, place: str) -> str:
    return f"{key(name)}@{place}"


def _paid_tiers(specs: tuple[ModelSpec, ...]) -> tuple[str, ...]:
    """In rising price; one of which no price is known is dearer than those that are."""
    cheapest: dict[str, float] = {}
    for spec in specs:
        if spec.tier != LOCAL:
            prices = spec.usd_per_mtok
            known = {"input", "output"} <= prices.keys()
            price = 3 * prices["input"] + prices["output"] if known else float("inf")
            cheapest[spec.tier] = min(price, cheapest.get(spec.tier, float("inf")))
    return tuple(sorted(cheapest, key=lambda tier: cheapest[tier]))
