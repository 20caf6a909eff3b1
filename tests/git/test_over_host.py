"""git fetching over a host: here over this machine; tests/real has the same over a real sshd."""

import asyncio
import os
from pathlib import Path

import psutil
import pytest

from fleettui.git import over_host
from fleettui.git.runner import Git, GitFailed
from fleettui.hosts.local import LocalHost
from fleettui.model.errors import ReadError, TimedOut
from fleettui.model.text import is_clean
from tests.lab.repos import arm, commit, executable, git, make_repo

DEADLINE = 60.0
HEADS = ["ls-remote", "--quiet", "--heads"]
BRANCH = "refs/heads/agent/t1"
FETCH = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head"]


def bare(place: Path) -> Git:
    git(place.parent, "init", "-q", "--bare", str(place))
    return Git(git_dir=str(place))


def with_branch(place: Path) -> Path:
    repo = make_repo(place)
    git(repo, "branch", "agent/t1")
    return repo


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def listed(q: Git, path: str) -> bytes:
    told = await over_host.run(q, LocalHost(), path, HEADS, deadline=DEADLINE)
    return told.stdout


async def test_lists_and_fetches(tmp_path: Path) -> None:
    repo, q = with_branch(tmp_path / "repo"), bare(tmp_path / "q")
    head = git(repo, "rev-parse", BRANCH).decode().strip()
    assert f"{head}\t{BRANCH}\n".encode() in await listed(q, str(repo))
    await over_host.run(q, LocalHost(), str(repo), FETCH, [f"{BRANCH}:refs/x"], deadline=DEADLINE)
    assert git(tmp_path / "q", "rev-parse", "refs/x").decode().strip() == head


async def test_carries_more_than_any_buffer_holds(tmp_path: Path) -> None:
    repo, q = make_repo(tmp_path / "repo"), bare(tmp_path / "q")
    (repo / "noise").write_bytes(os.urandom(20_000_000))
    git(repo, "add", ".")
    git(repo, "commit", "-qm", "noise")
    before = psutil.Process().memory_info().rss
    await over_host.run(
        q, LocalHost(), str(repo), FETCH, ["refs/heads/main:refs/x"], deadline=DEADLINE
    )
    assert psutil.Process().memory_info().rss - before < 8_000_000
    git(tmp_path / "q", "fsck", "--strict")


@pytest.mark.parametrize(
    "name", ["plain", "it's", 'a"b', "$(touch x)", "a\nb", "-c x=y", "é\U0001f600", "a b;c", "~x"]
)
async def test_any_path_is_data(tmp_path: Path, name: str) -> None:
    repo = with_branch(tmp_path / name)
    assert b"agent/t1" in await listed(bare(tmp_path / "q"), str(repo))
    assert names_in(tmp_path) == sorted([name, "q"])


async def test_bytes_that_are_no_text_are_a_path(tmp_path: Path) -> None:
    repo = with_branch(tmp_path / os.fsdecode(b"\xff\xfe"))
    assert b"agent/t1" in await listed(bare(tmp_path / "q"), str(repo))


async def test_paths_start_at_the_home_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with_branch(tmp_path / "-src" / "app")
    q = bare(tmp_path / "q")
    for path in ("~/-src/app", "-src/app", "~/-src/app/.git"):
        assert b"agent/t1" in await listed(q, path)


async def test_bare_repositories_and_linked_worktrees(tmp_path: Path) -> None:
    repo, q = with_branch(tmp_path / "repo"), bare(tmp_path / "q")
    git(tmp_path, "clone", "-q", "--mirror", str(repo), "mirror.git")
    git(repo, "worktree", "add", "-q", str(tmp_path / "wt"), "agent/t1")
    assert b"agent/t1" in await listed(q, str(tmp_path / "mirror.git"))
    assert b"agent/t1" in await listed(q, str(tmp_path / "wt"))


@pytest.mark.parametrize(
    "path, reason",
    [
        ("/nowhere/at all", "there is no folder /nowhere/at all on this machine: correct"),
        ("empty", "empty is not a git repository: correct the path of the clone"),
        ("", "not usable"),
        ("a\0b", "not usable"),
    ],
)
async def test_says_what_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, reason: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "empty").mkdir()
    with pytest.raises(ReadError, match=reason) as failed:
        await listed(bare(tmp_path / "q"), path)
    assert is_clean(str(failed.value))


async def test_a_folder_inside_of_a_repository_is_not_the_repository(tmp_path: Path) -> None:
    repo = with_branch(tmp_path / "repo")
    with pytest.raises(ReadError, match="is not a git repository"):
        await listed(bare(tmp_path / "q"), str(repo / "src"))


