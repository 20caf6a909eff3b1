"""The parsers against what the real git prints, and against anything at all."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleettui.git import parse
from fleettui.model.errors import Malformed
from tests.lab.repos import COMMITTED_AT, add_worktree, commit, git, make_repo

PARSERS = [
    parse.version,
    parse.object_id,
    parse.left_right,
    parse.worktrees,
    parse.status,
    parse.refs,
    parse.raw_changes,
    parse.attributes,
    parse.task_of,
]


def head_of(repo: Path) -> str:
    return git(repo, "rev-parse", "HEAD").decode().strip()


def status_of(repo: Path, *options: str) -> parse.Status:
    return parse.status(git(repo, "status", "--porcelain=v2", "--branch", "-z", *options))


def test_worktrees_of_every_kind(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    linked = add_worktree(repo, tmp_path / "a\nb", "agent/t-1")
    git(repo, "worktree", "lock", "--reason", "on a stick", str(linked))
    loose = add_worktree(repo, tmp_path / "loose", "other")
    git(loose, "checkout", "-q", "--detach")
    gone = add_worktree(repo, tmp_path / "gone", "third")
    git(gone, "status")
    (gone / ".git").unlink()
    raw = git(repo, "worktree", "list", "--porcelain", "-z")
    listed = {one.path: one for one in parse.worktrees(raw)}
    head = head_of(repo)
    assert listed[bytes(repo)] == parse.ListedWorktree(bytes(repo), head, b"refs/heads/main")
    assert listed[bytes(linked)] == parse.ListedWorktree(
        bytes(linked), head, b"refs/heads/agent/t-1", locked=b"on a stick"
    )
    assert listed[bytes(loose)] == parse.ListedWorktree(bytes(loose), head, None)
    assert listed[bytes(gone)].prunable == b"gitdir file points to non-existent location"


def test_worktrees_of_a_bare_repository(tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    git(tmp_path, "init", "-q", "--bare", str(bare))
    told = parse.worktrees(git(bare, "worktree", "list", "--porcelain", "-z"))
    assert told == (parse.ListedWorktree(bytes(bare), bare=True),)


def test_a_worktree_without_a_commit_has_no_head(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "main")
    told = parse.worktrees(git(tmp_path, "worktree", "list", "--porcelain", "-z"))
    assert told == (parse.ListedWorktree(bytes(tmp_path), None, b"refs/heads/main"),)


def test_status_of_a_clean_repository(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    assert status_of(repo) == parse.Status(head_of(repo), b"main")


def test_status_before_the_first_commit(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "main")
    assert status_of(tmp_path) == parse.Status(None, b"main")


def test_status_detached_and_ahead(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    git(repo, "branch", "-q", "base")
    git(repo, "branch", "-q", "--set-upstream-to", "base")
    commit(repo, {"new": "1\n"})
    assert (status_of(repo).ahead, status_of(repo).behind) == (1, 0)
    git(repo, "checkout", "-q", "--detach")
    assert status_of(repo) == parse.Status(head_of(repo), None)


def test_status_with_every_kind_of_change(tmp_path: Path) -> None:
    repo = make_repo(
        tmp_path / "repo", {"a": "1\n", "b b": "long enough to be found\n", "c": "3\n"}
    )
    (repo / "a").write_text("2\n")
    git(repo, "mv", "b b", "to b")
    (repo / "new\nfile").write_text("x")
    (repo / "? x").write_text("x")
    git(repo, "add", "? x")
    assert status_of(repo).entries == (
        parse.StatusEntry("1", b"? x", "A", "."),
        parse.StatusEntry("1", b"a", ".", "M"),
        parse.StatusEntry("2", b"to b", "R", ".", origin=b"b b"),
        parse.StatusEntry("?", b"new\nfile"),
    )


def test_status_of_a_conflict(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo", {"a": "1\n"})
    git(repo, "checkout", "-q", "-b", "other")
    commit(repo, {"a": "2\n"})
    git(repo, "checkout", "-q", "main")
    commit(repo, {"a": "3\n"})
    git(repo, "merge", "-q", "other", check=False)
    assert status_of(repo).entries == (parse.StatusEntry("u", b"a", "U", "U"),)


def test_a_status_that_was_cut_off_loses_its_last_line() -> None:
    told = parse.status(b"# branch.oid (initial)\0# branch.head main\0? whole\0? par")
    assert told.entries == (parse.StatusEntry("?", b"whole"),)


def test_refs(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    git(repo, "branch", "agent/t-1")
    told = parse.refs(git(repo, "for-each-ref", f"--format={parse.ref_format()}", "refs/heads"))
    assert told == (
        parse.Ref(b"refs/heads/agent/t-1", head_of(repo), COMMITTED_AT),
        parse.Ref(b"refs/heads/main", head_of(repo), COMMITTED_AT),
    )


def test_refs_with_counts() -> None:
    """As git 2.41 and newer print them."""
    assert parse.ref_format("main").endswith("%00%(ahead-behind:main)%00")
    told = parse.refs(b"refs/heads/x\0" + b"a" * 40 + b"\0\x31\x37\x30\0" + b"3 1\0\n")
    assert told == (parse.Ref(b"refs/heads/x", "a" * 40, 170, ahead=3, behind=1),)


def test_left_right(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    git(repo, "branch", "base")
    commit(repo, {"new": "1\n"})
    commit(repo, {"new": "2\n"})
    raw = git(repo, "rev-list", "--left-right", "--count", "base...main")
    assert parse.left_right(raw) == (0, 2)


def test_raw_changes(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo", {":100644 100644 x": "1\n", "run": "2\n"})
    (repo / "run").chmod(0o755)
    (repo / ":100644 100644 x").unlink()
    (repo / "a\nb").symlink_to("/etc/passwd")
    commit(repo, {})
    raw = git(
        repo, "diff-tree", "-r", "-z", "--raw", "--no-abbrev", "--no-renames", "HEAD~1", "HEAD"
    )
    told = {change.path: change for change in parse.raw_changes(raw)}
    assert {path: change.status for path, change in told.items()} == {
        b":100644 100644 x": "D",
        b"a\nb": "A",
        b"run": "M",
    }
    assert (told[b"run"].old_mode, told[b"run"].new_mode) == (0o100644, 0o100755)
    assert told[b"run"].old == told[b"run"].new
    assert told[b"a\nb"].new_mode == 0o120000


@pytest.mark.parametrize(
    "raw, expected",
    [
        (b"git version 2.39.5\n", (2, 39, 5)),
        (b"git version 2.50.1 (Apple Git-155)\n", (2, 50, 1)),
        (b"git version 2.48.1.windows.1\n", (2, 48, 1)),
        (b"git version 2.51.GIT\n", (2, 51, 0)),
    ],
)
def test_versions(raw: bytes, expected: tuple[int, int, int]) -> None:
    assert parse.version(raw) == expected


@pytest.mark.parametrize(
    "branch, task",
    [
        (b"agent/t-42", "t-42"),
        (b"refs/heads/agent/t-42", "t-42"),
        (b"agent/" + b"a" * 64, "a" * 64),
        (b"agent/" + b"a" * 65, None),
        (b"agent/T", None),
        (b"agent/a/b", None),
        (b"agent/-x", None),
        (b"agent/a\n", None),
        (b"main", None),
        (None, None),
    ],
)
def test_tasks(branch: bytes | None, task: str | None) -> None:
    assert parse.task_of(branch) == task


@pytest.mark.parametrize(
    "raw", [b"", b"main", b"a" * 39, b"a" * 41, b"A" * 40, b"a" * 40 + b"\n\n"]
)
def test_not_an_object(raw: bytes) -> None:
    with pytest.raises(Malformed):
        parse.object_id(raw)


@pytest.mark.parametrize(
    "parser, raw",
    [
        (parse.status, b"1 .M N...\0"),
        (parse.status, b"x what\0"),
        (parse.status, b"# branch.ab +1 -x\0"),
        (parse.worktrees, b"HEAD " + b"a" * 40 + b"\0\0"),
        (parse.refs, b"refs/heads/x\0" + b"a" * 40 + b"\0"),
        (parse.left_right, b"1\n"),
        (parse.left_right, b"-1\t2\n"),
        (parse.raw_changes, b":100644 100644 aa bb M\0path\0"),
        (parse.raw_changes, b":100644"),
    ],
)
def test_what_makes_no_sense_is_malformed(parser: Any, raw: bytes) -> None:
    with pytest.raises(Malformed):
        parser(raw)


WORDS = st.sampled_from(
    (
        *(b"\0", b" ", b"\n", b"1", b"2 ", b"u ", b"? ", b"# branch.oid ", b"# branch.ab +1 -"),
        *(b"a" * 40, b"worktree ", b"HEAD ", b"branch ", b":100644 ", b" .M N... ", b"refs/heads/"),
    )
)


def outcome(parser: Any, raw: bytes) -> Any:
    try:
        return parser(raw)
    except Malformed as malformed:
        return malformed.text


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: str(parser.__name__))
@given(raw=st.binary() | st.lists(WORDS).map(b"".join))
def test_any_bytes_are_parsed_or_malformed(parser: Any, raw: bytes) -> None:
    told = outcome(parser, raw)
    assert told == outcome(parser, raw)
    assert not isinstance(told, str) or told.isprintable()
