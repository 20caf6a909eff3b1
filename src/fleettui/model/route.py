"""What is asked of the router, and what it answers: plain values."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypedDict

from fleettui.model.kind import Category, Kind


class DecidedBy(StrEnum):
    """Who said what kind a task is."""

    FLAG = "flag"
    RULE = "rule"
    MODEL = "model"
    CLASSIFIER = "classifier"


@dataclass(frozen=True, slots=True)
class Ask:
    """A task's text, and every part of the decision that its sender already took.

    `model` is `name@place` or a name alone, which may be served anywhere. `asker` is the machine
    on whose behalf it starts, None: the human's own. `context` is how many tokens the model must
    hold, None: as many as the text needs. `tried` are the rungs (`name@place`) whose work was
    not good enough: only what stands above them is left.
    """

    text: str
    kind: Kind | None = None
    tier: str | None = None
    model: str | None = None
    machine: str | None = None
    agent: str | None = None
    repo: str | None = None
    asker: str | None = None
    context: int | None = None
    tried: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Classified:
    """What kind a task is. `ranked` are the likeliest kinds, best first, with probabilities.

    `confidence` is the probability of `kind`, 0 to 1. `features` is what spoke for it, for
    showing: name and weight.
    """

    kind: Kind
    confidence: float
    decided_by: DecidedBy = DecidedBy.CLASSIFIER
    ranked: tuple[tuple[Kind, float], ...] = ()
    features: tuple[tuple[str, float], ...] = ()

    @property
    def category(self) -> Category:
        """The category of the kind."""
        return self.kind.category


@dataclass(frozen=True, slots=True)
class Candidate:
    """One rung of a ladder as it was looked at.

    `place` is the machine or provider that serves it, `model_machine` the machine, None for a
    cloud model. `skipped` is why it cannot be taken now, None: it can. `usd` is the estimate,
    None where the price is not known. `usd_per_mtok` are the prices of that moment. `agent` would
    run it, on `machine`. `notes` is what is good to know.
    """

    model: str
    place: str
    model_machine: str | None
    tier: str
    skipped: str | None = None
    usd: float | None = None
    usd_per_mtok: tuple[tuple[str, float], ...] = ()
    agent: str | None = None
    machine: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """`name@place`, as in fleet.toml."""
        return f"{self.model}@{self.place}"


class RungDocument(TypedDict):
    """A rung in JSON."""

    model: str
    model_machine: str | None
    tier: str
    skipped: str | None


class RouteDocument(TypedDict):
    """What `fleettui route --json` prints."""

    kind: str
    category: str
    confidence: float
    decided_by: str
    tier: str | None
    model: str | None
    model_machine: str | None
    machine: str | None
    agent: str | None
    ladder: list[RungDocument]
    estimate_usd: float | None
    why: str


@dataclass(frozen=True, slots=True)
class Route:
    """The decision for a task. `chosen` is None where the fleet has no candidate now.

    `unclear`: nobody knows what the task is; a human should say more. `waits`: the chosen
    machine is full, so that the task takes its turn there.
    """

    classified: Classified
    ladder: tuple[Candidate, ...]
    chosen: Candidate | None
    why: str
    warnings: tuple[str, ...] = ()
    unclear: bool = False
    waits: bool = False

    @property
    def kind(self) -> Kind:
        """What the task is."""
        return self.classified.kind

    @property
    def machine(self) -> str | None:
        """Where the agent runs."""
        return self.chosen.machine if self.chosen else None

    @property
    def fallbacks(self) -> tuple[Candidate, ...]:
        """What could be taken after the chosen one, in order."""
        if self.chosen is None:
            return ()
        after = self.ladder[self.ladder.index(self.chosen) + 1 :]
        return tuple(rung for rung in after if rung.skipped is None)

    def document(self) -> RouteDocument:
        """The JSON of `fleettui route --json`."""
        chosen = self.chosen
        return {
            "kind": self.kind.value,
            "category": self.kind.category.value,
            "confidence": self.classified.confidence,
            "decided_by": self.classified.decided_by.value,
            "tier": chosen.tier if chosen else None,
            "model": chosen.model if chosen else None,
            "model_machine": chosen.model_machine if chosen else None,
            "machine": chosen.machine if chosen else None,
            "agent": chosen.agent if chosen else None,
            "ladder": [
                {
                    "model": rung.model,
                    "model_machine": rung.model_machine,
                    "tier": rung.tier,
                    "skipped": rung.skipped,
                }
                for rung in self.ladder
            ],
            "estimate_usd": chosen.usd if chosen else None,
            "why": self.why,
        }
