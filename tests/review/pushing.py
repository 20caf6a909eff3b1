"""A user's clone with a real bare remote, and the review of it."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from fleettui.model.change import ChangeKey
from fleettui.model.landing import Landing, LandingState, Strategy
from fleettui.model.repo import Repo
from fleettui.review.intake import quarantine
from fleettui.review.landing import user_clone
from fleettui.review.landing.journal import Journal
from fleettui.review.landing.user_clone import UserClone
from fleettui.review.workspace import Workspace, workspace
from tests.lab.repos import commit, git, make_repo
from tests.lab.times import NOW

KEY = ChangeKey("app", "m0", "t1")


@dataclass(frozen=True)
class Place:
    """`user` is the clone, `bare` the remote called origin."""

    ws: Workspace
    clone: UserClone
    journal: Journal
    user: Path
    bare: Path

    @property
    def here(self) -> str:
        """The user's target."""
        return tip(self.user)

    @property
    def there(self) -> str:
        """The remote's target."""
        return tip(self.bare)

    def commit(self, text: str) -> str:
        """The user commits."""
        return commit(self.user, {"user.txt": text}, f"Write {text}")

    async def landed(self, before: str, after: str, key: ChangeKey = KEY) -> Landing:
        """Note in the journal that this was landed."""
        begun = await self.journal.begin(
            key=key,
            ref="refs/heads/main",
            before=before,
            after=after,
            head=after,
            strategy=Strategy.MERGE,
            at=NOW,
        )
        return await self.journal.set_state(begun.id, LandingState.LANDED)


def tip(repo: Path, ref: str = "refs/heads/main") -> str:
    """What a ref points to."""
    return git(repo, "rev-parse", ref).decode().strip()


async def place_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str = "") -> Place:
    """A clone with one commit that the remote has, and one that it lacks.

    `url` is the address of the remote, by default its path. The user's home is `tmp_path/home`.
    """
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    monkeypatch.setenv("HOME", str(home))
    for name in [name for name in os.environ if name.startswith(("GIT_", "XDG_"))]:
        monkeypatch.delenv(name)
    global_config("user.name", "Ada")
    global_config("user.email", "ada@example.org")
    user, bare = make_repo(tmp_path / "user"), tmp_path / "served" / "app.git"
    bare.parent.mkdir(exist_ok=True)
    git(tmp_path, "clone", "-q", "--bare", str(user), str(bare))
    git(user, "remote", "add", "origin", url or str(bare))
    git(user, "fetch", "-q", str(bare), "+refs/heads/*:refs/remotes/origin/*")
    commit(user, {"new.txt": "new\n"}, "Add new")
    ws = workspace(Repo("app", str(user), push="origin"), tmp_path / "state")
    await quarantine.prepare(ws)
    clone = await user_clone.find(str(user))
    await quarantine.seed(ws, clone.common_dir)
    return Place(ws, clone, Journal(ws.folder), user, bare)


def global_config(key: str, value: str) -> None:
    """Set something in the user's own configuration."""
    subprocess.run(["git", "config", "--global", "--add", key, value], check=True)


def reject(bare: Path, words: str) -> None:
    """Let the remote refuse every push, saying `words` (an argument of printf)."""
    hook = bare / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\nprintf '{words}' >&2\nexit 1\n")
    hook.chmod(0o755)
