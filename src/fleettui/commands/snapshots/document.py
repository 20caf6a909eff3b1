"""The snapshot as JSON: the shape that snapshot.schema.json describes.

Text from outside stands only in values, never in keys. Times are RFC 3339 in UTC, sizes bytes,
money US dollars, durations seconds unless a key ends in `_ms`. What was not read is None.
"""

from datetime import UTC, datetime
from math import isfinite
from typing import Any

from fleettui.model.ollama import InstalledModel, LoadedModel, Ollama
from fleettui.model.overview import CostTotals, Leak, OpenTask, Overview, ReviewRow, Tasks
from fleettui.model.reading import Source
from fleettui.model.service import Service
from fleettui.model.system import Gpu, System
from fleettui.model.view import Alert, Banner, FleetView, MachineCost, MachineView, SourceView
from fleettui.model.worktree import AgentAt, Worktree

SCHEMA = "fleettui.snapshot/1"

Json = dict[str, Any]


def as_json(
    view: FleetView, overview: Overview | None = None, *, duration_ms: float | None
) -> Json:
    """The snapshot document; `duration_ms` is how long the reading took."""
    whole = overview or Overview()
    return {
        "schema": SCHEMA,
        "taken_at": moment(view.taken_at),
        "duration_ms": number(duration_ms),
        "fleet": view.name,
        "host": view.host,
        "machines": [_machine(machine) for machine in view.machines],
        "tasks": _tasks(whole.tasks),
        "reviews": [_review(row) for row in whole.reviews],
        "cost": _cost(whole.cost),
        "alerts": [_alert(alert) for alert in view.alerts],
        "banners": [_banner(banner) for banner in view.banners],
    }


def moment(at: datetime | None) -> str | None:
    """RFC 3339 in UTC: `2026-11-05T10:42:07.123Z`."""
    if at is None:
        return None
    try:
        utc = at.astimezone(UTC)
    except OverflowError:  # the first and last day of the calendar have no neighbours
        return None
    return f"{utc.replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def number(value: float | None) -> float | None:
    """To the third decimal; what is no finite number was not read."""
    return None if value is None or not isfinite(value) else round(value, 3)


def _money(dollars: float | None) -> float | None:
    return None if dollars is None or not isfinite(dollars) else round(dollars, 6)


def _machine(machine: MachineView) -> Json:
    return {
        "name": machine.name,
        "roles": [role.value for role in machine.machine.roles],
        "platform": machine.platform.value if machine.platform else None,
        "state": machine.state.value,
        "address": machine.address,
        "sources": {source.value: _source(seen) for source, seen in shown_sources(machine)},
        "system": _system(machine.system),
        "ollama": _ollama(machine.ollama),
        "services": _each(machine.services, _service),
        "worktrees": _each(machine.worktrees, _worktree),
        "cost": _machine_cost(machine.cost or MachineCost()),
    }


def shown_sources(machine: MachineView) -> list[tuple[Source, SourceView]]:
    """The sources of a machine in their own order."""
    return [(source, machine.sources[source]) for source in Source if source in machine.sources]


def _each(values: Any, shape: Any) -> list[Json] | None:
    return None if values is None else [shape(value) for value in values]


def _source(seen: SourceView) -> Json:
    return {
        "state": seen.state.value,
        "observed_at": moment(seen.observed_at),
        "age_s": number(seen.age_s),
        "latency_ms": number(seen.latency_ms),
        "reason": seen.reason,
        "next_try_s": number(seen.next_try_s),
    }


def _system(system: System | None) -> Json | None:
    if system is None:
        return None
    pressure = system.memory_pressure
    return {
        "cpu_count": system.cpu_count,
        "cpu_percent": number(system.cpu_percent),
        "load_1m": number(system.load_1m),
        "memory_total": system.memory_total,
        "memory_used": system.memory_used,
        "memory_available": system.memory_available,
        "memory_pressure": pressure.value if pressure else None,
        "swap_used": system.swap_used,
        "swap_total": system.swap_total,
        "disk_free": system.disk_free,
        "disk_total": system.disk_total,
        "uptime_s": number(system.uptime_s),
        "clock_skew_s": number(system.clock_skew_s),
        "gpus": [_gpu(gpu) for gpu in system.gpus],
    }


