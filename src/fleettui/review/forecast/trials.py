"""Merges on trial: what comes out can be merged again, and nobody will ever land it.

`git merge-tree` merges commits, so each merged tree is made a commit. These are written here and
not by git, fifty of which would take longer than all the merges.
"""

import asyncio
import hashlib
import os
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from fleettui.git.runner import Git
from fleettui.review.reading.merging import Merged, merge_many

LANDED_AT = 4_102_444_800
"""When they are made (in 2100): later than all that they are merged with, or git would walk the
whole history to find what two have in common."""

_SHARED = 32
"""From so many merges on, two processes share them."""


class Trials:
    """Merges onto one target. `q` writes its objects to a folder of its own (`scratch`)."""

    def __init__(self, q: Git, target: str) -> None:
        self.doubtful = False
        """Whether some merge could not be tried; it counts as a conflict then."""
        self._q = q
        self._target = target
        self._done: dict[tuple[str, str], Merged] = {}
        self._heads: dict[str, frozenset[str]] = {}

    async def land(self, trees: Sequence[tuple[str, str]]) -> list[str]:
        """The target with one head each, given as head and merged tree."""
        return await self._commits((tree, frozenset((head,))) for head, tree in trees)

    async def merge(self, wishes: Sequence[tuple[str, str]]) -> list[Merged]:
        """Merge heads onto commits that came out before."""
        new = [wish for wish in dict.fromkeys(wishes) if wish not in self._done]
        self._done |= zip(new, await _merged(self._q, new), strict=True)
        found = [self._done[wish] for wish in wishes]
        self.doubtful |= any(merged.problem for merged in found)
        return found

    async def after(self, wishes: Sequence[tuple[str, str]]) -> list[str | None]:
        """As `merge`; the commits that came out, None where it conflicts."""
        merged = await self.merge(wishes)
        clean = [
            (one.tree, self._heads[commit] | {head})
            for one, (commit, head) in zip(merged, wishes, strict=True)
            if one.tree is not None
        ]
        made = iter(await self._commits(clean))
        return [next(made) if one.tree is not None else None for one in merged]

    async def _commits(self, wanted: Iterable[tuple[str, frozenset[str]]]) -> list[str]:
        """A commit is named by its tree and by what landed, in whatever order: merging it with
        another head depends on nothing else."""
        places = self._q.env["GIT_OBJECT_DIRECTORY"]
        bodies = [(_body(tree, (self._target, *sorted(heads))), heads) for tree, heads in wanted]
        names = await asyncio.to_thread(
            lambda: [_write(Path(places), body, len(self._target)) for body, _ in bodies]
        )
        self._heads |= {name: heads for name, (_, heads) in zip(names, bodies, strict=True)}
        return names


async def _merged(q: Git, wishes: Sequence[tuple[str, str]]) -> tuple[Merged, ...]:
    if not wishes:
        return ()
    if len(wishes) < _SHARED:
        return await merge_many(q, wishes)
    half = len(wishes) // 2
    try:
        async with asyncio.TaskGroup() as group:
            first = group.create_task(merge_many(q, wishes[:half]))
            rest = group.create_task(merge_many(q, wishes[half:]))
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return first.result() + rest.result()


def _body(tree: str, parents: Iterable[str]) -> bytes:
    who = f"fleettui <fleettui@localhost> {LANDED_AT} +0000"
    lines = [f"tree {tree}", *(f"parent {parent}" for parent in parents)]
    return "\n".join([*lines, f"author {who}", f"committer {who}", "", "trial", ""]).encode("ascii")


def _write(objects: Path, body: bytes, digits: int) -> str:
    """A loose object, as git writes it; git looks for it only after this returned."""
    data = b"commit %d\0%s" % (len(body), body)
    name = (hashlib.sha1(data) if digits == 40 else hashlib.sha256(data)).hexdigest()
    folder = objects / name[:2]
    folder.mkdir(exist_ok=True)
    place = os.open(folder / name[2:], os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(place, "wb") as file:
        file.write(zlib.compress(data, 1))
    return name
