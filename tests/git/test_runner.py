"""git itself, in real repositories and behind stand-ins that misbehave."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from fleettui.git.runner import AT_ONCE, Git, GitFailed, GitMissing, GitTimedOut, GitTooLarge
from fleettui.model.errors import OperationFailed
from tests.lab.repos import add_worktree, arm, commit, executable, git, make_repo


def in_repo(repo: Path) -> Git:
    return Git(git_dir=str(repo / ".git"), work_tree=str(repo))


def stand_in(tmp_path: Path, body: str) -> Git:
    """A program that is run in git's place."""
    return Git(program=str(executable(tmp_path / "git", f"#!/bin/sh\n{body}\n")))


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def dead_in_time(pid: int) -> bool:
    for _ in range(1000):
        if not alive(pid):
            return True
        time.sleep(0.02)
    return False


def written(path: Path) -> int:
    for _ in range(1000):
        if path.exists() and path.read_text().strip():
            break
        time.sleep(0.02)
    return int(path.read_text())


async def all_of(pieces: AsyncGenerator[bytes, None], into: list[bytes]) -> None:
    async for piece in pieces:
        into.append(piece)


async def test_answers_in_bytes(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    (repo / os.fsdecode(b"\xff\n")).write_text("x")
    told = await in_repo(repo).run(["status", "--porcelain=v2", "-z"])
    assert told.stdout == b"? \xff\n\0"
    assert told.exit_status == 0


async def test_feeds_its_input(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    data = b"x" * 1_000_000
    told = await in_repo(repo).run(["hash-object", "-w", "--stdin"], stdin=data)
    name = told.stdout.decode().strip()
    assert (await in_repo(repo).run(["cat-file", "blob", name])).stdout == data


async def test_input_that_nobody_reads_is_no_error(tmp_path: Path) -> None:
    told = await stand_in(tmp_path, "echo done").run(["x"], stdin=b"y" * 1_000_000)
    assert told.stdout == b"done\n"


async def test_has_no_input_of_ours(tmp_path: Path) -> None:
    told = await stand_in(tmp_path, "readlink /proc/self/fd/0").run(["x"])
    assert told.stdout == b"/dev/null\n"


async def test_a_refusal_says_why(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    with pytest.raises(GitFailed, match="git rev-parse: Needed a single revision") as refused:
        await in_repo(repo).run(["rev-parse", "--verify", "refs/heads/none"])
    assert refused.value.exit_status == 128
    assert isinstance(refused.value, OperationFailed)


async def test_a_refusal_is_clean_text(tmp_path: Path) -> None:
    git_ = stand_in(tmp_path, r"printf 'warning: x\nfatal: a\033]52;c;eA==\007b\n' >&2; exit 3")
    with pytest.raises(GitFailed) as refused:
        await git_.run(["x"])
    assert str(refused.value) == "git x: a␛]52;c;eA==␇b"


async def test_other_exit_statuses_can_be_fine(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    told = await in_repo(repo).run(["diff", "--quiet", "HEAD"], ok=(0, 1))
    assert told.exit_status == 0
    (repo / "README").write_text("other\n")
    told = await in_repo(repo).run(["diff", "--quiet", "HEAD"], ok=(0, 1))
    assert told.exit_status == 1


async def test_no_git_is_said() -> None:
    with pytest.raises(GitMissing, match="git is not installed"):
        await Git(program="/nonexistent/git").run(["version"])


async def test_a_late_git_is_ended_with_its_children(tmp_path: Path) -> None:
    child = tmp_path / "child"
    late = stand_in(tmp_path, f"sleep 100 & echo $! >{child}; wait")
    with pytest.raises(GitTimedOut, match=r"git gc took longer than 0.5 s"):
        await late.run(["gc"], deadline=0.5)
    assert dead_in_time(written(child))


async def test_too_much_output_ends_it(tmp_path: Path) -> None:
    child = tmp_path / "child"
    with pytest.raises(GitTooLarge, match="git diff printed more than 1000000 bytes"):
        await stand_in(tmp_path, f"echo $$ >{child}; exec cat /dev/zero").run(
            ["diff"], cap=1_000_000
        )
    assert dead_in_time(written(child))


async def test_too_much_complaint_is_kept_short(tmp_path: Path) -> None:
    told = await stand_in(tmp_path, "head -c 3000000 /dev/zero >&2; echo fine").run(["x"])
    assert told.stdout == b"fine\n"
    assert told.stderr == b"\0" * 8192


async def test_cancelling_ends_it(tmp_path: Path) -> None:
    child = tmp_path / "child"
    running = asyncio.create_task(
        stand_in(tmp_path, f"echo $$ >{child}; exec sleep 100").run(["x"])
    )
    pid = await asyncio.to_thread(written, child)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert not alive(pid)


async def test_leaving_a_stream_ends_it(tmp_path: Path) -> None:
    child = tmp_path / "child"
    endless = stand_in(tmp_path, f"echo $$ >{child}; exec yes")
    async with contextlib.aclosing(endless.stream(["log"])) as pieces:
        first = await anext(pieces)
    assert first.startswith(b"y\n")
    assert not alive(written(child))


async def test_a_stream_is_the_whole_output(tmp_path: Path) -> None:
    pieces = [piece async for piece in stand_in(tmp_path, "seq 100000").stream(["log"])]
    assert b"".join(pieces) == b"".join(b"%d\n" % number for number in range(1, 100001))
    assert max(map(len, pieces)) <= 65536


async def test_a_stream_raises_after_its_last_piece(tmp_path: Path) -> None:
    pieces: list[bytes] = []
    with pytest.raises(GitFailed, match="exit status 7"):
        await all_of(stand_in(tmp_path, "echo some; exit 7").stream(["log"]), pieces)
    assert pieces == [b"some\n"]


async def test_a_killed_git_is_told_apart(tmp_path: Path) -> None:
    with pytest.raises(GitFailed, match="ended by signal 9") as refused:
        await stand_in(tmp_path, "kill -9 $$").run(["x"])
    assert refused.value.exit_status == -signal.SIGKILL


async def test_memory_is_limited(tmp_path: Path) -> None:
    hungry = Git(program=str(executable(tmp_path / "git", "#!/bin/sh\nsleep 0.2\nulimit -v\n")))
    told = await hungry.run(["x"])
    assert int(told.stdout) == hungry.memory // 1024


async def test_few_run_at_once(tmp_path: Path) -> None:
    counter = stand_in(
        tmp_path, f'cd "{tmp_path}"; : >run.$$; ls run.* | wc -l; sleep 0.1; rm run.$$'
    )
    told = await asyncio.gather(*(counter.run(["x"]) for _ in range(3 * AT_ONCE)))
    assert max(int(one.stdout) for one in told) <= AT_ONCE


async def test_a_repository_is_never_looked_for(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    (repo / "sub").mkdir()
    with pytest.raises(GitFailed):
        await Git(git_dir=str(repo / "sub" / ".git")).run(["rev-parse", "HEAD"])
    with pytest.raises(GitFailed):
        await Git().run(["rev-parse", "HEAD"])


async def test_replaced_objects_and_grafts_do_not_show(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    evil = git(repo, "hash-object", "-w", "--stdin", stdin=b"evil\n").decode().strip()
    nice = git(repo, "hash-object", "-w", "--stdin", stdin=b"nice\n").decode().strip()
    git(repo, "replace", evil, nice)
    assert (await in_repo(repo).run(["cat-file", "blob", evil])).stdout == b"evil\n"
    head = commit(repo, {"new": "1\n"})
    (repo / ".git/info/grafts").write_text(f"{head}\n")
    assert (await in_repo(repo).run(["rev-list", "--count", head])).stdout == b"2\n"


async def test_a_missing_object_is_not_fetched_by_a_program_of_the_clone(tmp_path: Path) -> None:
    repo, other = make_repo(tmp_path / "repo"), make_repo(tmp_path / "other")
    marker = tmp_path / "marker"
    script = executable(tmp_path / "evil.sh", f"#!/bin/sh\ntouch {marker}\n")
    blob = git(repo, "rev-parse", "HEAD:README").decode().strip()
    (repo / ".git/objects" / blob[:2] / blob[2:]).unlink()
    for key, value in (
        ("extensions.partialClone", "origin"),
        ("core.repositoryFormatVersion", "1"),
        ("remote.origin.promisor", "true"),
        ("remote.origin.url", str(other)),
        ("remote.origin.uploadpack", str(script)),
    ):
        git(repo, "config", key, value)
    with pytest.raises(GitFailed):
        await in_repo(repo).run(["cat-file", "blob", blob])
    assert not marker.exists()


async def test_no_transport_is_spoken_unless_it_is_named(tmp_path: Path) -> None:
    repo, other = make_repo(tmp_path / "repo"), make_repo(tmp_path / "other")
    fetch = ["fetch", "-q", "--no-tags", str(other), "main"]
    with pytest.raises(GitFailed, match="transport 'file' not allowed"):
        await in_repo(repo).run(fetch)
    allowed = Git(git_dir=str(repo / ".git"), transports=("file",))
    assert (await allowed.run(fetch)).exit_status == 0


async def test_a_commit_is_by_whom_it_is_said(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    by = {
        f"GIT_{role}_{part}": "Eve"
        for role in ("AUTHOR", "COMMITTER")
        for part in ("NAME", "EMAIL")
    }
    tree = git(repo, "rev-parse", "HEAD^{tree}").decode().strip()
    told = await Git(git_dir=str(repo / ".git"), env=by).run(["commit-tree", tree], stdin=b"m")
    assert b"author Eve <Eve>" in git(repo, "cat-file", "commit", told.stdout.decode().strip())


HARMLESS = [
    ["worktree", "list", "--porcelain", "-z"],
    ["for-each-ref"],
    ["log", "-1", "--format=%H"],
    ["rev-list", "--count", "HEAD"],
    ["diff-tree", "-r", "-z", "--raw", "--no-ext-diff", "--no-textconv", "HEAD~1", "HEAD"],
    ["diff-tree", "-p", "--no-ext-diff", "--no-textconv", "HEAD~1", "HEAD"],
    ["ls-files", "-z"],
    ["update-ref", "refs/heads/new", "HEAD"],
    ["read-tree", "HEAD"],
]


@pytest.mark.parametrize("args", HARMLESS, ids=" ".join)
async def test_a_hostile_configuration_does_not_run(args: list[str], tmp_path: Path) -> None:
    repo, marker = make_repo(tmp_path / "repo"), tmp_path / "marker"
    commit(repo, {"README": "changed\n"})
    add_worktree(repo, tmp_path / "linked", "agent/t-1")
    arm(repo / ".git", marker)
    told = await in_repo(repo).run(args)
    assert told.exit_status == 0
    assert not marker.exists()


async def test_the_hostile_configuration_is_one(tmp_path: Path) -> None:
    """The same repository in the hands of a git without our flags."""
    repo, marker = make_repo(tmp_path / "repo"), tmp_path / "marker"
    arm(repo / ".git", marker)
    git(repo, "status", check=False)
    assert marker.exists()


async def test_tells_all_of_its_stderr_as_it_comes(tmp_path: Path) -> None:
    heard: list[bytes] = []
    body = "i=0; while [ $i -lt 3000 ]; do echo line $i >&2; i=$((i + 1)); done"
    told = await stand_in(tmp_path, body).run(["push"], heard=heard.append)
    assert b"".join(heard).endswith(b"line 2999\n")
    assert len(told.stderr) == 8 * 1024
