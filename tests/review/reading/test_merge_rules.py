"""Rules for merging that the target has, and none of what could hide or run something."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleettui.git.runner import Git
from fleettui.review.reading.merge_rules import rules, rules_file, take_rules
from fleettui.review.reading.merging import merge
from tests.lab.by_hand import merge as merge_by_hand
from tests.lab.by_hand import scratch_clone
from tests.lab.repos import commit, git, make_repo


@pytest.mark.parametrize(
    "line, kept",
    [
        (b"CHANGES.md merge=union", b"CHANGES.md merge=union\n"),
        (b"*.lock -merge text eol=lf\r", b"*.lock -merge\n"),
        (b'"a b" merge=binary', b'"a b" merge=binary\n'),
        (b"* binary", b"* -merge\n"),
        (b"* merge=evil diff=evil filter=evil -diff", b""),
        (b"# merge merge=union", b""),
        (b"[attr]mine merge=union", b""),
        (b"*", b""),
        (b"", b""),
    ],
)
def test_only_what_says_how_to_merge(line: bytes, kept: bytes) -> None:
    assert rules(line) == kept


@given(raw=st.binary() | st.text('a merge=union\n\r\t"\\-binary#[]*').map(str.encode))
def test_nothing_else_passes(raw: bytes) -> None:
    for line in rules(raw).splitlines():
        assert b"filter" not in line
        assert line.split()[-1].lstrip(b"-!").startswith(b"merge")


async def test_union_of_the_target_is_followed_as_git_merge_does(tmp_path: Path) -> None:
    repo = make_repo(
        tmp_path / "repo", {"CHANGES": "1\n", ".gitattributes": "CHANGES merge=union\n"}
    )
    git(repo, "checkout", "-q", "-b", "theirs")
    head = commit(repo, {"CHANGES": "1\ntheirs\n"})
    git(repo, "checkout", "-q", "main")
    target = commit(repo, {"CHANGES": "1\nours\n"})
    place = tmp_path / "q.git"
    git(tmp_path, "clone", "-q", "--bare", str(repo), str(place))
    q = Git(git_dir=str(place))
    assert not (await merge(q, target, head)).clean
    await take_rules(q, target)
    found = await merge(q, target, head)
    assert (found.tree, []) == merge_by_hand(scratch_clone(tmp_path / "clone", place), target, head)
    assert found.clean


def content_of(place: Path) -> bytes:
    return place.read_bytes()


async def test_rules_of_an_older_target_are_forgotten(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo", {".gitattributes": "* merge=union\n"})
    q = Git(git_dir=str(repo / ".git"))
    old = git(repo, "rev-parse", "HEAD").decode().strip()
    git(repo, "rm", "-q", ".gitattributes")
    new = commit(repo, {"x": "y\n"})
    kept = Path(rules_file(q))
    for target, content in ((old, b"* merge=union\n"), (new, b""), (old, b"* merge=union\n")):
        await take_rules(q, target)
        assert content_of(kept) == content
