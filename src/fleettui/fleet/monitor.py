"""Reads the whole fleet, once or for ever, and keeps its state."""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Protocol

from fleettui.fleet.cadence import Cadence
from fleettui.fleet.state import FleetState
from fleettui.fleet.watched import Looking, OpenLine, Watched
from fleettui.model.clock import Clock
from fleettui.model.errors import ConfigError
from fleettui.model.fleet import Fleet
from fleettui.model.machine import Machine
from fleettui.model.reading import Source
from fleettui.model.text import clean
from fleettui.model.view import Alert, Event, FleetView, Level

SLEEP_JUMP_S = 10.0
"""Wall clock ahead of the monotonic clock by more than this: this computer slept."""

TICK_S = 2.0
"""Seconds between looks at the clocks and at the configuration file."""

CLOSE_S = 0.25
"""Seconds that machines get to end their connections in good order, before they are cut."""


class Configuration(Protocol):
    """Where a changed configuration comes from."""

    def changed(self) -> Fleet | None:
        """The new fleet if the file changed. Raises ConfigError once for each wrong content."""


@dataclass(frozen=True, slots=True)
class Only:
    """A part of the fleet: machine names and sources; empty means all."""

    machines: frozenset[str] = frozenset()
    sources: frozenset[Source] = frozenset()

    def wants(self, machine: str, source: Source) -> bool:
        """Whether that source of that machine belongs to the part."""
        return (not self.machines or machine in self.machines) and (
            not self.sources or source in self.sources
        )


