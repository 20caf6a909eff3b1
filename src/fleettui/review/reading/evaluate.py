"""What a head would do to a target, in three git processes and without a work tree."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from fleettui.git.parse import object_id
from fleettui.git.runner import Git, GitTimedOut, GitTooLarge
from fleettui.model.change import Evaluation, FileChange
from fleettui.review.reading.history import History, read_history
from fleettui.review.reading.listing import LIST_DEADLINE, list_files, shown
from fleettui.review.reading.merging import Merged, merge

EMPTY_TREE = {
    40: "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    64: "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}
"""The tree without files, by the length of object names; git knows it in every repository."""

T = TypeVar("T")


async def evaluate(
    q: Git,
    target: str,
    head: str,
    *,
    merged: Merged | None = None,
    deadline: float = LIST_DEADLINE,
) -> Evaluation:
    """What merging would do. What is too large to be looked at is told in the value.

    `merged`: the two were merged already, as by `merge_many`; its tree is in `q`. `deadline` is
    in seconds, for the list of files. Raises GitFailed where git refuses, as for an object that
    is missing, and Malformed.
    """
    known = None if merged is None or merged.problem else merged
    (history, no_history), (outcome, no_merge) = await _known(q, target, head, known)
    base = await _base(q, target, head, history) if history else None
    files, no_files = await _or_reason(_files(q, target, head, base, outcome, deadline))
    no_commits = history.too_large if history else ""
    return Evaluation(
        target=target,
        head=head,
        base=base,
        ahead=history.ahead if history else 0,
        behind=history.behind if history else 0,
        tree=outcome.tree if outcome else None,
        conflicts=tuple(map(shown, outcome.conflicts)) if outcome else (),
        files=files or (),
        commits=history.commits if history else (),
        too_large=no_history or no_commits or no_merge or no_files or None,
    )


async def _known(
    q: Git, target: str, head: str, known: Merged | None
) -> tuple[tuple[History | None, str], tuple[Merged | None, str]]:
    if known is not None:
        return await _or_reason(read_history(q, target, head)), (known, "")
    try:
        async with asyncio.TaskGroup() as group:
            history = group.create_task(_or_reason(read_history(q, target, head)))
            merged = group.create_task(_or_reason(merge(q, target, head)))
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return history.result(), merged.result()


async def _or_reason(step: Awaitable[T]) -> tuple[T | None, str]:
    """The result, or why there is too much of it."""
    try:
        return await step, ""
    except (GitTimedOut, GitTooLarge) as error:
        return None, error.text


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
