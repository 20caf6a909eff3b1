import difflib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleettui.git.runner import Git
from fleettui.model.change import FileChange, Side
from fleettui.model.errors import UsageError
from fleettui.model.text import is_clean
from fleettui.review.reading.listing import list_files
from fleettui.review.said.comments import Hunk, hunks, moved, place, remark
from fleettui.review.said.values import Remark
from tests.lab.repos import commit, git, make_repo

NOW = datetime(2026, 5, 4, tzinfo=UTC)
LINES = [f"line {number}" for number in range(1, 21)]


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    return make_repo(tmp_path / "repo", {"a.py": _text(LINES), "b.py": "b\n", "c.py": "c\n"})


def _q(repo: Path) -> Git:
    return Git(git_dir=str(repo / ".git"))


async def _changed(repo: Path, files: dict[str, str]) -> tuple[str, tuple[FileChange, ...]]:
    head = commit(repo, files)
    root = git(repo, "rev-list", "--max-parents=0", "HEAD").decode().strip()
    return head, await list_files(_q(repo), root, head)


async def _made(
    repo: Path, files: Sequence[FileChange], line: int, side: Side = Side.NEW, path: str = "a.py"
) -> Remark:
    return await remark(
        _q(repo), files, path=path, line=line, side=side, text="why", head="f" * 40, at=NOW
    )


async def test_a_comment_quotes_its_line(repo: Path) -> None:
    _, files = await _changed(repo, {"a.py": _text([*LINES[:4], "\tif x:\x1b[2J", *LINES[5:]])})
    made = await _made(repo, files, 5)
    assert made.comment.quote == "    if x:␛[2J"
    assert is_clean(made.comment.quote)
    assert made.raw_path == b"a.py"
    assert (await _made(repo, files, 5, Side.OLD)).comment.quote == "line 5"
    assert (await _made(repo, files, 0)).comment.quote == ""


@pytest.mark.parametrize("line", [-1, 21, 10**12])
async def test_a_line_that_is_not_there_cannot_be_commented(repo: Path, line: int) -> None:
    _, files = await _changed(repo, {"a.py": _text(["changed", *LINES[1:]])})
    with pytest.raises(UsageError, match="has no line"):
        await _made(repo, files, line)


async def test_only_files_of_the_change_can_be_commented(repo: Path) -> None:
    _, files = await _changed(repo, {"a.py": "x\n", "new.py": "n\n"})
    with pytest.raises(UsageError, match="is not changed"):
        await _made(repo, files, 1, path="b.py")
    with pytest.raises(UsageError, match="not there before"):
        await _made(repo, files, 1, Side.OLD, path="new.py")


async def test_a_line_is_followed_until_it_changes(repo: Path) -> None:
    _, files = await _changed(repo, {"a.py": _text([*LINES, "end"])})
    lines = [1, 5, 10, 20, 21]
    remarks = [await _made(repo, files, line) for line in lines]
    unchanged = await place(_q(repo), remarks, files)
    assert unchanged == tuple(one.comment for one in remarks)

    new = ["first", *LINES[:4], "line five", *LINES[5:9], *LINES[10:], "end"]
    _, files = await _changed(repo, {"a.py": _text(new)})
    placed = await place(_q(repo), remarks, files)
    assert [one.line for one in placed] == [2, None, None, 20, 21]
    assert [one.outdated for one in placed] == [False, True, True, False, False]
    assert placed[1].quote == "line 5"


async def test_both_sides_are_followed(repo: Path) -> None:
    root = git(repo, "rev-parse", "HEAD").decode().strip()
    head, files = await _changed(repo, {"a.py": _text(["changed", *LINES[1:]])})
    old = await _made(repo, files, 7, Side.OLD)
    git(repo, "checkout", "-q", "-b", "target", root)
    target = commit(repo, {"a.py": _text(["one more", *LINES[:10], *LINES[11:]])})
    (placed,) = await place(_q(repo), [old], await list_files(_q(repo), target, head))
    assert placed.line == 8
    outdated = replace(old, comment=replace(old.comment, line=11))
    (placed,) = await place(_q(repo), [outdated], await list_files(_q(repo), target, head))
    assert placed.outdated


