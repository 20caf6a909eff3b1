"""Agents' branches from a machine behind a real sshd, over the connection that reads it."""

import asyncio
import os
from pathlib import Path

import psutil
import pytest

from fleettui.git import over_host
from fleettui.hosts.ssh import SshHost
from fleettui.hosts.timing import Timing
from fleettui.model.errors import HostKeyChanged, HostKeyUnknown, ReadError
from fleettui.model.repo import Repo
from fleettui.model.text import is_clean
from fleettui.review.intake import quarantine
from fleettui.review.intake.fetch import CloneAt, Fetched, fetch
from fleettui.review.workspace import Workspace, workspace
from tests.lab.repos import commit, executable, git, make_repo
from tests.lab.sshd import Sshd, running_sshd
from tests.real.labs import ssh_host
from tests.real.test_ssh import NOISY

QUICK = Timing(connect_s=30, login_s=30, keepalive_s=0.3, keepalive_count=2, first_wait_s=0.05)
"""A dead connection is seen after about a second."""


@pytest.fixture
async def ws(tmp_path: Path) -> Workspace:
    user = make_repo(tmp_path / "user")
    made = workspace(Repo("app", str(user)), tmp_path / "state")
    await quarantine.prepare(made)
    await quarantine.seed(made, str(user / ".git"))
    return made


def clone_of(ws: Workspace, place: Path) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    git(place.parent, "clone", "-q", ws.repo.path, str(place))
    return place


def branch(clone: Path, task: str, files: dict[str, str] | None = None) -> str:
    git(clone, "checkout", "-q", "-B", f"agent/{task}", "main")
    return commit(clone, files or {f"{task}.txt": task})


def at(host: SshHost, path: str | Path, machine: str = "box.local.lock") -> CloneAt:
    return CloneAt(machine, str(path), host)


async def test_branches_come_over_the_one_connection(ws: Workspace, sshd: Sshd) -> None:
    clone = clone_of(ws, sshd.home / "src" / "it's $(id)")
    async with ssh_host(sshd) as host:
        there = at(host, "~/src/it's $(id)")
        first = branch(clone, "t1")
        assert await fetch(ws, there) == Fetched({"t1": first})
        second = branch(clone, "t2")
        assert await fetch(ws, there) == Fetched({"t1": first, "t2": second})
        assert await fetch(ws, there) == Fetched({"t1": first, "t2": second})
        assert await quarantine.incoming(ws) == {
            ("box.local.lock", "t1"): first,
            ("box.local.lock", "t2"): second,
        }
    assert sshd.log().count("Accepted publickey") == 1
    git(ws.quarantine, "fsck", "--strict")


async def test_many_clones_at_once_share_it(ws: Workspace, sshd: Sshd, tmp_path: Path) -> None:
    clones = [clone_of(ws, tmp_path / f"clone{number}") for number in range(10)]
    heads = [branch(clone, "t1", {"n": str(number)}) for number, clone in enumerate(clones)]
    async with ssh_host(sshd) as host:
        found = await asyncio.gather(
            *(fetch(ws, at(host, clone, f"m{n}")) for n, clone in enumerate(clones))
        )
    assert [dict(each.heads) for each in found] == [{"t1": head} for head in heads]
    assert sshd.log().count("Accepted publickey") == 1


async def test_a_login_shell_that_prints_noise(ws: Workspace, tmp_path: Path) -> None:
    noisy = executable(tmp_path / "noisy", NOISY)
    clone = clone_of(ws, tmp_path / "clone")
    head = branch(clone, "t1")
    with running_sshd(tmp_path / "sshd", shell=str(noisy)) as server:
        async with ssh_host(server) as host:
            assert (await fetch(ws, at(host, clone))).heads == {"t1": head}


async def test_a_machine_without_a_posix_shell_is_said_to_be_windows(
    ws: Workspace, tmp_path: Path
) -> None:
    """A stand-in for cmd.exe: what it says to a command that it does not know."""
    said = "'exec' is not recognized as an internal or external command,"
    cmd = executable(tmp_path / "cmd", f'#!/bin/sh\necho "{said}" >&2; exit 1\n')
    with running_sshd(tmp_path / "sshd", shell=str(cmd)) as server:
        async with ssh_host(server) as host:
            with pytest.raises(ReadError, match="branches on Windows machines cannot be read yet"):
                await fetch(ws, at(host, "~/app"))


async def test_no_machine_is_trusted_that_the_connection_does_not_trust(
    ws: Workspace, sshd: Sshd, tmp_path: Path
) -> None:
    clone = clone_of(ws, tmp_path / "clone")
    head = branch(clone, "t1")
    async with ssh_host(sshd) as host:
        await fetch(ws, at(host, clone))
    branch(clone, "t2")
    (sshd.folder / "known_hosts").unlink()
    async with ssh_host(sshd) as host:
        with pytest.raises(HostKeyUnknown):
            await fetch(ws, at(host, clone))
    sshd.trust()
    sshd.stop()
    sshd.swap_host_key()
    sshd.start()
    async with ssh_host(sshd) as host:
        with pytest.raises(HostKeyChanged):
            await fetch(ws, at(host, clone))
    assert await quarantine.incoming(ws) == {("box.local.lock", "t1"): head}


