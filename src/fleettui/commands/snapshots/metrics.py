"""The metrics that there are: what each is called, what it means, and where it comes from."""

from collections.abc import Sequence
from dataclasses import dataclass

from fleettui.commands.snapshots.openmetrics import Gauge, Metrics, Number, States
from fleettui.model.ollama import Activity, LoadedModel, Ollama
from fleettui.model.overview import CostTotals, Overview
from fleettui.model.reading import SourceState
from fleettui.model.service import Service, ServiceState
from fleettui.model.system import Gpu, Pressure, System
from fleettui.model.view import MachineCost, MachineView, SourceView
from fleettui.model.worktree import AgentState, Worktree


@dataclass(frozen=True, slots=True)
class Scrape:
    """When a snapshot was taken, in seconds since 1970, and how long that took."""

    taken_at: float
    duration_s: float | None


SCRAPE: Metrics[Scrape] = (
    Gauge(
        "snapshot_timestamp_seconds",
        "When the fleet was read, in Unix time.",
        lambda scrape: scrape.taken_at,
        "seconds",
    ),
    Gauge(
        "snapshot_duration_seconds",
        "How long reading the fleet took.",
        lambda scrape: scrape.duration_s,
        "seconds",
    ),
)

MACHINE: Metrics[MachineView] = (
    States(
        "machine_state", "The worst state of a machine's sources.", lambda m: m.state, SourceState
    ),
)

SOURCE: Metrics[SourceView] = (
    States("source_state", "How a source is.", lambda s: s.state, SourceState),
    Gauge("source_age_seconds", "Age of its newest value.", lambda s: s.age_s, "seconds"),
    Gauge(
        "source_latency_seconds",
        "From question to complete answer.",
        lambda s: scaled(s.latency_ms, 0.001),
        "seconds",
    ),
)

SYSTEM: Metrics[System] = (
    Gauge("cpus", "Logical processors.", lambda s: s.cpu_count),
    Gauge(
        "cpu_used_ratio",
        "Part of all processors in use.",
        lambda s: scaled(s.cpu_percent, 0.01),
        "ratio",
    ),
    Gauge("load_1m", "Load average of one minute.", lambda s: s.load_1m),
    Gauge("memory_total_bytes", "Main memory.", lambda s: s.memory_total, "bytes"),
    Gauge("memory_used_bytes", "Main memory in use.", lambda s: s.memory_used, "bytes"),
    Gauge(
        "memory_available_bytes", "Main memory to be had.", lambda s: s.memory_available, "bytes"
    ),
    States(
        "memory_pressure",
        "How short of memory the kernel says it is.",
        lambda s: s.memory_pressure,
        Pressure,
    ),
    Gauge("swap_total_bytes", "Swap space.", lambda s: s.swap_total, "bytes"),
    Gauge("swap_used_bytes", "Swap space in use.", lambda s: s.swap_used, "bytes"),
    Gauge("disk_total_bytes", "Size of the disk.", lambda s: s.disk_total, "bytes"),
    Gauge("disk_free_bytes", "Free space on the disk.", lambda s: s.disk_free, "bytes"),
    Gauge("uptime_seconds", "Since the machine started.", lambda s: s.uptime_s, "seconds"),
    Gauge("clock_skew_seconds", "Its clock minus ours.", lambda s: s.clock_skew_s, "seconds"),
)

GPU: Metrics[Gpu] = (
    Gauge(
        "gpu_used_ratio",
        "Part of the time in use.",
        lambda g: scaled(g.utilization_percent, 0.01),
        "ratio",
    ),
    Gauge("gpu_memory_total_bytes", "Its memory.", lambda g: g.memory_total, "bytes"),
    Gauge("gpu_memory_used_bytes", "Its memory in use.", lambda g: g.memory_used, "bytes"),
    Gauge("gpu_temperature_celsius", "Its temperature.", lambda g: g.temperature_c, "celsius"),
    Gauge("gpu_power_watts", "The power it draws.", lambda g: g.power_w, "watts"),
)

OLLAMA: Metrics[Ollama] = (
    Gauge("models_loaded", "Models in memory.", lambda o: _count(o.loaded)),
    Gauge("models_installed", "Models on disk.", lambda o: _count(o.installed)),
    Gauge("models_missing", "Expected models not installed.", lambda o: _count(o.missing)),
)

