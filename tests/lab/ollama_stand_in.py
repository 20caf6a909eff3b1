"""A stand-in for an Ollama server: Ollama's exact wire format over real sockets, no models.

It says what it is told to say, also what a real server says only on a bad day: a load that
blocks /api/ps, a wrong clock, and answers that no Ollama would give. What it cannot show is
whether Ollama really behaves so; tests/real does that.
"""

import asyncio
import gzip
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

Row = dict[str, Any]
FOREVER = timedelta(microseconds=(2**63 - 1) // 1000)
"""What Ollama adds to the present for a model that is to stay: the most that its integer holds."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request, as it came in."""

    path: str
    headers: Mapping[str, str]
    body: bytes = b""


Reply = Callable[["StandIn", Request, asyncio.StreamWriter], Awaitable[None]]


def loaded(
    name: str,
    *,
    expires_at: datetime | None = None,
    size: int = 6_920_000_000,
    size_vram: int | None = None,
    context_length: int | None = 32768,
    **changes: Any,
) -> Row:
    """A row of /api/ps as current servers send it; without `context_length` before v0.10."""
    row: Row = {
        "name": name,
        "model": name,
        "size": size,
        "digest": "3f1c9a5be07d4f2a8c6e91b0d7a4e5f3129c8b7a6d5e4f3c2b1a09f8e7d6c5b4",
        "details": details(),
        "expires_at": rfc3339(expires_at or datetime.now(UTC) + timedelta(minutes=5)),
        "size_vram": size if size_vram is None else size_vram,
    }
    if context_length is not None:
        row["context_length"] = context_length
    return row | changes


def oldest_loaded(name: str, *, expires_at: datetime, size_vram: int = 0) -> Row:
    """A row of /api/ps of v0.1.38 to v0.1.41: a zero modified_at, and no zero size_vram."""
    row = loaded(name, expires_at=expires_at, context_length=None)
    row |= {"modified_at": "0001-01-01T00:00:00Z", "size_vram": size_vram}
    if not size_vram:
        del row["size_vram"]
    return row


def installed(name: str, *, size: int = 5_225_000_000, **changes: Any) -> Row:
    """A row of /api/tags as servers from v0.30 on send it."""
    row: Row = {
        "name": name,
        "model": name,
        "modified_at": "2026-10-02T08:15:44.91823+02:00",
        "size": size,
        "digest": "3f1c9a5be07d4f2a8c6e91b0d7a4e5f3129c8b7a6d5e4f3c2b1a09f8e7d6c5b4",
        "details": details() | {"context_length": 40960, "embedding_length": 4096},
        "capabilities": ["completion", "tools", "thinking"],
    }
    return row | changes


def cloud_stub(name: str) -> Row:
    """A row of /api/tags for a model that runs in Ollama's cloud."""
    return installed(
        name,
        size=384,
        remote_model=name.removesuffix("-cloud"),
        remote_host="https://ollama.com:443",
        details=details(format="", family="gptoss", families=["gptoss"]),
    )


def details(**changes: Any) -> Row:
    """The `details` of a model."""
    row: Row = {
        "parent_model": "",
        "format": "gguf",
        "family": "qwen3",
        "families": ["qwen3"],
        "parameter_size": "8.2B",
        "quantization_level": "Q4_K_M",
    }
    return row | changes


def rfc3339(moment: datetime) -> str:
    """A time as Go prints it: with the server's offset and without trailing zeros."""
    text = moment.isoformat()
    whole, point, rest = text.partition(".")
    return f"{whole}.{rest[:6].rstrip('0') or '0'}{rest[6:]}" if point else text


@dataclass
class StandIn:
    """The server; `async with` starts it on a free port of 127.0.0.1 and ends it.

    `models` and `installed` are rows of /api/ps and /api/tags, `behaviour` says for a path how
    else it is to be answered; all may be changed while it runs. `ahead_s` is how far its clock
    is ahead.
    """

    models: Iterable[Row] = ()
    installed: Iterable[Row] = ()
    version: str = "0.32.4"
    behaviour: dict[str, Reply] = field(default_factory=dict)
    ahead_s: float = 0.0
    port: int = 0
    requests: list[Request] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def asked(self) -> Counter[str]:
        """How often each path was asked for."""
        return Counter(request.path for request in self.requests)

    def now(self) -> datetime:
        """Its own clock."""
        return datetime.now(UTC) + timedelta(seconds=self.ahead_s)

    async def __aenter__(self) -> "StandIn":
        await self.start()
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen, on the port from before if it ran already."""
        self._open: set[asyncio.Task[None]] = set()
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """End every connection, and listen no more."""
        self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        await self._server.wait_closed()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                while request := await _request(reader):
                    self.requests.append(request)
                    await self.behaviour.get(request.path, _usual)(self, request, writer)
        finally:
            writer.close()


async def _request(reader: asyncio.StreamReader) -> Request:
    head = await reader.readuntil(b"\r\n\r\n")
    line, *rest = head.decode("latin-1").splitlines()
    pairs = (text.partition(":") for text in rest if text)
    headers = {key.lower(): value.strip() for key, _, value in pairs}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(line.split(" ")[1], headers, body)


async def _usual(server: StandIn, request: Request, writer: asyncio.StreamWriter) -> None:
    answers: Mapping[str, Row] = {
        "/api/version": {"version": server.version},
        "/api/ps": {"models": list(server.models)},
        "/api/tags": {"models": list(server.installed)},
    }
    if request.path in answers:
        await send(server, writer, json.dumps(answers[request.path]).encode())
    else:
        await send(server, writer, b"404 page not found", status=404, kind="text/plain")


async def send(
    server: StandIn,
    writer: asyncio.StreamWriter,
    body: bytes,
    *,
    status: int = 200,
    kind: str = "application/json; charset=utf-8",
    headers: str = "",
    length: int | None = None,
) -> None:
    """Send one answer with the header fields of Go's server."""
    date = format_datetime(server.now(), usegmt=True)
    head = (
        f"HTTP/1.1 {status} -\r\nContent-Type: {kind}\r\nDate: {date}\r\n"
        f"Content-Length: {len(body) if length is None else length}\r\n{headers}\r\n"
    )
    writer.write(head.encode() + body)
    await writer.drain()


def says(
    body: bytes | str | Row,
    status: int = 200,
    kind: str = "application/json; charset=utf-8",
    headers: str = "",
) -> Reply:
    """Answers with exactly this."""
    text = json.dumps(body) if isinstance(body, dict) else body
    octets = text.encode() if isinstance(text, str) else text

    async def reply(server: StandIn, request: Request, writer: asyncio.StreamWriter) -> None:
        await send(server, writer, octets, status=status, kind=kind, headers=headers)

    return reply


def says_raw(octets: bytes) -> Reply:
    """Sends exactly these bytes, no HTTP added, and ends the connection."""

    async def reply(server: StandIn, request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(octets)
        await writer.drain()
        writer.close()

    return reply


def after(event: asyncio.Event, reply: Reply = _usual) -> Reply:
    """Answers when `event` is set: a model that loads."""

    async def wait(server: StandIn, request: Request, writer: asyncio.StreamWriter) -> None:
        await event.wait()
        await reply(server, request, writer)

    return wait


async def silent(server: StandIn, request: Request, writer: asyncio.StreamWriter) -> None:
    """Takes the request, and never answers."""
    await asyncio.Event().wait()


async def hangs_up(server: StandIn, request: Request, writer: asyncio.StreamWriter) -> None:
    """Ends the connection instead of answering."""
    writer.close()


async def drips(server: StandIn, request: Request, writer: asyncio.StreamWriter) -> None:
    """Sends one byte now and then, so that there is always progress and never an end."""
    await send(server, writer, b'{"models":[', length=100_000)
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.05)


async def endless(server: StandIn, request: Request, writer: asyncio.StreamWriter) -> None:
    """Sends as fast as it can, and never ends."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n")
    while True:
        writer.write(b'{"models":[' + b" " * 65536)
        await writer.drain()


async def huge(server: StandIn, request: Request, writer: asyncio.StreamWriter) -> None:
    """Announces a gigabyte, and begins to send it."""
    await send(server, writer, b'{"models":[', length=10**9)
    while True:
        writer.write(b" " * 65536)
        await writer.drain()


gzip_bomb = says(
    gzip.compress(b'{"models":[' + b" " * 20_000_000), headers="Content-Encoding: gzip\r\n"
)
"""A small answer that is a large one when it is unpacked."""

redirect = says("", 302, headers="Location: http://127.0.0.1:1/\r\n")
refuses_name = says("", 403)
"""What Ollama says to a host name that it does not know: nothing at all."""

captive_portal = says("<!doctype html><title>Welcome</title>", kind="text/html")


async def refuses_other_names(
    server: StandIn, request: Request, writer: asyncio.StreamWriter
) -> None:
    """As a server that is bound to loopback: only its own address or localhost may be used."""
    name = request.headers.get("host", "").rpartition(":")[0]
    mine = name in ("127.0.0.1", "localhost")
    await (_usual if mine else refuses_name)(server, request, writer)


def hostile_names() -> tuple[str, ...]:
    """Names that no Ollama lets through, but a machine that was taken over might send."""
    return (
        "esc\x1b[2J\x1b[31mape",
        "clip\x1b]52;c;ZXZpbA==\x07board",
        "bidi\u202egnp.exe",
        "hidden\u2800\u3164\u200b",
        "[@click=app.quit]markup[/]",
        "[/]",
        "new\nline\r\ttab",
        "lone\udc80surrogate",
    )
