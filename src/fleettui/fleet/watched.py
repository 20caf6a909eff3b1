"""One machine under watch: its connection, its probes, and one reading at a time of each."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fleettui.fleet.cadence import Cadence
from fleettui.fleet.state import MachineRecord, reading_of
from fleettui.hosts.host import Host
from fleettui.model import fmt
from fleettui.model.clock import Clock
from fleettui.model.errors import ReadError, TimedOut
from fleettui.model.fleet import Fleet
from fleettui.model.machine import Machine
from fleettui.model.reading import Source
from fleettui.probes.probe import Probe


@dataclass(frozen=True, slots=True)
class Line:
    """The open line to a machine: how it is reached, and what is asked over it."""

    host: Host
    probes: Mapping[Source, Probe[Any]]


OpenLine = Callable[[Machine, Fleet], Line]
"""Makes the line to a machine; connects nothing yet."""


class Watched:
    """Reads the sources of one machine and keeps their record."""

    def __init__(self, machine: Machine, line: Line, cadence: Cadence, clock: Clock) -> None:
        self.machine = machine
        self.line = line
        self.record = MachineRecord(machine, line.probes, cadence.refresh_s)
        self._cadence = cadence
        self._clock = clock
        self._again = {source: asyncio.Event() for source in line.probes}

    async def read(self, source: Source, *, deadline: float, interval: float) -> None:
        """Ask `source` once; what comes of it, good or bad, goes into the record."""
        started = self._clock.monotonic()
        self.record.asked(source, started, interval)
        try:
            async with asyncio.timeout(deadline):
                value = await self.line.probes[source].read()
            self.record.answered(source, reading_of(value, self._clock, started), interval)
        except TimeoutError:
            late = TimedOut(f"no answer in {fmt.age(deadline)}")
            self.record.failed(source, late, interval)
        except ReadError as failure:
            self.record.failed(source, _alone(failure), interval)
        except asyncio.CancelledError:
            self.record.given_up(source)
            raise
        self.record.address = self.line.host.address
        self.record.next_try_s = self.line.host.next_try_s

    async def follow(self, source: Source, looking: "Looking", changed: Callable[[], None]) -> None:
        """Read `source` for ever, at the cadence that fits who is looking."""
        again = self._again[source]
        while True:
            focused, seen = looking.focused == self.machine.name, looking.seen
            interval = self._cadence.interval(source, focused=focused, seen=seen)
            deadline = self._cadence.deadline(source, focused=focused, seen=seen)
            again.clear()
            await self.read(source, deadline=deadline, interval=interval)
            changed()
            await self._pause(again, interval, failed=self.record.failing(source))

    async def _pause(self, again: asyncio.Event, interval: float, *, failed: bool) -> None:
        """Sleep until the next reading is due, somebody asks for it, or a back-off ends."""
        retry = self.line.host.next_try_s if failed else None
        pause = interval if retry is None else min(max(retry, 0.2), interval)
        try:
            async with asyncio.timeout(pause):
                await again.wait()
        except TimeoutError:
            return

    def wake(self) -> None:
        """Read everything as soon as possible."""
        for event in self._again.values():
            event.set()

    async def close(self) -> None:
        """Let go of the machine. Never raises, never hangs."""
        await asyncio.gather(*(probe.close() for probe in self.line.probes.values()))
        await self.line.host.close()

    def cut(self) -> None:
        """End the connection without a word, or what of it is left."""
        self.line.host.mark_suspended()


def _alone(failure: ReadError) -> ReadError:
    """The failure without where it came from.

    It is kept as long as the source fails, and a host may raise the same one again and again: each
    time its traceback would grow, and hold every frame on the way.
    """
    failure.__traceback__ = failure.__context__ = failure.__cause__ = None
    return failure


@dataclass(slots=True)
class Looking:
    """What the human looks at: one machine closely, the fleet at all."""

    focused: str | None = None
    seen: bool = True