async def test_a_machine_that_freezes_costs_the_deadline_and_nothing_else(
    ws: Workspace, sshd: Sshd, tmp_path: Path
) -> None:
    clone = clone_of(ws, tmp_path / "clone")
    head = branch(clone, "t1")
    async with ssh_host(sshd, timing=QUICK) as host:
        await fetch(ws, at(host, clone))
        branch(clone, "t1", {"new": "1"})
        sshd.freeze()
        try:
            with pytest.raises(ReadError) as failed:
                await fetch(ws, at(host, clone), deadline=10)
            assert is_clean(str(failed.value))
            assert await quarantine.incoming(ws) == {("box.local.lock", "t1"): head}
        finally:
            sshd.thaw()


async def test_a_machine_that_dies_while_it_sends(
    ws: Workspace, sshd: Sshd, tmp_path: Path
) -> None:
    clone = clone_of(ws, tmp_path / "clone")
    head = branch(clone, "t1")
    async with ssh_host(sshd, timing=QUICK) as host:
        await fetch(ws, at(host, clone))
        (clone / "noise").write_bytes(os.urandom(25_000_000))
        branch(clone, "t1")
        job = asyncio.create_task(fetch(ws, at(host, clone)))
        packs = ws.quarantine / "objects" / "pack"
        for _ in range(6000):
            if list(packs.glob("tmp_pack_*")):
                break
            await asyncio.sleep(0.005)
        sshd.stop()
        with pytest.raises(ReadError) as failed:
            await job
        assert is_clean(str(failed.value))
        assert await quarantine.incoming(ws) == {("box.local.lock", "t1"): head}
        sshd.start()
        host.retry_now()
        after = git(clone, "rev-parse", "agent/t1").decode().strip()
        assert (await fetch(ws, at(host, clone))).heads == {"t1": after}
    git(ws.quarantine, "fsck", "--strict")


async def test_a_flood_is_cut_off_and_its_sender_ended(
    ws: Workspace, sshd: Sshd, tmp_path: Path
) -> None:
    clone = clone_of(ws, tmp_path / "clone")
    pid = tmp_path / "pid"
    flood = executable(
        tmp_path / "bin" / "git", f"#!/bin/sh\necho $$ >{pid}\nprintf 0016\nexec yes 'version 2'\n"
    )
    sshd.stop()
    path = f"SetEnv PATH={flood.parent}:/usr/bin:/bin HOME={sshd.home}"
    with running_sshd(tmp_path / "sshd2", options=[path]) as server:
        async with ssh_host(server) as host:
            before = psutil.Process().memory_info().rss
            with pytest.raises(ReadError):
                await fetch(ws, at(host, clone))
            assert psutil.Process().memory_info().rss - before < 20_000_000
            assert (await host.run(b"echo ok")).stdout == b"ok\n"
            for _ in range(500):
                if not psutil.pid_exists(int(pid.read_text())):
                    break
                await asyncio.sleep(0.02)
            assert not psutil.pid_exists(int(pid.read_text()))


@pytest.mark.parametrize("octets", [1_000_000, 8_000_000])
async def test_a_slow_reader_slows_the_machine_down(sshd: Sshd, octets: int) -> None:
    async with ssh_host(sshd) as host:
        process = await host.start(b"echo ready; exec head -c %d /dev/zero" % octets)
        assert await process.readline() == b"ready\n"
        # The script has long ended, or waits for us: nothing of what it printed may be lost.
        await asyncio.sleep(1.2)
        received = 0
        while piece := await process.read(1000_000):
            received += len(piece)
            await asyncio.sleep(0)
        assert received == octets
        await process.close()


async def test_giving_up_leaves_nothing_behind(ws: Workspace, sshd: Sshd, tmp_path: Path) -> None:
    clone = clone_of(ws, tmp_path / "clone")
    branch(clone, "t1")
    async with ssh_host(sshd) as host:
        await fetch(ws, at(host, clone))
        files, tasks = psutil.Process().num_fds(), len(asyncio.all_tasks())
        for wait in (0.0, 0.002, 0.006, 0.012, 0.02):
            job = asyncio.create_task(
                over_host.run(ws.q(), host, str(clone), ["ls-remote"], deadline=30)
            )
            await asyncio.sleep(wait)
            job.cancel()
            await asyncio.gather(job, return_exceptions=True)
        for _ in range(500):
            if len(asyncio.all_tasks()) == tasks:
                break
            await asyncio.sleep(0.02)
        assert len(asyncio.all_tasks()) == tasks
        assert psutil.Process().num_fds() == files
        assert (
            await host.run(b"pgrep -f 'git.*upload-pack.*%s' || true" % bytes(clone))
        ).stdout == b""
