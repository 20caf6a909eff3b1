"""Every model that a fleet has, with its tier and price, and the order of the tiers."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from fleettui.model.catalog import ModelSpec
from fleettui.model.fleet import Fleet
from fleettui.routing.defaults import LEVEL_NAMES, Level
from fleettui.routing.facts import FleetFacts
from fleettui.routing.names import fits, key, split

LOCAL = "local"
"""The tier of what the fleet's own machines serve."""


@dataclass(frozen=True, slots=True)
class Rung:
    """A model at a place: of a machine (`on_machine`) or of a provider. `unknown`: no such model.

    `prices` are US dollars per million tokens, by what they are for; a machine's cost nothing.
    """

    name: str
    place: str
    tier: str = LOCAL
    on_machine: bool = True
    prices: tuple[tuple[str, float], ...] = ()
    unknown: bool = False

    @property
    def id(self) -> str:
        """`name@place`."""
        return f"{self.name}@{self.place}"

    @property
    def free(self) -> bool:
        """Whether it costs nothing."""
        return self.on_machine and self.tier == LOCAL

    def usd(self, tokens_in: int, tokens_out: int) -> float | None:
        """What so many tokens cost, None: the price is not known."""
        prices = dict(self.prices)
        if not prices and self.free:
            return 0.0
        if "input" not in prices or "output" not in prices:
            return None
        return (tokens_in * prices["input"] + tokens_out * prices["output"]) / 1e6


class Catalogue:
    """The models of a fleet: those of [[models]], those that machines list, those installed.

    What a machine has installed counts where the configuration lists none for it.
    """

    def __init__(self, fleet: Fleet, facts: FleetFacts) -> None:
        self._facts = facts
        self._machines = {machine.name: machine for machine in fleet.machines}
        self._specs = {_at(*split(spec.id)): spec for spec in fleet.models}
        self._listing = {spec.place for spec in fleet.models}
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

    @cached_property
    def everything(self) -> tuple[Rung, ...]:
        """Every model of the fleet once, in the order of the configuration."""
        ids = {_at(*split(rung_id)): rung_id for rung_id in reversed(tuple(self._ids()))}
        return tuple(map(self.rung, reversed(ids.values())))

    def _ids(self) -> Iterator[str]:
        yield from (spec.id for spec in self._specs.values())
        for name, machine in self._machines.items():
            yield from (f"{model}@{name}" for model in machine.models)
            if not machine.models and name not in self._listing:
                yield from (f"{model}@{name}" for model in self._installed(name))

    def _installed(self, machine: str) -> Iterator[str]:
        facts = self._facts.machines.get(machine)
        models = facts.models if facts else None
        return (served.name for served in (models or {}).values() if not served.remote)


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