def _gpu(gpu: Gpu) -> Json:
    return {
        "name": gpu.name,
        "utilization_percent": number(gpu.utilization_percent),
        "memory_used": gpu.memory_used,
        "memory_total": gpu.memory_total,
        "temperature_c": number(gpu.temperature_c),
        "power_w": number(gpu.power_w),
    }


def _ollama(ollama: Ollama | None) -> Json | None:
    if ollama is None:
        return None
    return {
        "version": ollama.version,
        "address": ollama.address,
        "loaded": _each(ollama.loaded, _loaded),
        "installed": _each(ollama.installed, _installed),
        "missing": None if ollama.missing is None else list(ollama.missing),
    }


def _loaded(model: LoadedModel) -> Json:
    return {
        "name": model.name,
        "size": model.size,
        "size_vram": model.size_vram,
        "context_length": model.context_length,
        "parameter_size": model.parameter_size,
        "quantization": model.quantization,
        "expires_at": moment(model.expires_at),
        "forever": model.forever,
        "activity": model.activity.value,
    }


def _installed(model: InstalledModel) -> Json:
    return {"name": model.name, "size": model.size, "remote_host": model.remote_host}


def _service(service: Service) -> Json:
    return {
        "name": service.name,
        "check": service.check.value,
        "state": service.state.value,
        "detail": service.detail,
        "last_run_age_s": number(service.last_run_age_s),
    }


def _worktree(tree: Worktree) -> Json:
    return {
        "repo": tree.repo,
        "path": tree.path,
        "branch": tree.branch,
        "task": tree.task,
        "head": tree.head,
        "ahead": tree.ahead,
        "behind": tree.behind,
        "dirty": tree.dirty,
        "agent": None if tree.agent is None else _agent(tree.agent),
        "last_commit_at": moment(tree.last_commit_at),
        "problem": tree.problem,
    }


def _agent(agent: AgentAt) -> Json:
    return {
        "state": agent.state.value,
        "agent": agent.agent,
        "since": moment(agent.since),
        "source": agent.source,
    }


def _machine_cost(cost: MachineCost) -> Json:
    return {"today_usd": _money(cost.today_usd), "month_usd": _money(cost.month_usd)}


def _tasks(tasks: Tasks) -> Json:
    counts, day = tasks.counts, tasks.last_day
    return {
        "queued": counts.queued,
        "running": counts.running,
        "waiting": counts.waiting,
        "review": counts.review,
        "failed": counts.failed,
        "open": [_open_task(task) for task in tasks.open],
        "last_day": {
            "done": day.done,
            "failed": day.failed,
            "error_rate": number(day.error_rate),
            "median_s": number(day.median_s),
            "tokens_per_hour": number(day.tokens_per_hour),
        },
    }


def _open_task(task: OpenTask) -> Json:
    return {
        "id": task.id,
        "state": task.state,
        "since": moment(task.since),
        "machine": task.machine,
        "model": task.model,
        "attempt": task.attempt,
        "context_used": number(task.context_used),
    }


def _review(row: ReviewRow) -> Json:
    return {
        "repo": row.repo,
        "branch": row.branch,
        "machine": row.machine,
        "head": row.head,
        "state": row.state,
        "since": moment(row.since),
        "observed_at": moment(row.observed_at),
    }


def _cost(cost: CostTotals) -> Json:
    return {
        "today_usd": _money(cost.today_usd),
        "month_usd": _money(cost.month_usd),
        "projected_usd": _money(cost.projected_usd),
        "budget_usd": _money(cost.budget_usd),
        "saved_usd": _money(cost.saved_usd),
        "by_tier": {tier: _money(dollars) for tier, dollars in cost.by_tier.items()},
        "leaks": [_leak(leak) for leak in cost.leaks],
    }


def _leak(leak: Leak) -> Json:
    return {
        "usd": _money(leak.usd),
        "task": leak.task,
        "machine": leak.machine,
        "model": leak.model,
        "tier": leak.tier,
    }


def _alert(alert: Alert) -> Json:
    return {
        "id": alert.id,
        "level": alert.level.value,
        "machine": alert.machine,
        "source": alert.source.value if alert.source else None,
        "since": moment(alert.since),
        "text": alert.text,
        "remedy": alert.remedy,
    }


def _banner(banner: Banner) -> Json:
    return {"text": banner.text, "machines": list(banner.machines)}
