"""Everything beside the configuration that a decision depends on: plain values of one moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from fleettui.routing.capabilities import Capability
from fleettui.routing.facts import FleetFacts
from fleettui.routing.outcomes import Outcome

WHOLE = "*"
"""In place of a model: everything that a machine or provider serves."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a model at a place is left alone now; `model` may be WHOLE."""

    place: str
    model: str
    reason: str


class Budget(Protocol):
    """Whether the money is there."""

    def affordable(self, tier: str, usd: float | None) -> str | None:
        """Why `usd` US dollars in `tier` cannot be spent now, None: they can.

        `usd` None: the price is not known, which must count as the most that could be meant.
        """


@dataclass(frozen=True, slots=True)
class NoLimit:
    """A budget without limits."""

    def affordable(self, tier: str, usd: float | None) -> str | None:
        """Always."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """`probes` maps digests of models to what was found out; `outcomes` are the records.

    `gone` maps rungs (`name@place`) to why their provider no longer serves them, `retires` to the
    day on which it will stop. `today` None: nothing is said of days.
    """

    facts: FleetFacts = field(default_factory=FleetFacts)
    refusals: tuple[Refusal, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    probes: Mapping[str, Capability] = field(default_factory=dict)
    gone: Mapping[str, str] = field(default_factory=dict)
    retires: Mapping[str, date] = field(default_factory=dict)
    today: date | None = None
