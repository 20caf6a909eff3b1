"""The review service over real clones: the user's own, and one of an agent's on a machine."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from fleettui.model.change import Change, ChangeKey, Gate, Prompt
from fleettui.model.clock import Clock
from fleettui.model.repo import Repo
from fleettui.model.review import RepoReview
from fleettui.review.desk import Desk
from fleettui.review.desks import Desks
from fleettui.review.intake.fetch import CloneAt
from fleettui.review.ports import TaskFacts
from fleettui.review.service import Review
from tests.lab.repos import commit, git, make_repo

FILES = {"README.md": "# app\n", "src/retry.py": "def retry():\n    return 1\n"}
MACHINE = "here"


@dataclass
class Tasks:
    """A queue that knows what gates said."""

    gates: dict[str, tuple[Gate, ...]] = field(default_factory=dict)

    def facts(self, key: ChangeKey) -> TaskFacts:
        return TaskFacts(gates=self.gates.get(key.task, ()))

    async def attempt(self, key: ChangeKey, prompt: Prompt) -> str | None:
        return None

    def landed(self, key: ChangeKey, commit: str) -> None:
        return None

    def rejected(self, key: ChangeKey, note: str) -> None:
        return None


@dataclass
class ServiceLab:
    """`review` is the service; `open` begins it anew, as another start of the program does."""

    folder: Path
    user: Path
    agents: Path
    repos: Sequence[Repo]
    tasks: Tasks = field(default_factory=Tasks)
    clock: Clock = field(default_factory=Clock)
    review: Review = field(init=False)

    async def open(self) -> None:
        self.review = Review(
            lambda changed: Desks(
                self.repos,
                lambda _: [CloneAt(MACHINE, str(self.agents))],
                self.folder / "state",
                changed,
                tasks=self.tasks,
                clock=self.clock,
            )
        )
        await self.review.open()

    def agent(self, task: str, files: dict[str, str]) -> str:
        """Commit on `agent/TASK`, begun at the `main` of the agents' clone; the new head."""
        branch = f"agent/{task}"
        new = [] if git(self.agents, "branch", "--list", branch) else ["-c"]
        git(self.agents, "switch", "-q", *new, branch)
        head = commit(self.agents, files, f"Do {task}")
        git(self.agents, "switch", "-q", "main")
        return head

    def key(self, task: str, repo: str = "app") -> ChangeKey:
        return ChangeKey(repo, MACHINE, task)

    def change(self, task: str, repo: str = "app") -> Change:
        """The change as the view has it."""
        found = self.review.view().find(self.key(task, repo))
        assert found is not None
        return found

    def repo(self) -> RepoReview:
        """The repository as the view has it."""
        return self.review.view().repos[0]

    @property
    def desk(self) -> Desk:
        return self.review.desks.desk("app")

    @property
    def status(self) -> bytes:
        """What is not committed in the user's clone."""
        return git(self.user, "status", "--porcelain", "--untracked-files=all")


async def service_lab(folder: Path, monkeypatch: pytest.MonkeyPatch, *names: str) -> ServiceLab:
    """A lab with an open service; `names` are those of repositories that share the clones."""
    (folder / "home").mkdir()
    monkeypatch.setenv("HOME", str(folder / "home"))
    user = make_repo(folder / "user", FILES)
    git(user, "config", "user.name", "Ada")
    git(user, "config", "user.email", "ada@example.org")
    git(folder, "clone", "-q", str(user), "agents")
    agents = folder / "agents"
    repos = [Repo(name, str(user), clones={MACHINE: str(agents)}) for name in names or ("app",)]
    lab = ServiceLab(folder, user, agents, repos)
    await lab.open()
    return lab
