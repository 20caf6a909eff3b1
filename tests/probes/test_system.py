"""The system probe: cadence, recovery, and this machine as a machine of the fleet."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from fleettui.model.clock import Clock
from fleettui.model.errors import Malformed, TimedOut, Unreachable
from fleettui.model.machine import Machine, Platform
from fleettui.model.reading import Source
from fleettui.model.system import System
from fleettui.probes.probe import Probe
from fleettui.probes.system import SystemProbe
from fleettui.probes.system_local import LocalSystem
from tests.probes import macos
from tests.probes.shells import ShellHost


@dataclass
class Time:
    """A clock that stands still until it is told."""

    seconds: float = 1000.0

    def clock(self) -> Clock:
        return Clock(wall=lambda: macos.NOW + self.seconds, monotonic=lambda: self.seconds)


Make = Callable[..., SystemProbe]


@pytest.fixture
async def make() -> AsyncIterator[Make]:
    made: list[tuple[SystemProbe, ShellHost]] = []

    def build(
        host: ShellHost, platform: Platform | None = None, time: Time | None = None
    ) -> SystemProbe:
        clock = time.clock() if time else None
        probe = SystemProbe(host, Machine("engine", ssh=("engine",), platform=platform), clock)
        made.append((probe, host))
        return probe

    yield build
    for probe, host in made:
        await probe.close()
        await host.close()
        assert all(process.child.returncode is not None for process in host.started)


def commands(folder: Path, **scripts: str) -> str:
    """Stand-ins for commands, as sh scripts that also note that they were called."""
    folder.mkdir(exist_ok=True)
    for name, script in scripts.items():
        command = folder / name
        command.write_text(f'#!/bin/sh\necho >>"{folder}/{name}.calls"\n{script}\n')
        command.chmod(0o755)
    return str(folder)


def calls(folder: Path, name: str) -> int:
    """How often a stand-in was called."""
    noted = folder / f"{name}.calls"
    return noted.read_text().count("\n") if noted.exists() else 0


NVIDIA = 'echo "0, GPU-1, NVIDIA RTX A4000, 5, 512, 16376, 44, 16.2"'
DF = "printf 'F B U A C M\\n/dev/a 100 40 60 40%% /\\n'"


async def test_it_is_a_probe_and_finds_the_platform_once(make: Make) -> None:
    host = ShellHost()
    probe: Probe[System] = make(host)
    assert probe.source is Source.SYSTEM
    first, second = await probe.read(), await probe.read()
    assert first.platform is Platform.LINUX
    assert first.cpu_percent is not None
    assert first.memory_total == second.memory_total == psutil.virtual_memory().total
    assert first.disk_total == second.disk_total == psutil.disk_usage("/").total
    assert first.clock_skew_s == pytest.approx(0.0, abs=5.0)
    assert len(host.started) == 1


async def test_slow_sections_are_asked_rarely_and_kept(tmp_path: Path, make: Make) -> None:
    time = Time()
    host = ShellHost(commands=commands(tmp_path, df=DF, date="echo 1795087500.5"))
    host.argv = (
        "env",
        f"PATH={commands(tmp_path, **{'nvidia-smi': NVIDIA})}:/usr/bin:/bin",
        "dash",
    )
    probe = make(host, Platform.LINUX, time)
    for passed, gpus, disks in ((0, 1, 1), (5, 1, 1), (4.9, 1, 1), (0.2, 2, 1), (20, 3, 2)):
        time.seconds += passed
        system = await probe.read()
        assert (system.disk_free, system.disk_total) == (60 * 1024, 100 * 1024)
        assert [gpu.utilization_percent for gpu in system.gpus] == [5.0]
        assert system.clock_skew_s == pytest.approx(1795087500.5 - macos.NOW - 1000, abs=60)
        assert calls(tmp_path, "nvidia-smi") == gpus
        assert calls(tmp_path, "df") == disks
    assert calls(tmp_path, "date") == 2


async def test_a_slow_section_that_hangs_is_not_tried_in_the_next_reading(
    tmp_path: Path, make: Make
) -> None:
    time = Time()
    host = ShellHost(commands=commands(tmp_path, df=f"{DF}; [ ! -e {tmp_path}/hang ] || sleep 60"))
    probe = make(host, Platform.LINUX, time)
    assert (await probe.read()).disk_free == 60 * 1024
    (tmp_path / "hang").touch()
    time.seconds += 31
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await probe.read()
    time.seconds += 2
    assert (await probe.read()).disk_free == 60 * 1024
    time.seconds += 28
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await probe.read()
    time.seconds += 29.9
    assert (await probe.read()).disk_free is None


async def test_slow_sections_are_asked_again_when_the_machine_was_away(make: Make) -> None:
    class Away(ShellHost):
        away = True

        async def start(self, script, **more):  # type: ignore[no-untyped-def]
            if self.away:
                raise Unreachable("no route to host")
            return await super().start(script, **more)

    host = Away()
    probe = make(host, Platform.LINUX, Time())
    with pytest.raises(Unreachable):
        await probe.read()
    host.away = False
    assert (await probe.read()).disk_total == psutil.disk_usage("/").total


async def test_a_killed_and_a_frozen_shell_are_survived(make: Make) -> None:
    host = ShellHost()
    probe = make(host, Platform.LINUX)
    await probe.read()
    host.send(signal.SIGKILL)
    assert (await probe.read()).memory_total is not None
    host.send(signal.SIGSTOP)
    with pytest.raises((TimeoutError, TimedOut)):
        async with asyncio.timeout(0.2):
            await probe.read()
    assert (await probe.read()).cpu_percent is not None
    assert len(host.started) == 3


async def test_a_machine_of_another_platform_than_configured_is_malformed(make: Make) -> None:
    host = ShellHost(commands="/nonexistent")
    probe = make(host, Platform.MACOS)
    with pytest.raises(Malformed, match="none of the figures of sysctl"):
        await probe.read()


@pytest.mark.parametrize("argv", [("bash", "--posix"), ("dash",)], ids=["bash", "dash"])
async def test_macos_with_stand_ins(tmp_path: Path, make: Make, argv: tuple[str, ...]) -> None:
    host = ShellHost(argv, commands=str(macos.install(tmp_path / "bin")))
    time = Time(0.0)
    probe = make(host, Platform.MACOS, time)
    first = await probe.read()
    assert first.memory_used == 42_532_864_000
    assert first.cpu_percent == 29.0
    assert [gpu.utilization_percent for gpu in first.gpus] == [34.0]
    assert first.disk_free == 530000000 * 1024
    assert first.uptime_s is not None
    shares: list[float | None] = []
    async with asyncio.timeout(30):
        while None in shares[-1:] or len(shares) < 3:
            await asyncio.sleep(0.02)
            shares.append((await probe.read()).cpu_percent)
    assert set(shares) <= {None, 29.0}
    assert len(host.started) == 1


async def test_the_samples_of_macos_leave_no_file_and_stop_with_their_command(
    tmp_path: Path, make: Make
) -> None:
    folder = macos.install(tmp_path / "bin")
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    host = ShellHost(("env", f"TMPDIR={temporary}", "bash", "--posix"), commands=str(folder))
    probe = make(host, Platform.MACOS)
    await probe.read()
    (folder / "iostat").write_text("#!/bin/sh\nexit 1\n")
    shares = [(await probe.read()).cpu_percent for _ in range(8)]
    assert shares[-1] is None
    assert list(temporary.iterdir()) == []


async def test_this_machine_without_a_shell(make: Make) -> None:
    host = ShellHost(local=True)
    probe = make(host, Platform.WINDOWS)
    first, second = await probe.read(), await probe.read()
    assert host.started == []
    memory = psutil.virtual_memory()
    for system in (first, second):
        assert system.platform is Platform.LINUX
        assert system.cpu_count == psutil.cpu_count()
        assert system.memory_total == memory.total
        assert system.memory_available == pytest.approx(memory.available, abs=0.2 * memory.total)
        assert system.memory_used is not None
        assert system.memory_available is not None
        assert system.memory_used + system.memory_available == memory.total
        assert system.disk_total == psutil.disk_usage("/").total
        assert system.uptime_s is not None
        assert system.clock_skew_s == 0.0
    assert first.cpu_percent is not None


async def test_here_and_over_a_shell_are_told_alike(make: Make) -> None:
    local = await make(ShellHost(local=True)).read()
    remote = await make(ShellHost()).read()
    assert local.cpu_count == remote.cpu_count
    assert local.memory_total == remote.memory_total
    assert local.memory_used == pytest.approx(
        remote.memory_used, abs=0.2 * (local.memory_total or 0)
    )
    assert local.memory_pressure == remote.memory_pressure
    assert local.swap_total == remote.swap_total
    assert local.disk_total == remote.disk_total
    assert local.uptime_s == pytest.approx(remote.uptime_s, abs=30)
    assert local.memory_label == remote.memory_label


async def test_a_mac_is_read_here_as_over_a_shell(tmp_path: Path) -> None:
    host = ShellHost(local=True, commands=str(macos.install(tmp_path / "bin")))
    local = LocalSystem(host, Platform.MACOS, Time(0.0).clock())
    system = await local.read()
    assert system.memory_used == 42_532_864_000
    assert system.memory_label == "used (Activity Monitor)"
    assert system.uptime_s == 86400.0
    assert [gpu.name for gpu in system.gpus] == ["Apple M2 Max"]
    assert system.cpu_percent is not None


async def test_a_mac_without_its_commands_is_malformed(tmp_path: Path) -> None:
    host = ShellHost(local=True, commands=commands(tmp_path, sysctl="exit 1", vm_stat="exit 1"))
    with pytest.raises(Malformed):
        await LocalSystem(host, Platform.MACOS, Clock()).read()


async def test_windows_tells_no_load() -> None:
    system = await LocalSystem(ShellHost(local=True), Platform.WINDOWS, Clock()).read()
    assert system.load_1m is None
    assert system.memory_total == psutil.virtual_memory().total


async def test_the_gpus_of_this_machine_are_asked_rarely(
    tmp_path: Path, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = commands(tmp_path, **{"nvidia-smi": NVIDIA})
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    time = Time()
    probe = make(ShellHost(local=True, commands=folder), time=time)
    for passed, asked in ((0, 1), (9, 1), (2, 2)):
        time.seconds += passed
        assert [gpu.power_w for gpu in (await probe.read()).gpus] == [16.2]
        assert calls(tmp_path, "nvidia-smi") == asked


async def test_the_processor_is_measured_between_readings_here(make: Make) -> None:
    probe = make(ShellHost(local=True))
    await probe.read()
    began = psutil.Process().cpu_times().user
    while psutil.Process().cpu_times().user < began + 0.1:
        sum(range(10_000))
    share = (await probe.read()).cpu_percent
    assert share is not None
    assert share > 5.0


async def test_the_event_loop_runs_on_while_this_machine_is_read(make: Make) -> None:
    probe = make(ShellHost(local=True))
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0.005)
            turns += 1

    counting = asyncio.create_task(count())
    await probe.read()
    counting.cancel()
    assert turns >= 3
