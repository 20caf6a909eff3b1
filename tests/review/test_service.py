"""The review service on local clones: what the view says while the world moves."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

import pytest

from fleettui.model.change import Change, ChangeKey, ChangeState, Side
from fleettui.model.errors import Refused, UsageError
from fleettui.model.patch import Patch, Row
from fleettui.model.repo import Repo
from fleettui.model.review import FetchState
from fleettui.model.review_port import Against
from fleettui.review.desks import Desks
from fleettui.review.intake.fetch import CloneAt
from fleettui.review.service import Review
from tests.lab.repos import commit, git, make_repo

PATIENCE_S = 60.0
FILES = {"README.md": "# app\n", "src/retry.py": "def retry():\n    return 1\n"}


@dataclass
class Lab:
    """A user's clone, an agents' clone, and the service over both."""

    folder: Path
    user: Path
    agents: Path
    review: Review

    def agent(self, task: str, files: dict[str, str], message: str = "Do it") -> str:
        """Commit on `agent/TASK`; the new head."""
        branch = f"agent/{task}"
        if git(self.agents, "branch", "--list", branch):
            git(self.agents, "switch", "-q", branch)
        else:
            git(self.agents, "switch", "-q", "-c", branch, "main")
        head = commit(self.agents, files, message)
        git(self.agents, "switch", "-q", "main")
        return head

    def change(self, task: str) -> Change:
        """The change as the view has it."""
        found = self.review.view().find(ChangeKey("app", "here", task))
        assert found is not None
        return found

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait for the background."""
        woken = asyncio.Event()
        unsubscribe = self.review.subscribe(woken.set)
        async with asyncio.timeout(PATIENCE_S):
            while not true():
                await woken.wait()
                woken.clear()
        unsubscribe()


def made(folder: Path, user: Path, agents: Path) -> Review:
    repo = Repo("app", str(user), clones={"here": str(agents)})
    place = CloneAt("here", str(agents))
    return Review(lambda changed: Desks([repo], lambda _: [place], folder / "state", changed))


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncIterator[Lab]:
    user = make_repo(tmp_path / "user", FILES)
    git(user, "config", "user.name", "Ada")
    git(user, "config", "user.email", "ada@example.org")
    git(tmp_path, "clone", "-q", str(user), "agents")
    review = made(tmp_path, user, tmp_path / "agents")
    yield Lab(tmp_path, user, tmp_path / "agents", review)
    await review.close()


async def test_before_it_is_open_the_view_names_the_repositories(lab: Lab) -> None:
    (repo,) = lab.review.view().repos
    assert (repo.name, repo.target, repo.pending, repo.changes) == ("app", "main", True, ())


async def test_a_branch_appears_moves_and_goes_in_the_background(lab: Lab) -> None:
    calls = 0

    def called() -> None:
        nonlocal calls
        calls += 1

    unsubscribe = lab.review.subscribe(called)
    lab.review.attention(True)
    running = asyncio.create_task(lab.review.run())
    try:
        await lab.until(lambda: bool(lab.review.view().repos[0].target_head))
        head = lab.agent("t-1", {"src/retry.py": "def retry():\n    return 2\n"})
        lab.review.read_again()
        await lab.until(lambda: bool(lab.review.view().changes))
        await lab.until(lambda: lab.change("t-1").state is ChangeState.READY)
        assert lab.change("t-1").head == head
        assert lab.change("t-1").title == "Do it"
        assert calls > 0
        (clone,) = lab.review.view().repos[0].clones
        assert clone.state in (FetchState.OK, FetchState.FETCHING)
        moved = lab.agent("t-1", {"README.md": "# mine\n"})
        lab.review.nudge("here")
        await lab.until(lambda: lab.change("t-1").head == moved)
        commit(lab.user, {"README.md": "# the user's\n"}, "mine")
        await lab.until(lambda: lab.change("t-1").state is ChangeState.CONFLICTS)
        git(lab.agents, "branch", "-q", "-D", "agent/t-1")
        lab.review.read_again("app")
        await lab.until(lambda: not lab.review.view().changes)
    finally:
        unsubscribe()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_what_was_said_survives_a_restart(lab: Lab) -> None:
    await lab.review.open()
    head = lab.agent("t-1", {"src/retry.py": "def retry():\n    return 2\n", "a.txt": "a\n"})
    await lab.review.refresh()
    key = ChangeKey("app", "here", "t-1")
    await lab.review.mark(key, "a.txt", True)
    await lab.review.comment(key, "src/retry.py", 2, "why?", Side.NEW)
    await lab.review.approve(key, head)
    await lab.review.close()
    lab.review = made(lab.folder, lab.user, lab.agents)
    await lab.review.open()
    await lab.review.refresh()
    change = lab.change("t-1")
    assert change.approved
    assert change.reviewed == {"a.txt"}
    assert [comment.text for comment in change.comments] == ["why?"]
    lab.agent("t-1", {"src/retry.py": "def retry():\n    return 3\n"})
    await lab.review.refresh()
    change = lab.change("t-1")
    assert not change.approved
    assert change.reviewed == {"a.txt"}
    assert change.comments[0].outdated
    assert change.reviewed_head == head


