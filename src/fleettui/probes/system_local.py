"""The system source of this machine, without a shell where psutil can tell."""

import asyncio
import os
import shutil
import warnings
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from fleettui.hosts.host import Host
from fleettui.model.clock import Clock
from fleettui.model.errors import ReadError
from fleettui.model.machine import Platform
from fleettui.model.system import Gpu, System
from fleettui.probes import amd, nvidia, system_linux, system_macos
from fleettui.probes.disk import LocalDisk, Space
from fleettui.probes.figures import part_of, percent
from fleettui.probes.loop import once
from fleettui.probes.slow import Slow
from fleettui.probes.system_remote import DIALECTS, DISK_EVERY, GPU_EVERY, SAMPLE_AGE

WINDOW = 0.1
"""Seconds between the two samples of the processor in the first reading."""

_DISK_DEADLINE = 1.0
_GPU_DEADLINE = 3.0
_SCRIPT_DEADLINE = 5.0
_PRESSURE = Path("/proc/pressure/memory")
_PATHS = {
    Platform.MACOS: "/System/Volumes/Data",
    Platform.WINDOWS: os.environ.get("SYSTEMDRIVE", "C:") + "\\",
}


class LocalSystem:
    """The system of the machine that fleettui runs on."""

    def __init__(self, host: Host, platform: Platform, clock: Clock) -> None:
        self._host = host
        self._platform = platform
        self._clock = clock
        self._disk = LocalDisk(_PATHS.get(platform, "/"))
        self._space = Slow[Space](DISK_EVERY)
        self._gpus = Slow[tuple[Gpu, ...]](GPU_EVERY)
        self._times: tuple[float, float] | None = None
        self._times_at = 0.0

    async def read(self) -> System:
        """Measure now. Raises ReadError."""
        now = self._clock.monotonic()
        figures = await self._figures()
        async with asyncio.TaskGroup() as group:
            cpu = group.create_task(self._cpu_percent(now))
            if self._space.due(now):
                group.create_task(self._read_disk(now))
            if self._gpus.due(now):
                group.create_task(self._read_gpus(now))
        free, total = self._space.fresh(now) or (None, None)
        cards = amd.read() if self._platform is Platform.LINUX else ()
        return replace(
            figures,
            cpu_percent=cpu.result(),
            disk_free=free,
            disk_total=total,
            gpus=(self._gpus.fresh(now) or ()) + cards,
            clock_skew_s=0.0,
        )

    async def close(self) -> None:
        """Nothing is kept open."""

    async def _cpu_percent(self, now: float) -> float | None:
        """The busy share since the last reading; in a first reading, of a short window."""
        before = self._times
        if before is None or now - self._times_at > SAMPLE_AGE:
            before = _cpu_times()
            await asyncio.sleep(WINDOW)
        self._times, self._times_at = _cpu_times(), now
        busy, passed = (new - old for new, old in zip(self._times, before, strict=True))
        return percent(min(100.0, max(0.0, 100.0 * busy / passed))) if passed > 0 else None

    async def _figures(self) -> System:
        if self._platform is not Platform.MACOS:
            return _measured(self._platform, self._clock.wall())
        # psutil does not tell what Activity Monitor counts as used.
        script = once("system_macos.sh", "figures")
        output = await self._host.run(script, deadline=_SCRIPT_DEADLINE)
        return system_macos.parse({"fast": output.stdout}, {}, self._clock.wall())

    async def _read_disk(self, now: float) -> None:
        self._space.tried_at = now
        self._space.keep(await self._disk.read(_DISK_DEADLINE), now)

    async def _read_gpus(self, now: float) -> None:
        self._gpus.tried_at = now
        macos = self._platform is Platform.MACOS
        if not macos and not shutil.which("nvidia-smi"):
            return
        dialect = DIALECTS[self._platform]
        script = once(dialect.script, "section_gpu", dialect.shell)
        with suppress(ReadError):
            output = await self._host.run(script, shell=dialect.shell, deadline=_GPU_DEADLINE)
            self._gpus.keep((system_macos if macos else nvidia).gpus(output.stdout), now)


def _measured(platform: Platform, now: float) -> System:
    """What psutil tells at once; the load of Windows is made up by psutil, and left out."""
    import psutil

    memory = psutil.virtual_memory()
    available = part_of(memory.available, memory.total)
    with warnings.catch_warnings():
        # Containers lack the counters of pages swapped in and out, which are not shown.
        warnings.simplefilter("ignore", RuntimeWarning)
        swap = psutil.swap_memory()
    return System(
        platform=platform,
        cpu_count=psutil.cpu_count(),
        load_1m=None if platform is Platform.WINDOWS else psutil.getloadavg()[0],
        memory_total=memory.total,
        memory_used=None if available is None else memory.total - available,
        memory_available=available,
        memory_pressure=system_linux.pressure(_content(_PRESSURE)),
        swap_used=swap.used,
        swap_total=swap.total,
        uptime_s=max(0.0, now - psutil.boot_time()),
    )


def _cpu_times() -> tuple[float, float]:
    """Busy and all seconds of all processors so far; waiting for a disk is not busy."""
    import psutil

    times = psutil.cpu_times()._asdict()
    # Linux counts guests in user time too.
    passed = sum(value for name, value in times.items() if not name.startswith("guest"))
    return passed - times["idle"] - times.get("iowait", 0.0), passed


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes().rstrip()
    except OSError:
        return b""
