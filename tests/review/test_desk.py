"""What a desk says while the world around it fails, and after that."""

import asyncio
import os
import resource
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fleettui.model.change import ChangeState
from fleettui.model.clock import Clock
from fleettui.model.errors import OperationFailed
from fleettui.model.repo import Repo
from fleettui.model.review import FetchState
from fleettui.review.desks import Desks
from fleettui.review.intake.fetch import CloneAt
from fleettui.review.service import Review
from tests.lab.repos import commit, git, make_repo
from tests.review.service_lab import ServiceLab, service_lab


@pytest.fixture
async def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ServiceLab]:
    made = await service_lab(tmp_path, monkeypatch)
    yield made
    await made.review.close()


async def test_a_quarantine_that_vanished_is_made_again(lab: ServiceLab) -> None:
    (lab.user / ".gitattributes").write_text("README.md merge=union\n")
    commit(lab.user, {"README.md": "# app\nmine\n"})
    lab.agent("t-1", {"README.md": "# app\ntheirs\n"})
    await lab.review.refresh()
    tree = lab.change("t-1").evaluation
    shutil.rmtree(lab.desk.ws.quarantine)
    await lab.desk.compute()
    assert lab.repo().problem is not None
    await lab.review.refresh()
    assert lab.repo().problem is None
    assert lab.change("t-1").state is ChangeState.READY
    moved = lab.agent("t-1", {"README.md": "# app\ntheirs\nmore\n"})
    await lab.review.refresh()
    assert lab.change("t-1").head == moved
    assert lab.change("t-1").state is ChangeState.READY
    assert tree is not None


async def test_a_first_copy_that_failed_is_tried_again(
    lab: ServiceLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.agent("t-1", {"a.txt": "a\n"})
    lab.desk.ws.folder.parent.mkdir(exist_ok=True)
    lab.desk.ws.folder.write_text("in the way\n")
    await lab.review.refresh()
    assert lab.repo().problem is not None
    lab.desk.ws.folder.unlink()
    await lab.review.refresh()
    assert lab.repo().problem is None
    assert lab.change("t-1").state is ChangeState.READY


async def test_what_the_system_refuses_is_a_problem_and_no_crash(
    lab: ServiceLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.agent("t-1", {"a.txt": "a\n"})
    monkeypatch.setattr(tempfile, "tempdir", "/nonexistent")
    await lab.review.refresh()
    assert "/nonexistent" in (lab.repo().problem or "")
    monkeypatch.undo()
    await lab.review.refresh()
    assert lab.repo().problem is None


async def test_too_many_open_files_are_a_problem_and_no_crash(lab: ServiceLab) -> None:
    lab.agent("t-1", {"a.txt": "a\n"})
    await lab.review.refresh()
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.dup(0)
    os.close(free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free + 2, before[1]))
    try:
        await lab.review.refresh()
        with pytest.raises(OperationFailed):
            await lab.review.preview_merge(lab.key("t-1"))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert "open files" in (lab.repo().problem or "")
    assert lab.repo().clones[0].state in (FetchState.FAILED, FetchState.OK)
    await lab.review.refresh()
    assert lab.repo().problem is None


async def test_what_was_taken_back_by_hand_is_not_merged_any_more(lab: ServiceLab) -> None:
    head = lab.agent("t-1", {"a.txt": "a\n"})
    await lab.review.refresh()
    await lab.review.approve(lab.key("t-1"), head)
    await lab.review.merge(await lab.review.preview_merge(lab.key("t-1")))
    assert lab.change("t-1").state is ChangeState.MERGED
    assert lab.repo().undoable is not None
    git(lab.user, "reset", "-q", "--hard", "HEAD~1")
    await lab.review.refresh()
    assert lab.change("t-1").state is ChangeState.READY
    assert lab.repo().undoable is None


async def test_the_head_that_was_approved_counts_whatever_the_clock_says(lab: ServiceLab) -> None:
    await lab.review.close()
    at = [1_790_000_000.0]
    lab.clock = Clock(wall=lambda: at[0])
    await lab.open()
    first = lab.agent("t-1", {"a.txt": "a\n"})
    await lab.review.refresh()
    await lab.review.approve(lab.key("t-1"), first)
    second = lab.agent("t-1", {"a.txt": "b\n"})
    await lab.review.refresh()
    at[0] -= 3600
    await lab.review.approve(lab.key("t-1"), second)
    assert lab.change("t-1").approved
    shown = await lab.review.preview_merge(lab.key("t-1"))
    assert shown.head == second


async def test_branches_of_one_name_are_told_apart_by_their_machines(
    lab: ServiceLab, tmp_path: Path
) -> None:
    await lab.review.close()
    other = tmp_path / "there"
    git(tmp_path, "clone", "-q", str(lab.user), str(other))
    git(other, "switch", "-q", "-c", "agent/t-1")
    commit(other, {"README.md": "# theirs\n"})
    lab.agent("t-1", {"README.md": "# mine\n"})
    places = [CloneAt("here", str(lab.agents)), CloneAt("there", str(other))]
    lab.review = Review(
        lambda changed: Desks(lab.repos, lambda _: places, tmp_path / "state", changed)
    )
    await lab.review.open()
    await lab.review.refresh()
    told = {one.key.machine: one.forecast for one in lab.review.view().changes}
    assert {name: one and one.conflicts_with for name, one in told.items()} == {
        "here": ("agent/t-1 on there",),
        "there": ("agent/t-1 on here",),
    }


async def test_a_state_folder_that_cannot_be_used_is_told_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "review").write_text("in the way\n")
    user = make_repo(tmp_path / "user")
    told = asyncio.Event()
    repo = Repo("app", str(user))
    review = Review(lambda changed: Desks([repo], lambda _: [], tmp_path / "state", changed))
    review.subscribe(told.set)
    running = asyncio.create_task(review.run())
    try:
        async with asyncio.timeout(60):
            await told.wait()
            (seen,) = review.view().repos
            assert "review.db" in (seen.problem or "")
            (tmp_path / "state" / "review").unlink()
            while not review.view().repos[0].target_head:
                told.clear()
                await told.wait()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await review.close()
    assert review.view().repos[0].problem is None
