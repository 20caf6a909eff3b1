"""Repositories come and go while reviews run."""

import asyncio
from pathlib import Path

from fleettui.model.repo import Repo
from fleettui.review.desks import Desks
from tests.lab.repos import make_repo


async def test_nothing_is_done_again_and_again_without_repositories(tmp_path: Path) -> None:
    steps: list[None] = []
    desks = Desks((), lambda repo: (), tmp_path, lambda: steps.append(None))
    running = asyncio.create_task(desks.run())
    while not steps:  # noqa: ASYNC110 - nothing else tells that it has opened
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.5)
    assert len(steps) == 1
    user = make_repo(tmp_path / "user")
    desks.replace([Repo("app", str(user))], lambda repo: ())
    while not desks.chosen("app"):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.wait([running])
    await desks.close()
    assert len(steps) > 1
