"""A user's clone, its quarantine and a branch of an agent's in it: all of it real git."""

import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from fleettui.model.change import Approval, ChangeKey
from fleettui.model.landing import Landing, LandingState, Preview, Strategy
from fleettui.model.repo import Repo
from fleettui.review.intake import quarantine
from fleettui.review.landing import user_clone
from fleettui.review.landing.journal import Journal
from fleettui.review.landing.landing import land, preview
from fleettui.review.landing.lock import holding
from fleettui.review.landing.message import Subject, write
from fleettui.review.landing.moving import move_target
from fleettui.review.landing.user_clone import UserClone
from fleettui.review.reading.evaluate import evaluate
from fleettui.review.workspace import Workspace, workspace
from tests.lab.repos import commit, git, make_repo
from tests.lab.times import NOW

KEY = ChangeKey("app", "brain", "t-1")
ADA = ("Ada", "ada@example.org")


@dataclass
class Lab:
    """`user` is the user's clone, `agent` the one where the agent's commits are made."""

    ws: Workspace
    journal: Journal
    user: Path
    agent: Path
    marker: Path = field(default=Path())

    @property
    def tip(self) -> str:
        """The user's target."""
        return self.at("refs/heads/main")

    def at(self, name: str) -> str:
        """What a name means in the user's clone."""
        return git(self.user, "rev-parse", "--verify", name).decode().strip()

    def status(self) -> str:
        """What is not committed, as git says it."""
        return git(self.user, "status", "--porcelain", "--untracked-files=all").decode()

    def read(self, name: str) -> bytes:
        """A file of the user's."""
        return (self.user / name).read_bytes()

    async def clone(self) -> UserClone:
        """The user's clone as the program finds it."""
        return await user_clone.find(str(self.user))

    async def take(self, oid: str) -> str:
        """Take a commit of the agent's into quarantine, and keep it there."""
        git(self.agent, "push", "-q", str(self.ws.quarantine), f"+{oid}:refs/fleet/in/brain/t-1")
        await quarantine.pin(self.ws, oid)
        return oid

    async def made(self, files: dict[str, str], message: str = "Make it") -> str:
        """A commit of the agent's, in quarantine."""
        return await self.take(commit(self.agent, files, message))

    async def begun(self, before: str, after: str) -> Landing:
        """A landing in the journal."""
        return await self.journal.begin(
            key=KEY,
            ref=self.ws.target_ref,
            before=before,
            after=after,
            head=after,
            strategy=Strategy.MERGE,
            at=NOW,
        )

    async def move(
        self, before: str, after: str, done: LandingState = LandingState.LANDED
    ) -> Landing:
        """Move the target, as a landing does."""
        landing = await self.begun(before, after)
        async with holding(self.ws) as held:
            return await move_target(
                *(self.ws, await self.clone(), self.journal, held),
                landing=landing,
                before=before,
                after=after,
                done=done,
            )

    async def shown(
        self, head: str, strategy: Strategy = Strategy.MERGE, text: str = ""
    ) -> Preview:
        """The preview of landing a head."""
        target = await quarantine.take_target(self.ws, str(self.user / ".git"))
        return await preview(
            *(self.ws, await self.clone()),
            key=KEY,
            evaluation=await evaluate(self.ws.q(), target, head),
            strategy=strategy,
            message=text or write(Subject(KEY, head, "Ada <ada@example.org>"), strategy),
            when=NOW,
        )

    async def land(self, head: str, strategy: Strategy = Strategy.MERGE) -> Landing:
        """Approve and land a head."""
        shown = await self.shown(head, strategy)
        return await land(*(self.ws, await self.clone(), self.journal, shown), yes(shown))

    def whole(self) -> bool:
        """Whether git finds nothing wrong in the user's clone."""
        return git(self.user, "fsck", "--full", "--strict", "--no-dangling") == b""


def yes(shown: Preview) -> Approval:
    """An approval of what a preview shows."""
    return Approval(shown.before, shown.head, shown.tree, NOW, "Ada")


async def lab_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    """A new lab. The user's home is `tmp_path/home`."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    for name in [name for name in os.environ if name.startswith(("GIT_", "XDG_"))]:
        monkeypatch.delenv(name)
    (home / ".gitconfig").write_text("[user]\n\tname = Ada\n\temail = ada@example.org\n")
    return await lab_in(tmp_path, make_repo(tmp_path / "user"))


async def lab_in(tmp_path: Path, user: Path) -> Lab:
    """A new lab around a clone of a user's."""
    git(tmp_path, "clone", "-q", str(user), str(tmp_path / "agent"))
    git(tmp_path / "agent", "checkout", "-q", "-b", "agent/t-1")
    base = git(user, "symbolic-ref", "--short", "HEAD").decode().strip()
    ws = workspace(Repo(name="app", path=str(user), base=base), tmp_path / "state")
    await quarantine.prepare(ws)
    await quarantine.seed(ws, str(user / ".git"))
    return Lab(ws, Journal(ws.folder), user, tmp_path / "agent")
