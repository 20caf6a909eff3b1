"""The newest reading of every source of every machine, and the view that follows from them."""

import socket
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

from fleettui.fleet.alerts import AlertLog
from fleettui.fleet.causes import banners, explained
from fleettui.fleet.freshness import Attempts, age_of, judge, pending
from fleettui.fleet.history import Recorder
from fleettui.fleet.journal import Journal
from fleettui.model.clock import Clock
from fleettui.model.errors import ReadError, SourceAbsent
from fleettui.model.fleet import Fleet
from fleettui.model.machine import Machine
from fleettui.model.ollama import Ollama
from fleettui.model.reading import Reading, Source, SourceState, worst
from fleettui.model.service import Service
from fleettui.model.system import System
from fleettui.model.text import clean
from fleettui.model.view import Alert, Event, FleetView, MachineView, SourceView
from fleettui.model.worktree import Worktree


class MachineRecord:
    """What is known of one machine. Only the reading loops write to it."""

    def __init__(self, machine: Machine, sources: Iterable[Source], refresh_s: float) -> None:
        self.machine = machine
        self.address: str | None = None
        self.next_try_s: float | None = None
        self.attempts = {source: Attempts(interval=refresh_s) for source in sources}
        self._recorder = Recorder(refresh_s)

    def asked(self, source: Source, now: float, patience: float) -> None:
        """A question is on its way; `patience` is the cadence in force, in seconds."""
        self.attempts[source] = replace(self.attempts[source], asked_at=now, patience=patience)

    def answered(self, source: Source, reading: Reading[Any], interval: float) -> None:
        """The question was answered."""
        self.attempts[source] = Attempts(interval=interval, reading=reading)
        if isinstance(reading.value, System):
            self._recorder.add(reading.value, reading.observed_monotonic, interval)

    def failed(self, source: Source, failure: ReadError, interval: float) -> None:
        """The question was not answered; the values from before stay, unless what had them went."""
        before = self.attempts[source]
        reading = None if isinstance(failure, SourceAbsent) else before.reading
        keep = before.interval if reading is not None else interval
        self.attempts[source] = Attempts(
            interval=keep, reading=reading, failure=failure, slept=before.slept
        )

    def failing(self, source: Source) -> bool:
        """Whether the newest question was not answered."""
        return self.attempts[source].failure is not None

    def given_up(self, source: Source) -> None:
        """The question was withdrawn before it was answered."""
        self.attempts[source] = replace(self.attempts[source], asked_at=None)

    def slept(self) -> None:
        """This computer was asleep: nothing that was read before is fresh."""
        for source, attempts in self.attempts.items():
            self.attempts[source] = replace(attempts, slept=True, asked_at=None)

    def state(self, source: Source, now: float, *, single: bool = False) -> SourceView:
        """How `source` is at `now`."""
        attempts = self.attempts.get(source)
        if attempts is None:
            return SourceView(SourceState.ABSENT)
        state, reason = judge(attempts, now, single=single)
        reading = attempts.reading
        return SourceView(
            state=state,
            observed_at=reading.observed_at if reading else None,
            age_s=age_of(attempts, now),
            latency_ms=reading.latency_ms if reading else None,
            reason=reason,
            next_try_s=self.next_try_s if attempts.failure and not single else None,
            pending=pending(attempts),
        )

    def view(self, now: float, *, single: bool = False) -> MachineView:
        """The machine as it is known at `now` (monotonic seconds)."""
        sources = {source: self.state(source, now, single=single) for source in Source}
        system = cast(System | None, self._value(Source.SYSTEM))
        return MachineView(
            machine=self.machine,
            state=worst([seen.state for seen in sources.values()]),
            sources=sources,
            platform=system.platform if system else self.machine.platform,
            address=self.address,
            system=system,
            ollama=cast(Ollama | None, self._value(Source.OLLAMA)),
            services=cast(tuple[Service, ...] | None, self._value(Source.SERVICES)),
            worktrees=cast(tuple[Worktree, ...] | None, self._value(Source.WORKTREES)),
            history=self._recorder.history(),
        )

    def _value(self, source: Source) -> object | None:
        attempts = self.attempts.get(source)
        reading = attempts.reading if attempts else None
        return None if reading is None else reading.value


class FleetState:
    """All machines, in the order of the configuration."""

    def __init__(self, fleet: Fleet, clock: Clock) -> None:
        self.fleet = fleet
        self.journal = Journal()
        self.notices: tuple[Alert, ...] = ()
        self._clock = clock
        self._host = clean(socket.gethostname() or "here", limit=64)
        self._records: dict[str, MachineRecord] = {}
        self._alerts = AlertLog()

    def take(self, record: MachineRecord) -> None:
        """Add a machine, or begin anew with one whose configuration changed."""
        self._records[record.machine.name] = record

    def forget(self, name: str) -> None:
        """Drop a machine that left the fleet."""
        self._records.pop(name, None)
        self.journal.forget(name)

    def slept(self) -> None:
        """This computer was asleep."""
        for record in self._records.values():
            record.slept()

    def note_states(self) -> None:
        """Put changes of state since the last call into the journal."""
        now, at = self._clock.monotonic(), self._clock.now()
        for name, record in self._records.items():
            for source in record.attempts:
                if record.attempts[source].reading or record.attempts[source].failure:
                    seen = record.state(source, now)
                    self.journal.state(at, name, source, seen.state, seen.reason)

    def events(self) -> tuple[Event, ...]:
        """The event log, oldest first."""
        return self.journal.events()

    def view(self, *, single: bool = False, ticking: bool = False) -> FleetView:
        """The fleet as it is known now. `single`: nothing older will be shown for contrast.

        `ticking`: as it is at the beginning of this second, so that a machine of which nothing
        new was read is equal to itself until the second is over, and needs no new drawing.
        """
        now, wall = self._clock.monotonic(), self._clock.wall()
        if ticking:
            # Rounded, because two clocks never agree on the last digits of the same moment.
            now, wall = round(now - wall % 1, 1), wall // 1
        at = datetime.fromtimestamp(wall, UTC)
        known = (self._records.get(machine.name) for machine in self.fleet.machines)
        machines = tuple(record.view(now, single=single) for record in known if record)
        causes = banners(machines)
        alerts = self._alerts.alerts(machines, at, hidden=explained(causes))
        return FleetView(
            name=self.fleet.name,
            host=self._host,
            taken_at=at,
            machines=machines,
            alerts=self.notices + alerts,
            banners=causes,
        )


def reading_of(value: object, clock: Clock, started: float) -> Reading[Any]:
    """Wrap a value that was asked for at `started` (monotonic seconds) and has just arrived."""
    ended = clock.monotonic()
    return Reading(
        value=value,
        observed_at=datetime.fromtimestamp(clock.wall(), UTC),
        observed_monotonic=ended,
        latency_ms=1000 * (ended - started),
    )
