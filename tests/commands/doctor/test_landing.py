"""What doctor says of the user's own clones, on real ones."""

from pathlib import Path

import pytest

from fleettui.commands.doctor.landing import landing_lines
from fleettui.commands.doctor.line import State
from fleettui.model.fleet import Fleet
from fleettui.model.repo import Repo
from tests.lab.repos import add_worktree, git, make_repo


@pytest.fixture
def user(tmp_path: Path) -> Path:
    clone = make_repo(tmp_path / "user")
    git(clone, "config", "user.name", "Ada")
    git(clone, "config", "user.email", "ada@example.org")
    git(clone, "remote", "add", "origin", f"{tmp_path}/remote.git")
    return clone


async def told(
    tmp_path: Path, path: Path, *, base: str = "main", push: str | None = None
) -> tuple[State, str, str | None]:
    """State, detail and remedy of the only repository."""
    repo = Repo("app", str(path), base=base, push=push)
    (line,) = await landing_lines(Fleet("lab", (), state_dir=str(tmp_path), repos=(repo,)))
    return line.state, line.detail, line.remedy


async def test_a_good_clone_tells_who_lands_where_it_is_pushed(tmp_path: Path, user: Path) -> None:
    state, detail, _ = await told(tmp_path, user, push="origin")
    assert state is State.OK
    assert detail == f"app: lands on main as Ada, is pushed to origin ({tmp_path}/remote.git)"
    assert await told(tmp_path, user) == (
        State.OK,
        "app: lands on main as Ada, and is never pushed",
        None,
    )


async def test_what_makes_landing_impossible_is_named(tmp_path: Path, user: Path) -> None:
    state, detail, remedy = await told(tmp_path, tmp_path / "nowhere")
    assert (state, "is not there" in detail, bool(remedy)) == (State.FAILED, True, True)
    state, detail, _ = await told(tmp_path, user, base="trunk")
    assert (state, detail) == (State.FAILED, "app: there is no branch trunk")
    state, detail, remedy = await told(tmp_path, user, push="upstream")
    assert (state, "no remote called upstream" in detail) == (State.FAILED, True)
    assert remedy is not None
    assert remedy.startswith("git remote add upstream")


async def test_agents_in_the_clone_are_a_warning(tmp_path: Path, user: Path) -> None:
    add_worktree(user, tmp_path / "tree", "agent/t-1")
    state, detail, remedy = await told(tmp_path, user)
    assert state is State.WARNING
    assert "an agent works in" in detail
    assert remedy is not None
