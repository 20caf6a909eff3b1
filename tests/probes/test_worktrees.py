"""Worktrees of real repositories, through real shells."""

import asyncio
import os
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fleettui.model.errors import ReadError
from fleettui.model.machine import Machine, Platform
from fleettui.model.repo import Repo
from fleettui.model.worktree import AgentState, Worktree
from fleettui.probes.worktrees import WorktreesProbe
from tests.lab.repos import COMMITTED_AT, add_worktree, arm, commit, executable, git, make_repo
from tests.probes.shells import SHELLS, ShellHost


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, so that nothing of the user's is seen or written."""
    place = tmp_path / "home"
    place.mkdir()
    monkeypatch.setenv("HOME", str(place))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    return place


@pytest.fixture
async def host() -> AsyncIterator[ShellHost]:
    made = ShellHost()
    yield made
    await made.close()


async def on_linux() -> Platform:
    return Platform.LINUX


async def on_windows() -> Platform:
    return Platform.WINDOWS


def probe_of(host: ShellHost, *repos: Repo, machine: Machine | None = None) -> WorktreesProbe:
    return WorktreesProbe(host, machine or Machine("desk"), repos, platform=on_linux)


async def rows_of(host: ShellHost, repo: Path | str, base: str = "main") -> dict[str, Worktree]:
    """One reading of one clone; the rows by the last part of their path."""
    probe = probe_of(host, Repo("app", str(repo), base))
    rows = await probe.read()
    await probe.close()
    return {Path(row.path).name: row for row in rows}


def everything(place: Path) -> dict[str, tuple[int, bytes]]:
    """All files of a folder, with the time when they were last changed."""
    return {
        str(file): (file.lstat().st_mtime_ns, b"" if file.is_symlink() else file.read_bytes())
        for file in sorted(place.rglob("*"))
        if file.is_symlink() or file.is_file()
    }


