"""The snapshot as metrics, `fleettui_*`, in base units: seconds, bytes, ratios, US dollars."""

from collections.abc import Iterator, Mapping

from fleettui.commands.snapshots import metrics
from fleettui.commands.snapshots.openmetrics import Labels, Number, exposition, families
from fleettui.model.ollama import LoadedModel
from fleettui.model.overview import CostTotals, Overview
from fleettui.model.system import Gpu
from fleettui.model.view import FleetView, Level, MachineView
from fleettui.model.worktree import Worktree


def as_openmetrics(
    view: FleetView, overview: Overview | None = None, *, duration_ms: float | None
) -> str:
    """The scrape of one snapshot; `duration_ms` is how long the reading took."""
    whole = overview or Overview()
    scrape = metrics.Scrape(view.taken_at.timestamp(), metrics.scaled(duration_ms, 0.001))
    return exposition(
        [
            *families(metrics.SCRAPE, [({}, scrape)]),
            *_machines(view),
            *_tasks(whole),
            *_costs(view, whole.cost),
            *_alerts(view),
        ]
    )


def _machines(view: FleetView) -> Iterator[str]:
    yield from families(metrics.MACHINE, [(_at(machine), machine) for machine in view.machines])
    yield from families(
        metrics.SOURCE,
        [
            (_at(machine, source=source.value), seen)
            for machine in view.machines
            for source, seen in machine.sources.items()
        ],
    )
    yield from families(metrics.SYSTEM, [(_at(m), m.system) for m in view.machines if m.system])
    yield from families(metrics.GPU, list(_gpus(view)))
    yield from families(metrics.OLLAMA, [(_at(m), m.ollama) for m in view.machines if m.ollama])
    yield from families(metrics.MODEL, list(_models(view)))
    yield from families(
        metrics.SERVICE,
        [
            (_at(machine, service=service.name, check=service.check.value), service)
            for machine in view.machines
            for service in machine.services or ()
        ],
    )
    yield from families(metrics.WORKTREE, list(_worktrees(view)))


def _at(machine: MachineView, **labels: str | None) -> Labels:
    return {"machine": machine.name, **labels}


def _gpus(view: FleetView) -> Iterator[tuple[Labels, Gpu]]:
    for machine in view.machines:
        for index, gpu in enumerate(machine.system.gpus if machine.system else ()):
            yield _at(machine, gpu=str(index), name=gpu.name), gpu


def _models(view: FleetView) -> Iterator[tuple[Labels, LoadedModel]]:
    for machine in view.machines:
        for model in (machine.ollama.loaded if machine.ollama else None) or ():
            yield _at(machine, model=model.name), model


def _worktrees(view: FleetView) -> Iterator[tuple[Labels, Worktree]]:
    for machine in view.machines:
        for tree in machine.worktrees or ():
            yield _at(machine, repo=tree.repo, branch=tree.branch, path=tree.path), tree


def _tasks(overview: Overview) -> Iterator[str]:
    counts, day = overview.tasks.counts, overview.tasks.last_day
    states = {
        "queued": counts.queued,
        "running": counts.running,
        "waiting": counts.waiting,
        "review": counts.review,
        "failed": counts.failed,
    }
    yield from metrics.TASKS_IN_STATE.lines(_labelled("state", states))
    yield from metrics.TASKS_LAST_DAY.lines(
        _labelled("outcome", {"done": day.done, "failed": day.failed})
    )
    yield from families(metrics.TASKS, [({}, overview)])


def _costs(view: FleetView, cost: CostTotals) -> Iterator[str]:
    yield from families(metrics.COST, [({}, cost)])
    yield from metrics.COST_BY_TIER.lines(_labelled("tier", cost.by_tier))
    yield from families(metrics.MACHINE_COST, [(_at(m), m.cost) for m in view.machines if m.cost])


def _alerts(view: FleetView) -> Iterator[str]:
    levels = [alert.level for alert in view.alerts]
    counts = {level.value: levels.count(level) for level in Level}
    yield from metrics.ALERTS.lines(_labelled("level", counts))


def _labelled(label: str, numbers: Mapping[str, Number]) -> list[tuple[Labels, Number]]:
    return [({label: word}, number) for word, number in numbers.items()]
