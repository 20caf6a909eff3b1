"""What is new since the last record: the rule behind `--changes`.

A machine counts as changed when anything but time and noise differs from what was shown last:

- never: ages, latencies, times of reading and of the next try, clock skew, uptime, the moment at
  which a model will be unloaded, since when an agent runs, and momentary load (processor,
  load average, GPU use, temperature, power);
- memory, swap, disk and GPU memory in use: when they moved by at least 5 % of the total;
- everything else: always.

Tasks, reviews, costs (to the cent), alerts (their ids and levels) and banners count for the
fleet as a whole.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from fleettui.model.ollama import Ollama
from fleettui.model.overview import CostTotals, Overview
from fleettui.model.service import Service
from fleettui.model.system import System
from fleettui.model.view import FleetView, MachineView
from fleettui.model.worktree import Worktree

STEP = 0.05
"""Part of the total by which memory or disk in use must move to count."""


@dataclass(frozen=True, slots=True)
class Changes:
    """`view` holds only the machines that changed, `unchanged` counts the others."""

    view: FleetView
    unchanged: int = 0
    removed: tuple[str, ...] = ()


class Shown:
    """What was shown last; small drifts add up until they count."""

    def __init__(self) -> None:
        self._machines: dict[str, MachineView] = {}
        self._rest: object = None

    def changes(self, view: FleetView, overview: Overview) -> Changes | None:
        """What must be shown now, remembered as shown; None: nothing changed."""
        changed = tuple(machine for machine in view.machines if self._is_new(machine))
        names = {machine.name for machine in view.machines}
        removed = tuple(name for name in self._machines if name not in names)
        rest = _rest(view, overview)
        if not changed and not removed and rest == self._rest:
            return None
        self._rest = rest
        self._machines.update((machine.name, machine) for machine in changed)
        for name in removed:
            del self._machines[name]
        unchanged = len(view.machines) - len(changed)
        return Changes(replace(view, machines=changed), unchanged, removed)

    def _is_new(self, machine: MachineView) -> bool:
        before = self._machines.get(machine.name)
        return before is None or differs(before, machine)


def differs(before: MachineView, now: MachineView) -> bool:
    """Whether two readings of a machine differ in more than time and noise."""
    return _essence(before) != _essence(now) or _filled(before.system, now.system)


def _essence(machine: MachineView) -> tuple[object, ...]:
    return (
        machine.machine.roles,
        machine.state,
        machine.platform,
        machine.address,
        {source: (seen.state, seen.reason) for source, seen in machine.sources.items()},
        None if machine.system is None else _fixed(machine.system),
        None if machine.ollama is None else _served(machine.ollama),
        None if machine.services is None else [_checked(one) for one in machine.services],
        None if machine.worktrees is None else [_worked(one) for one in machine.worktrees],
        None if machine.cost is None else _cents(machine.cost.today_usd, machine.cost.month_usd),
    )


def _fixed(system: System) -> tuple[object, ...]:
    return (
        system.cpu_count,
        system.memory_total,
        system.memory_pressure,
        system.swap_total,
        system.disk_total,
        [(gpu.name, gpu.memory_total) for gpu in system.gpus],
        [(used is None, total) for used, total in _fillings(system)],
    )


def _served(ollama: Ollama) -> tuple[object, ...]:
    loaded = ollama.loaded
    installed = ollama.installed
    return (
        ollama.version,
        ollama.address,
        None if loaded is None else [replace(model, expires_at=None) for model in loaded],
        None if installed is None else [(m.name, m.size, m.remote_host) for m in installed],
        ollama.missing,
    )


def _checked(service: Service) -> Service:
    """A job's detail tells its age."""
    if service.last_run_age_s is None:
        return service
    return replace(service, last_run_age_s=None, detail=None)


def _worked(tree: Worktree) -> Worktree:
    return tree if tree.agent is None else replace(tree, agent=replace(tree.agent, since=None))


def _fillings(system: System) -> Iterator[tuple[int | None, int | None]]:
    yield system.memory_used, system.memory_total
    yield system.memory_available, system.memory_total
    yield system.swap_used, system.swap_total
    yield system.disk_free, system.disk_total
    for gpu in system.gpus:
        yield gpu.memory_used, gpu.memory_total


def _filled(before: System | None, now: System | None) -> bool:
    """Whether anything became fuller or emptier; both have the same parts."""
    if before is None or now is None:
        return False
    pairs = zip(_fillings(before), _fillings(now), strict=False)
    return any(
        was is not None and used is not None and abs(used - was) >= STEP * max(1, total)
        for (was, _), (used, total) in pairs
        if total is not None
    )


def _cents(*dollars: float | None) -> tuple[float | None, ...]:
    return tuple(None if amount is None else round(amount, 2) for amount in dollars)


def _rest(view: FleetView, overview: Overview) -> tuple[object, ...]:
    tasks = overview.tasks
    return (
        tasks.counts,
        [replace(task, context_used=None) for task in tasks.open],
        (tasks.last_day.done, tasks.last_day.failed),
        overview.reviews,
        _spent(overview.cost),
        sorted((alert.id, alert.level) for alert in view.alerts),
        view.banners,
    )


def _spent(cost: CostTotals) -> tuple[object, ...]:
    totals = _cents(cost.today_usd, cost.month_usd, cost.budget_usd)
    tiers = {tier: round(dollars, 2) for tier, dollars in cost.by_tier.items()}
    return (*totals, tiers, cost.leaks)
