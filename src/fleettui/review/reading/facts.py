"""What is computed of a head against a target, once for each pair of commits."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from fleettui.git.parse import object_id
from fleettui.git.runner import Git
from fleettui.model.change import Evaluation, Signal
from fleettui.model.errors import OperationFailed, ReadError
from fleettui.review import signals
from fleettui.review.reading.evaluate import evaluate
from fleettui.review.reading.merging import Merged, merge_many

AT_ONCE = 2
"""Heads that are looked at at the same time."""

_TOGETHER = 4
"""From so many heads on, one process merges them all."""

_AGAIN_S = 60.0
"""Seconds before a head is tried again of which nothing could be known."""

_HISTORY = 20_000
"""Commits of the target among which a head is looked for."""


@dataclass(frozen=True, slots=True)
class Fact:
    """`contained`: what the head did is in the target already. `failed`: why nothing is known.

    `tried_at` is when that was found, by the clock of the event loop.
    """

    evaluation: Evaluation | None
    signals: tuple[Signal, ...] = ()
    contained: bool = False
    failed: str | None = None
    tried_at: float = 0.0


class Facts:
    """Facts of one repository, by target and head; those of other targets are forgotten."""

    def __init__(self, git: Git) -> None:
        self._git = git
        self._known: dict[tuple[str, str], Fact] = {}

    def newest(self, target: str | None, head: str) -> Fact | None:
        """What is known of that pair; until it is computed, of that head and an older target."""
        known = self._known.get((target or "", head))
        if known is not None:
            return known
        return next((fact for pair, fact in self._known.items() if pair[1] == head), None)

    async def learn(self, target: str, heads: Collection[str], learnt: Callable[[], None]) -> None:
        """Look at every head that is not known yet, two at a time; `learnt` after each.

        One that failed is looked at again after a while: the reason may have been a full disk.
        """
        missing = [head for head in dict.fromkeys(heads) if self._lacks(target, head)]
        merged = await self._merged(target, missing)
        slots = asyncio.Semaphore(AT_ONCE)

        async def one(head: str) -> None:
            async with slots:
                self._known[target, head] = await self._look(target, head, merged.get(head))
            learnt()

        async with asyncio.TaskGroup() as group:
            for head in missing:
                group.create_task(one(head))
        wanted = {(target, head) for head in heads}
        self._known = {pair: fact for pair, fact in self._known.items() if pair in wanted}

    def _lacks(self, target: str, head: str) -> bool:
        fact = self._known.get((target, head))
        if fact is None or fact.failed is None:
            return fact is None
        return asyncio.get_running_loop().time() - fact.tried_at >= _AGAIN_S

    async def _merged(self, target: str, heads: Sequence[str]) -> dict[str, Merged]:
        """Many merges in one process; what fails here is tried again, one by one."""
        if len(heads) < _TOGETHER:
            return {}
        try:
            done = await merge_many(self._git, [(target, head) for head in heads])
        except (OperationFailed, ReadError):
            return {}
        return dict(zip(heads, done, strict=True))

    async def _look(self, target: str, head: str, merged: Merged | None) -> Fact:
        try:
            now = await evaluate(self._git, target, head, merged=merged)
            found = await signals.find(self._git, now)
            contained = await self._contained(now)
        except (OperationFailed, ReadError) as error:
            now_at = asyncio.get_running_loop().time()
            return Fact(None, failed=str(error), tried_at=now_at)
        return Fact(now, found, contained)

    async def _contained(self, now: Evaluation) -> bool:
        if now.tree is None or now.too_large is not None:
            return False
        if now.ahead == 0:
            return not await self._is_first_parent(now)
        return not now.files and await self._did_something(now)

    async def _is_first_parent(self, now: Evaluation) -> bool:
        """Whether the target itself once was at that head: then no merge brought it there."""
        told = await self._git.run(
            [
                "rev-list",
                "--first-parent",
                f"--max-count={_HISTORY}",
                "--end-of-options",
                now.target,
            ]
        )
        return now.head.encode() in told.stdout.split()

    async def _did_something(self, now: Evaluation) -> bool:
        if now.base is None:
            return True
        trees = [await self._tree(commit) for commit in (now.base, now.head)]
        return trees[0] != trees[1]

    async def _tree(self, commit: str) -> str:
        told = await self._git.run(
            ["rev-parse", "--verify", "--end-of-options", f"{commit}^{{tree}}"]
        )
        return object_id(told.stdout)
