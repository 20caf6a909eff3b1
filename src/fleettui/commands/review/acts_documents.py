"""Landing, undoing, pushing and removing as JSON values."""

from typing import Any

from fleettui.commands.review.documents import gate
from fleettui.commands.snapshots.document import moment as _when
from fleettui.model.landing import (
    Landing,
    Preview,
    Pushed,
    PushPreview,
    Removal,
    Train,
    UndoPreview,
)


def preview(one: Preview) -> dict[str, Any]:
    """What would land."""
    return {
        "repo": one.key.repo,
        "machine": one.key.machine,
        "branch": one.key.branch,
        "head": one.head,
        "target": one.target,
        "before": one.before,
        "after": one.after,
        "tree": one.tree,
        "strategy": one.strategy.value,
        "message": one.message,
        "checked_out": one.checked_out,
        "keeps": list(one.keeps),
        "notes": list(one.notes),
        "blocked": list(one.blocked),
    }


def landing(one: Landing) -> dict[str, Any]:
    """What landed, or was taken back."""
    return {
        "repo": one.key.repo,
        "machine": one.key.machine,
        "branch": one.key.branch,
        "ref": one.ref,
        "before": one.before,
        "after": one.after,
        "head": one.head,
        "strategy": one.strategy.value,
        "state": one.state.value,
        "at": _when(one.at),
        "note": one.note,
        "pushed": one.pushed,
    }


def undo_preview(one: UndoPreview) -> dict[str, Any]:
    """What would be taken back."""
    return {
        "landing": landing(one.landing),
        "ref": one.ref,
        "before": one.before,
        "after": one.after,
        "revert": one.revert,
        "blocked": list(one.blocked),
    }


def pushed(one: Pushed) -> dict[str, Any]:
    """What was pushed."""
    return {
        "repo": one.repo,
        "remote": one.remote,
        "ref": one.ref,
        "before": one.before,
        "after": one.after,
        "count": one.count,
    }


def push_preview(one: PushPreview) -> dict[str, Any]:
    """What would be pushed."""
    return {
        "repo": one.repo,
        "remote": one.remote,
        "url": one.url,
        "ref": one.ref,
        "before": one.before,
        "after": one.after,
        "count": one.count,
        "commits": list(one.commits),
        "blocked": list(one.blocked),
    }


def train(one: Train) -> dict[str, Any]:
    """The chain of a train."""
    return {
        "repo": one.repo,
        "target": one.target,
        "strategy": one.strategy.value,
        "notes": list(one.notes),
        "blocked": list(one.blocked),
        "cars": [
            {
                "branch": car.key.branch,
                "machine": car.key.machine,
                "title": car.title,
                "head": car.head,
                "before": car.before,
                "after": car.after,
                "tree": car.tree,
                "gates": [gate(each) for each in car.gates],
                "blocked": car.blocked,
            }
            for car in one.cars
        ],
    }


def removal(one: Removal) -> dict[str, Any]:
    """What would be deleted."""
    return {
        "repo": one.key.repo,
        "machine": one.key.machine,
        "branch": one.key.branch,
        "head": one.head,
        "worktrees": list(one.worktrees),
        "backup": one.backup,
        "blocked": list(one.blocked),
    }
