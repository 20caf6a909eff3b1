"""What the user decided about routes and money."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class RoutingRule:
    """The user's own rule: where `match` is found in a task's text, the set fields win."""

    match: str
    kind: str | None = None
    tier: str | None = None
    model: str | None = None
    machine: str | None = None
    agent: str | None = None


@dataclass(frozen=True, slots=True)
class Routing:
    """Ladders of model ids, first choice first, by category and by kind."""

    categories: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    kinds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rules: tuple[RoutingRule, ...] = ()


@dataclass(frozen=True, slots=True)
class Budget:
    """US dollars that may be spent; None where there is no such limit."""

    monthly_usd: float | None = None
    daily_usd: float | None = None
    task_usd: float | None = None
    tiers: Mapping[str, float] = field(default_factory=dict)
    warn_at: float = 0.8
    at_limit: str = "local"
    baseline_usd: float | None = None


@dataclass(frozen=True, slots=True)
class CostSource:
    """Session logs beyond the agents' usual places; `path` may hold `*`."""

    machine: str
    path: str
    format: str


@dataclass(frozen=True, slots=True)
class Subscription:
    """A plan that is paid by the month, and the agents that it covers."""

    name: str
    usd_per_month: float
    agents: tuple[str, ...] = ()