class Monitor:
    """The state of the fleet, and the loops that keep it fresh.

    Each source of each machine has a loop of its own, so that a slow one holds up nothing else
    and no source ever has two readings under way.
    """

    def __init__(
        self,
        fleet: Fleet,
        open_line: OpenLine,
        *,
        clock: Clock | None = None,
        configuration: Configuration | None = None,
    ) -> None:
        self._clock = clock or Clock()
        self._open_line = open_line
        self._configuration = configuration
        self._state = FleetState(fleet, self._clock)
        self._looking = Looking()
        self._watched: dict[str, Watched] = {}
        self._loops: dict[str, list[asyncio.Task[None]]] = {}
        self._listeners: list[Callable[[], None]] = []
        for machine in fleet.machines:
            self._take(machine)

    @property
    def fleet(self) -> Fleet:
        """The configuration in force."""
        return self._state.fleet

    def view(self) -> FleetView:
        """The fleet as it is known now, its ages counted in whole seconds of the clock."""
        return self._state.view(ticking=True)

    def events(self) -> tuple[Event, ...]:
        """What happened, oldest first."""
        return self._state.events()

    def subscribe(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Call `changed` after every reading; returns what ends that."""
        self._listeners.append(changed)
        return lambda: self._listeners.remove(changed) if changed in self._listeners else None

    def focus(self, machine: str | None) -> None:
        """One machine is looked at closely: it is read more often, starting now."""
        before, self._looking.focused = self._looking.focused, machine
        if machine is not None and machine != before and machine in self._watched:
            self._watched[machine].wake()

    def attention(self, seen: bool) -> None:
        """Whether anybody sees the screen; when it is seen again, everything is read at once."""
        was, self._looking.seen = self._looking.seen, seen
        if seen and not was:
            self._wake_all()

    def read_again(self, machine: str | None = None) -> None:
        """Read one machine or all at once, whatever back-off and refusals say."""
        for name, watched in self._watched.items():
            if machine in (None, name):
                watched.line.host.retry_now()
                watched.wake()

    async def run(self) -> None:
        """Read for ever. Ends only by cancellation; then every connection is closed."""
        try:
            async with asyncio.TaskGroup() as group:
                for machine in self.fleet.machines:
                    self._begin(machine, group)
                await self._tick(group)
        finally:
            await self._close()

    async def read_once(self, deadline: float, only: Only | None = None) -> FleetView:
        """Read everything once, all at the same time, each within `deadline` seconds.

        May be called again and again: connections stay open until `close`.
        """
        wanted = only or Only()
        interval = Cadence(self.fleet.refresh_s).interval
        async with asyncio.TaskGroup() as group:
            for name, watched in self._watched.items():
                for source in watched.line.probes:
                    if wanted.wants(name, source):
                        reading = watched.read(source, deadline=deadline, interval=interval(source))
                        group.create_task(reading)
        return self._state.view(single=True)

    async def close(self) -> None:
        """End every connection. Never raises, never hangs."""
        await self._close()

    def _take(self, machine: Machine) -> Watched:
        line = self._open_line(machine, self.fleet)
        watched = Watched(machine, line, Cadence(self.fleet.refresh_s), self._clock)
        self._watched[machine.name] = watched
        self._state.take(watched.record)
        return watched

    def _begin(self, machine: Machine, group: asyncio.TaskGroup) -> None:
        watched = self._watched.get(machine.name) or self._take(machine)
        self._loops[machine.name] = [
            group.create_task(
                watched.follow(source, self._looking, self._changed),
                name=f"{machine.name}.{source}",
            )
            for source in watched.line.probes
        ]

    def _changed(self) -> None:
        for listener in tuple(self._listeners):
            listener()

    def _wake_all(self) -> None:
        for watched in self._watched.values():
            watched.wake()

    async def _tick(self, group: asyncio.TaskGroup) -> None:
        """Notice sleep and configuration changes, and keep the journal."""
        offset = self._clock.wall() - self._clock.monotonic()
        while True:
            await asyncio.sleep(TICK_S)
            before, offset = offset, self._clock.wall() - self._clock.monotonic()
            if offset - before > SLEEP_JUMP_S:
                self._woke(offset - before)
            self._state.note_states()
            if self._configuration is not None:
                await self._look_at_configuration(self._configuration, group)

    def _woke(self, seconds: float) -> None:
        text = f"this computer was asleep for {seconds:.0f} s: reading everything again"
        self._state.journal.note(self._clock.now(), Level.INFO, text)
        self._state.slept()
        for watched in self._watched.values():
            watched.line.host.mark_suspended()
        self._wake_all()
        self._changed()

    async def _look_at_configuration(
        self, configuration: Configuration, group: asyncio.TaskGroup
    ) -> None:
        at = self._clock.now()
        try:
            fleet = configuration.changed()
        except ConfigError as error:
            text = clean(str(error), limit=400)
            self._state.journal.note(at, Level.WARNING, f"configuration not taken over: {text}")
            remedy = "the configuration from before stays in force"
            notice = Alert("configuration", Level.WARNING, text, at, remedy=remedy)
            self._state.notices = (notice,)
            self._changed()
            return
        if fleet is not None:
            self._state.notices = ()
            self._state.journal.note(at, Level.INFO, "configuration taken over")
            await self._take_over(fleet, group)

    async def _take_over(self, fleet: Fleet, group: asyncio.TaskGroup) -> None:
        """Go on with a new configuration; machines that it leaves alone notice nothing."""
        old, self._state.fleet = self._state.fleet, fleet
        shared = _shared_settings(old) == _shared_settings(fleet)
        kept = {m.name for m in fleet.machines if shared and old.machine(m.name) == m}
        for name in [name for name in self._watched if name not in kept]:
            await self._end(name)
        for machine in fleet.machines:
            if machine.name not in kept:
                self._begin(machine, group)
        self._changed()

    async def _end(self, name: str) -> None:
        loops = self._loops.pop(name, [])
        for loop in loops:
            loop.cancel()
        await asyncio.gather(*loops, return_exceptions=True)
        watched = self._watched.pop(name)
        self._state.forget(name)
        await _let_go([watched])

    async def _close(self) -> None:
        watched, self._watched = list(self._watched.values()), {}
        self._loops = {}
        await _let_go(watched)


async def _let_go(machines: Collection[Watched]) -> None:
    """End the connections to machines; those that a frozen one does not let end are cut."""
    for last in (False, True):
        try:
            async with asyncio.timeout(CLOSE_S):
                await asyncio.gather(*(one.close() for one in machines))
            return
        except TimeoutError:
            for one in machines if not last else ():
                one.cut()


def _shared_settings(fleet: Fleet) -> tuple[object, ...]:
    """What every machine's readings depend on."""
    return (fleet.refresh_s, fleet.ssh_config, fleet.repos)


def parts(fleet: Fleet, words: Collection[str]) -> Only:
    """The part of a fleet that `--only` words name; every word is known to fit."""
    sources = {source for source in Source if source.value in words}
    machines = {machine.name for machine in fleet.machines if machine.name in words}
    return Only(frozenset(machines), frozenset(sources))
