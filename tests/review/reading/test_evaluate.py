"""What a head would do to a target, against git asked by hand."""

from pathlib import Path

import pytest

from fleettui.git.runner import Git, GitFailed
from fleettui.review.reading.evaluate import evaluate
from fleettui.review.reading.merging import Merged, merge_many
from tests.lab.repos import commit, git, make_repo
from tests.review.reading.test_listing import bomb


def q(repo: Path) -> Git:
    return Git(git_dir=str(repo / ".git"))


def rev(repo: Path, name: str) -> str:
    return git(repo, "rev-parse", name).decode().strip()


def branch(repo: Path, name: str, *files: dict[str, str], at: str = "main") -> str:
    """A branch with a commit for each set of files; its head."""
    git(repo, "checkout", "-q", "-b", name, at)
    for content in files:
        commit(repo, content, f"on {name}")
    return rev(repo, "HEAD")


async def test_a_change_that_merges(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo", {"f": "1\n2\n3\n", "g": "1\n"})
    base = rev(repo, "main")
    head = branch(repo, "agent", {"g": "2\n"}, {"h": "new\n"})
    target = branch(repo, "ahead", {"f": "0\n2\n3\n"})
    found = await evaluate(q(repo), target, head)
    assert (found.target, found.head, found.base) == (target, head, base)
    assert (found.ahead, found.behind, found.too_large) == (2, 1, None)
    assert [file.path for file in found.files] == ["g", "h"]
    assert (found.additions, found.deletions) == (2, 1)
    assert found.tree is not None
    assert git(repo, "cat-file", "blob", f"{found.tree}:f") == b"0\n2\n3\n"
    assert [one.id for one in found.commits] == [head, rev(repo, f"{head}^")]


async def test_a_conflict_shows_what_the_agent_did(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo", {"f": "1\n", "g": "1\n"})
    head = branch(repo, "agent", {"f": "2\n", "x": "y\n"})
    target = branch(repo, "ahead", {"f": "3\n", "g": "4\n"})
    found = await evaluate(q(repo), target, head)
    assert (found.tree, found.conflicts) == (None, ("f",))
    assert [file.path for file in found.files] == ["f", "x"]


async def test_merged_already_and_the_same_commit(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    old = rev(repo, "main")
    new = commit(repo, {"x": "y\n"})
    behind = await evaluate(q(repo), new, old)
    assert (behind.ahead, behind.behind, behind.base, behind.files) == (0, 1, old, ())
    assert behind.tree == rev(repo, f"{new}^{{tree}}")
    same = await evaluate(q(repo), new, new)
    assert (same.ahead, same.behind, same.base, same.files) == (0, 0, new, ())
    forward = await evaluate(q(repo), old, new)
    assert (forward.ahead, forward.behind, forward.base) == (1, 0, old)
    assert forward.tree == rev(repo, f"{new}^{{tree}}")


async def test_nothing_in_common(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    target = rev(repo, "main")
    git(repo, "checkout", "-q", "--orphan", "other")
    head = commit(repo, {"x": "y\n"})
    found = await evaluate(q(repo), target, head)
    assert (found.base, found.tree, found.conflicts) == (None, None, ())
    assert (found.ahead, found.behind) == (1, 1)
    assert {file.status for file in found.files} == {"A"}
    assert "x" in {file.path for file in found.files}


async def test_several_best_common_ancestors(tmp_path: Path) -> None:
    """Two lines that merged each other: the base is git's own choice."""
    repo = make_repo(tmp_path / "repo", {"f": "1\n"})
    one, two = branch(repo, "one", {"a": "1\n"}), branch(repo, "two", {"b": "1\n"})
    for name, other in (("one", two), ("two", one)):
        git(repo, "checkout", "-q", name)
        git(repo, "merge", "-q", "--no-ff", "-m", "m", other)
        commit(repo, {name: "x\n"})
    target, head = rev(repo, "one"), rev(repo, "two")
    found = await evaluate(q(repo), target, head)
    assert found.base == git(repo, "merge-base", target, head).decode().strip()
    assert len(git(repo, "merge-base", "--all", target, head).split()) == 2
    counts = git(repo, "rev-list", "--left-right", "--count", f"{target}...{head}").split()
    assert [found.behind, found.ahead] == list(map(int, counts))


async def test_a_bomb_is_told_in_the_value(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    target = rev(repo, "main")
    tree = bomb(repo / ".git")
    head = git(repo, "commit-tree", "-p", target, "-m", "boom", tree).decode().strip()
    found = await evaluate(q(repo), target, head, deadline=1.0)
    assert found.too_large is not None
    assert "took longer" in found.too_large
    assert (found.ahead, found.files) == (1, ())
    assert [one.subject for one in found.commits] == ["boom"]


async def test_messages_that_are_too_long(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    target = rev(repo, "main")
    message = b"x" * 5_000_000
    head = git(repo, "commit-tree", "-p", target, "HEAD^{tree}", stdin=message).decode().strip()
    found = await evaluate(q(repo), target, head)
    assert found.too_large is not None
    assert found.commits == ()


async def test_an_object_that_is_missing(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    with pytest.raises(GitFailed):
        await evaluate(q(repo), rev(repo, "main"), "1" * 40)


async def test_what_was_merged_already_is_not_merged_again(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo", {"f": "1\n", "g": "1\n"})
    heads = [branch(repo, "fine", {"h": "1\n"}), branch(repo, "bad", {"f": "2\n"})]
    target = branch(repo, "ahead", {"f": "3\n"})
    merged = await merge_many(q(repo), [(target, head) for head in heads])
    for head, one in zip(heads, merged, strict=True):
        again = await evaluate(q(repo), target, head, merged=one)
        assert again == await evaluate(q(repo), target, head)
    problem = Merged(None, problem="no time")
    assert (await evaluate(q(repo), target, heads[0], merged=problem)).tree == merged[0].tree
