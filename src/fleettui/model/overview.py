"""Tasks, reviews and costs of the whole fleet in a few numbers: what is not read is None."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class TaskCounts:
    """How many tasks are in which state; without a queue there truly are none."""

    queued: int | None = 0
    running: int | None = 0
    waiting: int | None = 0
    review: int | None = 0
    failed: int | None = 0


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A task that has not ended. `context_used` is the part of the context window, 0 to 1."""

    id: str
    state: str
    since: datetime | None = None
    machine: str | None = None
    model: str | None = None
    attempt: int | None = None
    context_used: float | None = None


@dataclass(frozen=True, slots=True)
class LastDay:
    """The tasks that ended within 24 hours; rates and medians are None where none did."""

    done: int | None = 0
    failed: int | None = 0
    error_rate: float | None = None
    median_s: float | None = None
    tokens_per_hour: float | None = None


@dataclass(frozen=True, slots=True)
class Tasks:
    """The queue."""

    counts: TaskCounts = field(default_factory=TaskCounts)
    open: tuple[OpenTask, ...] = ()
    last_day: LastDay = field(default_factory=LastDay)


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A change that waits for a human. `observed_at`: when that was last computed."""

    repo: str
    branch: str
    state: str
    machine: str | None = None
    head: str | None = None
    since: datetime | None = None
    observed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Leak:
    """A paid charge for a task whose first choice was a local model that could have served it."""

    usd: float | None = None
    task: str | None = None
    machine: str | None = None
    model: str | None = None
    tier: str | None = None


@dataclass(frozen=True, slots=True)
class CostTotals:
    """US dollars of this day and month. The keys of `by_tier` are words of the configuration."""

    today_usd: float | None = None
    month_usd: float | None = None
    projected_usd: float | None = None
    budget_usd: float | None = None
    saved_usd: float | None = None
    by_tier: Mapping[str, float] = field(default_factory=dict)
    leaks: tuple[Leak, ...] = ()


@dataclass(frozen=True, slots=True)
class Overview:
    """What the fleet works on and what that costs. The default: no queue, no ledger."""

    tasks: Tasks = field(default_factory=Tasks)
    reviews: tuple[ReviewRow, ...] = ()
    cost: CostTotals = field(default_factory=CostTotals)