async def patch_of(lab: Lab, against: Against) -> list[bytes]:
    """The added and removed lines."""
    key = ChangeKey("app", "here", "t-1")
    patch = Patch()
    async with aclosing(lab.review.patch(key, against)) as grown:
        async for patch in grown:
            assert not patch.cut
    assert patch.complete
    marks = {Row.ADDED: b"+", Row.REMOVED: b"-"}
    return [
        marks[Row(kind)] + patch.line(row) for row, kind in enumerate(patch.kinds) if kind in marks
    ]


async def test_a_diff_is_against_the_target_the_base_or_the_last_look(lab: Lab) -> None:
    await lab.review.open()
    head = lab.agent("t-1", {"a.txt": "a\n"})
    commit(lab.user, {"mine.txt": "mine\n"}, "mine")
    await lab.review.refresh()
    await lab.review.approve(ChangeKey("app", "here", "t-1"), head)
    lab.agent("t-1", {"b.txt": "b\n"})
    await lab.review.refresh()
    assert await patch_of(lab, Against.LANDS) == [b"+a", b"+b"]
    assert await patch_of(lab, Against.MADE) == [b"+a", b"+b"]
    assert await patch_of(lab, Against.SINCE) == [b"+b"]
    assert await lab.review.blob(ChangeKey("app", "here", "t-1"), b"mine.txt") == b"mine\n"
    with pytest.raises(UsageError):
        await lab.review.blob(ChangeKey("app", "here", "t-1"), b"a.txt", Side.OLD)


async def test_an_approval_names_the_tree_that_was_seen(lab: Lab) -> None:
    await lab.review.open()
    head = lab.agent("t-1", {"a.txt": "a\n"})
    await lab.review.refresh()
    key, seen = ChangeKey("app", "here", "t-1"), lab.change("t-1").evaluation
    assert seen is not None
    commit(lab.user, {"mine.txt": "mine\n"}, "mine")
    with pytest.raises(Refused, match="moved"):
        await lab.review.approve(key, head, tree=seen.tree)
    await lab.review.refresh()
    with pytest.raises(Refused, match="moved"):
        await lab.review.approve(key, head, tree=seen.tree)
    await lab.review.approve(key, head)
    assert lab.change("t-1").approved


async def test_a_branch_that_was_merged_by_hand_is_merged(lab: Lab) -> None:
    await lab.review.open()
    lab.agent("t-1", {"a.txt": "a\n"})
    git(lab.agents, "branch", "agent/t-2", "main")
    git(lab.user, "fetch", "-q", str(lab.agents), "agent/t-1")
    git(lab.user, "merge", "-q", "--no-ff", "-m", "by hand", "FETCH_HEAD")
    await lab.review.refresh()
    assert lab.change("t-1").state is ChangeState.MERGED
    assert lab.change("t-2").state is ChangeState.EMPTY


async def test_an_unusable_clone_is_told_and_recovers(tmp_path: Path) -> None:
    review = made(tmp_path, tmp_path / "user", tmp_path / "agents")
    await review.open()
    await review.refresh()
    (repo,) = review.view().repos
    assert repo.problem is not None
    user = make_repo(tmp_path / "user", FILES)
    git(tmp_path, "clone", "-q", str(user), "agents")
    await review.refresh()
    (repo,) = review.view().repos
    assert repo.problem is None
    assert repo.target_head
    await review.close()