@pytest.mark.parametrize("argv", SHELLS.values(), ids=list(SHELLS))
async def test_what_there_is_to_know(argv: tuple[str, ...], tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    done = add_worktree(repo, tmp_path / 'it\'s "1" $(x)', "agent/t-1")
    head = commit(done, {"new.py": "1\n"})
    commit(repo, {"README": "base moves on\n"})
    host = ShellHost(argv)
    rows = await rows_of(host, repo)
    await host.close()
    assert rows == {
        "repo": Worktree(
            "app",
            str(repo),
            "main",
            head=git(repo, "rev-parse", "main").decode().strip(),
            ahead=0,
            behind=0,
            dirty=False,
            last_commit_at=datetime.fromtimestamp(COMMITTED_AT, UTC),
        ),
        done.name: Worktree(
            "app",
            str(done),
            "agent/t-1",
            "t-1",
            head=head,
            ahead=1,
            behind=1,
            dirty=False,
            last_commit_at=datetime.fromtimestamp(COMMITTED_AT, UTC),
        ),
    }


async def test_dirty_in_every_way(host: ShellHost, tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    trees = {
        name: add_worktree(repo, tmp_path / name, name)
        for name in ("changed", "added", "untracked", "deleted", "moded", "touched", "ignored")
    }
    (trees["changed"] / "README").write_text("other\n")
    (trees["added"] / "new").write_text("1\n")
    git(trees["added"], "add", "new")
    (trees["untracked"] / "a\nb").write_text("1\n")
    (trees["deleted"] / "README").unlink()
    (trees["moded"] / "README").chmod(0o755)
    os.utime(trees["touched"] / "README", (1, 1))
    (repo / ".git" / "info" / "exclude").write_text("*.tmp\n")
    (trees["ignored"] / "x.tmp").write_text("1\n")
    rows = await rows_of(host, repo)
    assert {name: row.dirty for name, row in rows.items()} == {
        **dict.fromkeys(("changed", "added", "untracked", "deleted", "moded"), True),
        **dict.fromkeys(("repo", "touched", "ignored"), False),
    }


async def test_what_the_user_ignores_everywhere_is_ignored(
    host: ShellHost, home: Path, tmp_path: Path
) -> None:
    repo = make_repo(tmp_path / "repo")
    (repo / ".DS_Store").write_text("x")
    (home / ".config" / "git").mkdir(parents=True)
    (home / ".config" / "git" / "ignore").write_text(".DS_Store\n")
    assert (await rows_of(host, repo))["repo"].dirty is False


async def test_reads_again_what_has_changed(host: ShellHost, tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    tree = add_worktree(repo, tmp_path / "tree", "agent/t-1")
    probe = probe_of(host, Repo("app", str(repo)))
    first = (await probe.read())[1]
    (tree / "README").write_text("other\n")
    second = (await probe.read())[1]
    git(tree, "commit", "-q", "-a", "-m", "change")
    third = (await probe.read())[1]
    commit(repo, {"more": "1\n"})
    fourth = (await probe.read())[1]
    git(repo, "worktree", "remove", str(tree))
    last = await probe.read()
    await probe.close()
    assert (first.dirty, first.ahead, first.behind) == (False, 0, 0)
    assert (second.dirty, second.ahead, second.behind) == (True, 0, 0)
    assert (third.dirty, third.ahead, third.behind) == (False, 1, 0)
    assert (fourth.dirty, fourth.ahead, fourth.behind) == (False, 1, 1)
    assert [row.path for row in last] == [str(repo)]
    assert len(host.started) == 1


async def test_nothing_is_written_into_a_clone(host: ShellHost, tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    tree = add_worktree(repo, tmp_path / "tree", "agent/t-1")
    os.utime(tree / "README", (1, 1))
    (tree / "src" / "app.py").write_text("changed\n")
    before = everything(tmp_path / "repo"), everything(tree)
    probe = probe_of(host, Repo("app", str(repo)))
    rows = [await probe.read() for _ in range(3)]
    await probe.close()
    assert rows[0] == rows[1] == rows[2]
    assert (everything(tmp_path / "repo"), everything(tree)) == before


async def test_the_view_is_private_and_goes_away(
    host: ShellHost, home: Path, tmp_path: Path
) -> None:
    repo = make_repo(tmp_path / "repo")
    left = home / ".cache" / "fleettui" / f"view.{os.uname().nodename}.999999999"
    left.mkdir(parents=True)
    probe = probe_of(host, Repo("app", str(repo)))
    await probe.read()
    (view,) = (home / ".cache" / "fleettui").iterdir()
    assert view != left
    assert view.stat().st_mode & 0o777 == 0o700
    shutil.rmtree(view)
    assert (await probe.read())[0].dirty is False
    await probe.close()
    await host.close()
    assert list((home / ".cache" / "fleettui").iterdir()) == []


async def test_a_hostile_configuration_does_not_run(host: ShellHost, tmp_path: Path) -> None:
    repo, marker = make_repo(tmp_path / "repo"), tmp_path / "marker"
    commit(repo, {".gitattributes": "* filter=evil diff=evil merge=evil\n"})
    tree = add_worktree(repo, tmp_path / "tree", "agent/t-1")
    script = arm(repo / ".git", marker)
    git(repo, "config", "extensions.worktreeConfig", "true")
    (repo / ".git" / "worktrees" / "tree" / "config.worktree").write_text(
        f"[core]\n\tfsmonitor = {script}\n\tworktree = /\n"
    )
    for place in (repo, tree):
        os.utime(place / "src" / "app.py", (1, 1))
        (place / "README").write_text("HELLO\n")
        (place / "new").write_text("1\n")
    rows = await rows_of(host, repo)
    assert not marker.exists()
    assert {name: (row.dirty, row.problem) for name, row in rows.items()} == {
        "repo": (True, None),
        "tree": (True, None),
    }
    git(tree, "status", check=False)
    assert marker.exists()


async def test_a_hostile_submodule_does_not_run(host: ShellHost, tmp_path: Path) -> None:
    part = make_repo(tmp_path / "part")
    repo, marker = make_repo(tmp_path / "repo"), tmp_path / "marker"
    git(repo, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(part), "part")
    commit(repo, {}, "with a part")
    arm(repo / ".git" / "modules" / "part", marker)
    (repo / "part" / "README").write_text("changed\n")
    assert (await rows_of(host, repo))["repo"].dirty is False
    assert not marker.exists()


async def test_a_repository_inside_is_not_entered(host: ShellHost, tmp_path: Path) -> None:
    repo, marker = make_repo(tmp_path / "repo"), tmp_path / "marker"
    inner = make_repo(repo / "inner")
    arm(inner / ".git", marker)
    (inner / "README").write_text("changed\n")
    assert (await rows_of(host, repo))["repo"].dirty is True
    assert not marker.exists()


async def test_what_a_filter_would_have_to_tell_is_unknown(host: ShellHost, tmp_path: Path) -> None:
    """As with Git LFS: what is stored differs from the file, and the filter knows how."""
    repo = make_repo(tmp_path / "repo")
    git(repo, "config", "filter.up.clean", "tr a-z A-Z")
    (repo / "a.big").write_text("big\n")
    os.utime(repo / "a.big", (2, 2))
    commit(repo, {".gitattributes": "*.big filter=up\n"})
    rows = [await rows_of(host, repo)]
    os.utime(repo / "a.big", (1, 1))
    rows.append(await rows_of(host, repo))
    (repo / "README").write_text("changed\n")
    rows.append(await rows_of(host, repo))
    assert [row["repo"].dirty for row in rows] == [False, None, True]


async def test_broken_worktrees_do_not_hide_the_others(host: ShellHost, tmp_path: Path) -> None:
    repo, marker = make_repo(tmp_path / "repo"), tmp_path / "marker"
    names = (
        *("fine", "commondir", "gitdir", "head", "gone", "unlinked", "redirected", "own"),
        *("locked", "unborn"),
    )
    trees = {name: add_worktree(repo, tmp_path / name, f"agent/{name}") for name in names}
    git(repo, "worktree", "lock", "--reason", "on a \x1b[2Jstick", str(trees["locked"]))
    admin = repo / ".git" / "worktrees"
    (admin / "commondir" / "commondir").write_text("")
    (admin / "gitdir" / "gitdir").unlink()
    (admin / "head" / "HEAD").write_text("")
    shutil.rmtree(trees["gone"])
    (trees["unlinked"] / ".git").unlink()
    evil = make_repo(tmp_path / "evil")
    arm(evil / ".git", marker)
    (trees["redirected"] / ".git").write_text(f"gitdir: {evil}/.git\n")
    (trees["own"] / ".git").unlink()
    git(trees["own"], "init", "-q")
    git(trees["unborn"], "symbolic-ref", "HEAD", "refs/heads/nothing")
    rows = await rows_of(host, repo)
    assert {name: row.problem for name, row in rows.items()} == {
        "repo": None,
        "fine": None,
        "commondir": "its commondir file is missing or empty",
        "gitdir": "its gitdir file is missing or empty",
        "head": "its HEAD file is missing or empty",
        "gone": "its folder is gone",
        "unlinked": "its .git file is gone",
        "redirected": "its .git file points elsewhere",
        "own": "its .git is a repository of its own",
        "locked": "locked: on a ␛[2Jstick",
        "unborn": None,
    }
    assert (rows["fine"].dirty, rows["fine"].task, rows["fine"].ahead) == (False, "fine", 0)
    assert (rows["locked"].dirty, rows["locked"].task) == (False, "locked")
    assert (rows["gone"].dirty, rows["gone"].task) == (None, "gone")
    assert (rows["unborn"].branch, rows["unborn"].head, rows["unborn"].dirty) == (
        "nothing",
        None,
        True,
    )
    assert not marker.exists()


async def test_what_is_no_clone_is_said(host: ShellHost, home: Path, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    make_repo(home / "src" / "a b")
    probe = probe_of(
        host,
        Repo("gone", str(tmp_path / "gone")),
        Repo("folder", str(tmp_path / "folder")),
        Repo("newline", "/tmp/a\nb"),
        Repo("here", "~/src/a b"),
        Repo("there", "src/a b"),
        Repo("evil", "$(touch /tmp/fleettui-evil)`id`"),
    )
    rows = await probe.read()
    await probe.close()
    assert [(row.repo, row.path, row.problem) for row in rows] == [
        ("gone", str(tmp_path / "gone"), "there is no such folder"),
        ("folder", str(tmp_path / "folder"), "not a git repository"),
        ("newline", "/tmp/a␊b", "the configured path or base is not usable"),
        ("here", str(home / "src" / "a b"), None),
        ("there", str(home / "src" / "a b"), None),
        ("evil", str(home / "$(touch /tmp/fleettui-evil)`id`"), "there is no such folder"),
    ]


async def test_the_clone_may_be_bare_or_linked_or_elsewhere(
    host: ShellHost, tmp_path: Path
) -> None:
    repo = make_repo(tmp_path / "repo")
    linked = add_worktree(repo, tmp_path / "linked", "agent/t-1")
    git(tmp_path, "clone", "-q", "--bare", str(repo), "bare.git")
    add_worktree(tmp_path / "bare.git", tmp_path / "of-bare", "agent/t-2")
    git(tmp_path, "clone", "-q", "--separate-git-dir", str(tmp_path / "store"), str(repo), "split")
    assert set(await rows_of(host, linked)) == {"repo", "linked"}
    bare = await rows_of(host, tmp_path / "bare.git")
    assert {name: row.task for name, row in bare.items()} == {"of-bare": "t-2"}
    assert (await rows_of(host, tmp_path / "split"))["split"].dirty is False


async def test_the_base_may_only_be_known_at_the_origin(host: ShellHost, tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    git(tmp_path, "clone", "-q", str(repo), "clone")
    clone = tmp_path / "clone"
    git(clone, "checkout", "-q", "-b", "agent/t-1")
    git(clone, "branch", "-q", "-D", "main")
    commit(clone, {"new": "1\n"})
    row = (await rows_of(host, clone))["clone"]
    assert (row.ahead, row.behind) == (1, 0)
    row = (await rows_of(host, clone, base="no-such"))["clone"]
    assert (row.ahead, row.behind, row.dirty) == (None, None, False)


async def test_unusual_formats_are_read(host: ShellHost, tmp_path: Path) -> None:
    sha256 = tmp_path / "sha256"
    git(tmp_path, "init", "-q", "-b", "main", "--object-format=sha256", str(sha256))
    head = commit(sha256, {"a": "1\n"})
    split = make_repo(tmp_path / "split")
    git(split, "config", "core.splitIndex", "true")
    commit(split, {"b": "1\n"})
    sparse = make_repo(tmp_path / "sparse")
    git(sparse, "sparse-checkout", "set", "--cone", "--sparse-index", "nothing")
    for name, repo in (("sha256", sha256), ("split", split), ("sparse", sparse)):
        before = {file: content for file, (_, content) in everything(repo / ".git").items()}
        row = (await rows_of(host, repo))[name]
        assert (row.dirty, row.problem, row.ahead) == (False, None, 0)
        after = {file: content for file, (_, content) in everything(repo / ".git").items()}
        assert after == before
    assert (await rows_of(host, sha256))["sha256"].head == head
    assert len(head) == 64


async def test_another_owner_is_no_obstacle(host: ShellHost, tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    for file in [repo, *repo.rglob("*")] if os.geteuid() == 0 else []:
        os.chown(file, 12345, 12345)
    assert (await rows_of(host, repo))["repo"].dirty is False


async def test_hostile_names_are_drawn_safely(host: ShellHost, tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    add_worktree(repo, tmp_path / "a\x1b]52;c;eA==\x07", "agent/\u202eevil")
    rows = await probe_of(host, Repo("app", str(repo))).read()
    assert rows[1].path == f"{tmp_path}/a␛]52;c;eA==␇"
    assert (rows[1].branch, rows[1].task) == ("agent/<U+202E>evil", None)


async def test_many_worktrees_are_bounded_and_said(host: ShellHost, tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    for number in range(203):
        admin = repo / ".git" / "worktrees" / f"w{number:03}"
        admin.mkdir(parents=True)
        (admin / "HEAD").write_text("ref: refs/heads/main\n")
    rows = await probe_of(host, Repo("app", str(repo))).read()
    assert len(rows) == 1 + 200 + 1
    assert rows[-1].problem == "3 more worktrees are not read"


async def test_an_unreadable_index_makes_a_problem(host: ShellHost, tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    tree = add_worktree(repo, tmp_path / "tree", "agent/t-1")
    (repo / ".git" / "worktrees" / "tree" / "index").write_bytes(b"nonsense" * 100)
    rows = await rows_of(host, repo)
    assert rows["repo"].problem is None
    assert "bad signature" in (rows[tree.name].problem or "")
    assert (rows["tree"].branch, rows["tree"].dirty) == ("agent/t-1", None)


async def test_clones_of_this_machine_and_of_others(host: ShellHost, tmp_path: Path) -> None:
    mine, theirs = make_repo(tmp_path / "mine"), make_repo(tmp_path / "theirs")
    repo = Repo("app", str(mine), clones={"desk": str(theirs), "brain": str(theirs)})
    here = await probe_of(host, repo).read()
    there = await probe_of(host, repo, machine=Machine("brain", ssh=("brain",))).read()
    nowhere = await probe_of(host, repo, machine=Machine("mini", ssh=("mini",))).read()
    assert [row.path for row in here] == [str(mine), str(theirs)]
    assert [row.path for row in there] == [str(theirs)]
    assert nowhere == ()


async def test_windows_says_that_it_is_not_read(host: ShellHost) -> None:
    probe = WorktreesProbe(host, Machine("pc"), [Repo("app", "C:/app")], platform=on_windows)
    assert (await probe.read())[0].problem == "worktrees are not read on Windows"
    assert host.started == []


async def test_a_machine_without_git_is_an_error(tmp_path: Path, home: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    hide = executable(
        tmp_path / "sh", '#!/bin/sh\nexec dash -c "command() { return 1; }; . /dev/stdin"\n'
    )
    host = ShellHost((str(hide),))
    with pytest.raises(ReadError, match="git is not installed"):
        await probe_of(host, Repo("app", "/tmp")).read()
    await host.close()


@pytest.fixture
def agents(tmp_path: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Processes that look like agents; they wait until their input is closed."""
    running: list[subprocess.Popen[bytes]] = []
    yield running
    for process in running:
        process.communicate()


def start(argv: list[str | Path], folder: Path) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(argv, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.read(1) == b"!"
    return process


WAITS = "#!/bin/sh\nprintf !\nread -r line\n"


async def test_agents_are_guessed_from_processes(
    host: ShellHost, tmp_path: Path, agents: list[subprocess.Popen[bytes]]
) -> None:
    repo = make_repo(tmp_path / "repo")
    one = add_worktree(repo, repo / "trees" / "one", "agent/t-1")
    two = add_worktree(repo, tmp_path / "one-more", "agent/t-2")
    add_worktree(repo, tmp_path / "idle", "agent/t-3")
    claude = executable(tmp_path / "bin" / "claude", WAITS)
    aider = tmp_path / "bin" / "aider"
    aider.write_text("import sys; print(end='!', flush=True); sys.stdin.read()")
    agents.append(start([claude, "-p", "CANARY"], one / "src"))
    agents.append(start([sys.executable, "-u", aider, "--message", "CANARY"], two))
    agents.append(start([sys.executable, "-c", "print(end='!', flush=True); input('')"], tmp_path))
    rows = await rows_of(host, repo)
    assert {name: row.agent and row.agent.agent for name, row in rows.items()} == {
        "repo": None,
        "one": "claude",
        "one-more": "aider",
        "idle": None,
    }
    told = rows["one"].agent
    assert told is not None
    assert (told.state, told.source) == (AgentState.RUNNING, "guess")
    assert told.since is not None
    assert abs(told.since.timestamp() - time.time()) < 60
    agents[-1].communicate(b"\n")


async def test_a_stopped_agent_is_unknown(
    host: ShellHost, tmp_path: Path, agents: list[subprocess.Popen[bytes]]
) -> None:
    repo = make_repo(tmp_path / "repo")
    agents.append(start([executable(tmp_path / "bin" / "codex", WAITS)], repo))
    os.kill(agents[0].pid, 19)
    await asyncio.to_thread(os.waitpid, agents[0].pid, os.WUNTRACED)
    told = (await rows_of(host, repo))["repo"].agent
    os.kill(agents[0].pid, 18)
    assert told is not None
    assert (told.state, told.agent) == (AgentState.UNKNOWN, "codex")
