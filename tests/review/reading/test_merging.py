"""Predicted merges against what `git merge` does in a scratch clone."""

import random
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleettui.git.runner import Git, GitFailed
from fleettui.model.errors import Malformed
from fleettui.review.reading.merging import (
    UNRELATED,
    Merged,
    MergeParser,
    merge,
    merge_many,
    merged,
    scratch,
)
from tests.lab.by_hand import merge as merge_by_hand
from tests.lab.by_hand import scratch_clone
from tests.lab.histories import History
from tests.lab.repos import arm, commit, git, make_repo

TREE = "1" * 40


def q(repo: Path) -> Git:
    return Git(git_dir=str(repo / ".git"))


def sides(repo: Path, ours: dict[str, str], theirs: dict[str, str]) -> tuple[str, str]:
    """Two commits on the one that is checked out, with other files each."""
    git(repo, "checkout", "-q", "-b", "theirs")
    head = commit(repo, theirs, "theirs")
    git(repo, "checkout", "-q", "main")
    return commit(repo, ours, "ours"), head


async def test_equals_git_merge(tmp_path: Path) -> None:
    history = History(tmp_path / "repo", 3)
    base = history.commits(12)[-1]
    heads = [history.commits(3, after=base, branch=f"b{n}")[-1] for n in range(8)]
    oids = history.write()
    chance = random.Random(3)
    pairs = [tuple(oids[mark] for mark in chance.sample(heads, 2)) for _ in range(20)]
    clone = scratch_clone(tmp_path / "clone", history.place)
    where = Git(git_dir=str(history.place))
    outcomes = set()
    for target, head in pairs:
        found = await merge(where, target, head)
        assert (found.tree, sorted(found.conflicts)) == merge_by_hand(clone, target, head)
        outcomes.add(found.clean)
    assert outcomes == {True, False}


async def test_follows_a_rename_as_git_merge_does(tmp_path: Path) -> None:
    lines = {"old": "".join(f"line {n}\n" for n in range(30))}
    repo = make_repo(tmp_path / "repo", lines)
    git(repo, "checkout", "-q", "-b", "theirs")
    git(repo, "mv", "old", "new")
    head = commit(repo, {})
    git(repo, "checkout", "-q", "main")
    target = commit(repo, {"old": lines["old"].replace("line 3\n", "LINE 3\n")})
    found = await merge(q(repo), target, head)
    assert found.clean
    names = git(repo, "ls-tree", "--name-only", found.tree or "")
    assert names == b"new\n"
    assert b"LINE 3" in git(repo, "cat-file", "blob", f"{found.tree}:new")


async def test_conflicting_paths_are_exact(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo", {"a\nb": "1\n", "plain": "1\n"})
    target, head = sides(repo, {"a\nb": "2\n", "plain": "1\n"}, {"a\nb": "3\n"})
    assert await merge(q(repo), target, head) == Merged(None, (b"a\nb",))


async def test_unrelated_histories_are_a_problem(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    target = git(repo, "rev-parse", "HEAD").decode().strip()
    git(repo, "checkout", "-q", "--orphan", "other")
    head = commit(repo, {"x": "y\n"})
    assert await merge(q(repo), target, head) == Merged(None, (), UNRELATED)


async def test_an_object_that_is_missing(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    with pytest.raises(GitFailed):
        await merge(q(repo), "1" * 40, "2" * 40)


async def test_many_at_once_are_the_same_as_one_by_one(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo", {"f": "1\n", "g": "1\n"})
    target, head = sides(repo, {"f": "2\n"}, {"f": "3\n"})
    git(repo, "checkout", "-q", "-b", "fine", target)
    fine = commit(repo, {"h": "1\n"})
    git(repo, "checkout", "-q", "--orphan", "other")
    other = commit(repo, {"x": "y\n"})
    pairs = [
        (target, head),
        (target, other),
        (target, fine),
        (TREE, fine),
        (fine, head),
        (fine, fine),
    ]
    found = await merge_many(q(repo), pairs)
    assert [one.clean for one in found] == [False, False, True, False, False, True]
    assert [bool(one.problem) for one in found] == [False, True, False, True, False, False]
    assert found[1].problem == UNRELATED
    for at in (0, 2, 4, 5):
        assert found[at] == await merge(q(repo), *pairs[at])
    assert await merge_many(q(repo), []) == ()


async def test_no_time_left_is_a_problem_of_each(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    found = await merge_many(q(repo), [(TREE, TREE)] * 3, deadline=0)
    assert len(found) == 3
    assert all(one.problem for one in found)


async def test_scratch_leaves_nothing_behind(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo", {"f": "1\n2\n3\n4\n5\n6\n7\n"})
    target, head = sides(repo, {"f": "0\n2\n3\n4\n5\n6\n7\n"}, {"f": "1\n2\n3\n4\n5\n6\n8\n"})
    before = git(repo, "count-objects")
    async with scratch(q(repo)) as away:
        found = await merge(away, target, head)
        told = await away.run(["cat-file", "-p", f"{found.tree}:f"])
        assert told.stdout == b"0\n2\n3\n4\n5\n6\n8\n"
    assert git(repo, "count-objects") == before
    assert await merge(q(repo), target, head) == found


async def test_drivers_of_the_branch_do_not_run(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo", {"f": "1\n", ".gitattributes": "* merge=evil diff=evil\n"})
    target, head = sides(repo, {"f": "2\n"}, {"f": "3\n"})
    quarantine = tmp_path / "q.git"
    git(tmp_path, "clone", "-q", "--bare", str(repo), str(quarantine))
    mark = tmp_path / "mark"
    arm(repo / ".git", mark)
    found = await merge(Git(git_dir=str(quarantine)), target, head)
    assert found.conflicts == (b"f",)
    assert not mark.exists()


PIECES = st.sampled_from([b"\0", b"0", b"1", TREE.encode(), b"x", b"\n"])
STREAM = st.binary() | st.lists(PIECES).map(b"".join)


@given(raw=STREAM, conflicting=st.booleans())
def test_any_bytes_are_a_merge_or_malformed(raw: bytes, conflicting: bool) -> None:
    with suppress(Malformed):
        assert merged(raw, conflicting=conflicting).clean is not conflicting


@given(raw=STREAM, size=st.integers(1, 50))
def test_pieces_may_end_anywhere(raw: bytes, size: int) -> None:
    whole, pieces = MergeParser(), MergeParser()
    with suppress(Malformed):
        whole.feed(raw)
    with suppress(Malformed):
        for start in range(0, len(raw), size):
            pieces.feed(raw[start : start + size])
    assert pieces.found == whole.found


def test_results_in_a_row() -> None:
    parser = MergeParser()
    parser.feed(f"0\0{TREE}\0a\0b\0a\0\0001\0{TREE}\0\0".encode())
    assert parser.found == [Merged(None, (b"a", b"b")), Merged(TREE)]
