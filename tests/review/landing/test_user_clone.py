"""The user's clone as it is found, in real repositories."""

from pathlib import Path

import pytest

from fleettui.model.errors import OperationFailed, Refused
from fleettui.review.landing import clone_config, user_clone
from fleettui.review.landing.clone_config import Setting, config_of, parse_settings
from fleettui.review.landing.journal import Journal
from tests.lab.repos import add_worktree, arm, commit, git, make_repo


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.delenv("GIT_CONFIG_GLOBAL", raising=False)
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture
def user(tmp_path: Path, home: Path) -> Path:
    return make_repo(tmp_path / "user")


async def test_it_is_found_with_all_that_belongs_to_it(user: Path, tmp_path: Path) -> None:
    git(user, "remote", "add", "origin", "https://example.org/app.git")
    linked = add_worktree(user, tmp_path / "linked", "other")
    clone = await user_clone.find(str(user))
    assert (clone.path, clone.git_dir, clone.common_dir) == (
        *(str(user), str(user / ".git"), str(user / ".git")),
    )
    assert clone.remotes == {"origin": ("https://example.org/app.git",)}
    assert clone.branches == {"main", "other"}
    first, second = await clone.worktrees()
    assert (first.path, first.branch, first.main) == (str(user), "refs/heads/main", True)
    assert (second.path, second.branch, second.main) == (str(linked), "refs/heads/other", False)
    assert second.git_dir == str(user / ".git/worktrees/linked")
    assert await clone.tip("refs/heads/main") == first.head
    assert await clone.tip("refs/heads/none") is None


async def test_a_linked_worktree_of_the_users_will_do(user: Path, tmp_path: Path) -> None:
    linked = add_worktree(user, tmp_path / "linked", "other")
    clone = await user_clone.find(str(linked))
    assert (clone.path, clone.common_dir) == (str(linked), str(user / ".git"))
    assert clone.warnings == ()


async def test_an_agents_worktree_will_not_do_and_is_warned_of(user: Path, tmp_path: Path) -> None:
    linked = add_worktree(user, tmp_path / "linked", "agent/t-1")
    with pytest.raises(Refused, match="is an agent's worktree"):
        await user_clone.find(str(linked))
    (warning,) = (await user_clone.find(str(user))).warnings
    assert warning.startswith(f"an agent works in {linked}, a worktree of your own clone")


