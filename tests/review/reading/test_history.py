"""Histories between two commits, in which everything may be claimed."""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleettui.git.runner import Git
from fleettui.model.change import CommitInfo
from fleettui.model.errors import Malformed
from fleettui.review.reading.history import COMMITS, commits, history, read_history
from tests.lab.repos import COMMITTED_AT, commit, git, make_repo
from tests.review.reading.test_listing import EMPTY, bare, put, q


async def commits_of(where: Git, target: str, head: str) -> tuple[CommitInfo, ...]:
    return (await read_history(where, target, head)).commits


def raw_commit(place: Path, *, parent: str = "", header: bytes = b"", **said: bytes) -> str:
    """A commit in which everything may be claimed."""
    author = said.get("author", b"A <a@example.org>")
    at, message = said.get("at", b"%d" % COMMITTED_AT), said.get("message", b"m\n")
    lines = [b"tree " + EMPTY.encode()]
    lines += [b"parent " + parent.encode()] if parent else []
    lines += [b"author " + author + b" " + at + b" +0000"]
    lines += [b"committer " + author + b" " + at + b" +0000"]
    lines += [header] if header else []
    return put(place, "commit", b"\n".join(lines) + b"\n\n" + message)


async def test_commits_newest_first(tmp_path: Path) -> None:
    place = bare(tmp_path / "q")
    base = raw_commit(place)
    one = raw_commit(place, parent=base, message=b"one\n\nbody\n")
    two = raw_commit(place, parent=one, message=b"two\x1b[31m\n\x00hidden\n")
    found = await commits_of(q(place), base, two)
    assert [(told.id, told.subject) for told in found] == [(two, "two␛[31m"), (one, "one")]
    assert found[1].at == datetime.fromtimestamp(COMMITTED_AT, UTC)
    assert found[1].parents == 1
    assert found[1].author == "A"


@pytest.mark.parametrize(
    "at",
    [b"99999999999999999", b"-5", b"0", b"x", b"", b"99999999999999999999999999", b"4200000000"],
)
async def test_absurd_dates(tmp_path: Path, at: bytes) -> None:
    place = bare(tmp_path / "q")
    base = raw_commit(place)
    head = raw_commit(place, parent=base, at=at)
    (found,) = await commits_of(q(place), base, head)
    assert found.at is None


@pytest.mark.parametrize(
    "encoding, name, expected",
    [
        (b"ISO-8859-1", b"Ren\xe9", "René"),
        (b"SHIFT_JIS", "日本".encode("shift_jis"), "日本"),
        (b"UTF-7", b"A+AAo-B", "A+AAo-B"),
        (b"zlib", b"\xe9", "\\xe9"),
        (b"\xff", b"\xe9", "\\xe9"),
        (b"iso-8859-99", b"\xe9", "\\xe9"),
    ],
)
async def test_encodings(tmp_path: Path, encoding: bytes, name: bytes, expected: str) -> None:
    place = bare(tmp_path / "q")
    base = raw_commit(place)
    author = name + b" <a@example.org>"
    header = b"encoding " + encoding
    head = raw_commit(place, parent=base, author=author, message=name, header=header)
    (found,) = await commits_of(q(place), base, head)
    assert (found.author, found.subject) == (expected, expected)


async def test_mailmap_of_the_branch_renames_nobody(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    base = git(repo, "rev-parse", "HEAD").decode().strip()
    head = commit(repo, {".mailmap": "Linus Torvalds <linus@example.org> Ada <ada@example.org>\n"})
    git(repo, "config", "log.mailmap", "true")
    where = Git(git_dir=str(repo / ".git"), work_tree=str(repo))
    (found,) = await commits_of(where, base, head)
    assert found.author == "Ada"


def chain(place: Path, branch: bytes, parent: str, count: int, message: bytes) -> str:
    """Many commits in a row; the last one."""
    script = [b"reset refs/heads/%s\nfrom %s\n\n" % (branch, parent.encode())]
    body = b"commit refs/heads/%s\ncommitter A <a@example.org> 1790000000 +0000\ndata %d\n%s\n"
    script += [body % (branch, len(message), message)] * count
    git(place, "fast-import", "--quiet", stdin=b"".join(script))
    return git(place, "rev-parse", b"refs/heads/" + branch).decode().strip()


@pytest.mark.parametrize("message", [b"short", b"long " * 100])
async def test_many_commits_are_counted_and_some_listed(tmp_path: Path, message: bytes) -> None:
    place = bare(tmp_path / "q")
    base = raw_commit(place)
    target = chain(place, b"target", base, 5000, message)
    head = chain(place, b"head", base, 301, b"agent")
    found = await read_history(q(place), target, head)
    assert (found.ahead, found.behind, found.edge) == (301, 5000, (base,))
    assert len(found.commits) == COMMITS
    assert found.commits[0].id == head
    assert {one.subject for one in found.commits} == {"agent"}


PIECES = st.sampled_from(
    [b">" + b"1" * 40, b"<" + b"2" * 40, b"-" + b"3" * 40, b"\0", b"\0\0\0\0", b"1", b"\n", b"x"]
)


@given(raw=st.binary() | st.lists(PIECES).map(b"".join))
def test_any_bytes_are_a_history_or_malformed(raw: bytes) -> None:
    with suppress(Malformed):
        found = history(raw)
        assert found.ahead + found.behind + len(found.edge) == raw.count(b"\0") // 5
    with suppress(Malformed):
        assert len(commits(raw)) == raw.count(b"\0") // 5