async def test_comments_on_files_that_left_the_change_are_outdated(repo: Path) -> None:
    _, files = await _changed(repo, {"a.py": "x\n", "b.py": "x\n", "c.py": "x\n"})
    remarks = [await _made(repo, files, 1, path=path) for path in ("a.py", "b.py", "c.py")]
    whole = await _made(repo, files, 0, path="b.py")
    git(repo, "mv", "a.py", "moved.py")
    git(repo, "rm", "-q", "b.py")
    _, files = await _changed(repo, {"c.py": "c\n"})
    placed = await place(_q(repo), [*remarks, whole], files)
    assert [(one.line, one.outdated) for one in placed] == [(None, True)] * 4


async def test_a_blob_that_is_gone_or_binary_is_no_failure(repo: Path) -> None:
    _, files = await _changed(repo, {"a.py": "x\n", "b.py": "\0\1\nsecond\n"})
    made = await _made(repo, files, 1)
    binary = await _made(repo, files, 2, path="b.py")
    _, files = await _changed(repo, {"a.py": "y\nx\n", "b.py": "\0\2\nmore\nsecond\n"})
    gone, kept = await place(_q(repo), [replace(made, blob="e" * 40), binary], files)
    assert gone.outdated
    assert kept.line == 3


_few_lines = st.lists(st.sampled_from(["a", "b", "c", "", "@@ -1,9 +1,9 @@", "- x"]), max_size=12)


@settings(max_examples=150)
@given(_few_lines, _few_lines)
def test_lines_are_mapped_as_the_hunks_say(before: list[str], after: list[str]) -> None:
    """Against the mapping of difflib, from the same kind of hunks that git prints."""
    raw = "\n".join(difflib.unified_diff(before, after, lineterm="", n=0)).encode()
    found = hunks(raw)
    kept = {
        one + place + 1: other + place + 1
        for one, other, size in difflib.SequenceMatcher(None, before, after).get_matching_blocks()
        for place in range(size)
    }
    assert {line: moved(line, found) for line in range(1, len(before) + 1)} == {
        line: kept.get(line) for line in range(1, len(before) + 1)
    }


@settings(max_examples=6, deadline=None)
@given(st.data())
async def test_git_finds_the_same_line_again(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """What is not outdated has the same text, whatever the agent did to the file."""
    repo = make_repo(tmp_path_factory.mktemp("repo") / "r", {"a.py": "begin\n"})
    before = data.draw(st.lists(st.sampled_from(["x", "y", "z", "\t", "@@ -1 +1 @@"]), min_size=5))
    after = data.draw(st.lists(st.sampled_from(["x", "y", "z", "\t", "@@ -1 +1 @@"]), min_size=5))
    _, files = await _changed(repo, {"a.py": _text(before)})
    remarks = [await _made(repo, files, line) for line in range(1, len(before) + 1)]
    _, files = await _changed(repo, {"a.py": _text(after)})
    placed = await place(_q(repo), remarks, files)
    for line, comment in enumerate(placed, 1):
        assert comment.outdated == (comment.line is None)
        if comment.line is not None:
            assert after[comment.line - 1] == before[line - 1]
    assert all(not comment.outdated for comment in placed) or before != after


@given(st.binary())
def test_any_bytes_are_read_as_hunks_or_none(raw: bytes) -> None:
    assert isinstance(hunks(raw), tuple)
    assert moved(1, hunks(raw)) is None or isinstance(moved(1, hunks(raw)), int)


def test_hunks_are_read_as_git_prints_them() -> None:
    raw = b"@@ -0,0 +1,2 @@\n+a\n+@@ -5 +5 @@\n@@ -3 +4,0 @@ def x():\n-gone\n@@ -9,2 +9 @@\n"
    assert hunks(raw) == (Hunk(1, 0, 2), Hunk(3, 1, 0), Hunk(9, 2, 1))


def _text(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
