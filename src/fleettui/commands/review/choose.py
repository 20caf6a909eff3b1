"""Which change or repository a command line means."""

import argparse
import sys

from fleettui.commands.output import say
from fleettui.model.change import Change, ChangeKey, ChangeState
from fleettui.model.errors import Refused, UsageError
from fleettui.model.review import FetchState, RepoReview, ReviewView
from fleettui.model.review_port import ReviewPort
from fleettui.model.text import clean

DONE = (ChangeState.REJECTED, ChangeState.MERGED)
"""States of changes that leave the list."""

_LEAST_HEAD = 7
"""Hexadecimal digits that name a commit at least."""


async def read(review: ReviewPort, args: argparse.Namespace) -> ReviewView:
    """The changes now; what could not be read is told on standard error."""
    repo = repo_name(review.view(), args.repo)
    await review.refresh(repo, fetch=not args.no_fetch)
    view = review.view()
    for note in view.notes:
        say(note)
    for one in view.repos:
        if repo in (None, one.name):
            _tell_problems(one)
    return view


def _tell_problems(repo: RepoReview) -> None:
    if repo.problem:
        say(f"{repo.name}: {repo.problem}")
    for clone in repo.clones:
        if clone.state is FetchState.FAILED:
            say(f"{repo.name} on {clone.machine} was not read: {clone.reason}", sys.stderr)
    for warning in repo.warnings:
        say(f"{repo.name}: {warning}")


def repo_name(view: ReviewView, name: str | None) -> str | None:
    """The repository of that name, checked; None where none was asked for."""
    if name is not None and view.repo(name) is None:
        from fleettui.config.problems import did_you_mean

        known = [repo.name for repo in view.repos]
        if not known:
            raise UsageError("no repository is configured", "add [[repos]] to fleet.toml")
        text = f"no repository {clean(name, limit=60)}"
        raise UsageError(text, did_you_mean(name, known) or f"one of {', '.join(known)}")
    return name


def only_repo(view: ReviewView, name: str | None) -> str:
    """The repository that is meant where a command is about one. Raises UsageError."""
    known = [repo.name for repo in view.repos]
    if name is not None or len(known) != 1:
        chosen = repo_name(view, name)
        if chosen is None:
            remedy = f"choose with --repo: {', '.join(known)}" if known else "add [[repos]] first"
            raise UsageError("which repository is meant?", remedy)
        return chosen
    return known[0]


def change_of(view: ReviewView, args: argparse.Namespace) -> Change:
    """The change that BRANCH, --repo and --machine name. Raises UsageError with the choices."""
    task = args.branch.removeprefix("refs/heads/").removeprefix("agent/")
    same = [change for change in view.changes if change.key.task == task]
    found = [
        change
        for change in same
        if args.repo in (None, change.key.repo) and args.machine in (None, change.key.machine)
    ]
    open_ = [change for change in found if change.state not in DONE]
    if len(found) == 1 or len(open_) == 1:
        return (open_ or found)[0]
    shown = clean(args.branch, limit=80)
    if found:
        choices = ", ".join(f"--repo {c.key.repo} --machine {c.key.machine}" for c in found)
        raise UsageError(f"{shown} is on several machines", f"choose one: {choices}")
    raise UsageError(f"there is no change {shown}", _nearest(view, task, same))


def _nearest(view: ReviewView, task: str, same: list[Change]) -> str:
    from fleettui.config.problems import did_you_mean

    if same:
        places = ", ".join(f"{change.key.machine} ({change.key.repo})" for change in same)
        return f"it is on {places}"
    close: str = did_you_mean(task, [change.key.task for change in view.changes])
    return close or "fleettui review list shows them all"


def whole_head(change: Change, head: str) -> str:
    """The commit that `--head` names, if it is the head now. Raises Refused, UsageError."""
    told: str = head.lower()
    if len(told) < _LEAST_HEAD or set(told) - set("0123456789abcdef"):
        raise UsageError(
            f"--head {clean(head, limit=80)} is no commit", f"{_LEAST_HEAD} or more hex digits"
        )
    known: set[str] = {change.head, *([change.approval.head] if change.approval else ())}
    for one in known:
        if one.startswith(told):
            return one
    raise Refused(
        f"{change.key.branch} has moved: its head is {change.head[:12]}",
        "look at it again, then approve that head",
    )


def key_words(key: ChangeKey) -> str:
    """A change in words."""
    return f"{key.branch} of {key.repo} on {key.machine}"
