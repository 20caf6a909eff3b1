"""A machine that exists only in this process: its probes answer as a script says.

It stands in for a machine where a test is about time and state, not about reaching anything.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from fleettui.fleet.watched import Line
from fleettui.hosts.host import Output, Process, Shell, TcpStream
from fleettui.model.errors import ReadError
from fleettui.model.fleet import Fleet
from fleettui.model.machine import Machine, Platform
from fleettui.model.reading import Source
from fleettui.model.system import System

GB = 1024**3


def system(cpu: float = 10.0) -> System:
    """An ordinary reading."""
    return System(
        platform=Platform.LINUX,
        cpu_count=8,
        cpu_percent=cpu,
        load_1m=0.5,
        memory_total=32 * GB,
        memory_used=8 * GB,
        memory_available=24 * GB,
        disk_free=400 * GB,
        disk_total=1000 * GB,
    )


@dataclass
class Behaviour:
    """What a scripted machine does now; tests change it while it runs."""

    failure: ReadError | None = None
    frozen: bool = False
    takes_s: float = 0.01
    next_try_s: float | None = None
    reads: int = 0
    retried: int = 0
    suspended: int = 0
    closed: int = 0
    under_way: int = 0
    most_under_way: int = 0
    values: dict[Source, object] = field(default_factory=lambda: {Source.SYSTEM: system()})

    async def thawed(self) -> None:
        """Answer nothing while frozen; looked at every half second."""
        for _ in range(10**9):
            if not self.frozen:
                return
            await asyncio.sleep(0.5)


class ScriptedHost:
    """The part of a host that the monitor uses."""

    local = False
    address = "scripted"

    def __init__(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour

    @property
    def next_try_s(self) -> float | None:
        return self._behaviour.next_try_s

    async def run(
        self,
        script: bytes,
        *,
        stdin: bytes = b"",
        shell: Shell = Shell.SH,
        deadline: float = 10.0,
        cap: int = 0,
    ) -> Output:
        raise NotImplementedError

    async def start(
        self, script: bytes, *, shell: Shell = Shell.SH, deadline: float = 10.0
    ) -> Process:
        raise NotImplementedError

    async def open_tcp(self, host: str, port: int, *, deadline: float = 5.0) -> TcpStream:
        raise NotImplementedError

    def retry_now(self) -> None:
        self._behaviour.retried += 1

    def mark_suspended(self) -> None:
        self._behaviour.suspended += 1

    async def close(self) -> None:
        self._behaviour.closed += 1


class ScriptedProbe:
    """Answers, fails or hangs as the behaviour says at that moment."""

    def __init__(self, source: Source, behaviour: Behaviour) -> None:
        self.source = source
        self._behaviour = behaviour

    async def read(self) -> object:
        script = self._behaviour
        script.reads += 1
        script.under_way += 1
        script.most_under_way = max(script.most_under_way, script.under_way)
        try:
            await script.thawed()
            await asyncio.sleep(script.takes_s)
            if script.failure is not None:
                raise script.failure
            return script.values[self.source]
        finally:
            script.under_way -= 1

    async def close(self) -> None:
        self._behaviour.closed += 1


def opener(behaviours: Mapping[str, Behaviour]) -> "_Opener":
    """What opens the lines to scripted machines, by name."""
    return _Opener(behaviours)


class _Opener:
    def __init__(self, behaviours: Mapping[str, Behaviour]) -> None:
        self._behaviours = behaviours

    def __call__(self, machine: Machine, fleet: Fleet) -> Line:
        behaviour = self._behaviours[machine.name]
        probes = {source: ScriptedProbe(source, behaviour) for source in behaviour.values}
        return Line(host=ScriptedHost(behaviour), probes=probes)


def fleet_of(*names: str, refresh_s: float = 5.0) -> Fleet:
    """A fleet of remote machines with those names."""
    machines = tuple(Machine(name=name, ssh=(name,)) for name in names)
    return Fleet(name="test", machines=machines, refresh_s=refresh_s)
