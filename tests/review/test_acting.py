"""Acts on what became known since the human said yes."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fleettui.model.change import ChangeState, Gate
from fleettui.model.errors import FleettuiError, Refused
from fleettui.model.landing import Landing
from tests.lab.repos import commit, git
from tests.review.service_lab import ServiceLab, service_lab

FAILED = (Gate(("make", "test"), 1),)


@pytest.fixture
async def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ServiceLab]:
    made = await service_lab(tmp_path, monkeypatch)
    yield made
    await made.review.close()


async def approved(lab: ServiceLab, task: str, files: dict[str, str]) -> str:
    head = lab.agent(task, files)
    await lab.review.refresh()
    await lab.review.approve(lab.key(task), head)
    return head


async def test_gates_that_failed_after_the_yes_stop_a_landing(lab: ServiceLab) -> None:
    await approved(lab, "t-1", {"a.txt": "a\n"})
    shown = await lab.review.preview_merge(lab.key("t-1"))
    lab.tasks.gates["t-1"] = FAILED
    assert "failed its gates" in " ".join((await lab.review.preview_merge(lab.key("t-1"))).blocked)
    with pytest.raises(Refused, match="failed its gates"):
        await lab.review.merge(shown)
    (car,) = (await lab.review.preview_train("app")).cars
    assert "failed its gates" in car.blocked


async def test_a_train_computes_before_it_takes_anybody_along(lab: ServiceLab) -> None:
    await approved(lab, "t-1", {"README.md": "# mine\n"})
    commit(lab.user, {"README.md": "# other\n"})
    await lab.review.close()
    await lab.open()
    await lab.desk.open()
    assert lab.change("t-1").state is ChangeState.PENDING
    (car,) = (await lab.review.preview_train("app")).cars
    assert lab.change("t-1").state is ChangeState.CONFLICTS
    assert "conflicts in README.md" in car.blocked


async def test_a_train_looks_at_the_tree_that_each_car_makes(lab: ServiceLab) -> None:
    await approved(lab, "t-1", {"Notes.txt": "a\n"})
    head = await approved(lab, "t-2", {"notes.txt": "b\n"})
    assert lab.change("t-2").unacknowledged == ()
    _, car = (await lab.review.preview_train("app")).cars
    assert (car.head, car.blocked) == (head, "not acknowledged: twin-name:notes.txt")


async def test_repositories_that_share_a_clone_land_one_after_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "shared"
    place.mkdir()
    lab = await service_lab(place, monkeypatch, "app", "twin")
    heads = {task: lab.agent(task, {f"{task}.txt": "a\n"}) for task in ("t-1", "t-2")}
    await lab.review.refresh()
    shown = []
    for repo, task in (("app", "t-1"), ("twin", "t-2")):
        await lab.review.approve(lab.key(task, repo), heads[task])
        shown.append(await lab.review.preview_merge(lab.key(task, repo)))
    ends = await asyncio.gather(*map(lab.review.merge, shown), return_exceptions=True)
    await lab.review.close()
    (landed,) = (end for end in ends if isinstance(end, Landing))
    (refused,) = (end for end in ends if isinstance(end, FleettuiError))
    assert isinstance(refused, Refused)
    assert git(lab.user, "rev-parse", "main").decode().strip() == landed.after
    assert lab.status == b""