async def test_says_that_git_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    q, repo = bare(tmp_path / "q"), with_branch(tmp_path / "repo")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "sh").symlink_to("/bin/sh")
    # The usual folders are searched as well, so a git that does nothing stands first.
    executable(tmp_path / "bin" / "git", "#!/bin/sh\necho 'xcode-select: no tools' >&2; exit 1\n")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    with pytest.raises(ReadError, match=r"git does not serve .*: xcode-select: no tools"):
        await listed(q, str(repo))


async def test_says_how_to_trust_a_clone_of_another_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Real git, told by its own test switch that the folder is somebody else's."""
    repo, q = with_branch(tmp_path / "repo"), bare(tmp_path / "q")
    real = os.environ["PATH"]
    switch = f"GIT_TEST_ASSUME_DIFFERENT_OWNER=1 PATH={real}"
    executable(tmp_path / "bin" / "git", f'#!/bin/sh\n{switch} exec git "$@"\n')
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{real}")
    with pytest.raises(ReadError, match="another user") as failed:
        await over_host.run(bare(tmp_path / "q2"), LocalHost(), str(repo), HEADS, deadline=DEADLINE)
    remedy = failed.value.remedy.partition(": ")[2]
    assert remedy == f"git config --global --add safe.directory {repo}/.git"
    (tmp_path / ".gitconfig").write_text(f"[safe]\n\tdirectory = {repo}/.git\n")
    assert b"agent/t1" in await listed(q, str(repo))


async def test_nothing_of_an_armed_repository_runs(tmp_path: Path) -> None:
    repo, q = with_branch(tmp_path / "repo"), bare(tmp_path / "q")
    marker = tmp_path / "marker"
    arm(repo / ".git", marker)
    gone = git(repo, "rev-parse", "HEAD:README").decode().strip()
    (repo / ".git" / "objects" / gone[:2] / gone[2:]).unlink()
    with pytest.raises(GitFailed):
        await over_host.run(
            q, LocalHost(), str(repo), FETCH, [f"{BRANCH}:refs/x"], deadline=DEADLINE
        )
    assert not marker.exists()


async def test_a_flood_is_cut_off(tmp_path: Path) -> None:
    repo, q = make_repo(tmp_path / "repo"), bare(tmp_path / "q")
    (repo / "noise").write_bytes(os.urandom(3_000_000))
    git(repo, "add", ".")
    git(repo, "commit", "-qm", "noise")
    with pytest.raises(over_host.TooMuch, match=r"more than 1\.0 MB at once"):
        await over_host.run(
            q,
            LocalHost(),
            str(repo),
            FETCH,
            ["refs/heads/main:refs/x"],
            deadline=DEADLINE,
            cap=1_000_000,
        )


async def test_a_machine_that_says_nonsense_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    q, repo = bare(tmp_path / "q"), with_branch(tmp_path / "repo")
    real = os.environ["PATH"]
    lie = 'case "$*" in *upload-pack*) printf "0009\\033]0;x"; exit ;; esac\n'
    executable(tmp_path / "bin" / "git", f'#!/bin/sh\n{lie}PATH={real} exec git "$@"\n')
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{real}")
    with pytest.raises(GitFailed) as failed:
        await listed(q, str(repo))
    assert is_clean(str(failed.value))


async def test_a_silent_machine_costs_no_more_than_the_deadline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    q, repo = bare(tmp_path / "q"), with_branch(tmp_path / "repo")
    executable(tmp_path / "bin" / "git", "#!/bin/sh\nexec sleep 600\n")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    with pytest.raises(TimedOut, match=r"within 0\.5 s"):
        await over_host.run(q, LocalHost(), str(repo), HEADS, deadline=0.5)


async def test_nothing_is_left_of_one_that_was_given_up(tmp_path: Path) -> None:
    repo, q = with_branch(tmp_path / "repo"), bare(tmp_path / "q")
    await listed(q, str(repo))
    files, tasks = psutil.Process().num_fds(), len(asyncio.all_tasks())
    for wait in (0.0, 0.001, 0.005, 0.01, 0.02, 0.03):
        job = asyncio.create_task(listed(q, str(repo)))
        await asyncio.sleep(wait)
        job.cancel()
        await asyncio.gather(job, return_exceptions=True)
    assert psutil.Process().num_fds() == files
    assert len(asyncio.all_tasks()) == tasks
    assert not [child for child in psutil.Process().children(recursive=True) if alive(child)]


def alive(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


async def test_what_the_other_side_remarks_does_not_reach_a_terminal(tmp_path: Path) -> None:
    repo, q = with_branch(tmp_path / "repo"), bare(tmp_path / "q")
    commit(repo, {"x": "1"})
    (repo / ".git" / "refs" / "heads" / "agent" / "t1").write_text("1" * 40 + "\n")
    with pytest.raises((GitFailed, ReadError)) as failed:
        await over_host.run(
            q, LocalHost(), str(repo), FETCH, [f"{BRANCH}:refs/x"], deadline=DEADLINE
        )
    assert is_clean(str(failed.value))
