"""The sheets of the review screen: what each finds out, and how it says it."""

from datetime import datetime
from functools import partial

from fleettui.model import fmt
from fleettui.model.change import Change
from fleettui.model.landing import (
    Preview,
    PushPreview,
    Removal,
    Strategy,
    Train,
    UndoPreview,
)
from fleettui.model.review import RepoReview
from fleettui.model.review_port import ReviewPort
from fleettui.tui.draw import review_sheets as sheets
from fleettui.tui.draw.paint import Line
from fleettui.tui.draw.review_about import about_lines
from fleettui.tui.screens.sheets import Plan


def merge_plan(port: ReviewPort, change: Change, repo: RepoReview) -> Plan[Preview]:
    """Landing one change."""
    return Plan(
        f"merge {change.key.branch} into {repo.target}",
        f"lands it on {repo.target}",
        partial(port.preview_merge, change.key),
        sheets.merge_lines,
        lambda preview: preview.blocked,
        strategies=True,
    )


def train_plan(port: ReviewPort, repo: RepoReview) -> Plan[Train]:
    """Landing everything that is approved."""

    async def load(strategy: Strategy) -> Train:
        return await port.preview_train(repo.name, strategy)

    def blocked(train: Train) -> tuple[str, ...]:
        if train.blocked or any(not car.blocked for car in train.cars):
            return train.blocked
        return ("nothing of it can land",)

    return Plan(
        f"land everything approved in {repo.name}",
        "approves exactly these trees and lands them",
        load,
        sheets.train_lines,
        blocked,
        strategies=True,
    )


def undo_plan(port: ReviewPort, repo: RepoReview) -> Plan[UndoPreview]:
    """Taking back the last landing."""

    async def load(strategy: Strategy) -> UndoPreview:
        return await port.preview_undo(repo.name)

    return Plan(
        f"undo the last landing in {repo.name}",
        "takes it back",
        load,
        sheets.undo_lines,
        lambda preview: preview.blocked,
    )


def push_plan(port: ReviewPort, repo: RepoReview) -> Plan[PushPreview]:
    """Pushing the target branch."""

    async def load(strategy: Strategy) -> PushPreview:
        return await port.preview_push(repo.name)

    def blocked(preview: PushPreview) -> tuple[str, ...]:
        if preview.blocked or preview.count:
            return preview.blocked
        return (f"{preview.remote} has everything already",)

    return Plan(
        f"push {repo.target} of {repo.name}",
        f"pushes it to {repo.remote}",
        load,
        sheets.push_lines,
        blocked,
    )


def remove_plan(port: ReviewPort, change: Change) -> Plan[Removal]:
    """Removing what is no longer needed."""

    async def load(strategy: Strategy) -> Removal:
        return await port.preview_remove(change.key)

    key = change.key
    return Plan(
        f"remove {key.branch} on {key.machine}",
        f"deletes them on {key.machine}",
        load,
        sheets.removal_lines,
        lambda removal: removal.blocked,
    )


def send_plan(change: Change) -> Plan[Change]:
    """Sending comments back."""

    async def load(strategy: Strategy) -> Change:
        return change

    many = fmt.plural(len(change.drafts), "comment")
    return Plan(f"send {many} on {change.key.branch}", "sends them", load, sheets.send_lines)


def about_plan(change: Change, now: datetime) -> Plan[Change]:
    """Everything that is known; nothing to confirm."""

    async def load(strategy: Strategy) -> Change:
        return change

    def lines(change: Change, width: int) -> list[Line]:
        return about_lines(change, now, width)

    return Plan(f"about {change.key.branch}", "", load, lines)
