"""What a head would do to a target, in four git processes and without a work tree."""

import asyncio
import re
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeVar

from fleettui.git.parse import object_id
from fleettui.git.runner import Git, GitTimedOut, GitTooLarge
from fleettui.model.change import CommitInfo, Evaluation, FileChange
from fleettui.model.errors import Malformed
from fleettui.review.listing import LIST_DEADLINE, list_commits, list_files, shown
from fleettui.review.merging import MERGE_DEADLINE, Merged, merge

EMPTY_TREE = {
    40: "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    64: "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}
"""The tree without files, by the length of object names; git knows it in every repository."""

HISTORY_CAP = 32 * 1024 * 1024
"""Bytes of object names: some 700,000 commits between target and head."""

T = TypeVar("T")

_EDGE = re.compile(rb"-[0-9a-f]+")


@dataclass(frozen=True, slots=True)
class History:
    """How many commits each side has alone, and the shared ones that those stand on."""

    ahead: int
    behind: int
    edge: tuple[str, ...]


async def evaluate(
    q: Git, target: str, head: str, *, deadline: float = LIST_DEADLINE
) -> Evaluation:
    """What merging would do. What is too large to be looked at is told in the value.

    `deadline` is in seconds, for the list of files. Raises GitFailed where git refuses, as for
    an object that is missing, and Malformed.
    """
    (history, no_history), (commits, no_commits), (merged, no_merge) = await _known(q, target, head)
    base = await _base(q, target, head, history) if history else None
    files, no_files = await _or_reason(_files(q, target, head, base, merged, deadline))
    return Evaluation(
        target=target,
        head=head,
        base=base,
        ahead=history.ahead if history else len(commits or ()),
        behind=history.behind if history else 0,
        tree=merged.tree if merged else None,
        conflicts=tuple(map(shown, merged.conflicts)) if merged else (),
        files=files or (),
        commits=commits or (),
        too_large=no_history or no_commits or no_merge or no_files or None,
    )


def history_of(raw: bytes) -> History:
    """`git rev-list --left-right --boundary TARGET...HEAD`."""
    lines = raw.split(b"\n")
    if lines.pop():
        raise Malformed("git's history is cut off")
    behind, ahead = raw.count(b"<"), raw.count(b">")
    edge = _EDGE.findall(raw)
    if behind + ahead + len(edge) != len(lines):
        raise Malformed("git's history makes no sense")
    return History(ahead, behind, tuple(object_id(name[1:]) for name in edge))


async def _known(
    q: Git, target: str, head: str
) -> tuple[
    tuple[History | None, str], tuple[tuple[CommitInfo, ...] | None, str], tuple[Merged | None, str]
]:
    try:
        async with asyncio.TaskGroup() as group:
            history = group.create_task(_or_reason(_history(q, target, head)))
            commits = group.create_task(_or_reason(list_commits(q, target, head)))
            merged = group.create_task(_or_reason(merge(q, target, head)))
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return history.result(), commits.result(), merged.result()


async def _or_reason(step: Awaitable[T]) -> tuple[T | None, str]:
    """The result, or why there is too much of it."""
    try:
        return await step, ""
    except (GitTimedOut, GitTooLarge) as error:
        return None, error.text


async def _history(q: Git, target: str, head: str) -> History:
    asked = ["rev-list", "--left-right", "--boundary", "--end-of-options", f"{target}...{head}"]
    told = await q.run([*asked, "--"], cap=HISTORY_CAP, deadline=MERGE_DEADLINE)
    return history_of(told.stdout)


async def _base(q: Git, target: str, head: str, history: History) -> str | None:
    """Every best common ancestor is on the edge: when that is one commit, it is the one."""
    if not history.edge:
        return target if target == head else None
    if len(history.edge) == 1:
        return history.edge[0]
    told = await q.run(["merge-base", "--end-of-options", target, head], ok=(0, 1))
    return object_id(told.stdout) if told.exit_status == 0 else None


async def _files(
    q: Git, target: str, head: str, base: str | None, merged: Merged | None, deadline: float
) -> tuple[FileChange, ...]:
    if merged is not None and merged.tree is not None:
        return await list_files(q, target, merged.tree, deadline=deadline)
    return await list_files(q, base or EMPTY_TREE[len(head)], head, deadline=deadline)
