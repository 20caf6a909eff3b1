"""Two processes, one lock."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fleettui.git.runner import Git
from fleettui.model.errors import Refused
from fleettui.model.repo import Repo
from fleettui.review.landing.lock import held_by, holding
from fleettui.review.workspace import Workspace, workspace
from tests.lab.repos import executable

HOLDER = """
import asyncio, sys, time
from pathlib import Path
from fleettui.model.repo import Repo
from fleettui.review.landing.lock import holding
from fleettui.review.workspace import workspace

async def main():
    async with holding(workspace(Repo("app", "/"), Path(sys.argv[1])), "landing agent/t-9"):
        print("held", flush=True)
        time.sleep(600)

asyncio.run(main())
"""


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    return workspace(Repo("app", "/"), tmp_path)


def hold(tmp_path: Path) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE
    )
    assert process.stdout
    assert process.stdout.readline() == b"held\n"
    return process


async def test_another_process_is_refused_and_told_who_holds_it(
    ws: Workspace, tmp_path: Path
) -> None:
    process = hold(tmp_path)
    try:
        with pytest.raises(Refused, match=f"landing agent/t-9, process {process.pid}, begun"):
            async with holding(ws, patience=0):
                pass
        owner = held_by(ws)
        assert owner
        assert (owner.pid, owner.what) == (process.pid, "landing agent/t-9")
    finally:
        process.kill()
        process.communicate()


async def test_the_lock_of_a_killed_process_is_free(ws: Workspace, tmp_path: Path) -> None:
    process = hold(tmp_path)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    async with holding(ws, patience=30):
        owner = held_by(ws)
        assert owner
        assert owner.pid == os.getpid()
    assert held_by(ws) is None


async def test_one_process_does_not_take_it_twice(ws: Workspace) -> None:
    async with holding(ws):
        with pytest.raises(Refused, match="another fleettui is at work on app"):
            async with holding(ws, patience=0):
                pass


async def test_the_next_one_waits_a_little(ws: Workspace) -> None:
    order = []

    async def act(name: str) -> None:
        async with holding(ws, patience=30):
            order.append(name)
            await asyncio.sleep(0.05)
            order.append(name)

    await asyncio.gather(act("a"), act("b"), act("c"))
    assert [order[i] == order[i + 1] for i in (0, 2, 4)] == [True] * 3


async def test_a_git_that_outlives_its_owner_keeps_it(ws: Workspace, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    slow = executable(tmp_path / "git", f'#!/bin/sh\nread line <"{pipe}"\n')
    async with holding(ws) as held:
        git = Git(program=str(slow), pass_fds=held.fds)
        running = asyncio.create_task(git.run(["merge"], deadline=60))
        os.set_blocking(os.open(pipe, os.O_RDWR), False)
        writing = await asyncio.to_thread(open, pipe, "wb", 0)
    assert held_by(ws) is not None
    writing.write(b"go\n")
    writing.close()
    await running
    assert held_by(ws) is None


def test_a_lock_without_a_name_has_no_owner(ws: Workspace) -> None:
    ws.lock.parent.mkdir(parents=True)
    ws.lock.write_bytes(b'{"pid": "x"')
    assert held_by(ws) is None


async def test_repositories_that_share_a_clone_take_turns(tmp_path: Path) -> None:
    one, two = (workspace(Repo(name, "/"), tmp_path / name) for name in ("app", "twin"))
    async with holding(one, "landing agent/t-1", clone=str(tmp_path)):
        with pytest.raises(Refused, match="landing agent/t-1"):
            async with holding(two, clone=str(tmp_path), patience=0):
                pass
    async with holding(two, clone=str(tmp_path), patience=0) as held:
        assert len(held.fds) == 2