MODEL: Metrics[LoadedModel] = (
    Gauge("model_loaded", "1: the model is in memory.", lambda _: 1),
    Gauge("model_size_bytes", "Its size in memory.", lambda m: m.size, "bytes"),
    Gauge("model_vram_bytes", "The part of it in GPU memory.", lambda m: m.size_vram, "bytes"),
    Gauge("model_context_tokens", "Its context window.", lambda m: m.context_length, "tokens"),
    Gauge(
        "model_expires_timestamp_seconds",
        "When it will be unloaded, in Unix time.",
        lambda m: None if m.forever or m.expires_at is None else m.expires_at.timestamp(),
        "seconds",
    ),
    States("model_activity", "What it seems to be doing.", lambda m: m.activity, Activity),
)

SERVICE: Metrics[Service] = (
    Gauge("service_up", "1: the service is up.", lambda s: _up(s.state)),
    States("service_state", "How the service is.", lambda s: s.state, ServiceState),
    Gauge(
        "service_last_run_age_seconds",
        "Since the job ran last.",
        lambda s: s.last_run_age_s,
        "seconds",
    ),
)

WORKTREE: Metrics[Worktree] = (
    Gauge("worktree_ahead_commits", "Ahead of its base.", lambda w: w.ahead, "commits"),
    Gauge("worktree_behind_commits", "Behind its base.", lambda w: w.behind, "commits"),
    Gauge("worktree_dirty", "1: uncommitted changes.", lambda w: w.dirty),
    States(
        "worktree_agent_state",
        "What the agent in it is doing.",
        lambda w: w.agent.state if w.agent else None,
        AgentState,
    ),
)

TASKS: Metrics[Overview] = (
    Gauge(
        "tasks_last_day_error_ratio",
        "Part of the tasks of 24 hours that failed.",
        lambda o: o.tasks.last_day.error_rate,
        "ratio",
    ),
    Gauge(
        "tasks_last_day_median_seconds",
        "Median duration of the tasks of 24 hours.",
        lambda o: o.tasks.last_day.median_s,
        "seconds",
    ),
    Gauge(
        "tokens_per_hour",
        "Tokens an hour over 24 hours.",
        lambda o: o.tasks.last_day.tokens_per_hour,
    ),
    Gauge("reviews", "Changes that wait for a human.", lambda o: len(o.reviews)),
)

COST: Metrics[CostTotals] = (
    Gauge("cost_today_usd", "Spent today.", lambda c: c.today_usd, "usd"),
    Gauge("cost_month_usd", "Spent this month.", lambda c: c.month_usd, "usd"),
    Gauge("cost_projected_usd", "What the month will cost.", lambda c: c.projected_usd, "usd"),
    Gauge("cost_budget_usd", "The month's budget.", lambda c: c.budget_usd, "usd"),
    Gauge("cost_saved_usd", "Saved this month against the baseline.", lambda c: c.saved_usd, "usd"),
)

MACHINE_COST: Metrics[MachineCost] = (
    Gauge("machine_cost_today_usd", "Spent today on its behalf.", lambda c: c.today_usd, "usd"),
    Gauge(
        "machine_cost_month_usd", "Spent this month on its behalf.", lambda c: c.month_usd, "usd"
    ),
)

TASKS_IN_STATE: Gauge[Number] = Gauge("tasks", "Tasks in each state.", lambda n: n)
TASKS_LAST_DAY: Gauge[Number] = Gauge(
    "tasks_last_day", "Tasks that ended within 24 hours.", lambda n: n
)
COST_BY_TIER: Gauge[Number] = Gauge(
    "cost_month_by_tier_usd", "Spent this month on each tier.", lambda n: n, "usd"
)
ALERTS: Gauge[Number] = Gauge("alerts", "What a human should know.", lambda n: n)


def scaled(value: float | None, factor: float) -> float | None:
    """In a base unit, without the noise of binary fractions."""
    return None if value is None else round(value * factor, 9)


def _count(things: Sequence[object] | None) -> int | None:
    return None if things is None else len(things)


def _up(state: ServiceState) -> int | None:
    return None if state is ServiceState.UNKNOWN else int(state is ServiceState.UP)
