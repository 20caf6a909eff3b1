"""Keeps the review in step with the fleet while the dashboard is open."""

from typing import TYPE_CHECKING

from fleettui.commands.services import places_of
from fleettui.fleet.monitor import Monitor
from fleettui.model.fleet import Fleet
from fleettui.model.view import MachineView

if TYPE_CHECKING:
    from fleettui.review.service import Review


class Following:
    """Takes over a new configuration, and has branches read where a worktree's head moved."""

    def __init__(self, monitor: Monitor, review: "Review") -> None:
        self._monitor = monitor
        self._review = review
        self._fleet = monitor.fleet
        self._heads: dict[str, object] = {}
        monitor.subscribe(self._changed)

    def _changed(self) -> None:
        fleet = self._monitor.fleet
        if fleet is not self._fleet:
            before, self._fleet = self._fleet, fleet
            if _ways(before) != _ways(fleet):
                self._review.desks.replace(fleet.repos, places_of(fleet))
        for machine in self._monitor.view().machines:
            self._look(machine)

    def _look(self, machine: MachineView) -> None:
        if machine.worktrees is None:
            return
        heads = {tree.path: tree.head for tree in machine.worktrees if tree.task}
        if self._heads.get(machine.name) != heads:
            known = machine.name in self._heads
            self._heads[machine.name] = heads
            if known:
                self._review.nudge(machine.name)


def _ways(fleet: Fleet) -> tuple[object, ...]:
    """What the review depends on."""
    return fleet.repos, fleet.machines, fleet.ssh_config
