"""The forecast against every merge really made, by hand and without any of its shortcuts."""

import itertools
import os
import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from fleettui.git.runner import Git
from fleettui.model.change import ChangeKey, Evaluation
from fleettui.review.forecast.forecast import Cache, Outlook, forecast
from fleettui.review.reading.evaluate import evaluate
from tests.lab.branches import Written, random_branches
from tests.lab.repos import executable, git

SEEDS = range(300) if os.environ.get("FLEETTUI_SOAK") else (2, 5, 8, 9, 23, 39, 41, 57)
"""23 and 39 hold folders that one removes files from and another adds some to."""
LINES = [f"line {number}" for number in range(12)]


def _key(number: int) -> ChangeKey:
    return ChangeKey("app", "brain", f"t{number}")


async def _evaluated(q: Git, target: str, heads: Sequence[str]) -> dict[ChangeKey, Evaluation]:
    return {_key(number): await evaluate(q, target, head) for number, head in enumerate(heads)}


def _merge(repo: Path, pairs: Sequence[tuple[str, str]]) -> list[str | None]:
    """The merged trees, None where there is a conflict."""
    if not pairs:
        return []
    asked = "".join(f"{ours} {theirs}\n" for ours, theirs in pairs).encode()
    args = ["merge-tree", "--write-tree", "-z", "--stdin", "--name-only", "--no-messages"]
    found: list[str | None] = []
    fields: list[bytes] = []
    for field in git(repo, *args, stdin=asked).split(b"\0")[:-1]:
        if field or len(fields) < 2:
            fields.append(field)
        else:
            found.append(fields[1].decode() if fields[0] == b"1" else None)
            fields = []
    assert len(found) == len(pairs)
    return found


def _commit(repo: Path, tree: str, *parents: str) -> str:
    flags = [word for parent in parents for word in ("-p", parent)]
    return git(repo, "commit-tree", tree, *flags, "-m", "landed").decode().strip()


def _landed(repo: Path, target: str, heads: Sequence[str]) -> dict[int, str]:
    """The target with each change that merges cleanly and does something."""
    now = git(repo, "rev-parse", f"{target}^{{tree}}").decode().strip()
    trees = _merge(repo, [(target, head) for head in heads])
    return {
        number: _commit(repo, tree, target, head)
        for number, (tree, head) in enumerate(zip(trees, heads, strict=True))
        if tree not in (None, now) and tree is not None
    }


def _conflicts(repo: Path, heads: Sequence[str], landed: Mapping[int, str]) -> dict[int, set[int]]:
    pairs = list(itertools.permutations(landed, 2))
    trees = _merge(repo, [(landed[one], heads[other]) for one, other in pairs])
    found: dict[int, set[int]] = {number: set() for number in range(len(heads))}
    for (one, other), tree in zip(pairs, trees, strict=True):
        if tree is None:
            found[other].add(one)
    return found


def _longest(repo: Path, heads: Sequence[str], landed: Mapping[int, str]) -> int:
    """The most that can land in any order, by trying every order."""
    chains: dict[tuple[int, ...], str] = {(number,): commit for number, commit in landed.items()}
    length = 0
    while chains:
        length += 1
        wishes = [(done, one) for done in chains for one in landed if one not in done]
        trees = _merge(repo, [(chains[done], heads[one]) for done, one in wishes])
        chains = {
            (*done, one): _commit(repo, tree, chains[done], heads[one])
            for (done, one), tree in zip(wishes, trees, strict=True)
            if tree is not None
        }
    return length


def _lands(repo: Path, target: str, heads: Sequence[str], order: Sequence[ChangeKey]) -> bool:
    tip = target
    for key in order:
        head = heads[int(key.task[1:])]
        (tree,) = _merge(repo, [(tip, head)])
        if tree is None:
            return False
        tip = _commit(repo, tree, tip, head)
    return True


def _told(outlook: Outlook, number: int) -> set[int]:
    named = outlook.forecasts[_key(number)].conflicts_with
    return {int(branch.removeprefix("agent/t")) for branch in named}


