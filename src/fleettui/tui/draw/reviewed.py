"""Worktrees together with what review knows of the branches in them."""

from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import TYPE_CHECKING

from fleettui.model.view import FleetView, MachineView
from fleettui.model.worktree import AgentState, Worktree
from fleettui.tui.draw.marks import Mark

if TYPE_CHECKING:
    from fleettui.model.change import Change
    from fleettui.model.review import ReviewView

_AT_WORK = frozenset({AgentState.RUNNING, AgentState.WAITING, AgentState.FAILED, AgentState.LOST})
"""What an agent does now is worth more than what became of what it did before."""


@dataclass(frozen=True, slots=True)
class Reviewed(Worktree):
    """A worktree whose branch is a change. `waits`: the human has to say something of it;
    `reviewed_since`: when that began."""

    review: Mark | None = None
    waits: bool = False
    reviewed_since: datetime | None = None


def with_reviews(view: FleetView, reviews: "ReviewView | None") -> FleetView:
    """The fleet with the state of each branch that review knows."""
    changes = reviews.changes if reviews is not None else ()
    if not changes:
        return view
    known = {(c.key.machine, c.key.repo, c.key.branch): c for c in changes}
    machines = tuple(_with(machine, known) for machine in view.machines)
    return replace(view, machines=machines)


def _with(machine: MachineView, known: "dict[tuple[str, str, str], Change]") -> MachineView:
    trees = tuple(
        _reviewed(tree, known.get((machine.name, tree.repo, tree.branch or "")))
        for tree in machine.worktrees or ()
    )
    # Most machines have no such branch: they stay the same value, which is drawn only once.
    return machine if trees == (machine.worktrees or ()) else replace(machine, worktrees=trees)


def _reviewed(tree: Worktree, change: "Change | None") -> Worktree:
    # The first frame is drawn before there are any, and need not wait for their classes.
    from fleettui.model.change import ChangeState
    from fleettui.tui.draw.review_marks import mark, waits

    working = tree.agent is not None and tree.agent.state in _AT_WORK
    if change is None or working or tree.problem or change.state is ChangeState.PENDING:
        return tree
    if tree.head and not change.head.startswith(tree.head):
        return tree
    found = mark(change)
    if change.state is ChangeState.READY and waits(change):
        found = found._replace(word="review ready")
    same = {field.name: getattr(tree, field.name) for field in fields(Worktree)}
    return Reviewed(**same, review=found, waits=waits(change), reviewed_since=change.since)
