from pathlib import Path

import pytest

from fleettui.git.runner import Git, GitFailed
from fleettui.review.reading.listing import list_files
from fleettui.review.reading.since import since
from tests.lab.repos import commit, git, make_repo


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    return make_repo(tmp_path / "repo", {"a": "1\n2\n3\n4\n5\n", "b": "b\n", "c": "c\n"})


async def _seen(repo: Path, target: str, reviewed: str, head: str) -> dict[str, str]:
    q = Git(git_dir=str(repo / ".git"))
    files = await list_files(q, *await since(q, target, reviewed, head))
    return {file.path: file.status for file in files}


def _at(repo: Path, start: str, files: dict[str, str], name: str = "x") -> str:
    git(repo, "checkout", "-q", "--detach", start)
    return commit(repo, files, name)


def _head(repo: Path) -> str:
    return git(repo, "rev-parse", "main").decode().strip()


async def test_a_branch_that_grew_shows_what_was_added(repo: Path) -> None:
    target = _head(repo)
    first = _at(repo, target, {"b": "changed\n"})
    second = _at(repo, first, {"c": "changed\n"})
    q = Git(git_dir=str(repo / ".git"))
    assert await since(q, target, first, second) == (first, second)
    assert await since(q, target, second, second) == (second, second)
    assert await _seen(repo, target, first, second) == {"c": "M"}


async def test_a_branch_that_was_rewritten_shows_only_what_differs(repo: Path) -> None:
    start = _head(repo)
    first = _at(repo, start, {"b": "changed\n"})
    target = _at(repo, start, {"new": "of the target\n"})
    rebased = _at(repo, target, {"b": "changed\n", "c": "changed\n"})
    assert await _seen(repo, target, first, rebased) == {"c": "M"}
    same = _at(repo, target, {"b": "changed\n"})
    assert await _seen(repo, target, first, same) == {}


async def test_what_the_target_did_is_not_shown_when_it_was_taken_in(repo: Path) -> None:
    start = _head(repo)
    first = _at(repo, start, {"b": "changed\n"})
    target = _at(repo, start, {"new": "of the target\n"})
    git(repo, "checkout", "-q", "--detach", first)
    git(repo, "merge", "-q", "--no-edit", target)
    second = commit(repo, {"c": "changed\n"})
    assert await _seen(repo, target, first, second) == {"c": "M"}


async def test_heads_are_compared_where_one_conflicts(repo: Path) -> None:
    start = _head(repo)
    first = _at(repo, start, {"a": "one\n2\n3\n4\n5\n"})
    target = _at(repo, start, {"a": "uno\n2\n3\n4\n5\n"})
    second = _at(repo, start, {"a": "one\n2\n3\n4\nfive\n", "c": "changed\n"})
    q = Git(git_dir=str(repo / ".git"))
    assert await since(q, target, first, second) == (first, second)


async def test_a_reviewed_head_that_is_gone_is_told(repo: Path) -> None:
    target = _head(repo)
    q = Git(git_dir=str(repo / ".git"))
    with pytest.raises(GitFailed):
        await since(q, target, "e" * 40, _at(repo, target, {"b": "x\n"}))