@pytest.mark.soak
@pytest.mark.parametrize("seed", SEEDS)
async def test_the_forecast_is_what_git_does(tmp_path: Path, seed: int) -> None:
    target, heads = random_branches(tmp_path, seed, 4, calm=seed % 2 == 0)
    q = Git(git_dir=str(tmp_path))
    outlook = await forecast(q, target, await _evaluated(q, target, heads), Cache())
    landed = _landed(tmp_path, target, heads)
    conflicts = _conflicts(tmp_path, heads, landed)
    assert {number: _told(outlook, number) for number in range(4)} == conflicts
    assert len(outlook.order) == _longest(tmp_path, heads, landed)
    assert _lands(tmp_path, target, heads, outlook.order)
    positions = [outlook.forecasts[key].position for key in outlook.order]
    assert positions == list(range(1, len(positions) + 1))


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1000, 1000 + max(2, len(SEEDS) // 10)))
async def test_many_changes_are_forecast_exactly(tmp_path: Path, seed: int) -> None:
    target, heads = random_branches(tmp_path, seed, 14, calm=True)
    q = Git(git_dir=str(tmp_path))
    cache = Cache()
    outlook = await forecast(q, target, await _evaluated(q, target, heads), cache)
    conflicts = _conflicts(tmp_path, heads, _landed(tmp_path, target, heads))
    assert {number: _told(outlook, number) for number in range(14)} == conflicts
    assert _lands(tmp_path, target, heads, outlook.order)
    assert not all(cache.near.values())


async def test_only_what_moved_is_merged_again(tmp_path: Path) -> None:
    repo, log = tmp_path / "repo", tmp_path / "log"
    repo.mkdir()
    target, heads = random_branches(repo, 3, 8, calm=True)
    git_here = executable(tmp_path / "git", f'#!/bin/sh\necho "$@" >>"{log}"\nexec git "$@"\n')
    q = Git(git_dir=str(repo))
    watched = Git(git_dir=str(repo), program=str(git_here))
    changes = await _evaluated(q, target, heads)
    cache = Cache()
    first = await forecast(watched, target, changes, cache)
    assert "merge-tree" in log.read_text()
    log.write_text("")
    assert await forecast(watched, target, changes, cache) == first
    assert log.read_text() == ""

    del changes[_key(7)]
    fewer = await forecast(watched, target, changes, cache)
    assert fewer == await forecast(q, target, changes, Cache())
    assert all(heads[7] not in pair for pair in cache.clean)
    assert heads[7] not in cache.touched


async def test_nothing_is_left_in_the_repository(tmp_path: Path) -> None:
    target, heads = random_branches(tmp_path, 5, 6)
    q = Git(git_dir=str(tmp_path))
    changes = await _evaluated(q, target, heads)
    before = _everything(tmp_path)
    await forecast(q, target, changes, Cache())
    assert _everything(tmp_path) == before


def _everything(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*"))


def _edits(tmp_path: Path, *edits: dict[str, str]) -> tuple[str, list[str]]:
    written = Written()
    start = {"a": "\n".join(LINES), "b": "b\n", "c": "c\n"}
    target = written.commit(start)
    for edit in edits:
        written.commit({**start, **edit}, target)
    first, *heads = written.write(tmp_path)
    return first, heads


def _line(place: int, text: str) -> str:
    return "\n".join([*LINES[:place], text, *LINES[place + 1 :]])


async def test_one_that_stands_in_the_way_of_two_waits(tmp_path: Path) -> None:
    both = "\n".join(["one", *LINES[1:-1], "twelve"])
    target, heads = _edits(
        tmp_path, {"a": both}, {"a": _line(0, "uno")}, {"a": _line(11, "dodici")}, {"b": "new\n"}
    )
    q = Git(git_dir=str(tmp_path))
    outlook = await forecast(q, target, await _evaluated(q, target, heads), Cache())
    assert outlook.order == (_key(1), _key(2), _key(3))
    told = [outlook.forecasts[_key(number)] for number in range(4)]
    assert [one.conflicts_with for one in told] == [
        ("agent/t1", "agent/t2"),
        ("agent/t0",),
        ("agent/t0",),
        (),
    ]
    assert [one.overlaps for one in told] == [
        ("agent/t1", "agent/t2"),
        ("agent/t0", "agent/t2"),
        ("agent/t0", "agent/t1"),
        (),
    ]
    assert [one.position for one in told] == [None, 1, 2, 3]


async def test_of_two_that_exclude_each_other_the_longer_waiting_lands(tmp_path: Path) -> None:
    target, heads = _edits(tmp_path, {"a": _line(0, "uno")}, {"a": _line(0, "one")}, {"b": "x\n"})
    q = Git(git_dir=str(tmp_path))
    changes = await _evaluated(q, target, heads)
    assert (await forecast(q, target, changes, Cache())).order == (_key(0), _key(2))
    turned = {key: changes[key] for key in (_key(2), _key(1), _key(0))}
    assert (await forecast(q, target, turned, Cache())).order == (_key(2), _key(1))


async def test_what_conflicts_with_the_target_is_in_nobodys_way(tmp_path: Path) -> None:
    start = {"a": "\n".join(LINES), "b": "b\n"}
    written = Written()
    base = written.commit(start)
    written.commit({**start, "a": _line(0, "mine")}, base)
    written.commit({**start, "a": _line(6, "yours")}, base)
    written.commit({**start, "a": _line(0, "ours")}, base)
    _, conflicting, clean, target = written.write(tmp_path)
    q = Git(git_dir=str(tmp_path))
    changes = await _evaluated(q, target, [conflicting, clean])
    changes[_key(9)] = await evaluate(q, conflicting, clean)
    outlook = await forecast(q, target, changes, Cache())
    assert outlook.order == (_key(1),)
    assert outlook.forecasts[_key(0)].conflicts_with == ()
    assert outlook.forecasts[_key(0)].overlaps == ("agent/t1",)
    assert _key(9) not in outlook.forecasts


async def test_what_looks_like_a_rename_when_two_have_landed_is_seen(tmp_path: Path) -> None:
    """0 adds what 1 removes: together a rename to git, in the way of 2, which removes it too."""
    start = {"a": "\n".join(LINES), "b": "b\n"}
    written = Written()
    base = written.commit(start)
    written.commit({**start, "new": start["a"]}, base)
    written.commit({"b": "1\n"}, base)
    written.commit({"b": "b\n", "c": "c\n"}, base)
    target, *heads = written.write(tmp_path)
    q = Git(git_dir=str(tmp_path))
    outlook = await forecast(q, target, await _evaluated(q, target, heads), Cache())
    assert not _lands(tmp_path, target, heads, [_key(0), _key(1), _key(2)])
    assert len(outlook.order) == 3
    assert _lands(tmp_path, target, heads, outlook.order)


async def test_the_same_head_on_two_machines_lands_twice_in_peace(tmp_path: Path) -> None:
    target, heads = _edits(tmp_path, {"a": _line(0, "uno")})
    q = Git(git_dir=str(tmp_path))
    changes = await _evaluated(q, target, [heads[0], heads[0]])
    outlook = await forecast(q, target, changes, Cache())
    assert outlook.order == (_key(0), _key(1))


async def test_an_object_that_is_gone_is_no_conflict(tmp_path: Path) -> None:
    """Nothing is known of it, so nothing is said and nothing remembered."""
    target, heads = _edits(tmp_path, {"a": _line(0, "uno")}, {"a": _line(0, "one")})
    q = Git(git_dir=str(tmp_path))
    changes = await _evaluated(q, target, heads)
    blob = changes[_key(1)].files[0].new
    git(tmp_path, "repack", "-q", "-a", "-d")
    _without(tmp_path, blob)
    cache = Cache()
    outlook = await forecast(q, target, changes, cache)
    assert outlook.forecasts[_key(0)].conflicts_with == ()
    assert cache.clean == {}
    assert cache.orders == {}


def _without(repo: Path, blob: str) -> None:
    """Unpack all objects and delete one."""
    for pack in list((repo / "objects" / "pack").glob("*.pack")):
        raw = pack.read_bytes()
        for side in pack.parent.glob(f"{pack.stem}.*"):
            side.unlink()
        git(repo, "unpack-objects", "-q", stdin=raw)
    (repo / "objects" / blob[:2] / blob[2:]).unlink()


@pytest.mark.parametrize("seed", range(3))
async def test_of_many_that_fight_none_is_left_that_could_land_too(
    tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    edits = [{chance.choice("abc"): _line(chance.randrange(12), f"by {n}")} for n in range(20)]
    target, heads = _edits(tmp_path, *edits)
    q = Git(git_dir=str(tmp_path))
    outlook = await forecast(q, target, await _evaluated(q, target, heads), Cache())
    left = [head for number, head in enumerate(heads) if _key(number) not in outlook.order]
    tip = target
    for key in outlook.order:
        head = heads[int(key.task[1:])]
        (tree,) = _merge(tmp_path, [(tip, head)])
        assert tree is not None
        tip = _commit(tmp_path, tree, tip, head)
    assert set(_merge(tmp_path, [(tip, head) for head in left])) <= {None}
