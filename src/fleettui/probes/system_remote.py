"""The system source over a loop: which sections are asked when, and what is kept in between."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from fleettui.hosts.host import Host, Shell
from fleettui.model.clock import Clock
from fleettui.model.machine import Platform
from fleettui.model.system import System
from fleettui.probes import system_linux, system_macos, system_windows
from fleettui.probes.loop import Loop, load
from fleettui.probes.skew import skew
from fleettui.probes.slow import Slow

DISK_EVERY = 30.0
CLOCK_EVERY = 30.0
GPU_EVERY = 10.0
"""Seconds; asking for GPUs costs the machine a process of 20 to 50 ms each time."""

SAMPLE_AGE = 60.0
"""Seconds after which an earlier tick says nothing about the processor now."""

Parse = Callable[[Mapping[str, bytes], Mapping[str, bytes], float], System]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a platform is asked and understood; `samples`: it has a section `first`.

    `first` samples the processor within one tick, for want of an earlier one.
    """

    shell: Shell
    script: str
    parse: Parse
    samples: bool = True


DIALECTS: Mapping[Platform, Dialect] = {
    Platform.LINUX: Dialect(Shell.SH, "system_linux.sh", system_linux.parse),
    Platform.MACOS: Dialect(Shell.SH, "system_macos.sh", system_macos.parse),
    Platform.WINDOWS: Dialect(
        Shell.POWERSHELL, "system_windows.ps1", system_windows.parse, samples=False
    ),
}


class RemoteSystem:
    """The system of one machine of a known platform."""

    def __init__(self, host: Host, platform: Platform, clock: Clock) -> None:
        self._dialect = DIALECTS[platform]
        self._loop = Loop(host, load(self._dialect.script), shell=self._dialect.shell)
        self._clock = clock
        self._skew = Slow[float](CLOCK_EVERY)
        self._slow = {"disk": Slow[bytes](DISK_EVERY), "gpu": Slow[bytes](GPU_EVERY)}
        self._before: dict[str, bytes] = {}
        self._before_at = 0.0

    async def read(self) -> System:
        """One tick. Raises ReadError."""
        now = self._clock.monotonic()
        if now - self._before_at > SAMPLE_AGE:
            self._before = {}
        answer = await self._ask(self._due(now), now)
        received = self._clock.wall()
        self._keep(answer, now, received)
        before = self._before or {"fast": answer.get("first", b"")}
        ours = self._skew.fresh(now)
        system = self._dialect.parse(answer | self._kept(now), before, received + (ours or 0.0))
        self._before, self._before_at = answer, now
        return replace(system, clock_skew_s=ours)

    async def close(self) -> None:
        """End the script. Never raises, never hangs."""
        await self._loop.close()

    def _due(self, now: float) -> tuple[str, ...]:
        """The sections to ask for. The clock comes first, where least can delay it."""
        clock = ("clock",) if self._skew.due(now) else ()
        first = ("first",) if self._dialect.samples and not self._before else ()
        slow = (name for name, kept in self._slow.items() if kept.due(now))
        return (*clock, *first, "fast", *slow)

    async def _ask(self, names: tuple[str, ...], now: float) -> dict[str, bytes]:
        """Ask; a slow section that was sent counts as tried, whatever becomes of the answer."""
        asked = self._loop.asked
        complete = False
        try:
            answer = await self._loop.tick(*names)
            complete = True
        finally:
            if not complete:
                self._before = {}
            if self._loop.asked > asked:
                self._tried(names, now)
        return answer

    def _tried(self, names: tuple[str, ...], now: float) -> None:
        if "clock" in names:
            self._skew.tried_at = now
        for name in self._slow.keys() & set(names):
            self._slow[name].tried_at = now

    def _keep(self, answer: Mapping[str, bytes], now: float, received: float) -> None:
        for name, kept in self._slow.items():
            if name in answer:
                kept.keep(answer[name], now)
        if "clock" in answer:
            value = skew(answer["clock"], received, self._loop.latency_s)
            if value is not None:
                self._skew.keep(value, now)

    def _kept(self, now: float) -> dict[str, bytes]:
        fresh = ((name, kept.fresh(now)) for name, kept in self._slow.items())
        return {name: value for name, value in fresh if value is not None}
