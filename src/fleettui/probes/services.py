"""The services of one machine, looked at as the configuration says."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from fleettui.hosts.host import Host
from fleettui.model.clock import Clock
from fleettui.model.errors import Malformed, ReadError, TimedOut, Unreachable
from fleettui.model.machine import CheckKind, Machine, Platform, ServiceCheck
from fleettui.model.reading import Source
from fleettui.model.service import Service
from fleettui.model.text import clean
from fleettui.probes import services_wire as wire
from fleettui.probes.restarts import Restarts
from fleettui.probes.services_script import Question, Script
from fleettui.probes.services_wire import Fact

if TYPE_CHECKING:
    from fleettui.hosts.http import HttpReader

ANSWER_DEADLINE = 4.0
"""Seconds for what is asked over the network, after the script has answered."""


class ServicesProbe:
    """Every service that the configuration names for the machine, in that order.

    What cannot be looked at on the machine's platform is `unknown`, and hides nothing else.
    """

    source = Source.SERVICES

    def __init__(
        self,
        host: Host,
        machine: Machine,
        *,
        platform: Callable[[], Awaitable[Platform | None]],
        clock: Clock | None = None,
    ) -> None:
        self._host = host
        self._checks = machine.services
        self._platform = platform
        self._clock = clock or Clock()
        self._script: Script | None = None
        self._readers: dict[int, HttpReader] = {}
        self._restarts = Restarts()

    async def read(self) -> tuple[Service, ...]:
        """Look at all of them. Raises ReadError where the machine cannot be asked."""
        if not self._checks:
            return ()
        if self._script is None:
            platform = await self._platform() or Platform.LINUX
            self._script = Script(self._host, self._checks, platform)
        now = self._clock.monotonic()
        facts = await self._script.ask(now)
        facts |= await self._over_network(self._script.questions, facts)
        return tuple(
            self._service(index, check, facts.get(index), now)
            for index, check in enumerate(self._checks)
        )

    async def close(self) -> None:
        """End the script and the connections."""
        if self._script is not None:
            await self._script.close()
        readers, self._readers = self._readers, {}
        for reader in readers.values():
            await reader.close()

    def _service(self, index: int, check: ServiceCheck, fact: Fact | None, now: float) -> Service:
        told = self._restarts.seen(index, fact or wire.unknown("no answer"), now)
        detail = None if told.detail is None else clean(told.detail, limit=80)
        return Service(clean(check.name), check.kind, told.state, detail, told.last_run_age_s)

    async def _over_network(
        self, questions: Sequence[Question], facts: Mapping[int, Fact]
    ) -> dict[int, Fact]:
        """URLs, and ports that nobody seems to listen on: a container may answer there."""
        async with asyncio.TaskGroup() as group:
            asked = {
                one.index: group.create_task(
                    self._get(one) if one.kind is CheckKind.URL else self._connect(one)
                )
                for one in questions
                if one.kind is CheckKind.URL
                or (one.kind is CheckKind.PORT and one.index not in facts)
            }
        return {index: task.result() for index, task in asked.items()}

    async def _connect(self, question: Question) -> Fact:
        try:
            stream = await self._host.open_tcp(
                "127.0.0.1", int(question.target), deadline=ANSWER_DEADLINE
            )
        except TimedOut:
            return wire.unknown("no answer")
        except ReadError:
            return wire.down("nothing listens")
        await stream.close()
        return wire.up(detail="answers")

    async def _get(self, question: Question) -> Fact:
        """Any answer shows that it runs; 2xx and 3xx that it is well."""
        try:
            answer = await self._reader(question).get("", deadline=ANSWER_DEADLINE, cap=None)
        except Malformed as failure:
            return wire.degraded(failure.text)
        except (Unreachable, TimedOut) as failure:
            return wire.down(failure.text)
        except ReadError as failure:
            return wire.unknown(failure.text)
        told = f"HTTP {answer.status}"
        return wire.up(detail=told) if 200 <= answer.status < 400 else wire.degraded(told)

    def _reader(self, question: Question) -> "HttpReader":
        if question.index not in self._readers:
            from fleettui.hosts.http import HttpAddress, HttpReader

            address = HttpAddress(question.target, through=self._host)
            # A kept connection that died in silence would make a good service look down.
            self._readers[question.index] = HttpReader([address], clock=self._clock, keep=False)
        return self._readers[question.index]
