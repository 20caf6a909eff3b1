"""The Ollama source: which models a machine has, has in memory, and lacks."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.parse import urlsplit

from fleettui.model.clock import Clock
from fleettui.model.errors import Malformed, ReadError, SourceAbsent, SourceBusy, TimedOut
from fleettui.model.machine import Machine
from fleettui.model.ollama import InstalledModel, LoadedModel, Ollama
from fleettui.model.reading import Source
from fleettui.probes.ollama_activity import Activities
from fleettui.probes.ollama_names import missing
from fleettui.probes.ollama_status import body_of, is_json
from fleettui.probes.ollama_wire import parse_ps, parse_tags, parse_version

if TYPE_CHECKING:
    from fleettui.hosts.http import HttpAnswer, HttpReader

VERSION_EVERY_S = 60.0
TAGS_EVERY_S = 30.0
TAGS_KEPT_S = 300.0
"""Seconds that the list of installed models is shown while a newer one is slow to come."""

DEADLINE_S = 8.0
"""Seconds for one answer."""

PATIENCE_S = 1.5
"""Seconds without an answer of /api/ps after which /api/version is asked whether anybody lives."""

GRACE_S = 0.25
AGAIN_S = 0.5
"""Seconds for /api/ps over a connection that answers, before the server counts as loading."""

LOADING_S = 330.0
"""Seconds that a load may block /api/ps: OLLAMA_LOAD_TIMEOUT is five minutes."""

ANSWER_CAP = 4 * 1024 * 1024
"""Bytes of one answer."""

LARGE = 64 * 1024
"""Bytes from which on an answer is decoded in a thread."""

SKEW_NOISE_S = 2.0
"""The Date header is cut to whole seconds: less than this says nothing about a clock."""

LISTENS_S = 1.0

V = TypeVar("V")


class OllamaProbe:
    """Reads one Ollama server.

    /api/ps is asked each time; /api/version and /api/tags now and then, all at the same time, so
    that a reading costs one round trip.
    """

    source = Source.OLLAMA

    def __init__(
        self,
        machine: Machine,
        http: "HttpReader",
        clock: Clock | None = None,
        *,
        deadline: float = DEADLINE_S,
        patience: float = PATIENCE_S,
    ) -> None:
        self._machine = machine
        self._http = http
        self._clock = clock or Clock()
        self._deadline = deadline
        self._patience = patience
        self._heard = False
        self._version = _Kept[str](VERSION_EVERY_S)
        self._installed = _Kept[tuple[InstalledModel, ...]](TAGS_EVERY_S)
        self._unlisted: frozenset[str] = frozenset()
        self._activities = Activities()
        self._blocked_since: float | None = None

    async def read(self) -> Ollama:
        """Ask once.

        Raises SourceBusy while /api/ps is silent and /api/version is not: a model is loading.
        Raises SourceAbsent where nobody listens and nobody configured it; else ReadError.
        """
        if self._machine.ollama_optional and not self._heard:
            await _look_for(self._machine.ollama)
        self._heard = False
        value = await self._read()
        self._heard = True
        return value

    async def close(self) -> None:
        """Let go of the server. Never raises, never hangs."""
        await self._http.close()

    async def _read(self) -> Ollama:
        """Ask, and make sure that no question is left open."""
        async with _Asking() as asking:
            ps = asking.begin(self._get("/api/ps"))
            now = self._clock.monotonic()
            version = asking.begin(self._ask_version()) if self._version.due(now) else None
            tags = asking.begin(self._ask_tags()) if self._installed.due(now) else None
            answer = await self._patiently(asking, ps, version)
            skew = None if answer.date is None else _skew(answer.date, self._clock.now())
            loaded = await self._loaded(answer)
            if tags is None and self._lists_something_new(loaded):
                tags = asking.begin(self._ask_tags())
            if tags is not None:
                await tags
            if version is not None:
                with suppress(ReadError):
                    await version
            if loaded is None and self._installed.value is None:
                raise TimedOut("no answer of /api/tags", "see whether that machine is overloaded")
        return self._value(loaded, skew)

    async def _get(self, path: str) -> "HttpAnswer":
        return await self._http.get(path, deadline=self._deadline, cap=ANSWER_CAP, sane=is_json)

    async def _patiently(
        self,
        asking: "_Asking",
        ps: "asyncio.Task[HttpAnswer]",
        version: asyncio.Task[None] | None,
    ) -> "HttpAnswer":
        """Wait for /api/ps, unless the server answers everything but that."""
        await asyncio.wait({ps}, timeout=self._patience)
        if not ps.done():
            started = self._clock.monotonic()
            alive = version or asking.begin(self._ask_version())
            await asyncio.wait({ps, alive}, return_when=asyncio.FIRST_COMPLETED)
            took = self._clock.monotonic() - started
            await asyncio.wait({ps}, timeout=max(GRACE_S, took))
            if not ps.done():
                await alive
                ps = await self._again(asking, ps, max(AGAIN_S, took))
        self._blocked_since = None
        return ps.result()

    async def _again(
        self, asking: "_Asking", ps: "asyncio.Task[HttpAnswer]", seconds: float
    ) -> "asyncio.Task[HttpAnswer]":
        """Ask once more: a kept connection may have died in silence, with a sleep or a network."""
        ps.cancel()
        ps = asking.begin(self._get("/api/ps"))
        await asyncio.wait({ps}, timeout=seconds)
        if not ps.done():
            raise self._blocked()
        return ps

    def _blocked(self) -> ReadError:
        """The failure that fits a server which answers everything but /api/ps."""
        now = self._clock.monotonic()
        if self._blocked_since is None:
            self._blocked_since = now
        if now - self._blocked_since > LOADING_S:
            return TimedOut(
                "/api/ps has been silent for longer than a model may take to load",
                "restart Ollama on that machine",
            )
        return SourceBusy("Ollama answers, but is loading a model")

    async def _ask_version(self) -> None:
        """Read the version; that a server will not tell it is no failure of the source."""
        answer = await self._get("/api/version")
        with suppress(Malformed):
            if answer.status == 200:
                self._version.put(parse_version(answer.body), self._clock.monotonic())

    async def _ask_tags(self) -> None:
        """Read what is installed; a list that is slow to come leaves the one from before."""
        with suppress(TimedOut):
            body = body_of(await self._get("/api/tags"), "/api/tags")
            installed = await _decoded(parse_tags, body)
            self._installed.put(installed, self._clock.monotonic())

    async def _loaded(self, answer: "HttpAnswer") -> tuple[LoadedModel, ...] | None:
        if answer.status == 404:
            return None  # a server before v0.1.38
        parse = partial(parse_ps, server_now=answer.date)
        loaded = await _decoded(parse, body_of(answer, "/api/ps"))
        return self._activities.judge(loaded, self._clock.monotonic())

    def _lists_something_new(self, loaded: tuple[LoadedModel, ...] | None) -> bool:
        """Whether a model is in memory that the list of installed ones lacks, as never before."""
        listed = {model.name for model in self._installed.value or ()}
        before = self._unlisted
        self._unlisted = frozenset(model.name for model in loaded or () if model.name not in listed)
        return not self._unlisted <= before

    def _value(self, loaded: tuple[LoadedModel, ...] | None, skew: float | None) -> Ollama:
        installed = self._installed.within(TAGS_KEPT_S, self._clock.monotonic())
        return Ollama(
            version=self._version.value,
            loaded=loaded,
            installed=installed,
            missing=missing(self._machine.models, installed),
            skew_s=skew,
            address=self._http.address,
        )


class _Kept(Generic[V]):
    """The newest answer to a question that is asked only every so many seconds."""

    def __init__(self, every: float) -> None:
        self.value: V | None = None
        self._every = every
        self._at = 0.0

    def due(self, now: float) -> bool:
        return self.value is None or now - self._at >= self._every

    def put(self, value: V, now: float) -> None:
        self.value, self._at = value, now

    def within(self, seconds: float, now: float) -> V | None:
        """The value, None when it is older than that."""
        return self.value if now - self._at <= seconds else None


class _Asking:
    """Questions that are open at the same time; leaving it withdraws those still unanswered."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[Any]] = []

    def begin(self, question: Coroutine[Any, Any, V]) -> asyncio.Task[V]:
        task = asyncio.create_task(question)
        self._tasks.append(task)
        return task

    async def __aenter__(self) -> "_Asking":
        return self

    async def __aexit__(self, *failure: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def _decoded(parse: Callable[[bytes], V], body: bytes) -> V:
    """Decode here, or in a thread where it would hold up everything else."""
    return parse(body) if len(body) < LARGE else await asyncio.to_thread(parse, body)


async def _look_for(addresses: tuple[str, ...]) -> None:
    """Raise SourceAbsent unless somebody listens; much cheaper than an HTTP client."""
    for address in addresses:
        parts = urlsplit(address)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        with suppress(OSError):
            async with asyncio.timeout(LISTENS_S):
                _, writer = await asyncio.open_connection(parts.hostname, port)
            writer.close()
            return
    raise SourceAbsent("no Ollama runs here")


def _skew(date: datetime, now: datetime) -> float:
    """The server's clock minus ours, in seconds; 0 where the difference means nothing."""
    skew = (date - now).total_seconds()
    return 0.0 if abs(skew) < SKEW_NOISE_S else skew
