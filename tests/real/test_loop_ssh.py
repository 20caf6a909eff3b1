"""A loop on a machine behind a real sshd."""

import os
import signal

import psutil
import pytest

from fleettui.model.errors import TimedOut
from fleettui.model.machine import Machine, Platform
from fleettui.probes.loop import Loop
from fleettui.probes.system import SystemProbe
from tests.lab.processes import is_dead
from tests.lab.sshd import Sshd
from tests.real.labs import DEADLINE, ssh_host

SCRIPT = b"section_pid() { echo $$; }\n"


async def pid_of(loop: Loop) -> int:
    return int((await loop.tick("pid", deadline=DEADLINE))["pid"])


async def test_the_system_of_a_machine_behind_ssh(sshd: Sshd) -> None:
    async with ssh_host(sshd) as host:
        probe = SystemProbe(host, Machine("box", ssh=("box",)))
        first, second = await probe.read(), await probe.read()
        await probe.close()
    for system in (first, second):
        assert system.platform is Platform.LINUX
        assert system.memory_total == psutil.virtual_memory().total
        assert system.disk_total == psutil.disk_usage("/").total
        assert system.clock_skew_s == pytest.approx(0.0, abs=5.0)
    assert first.cpu_percent is not None


@pytest.mark.parametrize("lost", ["connection", "host", "loop"])
async def test_no_shell_is_left_behind(sshd: Sshd, lost: str) -> None:
    async with ssh_host(sshd) as host:
        loop = Loop(host, SCRIPT)
        pid = await pid_of(loop)
        assert psutil.pid_exists(pid)
        if lost == "connection":
            host.mark_suspended()
        else:
            await (host if lost == "host" else loop).close()
        assert await is_dead(pid)
        await loop.close()


async def test_a_lost_connection_is_made_again_within_the_tick(sshd: Sshd) -> None:
    async with ssh_host(sshd) as host:
        loop = Loop(host, SCRIPT)
        first = await pid_of(loop)
        host.mark_suspended()
        assert await pid_of(loop) != first
        await loop.close()


async def test_a_frozen_shell_is_replaced(sshd: Sshd) -> None:
    async with ssh_host(sshd) as host:
        loop = Loop(host, SCRIPT)
        first = await pid_of(loop)
        os.kill(first, signal.SIGSTOP)
        try:
            with pytest.raises(TimedOut):
                await loop.tick("pid", deadline=0.3)
            assert await pid_of(loop) != first
        finally:
            os.kill(first, signal.SIGCONT)
        await loop.close()
        assert await is_dead(first)