async def test_what_is_no_clone_is_said(user: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    git(tmp_path, "clone", "-q", "--bare", str(user), str(bare))
    for place, why in (
        (tmp_path / "none", "is not there"),
        (bare, "is a bare repository"),
        (user / "src", "is not the top folder of a git repository"),
        (tmp_path, "is not the top folder of a git repository"),
    ):
        with pytest.raises(OperationFailed, match=why):
            await user_clone.find(str(place))


async def test_finding_runs_nothing_of_it(user: Path, tmp_path: Path) -> None:
    arm(user / ".git", tmp_path / "marker")
    clone = await user_clone.find(str(user))
    await clone.worktrees()
    await clone.git((await clone.worktrees())[0]).run(["status"])
    assert clone.config.filters == ("evil",)
    assert not (tmp_path / "marker").exists()


async def test_the_user_is_who_the_nearest_configuration_says(user: Path, home: Path) -> None:
    work = home / "work"
    work.write_text("[user]\n\temail = ada@work.example\n")
    (home / ".config/git").mkdir(parents=True)
    (home / ".config/git/config").write_text("[user]\n\tname = Ada L\n\temail = x@example.org\n")
    (home / ".gitconfig").write_text(f'[includeIf "gitdir:{user}/"]\n\tpath = work\n')
    assert (await user_clone.find(str(user))).identity() == ("Ada L", "ada@work.example")
    git(user, "config", "user.name", "Ada at home\n<x>")
    assert (await user_clone.find(str(user))).identity() == ("Ada at home x", "ada@work.example")


async def test_an_unknown_user_is_told_what_to_do() -> None:
    with pytest.raises(Refused, match="git does not know your name and email: git config"):
        config_of([], {}).identity()


def test_only_what_names_no_program_is_copied() -> None:
    settings = [
        Setting("system", "core.autocrlf", "true"),
        Setting("global", "core.autocrlf", "input"),
        Setting("global", "core.pager", "evil"),
        Setting("local", "filter.a=b.smudge", "evil"),
    ]
    config = config_of(settings, {})
    assert config.copied == ("core.autocrlf=input",)
    assert config.filters == ("a=b",)
    assert config.disarmed["GIT_CONFIG_COUNT"] == "4"
    assert config.disarmed["GIT_CONFIG_KEY_1"] == "filter.a=b.smudge"
    assert config.disarmed["GIT_CONFIG_VALUE_1"] == ""


def test_settings_are_read_as_git_prints_them() -> None:
    raw = b"local\0core.bare\nfalse\0global\0a.b\0worktree\0x.y\n1\n2\0"
    assert parse_settings(raw) == [
        Setting("local", "core.bare", "false"),
        Setting("global", "a.b", "true"),
        Setting("worktree", "x.y", "1\n2"),
    ]


async def test_what_a_clone_runs_by_itself_is_watched(user: Path, tmp_path: Path) -> None:
    journal = Journal(tmp_path / "state")
    assert await user_clone.warnings(await user_clone.find(str(user)), journal) == ()
    git(user, "config", "user.name", "Ada")
    assert await user_clone.warnings(await user_clone.find(str(user)), journal) == ()
    arm(user / ".git", tmp_path / "marker")
    clone = await user_clone.find(str(user))
    (warning,) = await user_clone.warnings(clone, journal)
    assert warning.startswith(f"what git runs by itself in {user} changed: ")
    named = clone_config.changes({}, clone.config.marks)
    assert {"core.fsmonitor", "filter.evil.smudge", "hook post-merge", "diff.external"} < set(named)
    await user_clone.trust(clone, journal)
    assert await user_clone.warnings(clone, journal) == ()


async def test_the_safe_git_is_the_users_in_how_files_look(user: Path, home: Path) -> None:
    (home / ".gitconfig").write_text("[core]\n\tautocrlf = true\n\tignoreCase = true\n")
    commit(user, {"a": "1\n"})
    clone = await user_clone.find(str(user))
    told = await clone.git().run(["config", "core.autocrlf"])
    assert told.stdout == b"true\n"


async def test_files_are_looked_for_where_they_are_and_never_in_the_repository(
    user: Path, tmp_path: Path
) -> None:
    above = make_repo(tmp_path / "above", {"a": "a\n"})
    git(above, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(user), "lib")
    apart = make_repo(tmp_path / "apart")
    git(apart, "init", "-q", "--separate-git-dir", str(tmp_path / "apart.store"))
    moved = make_repo(tmp_path / "moved")
    git(moved, "config", "core.worktree", str(tmp_path / "files"))
    for place, files in (
        (above / "lib", above / "lib"),
        (apart, apart),
        (moved, tmp_path / "files"),
    ):
        clone = await user_clone.find(str(place))
        (tree,) = await clone.worktrees()
        assert tree.path == str(files)
        assert (tree.main, tree.git_dir) == (True, clone.common_dir)


async def test_a_main_worktree_that_nothing_tells_of_is_nowhere(user: Path, tmp_path: Path) -> None:
    git(user, "init", "-q", "--separate-git-dir", str(tmp_path / "store"))
    linked = add_worktree(user, tmp_path / "linked", "other")
    clone = await user_clone.find(str(linked))
    main, other = await clone.worktrees()
    assert (main.branch, main.present) == ("refs/heads/main", False)
    assert (other.path, other.present) == (str(linked), True)


async def test_a_path_is_taken_as_it_is(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = make_repo(tmp_path / "$HOME")
    monkeypatch.setenv("GIT_WORK_TREE", str(home))
    clone = await user_clone.find(str(place))
    assert (clone.path, clone.git_dir) == (str(place), str(place / ".git"))
