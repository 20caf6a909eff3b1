"""Trials of equality with git, asked by hand in a scratch clone."""

import asyncio
import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fleettui.git.runner import Git
from fleettui.review.reading.listing import list_files
from fleettui.review.reading.merge_rules import take_rules
from fleettui.review.reading.merging import merge
from tests.lab import by_hand
from tests.lab.repos import git

Pair = tuple[str, str]


@dataclass
class Trial:
    """How many were tried, in how many things differ, and what of it was of which kind."""

    tried: int = 0
    wrong: list[str] = field(default_factory=list)
    notes: dict[str, int] = field(default_factory=dict)

    def note(self, kind: str, count: int = 1) -> None:
        """Count something."""
        self.notes[kind] = self.notes.get(kind, 0) + count


def equal_lists(place: Path, pairs: Sequence[Pair]) -> Trial:
    """Whether files, modes, ids, statuses and line counts equal git's own."""
    trial, q = Trial(), Git(git_dir=str(place))

    async def all_of() -> None:
        for old, new in pairs:
            found = [by_hand.listed(file) for file in await list_files(q, old, new)]
            trial.tried += 1
            trial.note("files", len(found))
            if found != by_hand.differences(place, old, new):
                trial.wrong.append(f"{old} {new}")

    asyncio.run(all_of())
    return trial


def equal_merges(place: Path, pairs: Sequence[Pair]) -> Trial:
    """Whether the predicted tree and the conflicting paths are those of `git merge`."""
    trial, q = Trial(), Git(git_dir=str(place))

    async def all_of(clone: Path) -> None:
        for target, head in pairs:
            await take_rules(q, target)
            found = await merge(q, target, head)
            trial.tried += 1
            trial.note("clean" if found.clean else "conflicting")
            trial.note("conflicting paths", len(found.conflicts))
            if (found.tree, sorted(found.conflicts)) != by_hand.merge(clone, target, head):
                trial.wrong.append(f"{target} {head}")

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(all_of(by_hand.scratch_clone(Path(folder) / "clone", place)))
    return trial


def real_pairs(place: Path, count: int, chance: random.Random) -> list[Pair]:
    """What was merged in this history."""
    told = git(place, "rev-list", "--merges", "--max-parents=2", "--parents", "HEAD")
    pairs = [(words[1], words[2]) for words in map(str.split, told.decode().splitlines())]
    return chance.sample(pairs, min(count, len(pairs)))


def made_up_pairs(place: Path, count: int, chance: random.Random) -> list[Pair]:
    """Two commits on the same older one, with the files of two other times of the history."""
    oids = git(place, "rev-list", "--first-parent", "HEAD").decode().split()
    pairs = []
    for _ in range(count):
        at = chance.randrange(len(oids))
        near = [min(len(oids) - 1, max(0, at + chance.randint(-60, 60))) for _ in range(2)]
        target, head = (_commit(place, oids[other], oids[at]) for other in near)
        pairs.append((target, head))
    return pairs


def _commit(place: Path, of: str, parent: str) -> str:
    told = git(place, "commit-tree", f"{of}^{{tree}}", "-p", parent, "-m", "made up")
    return told.decode().strip()
