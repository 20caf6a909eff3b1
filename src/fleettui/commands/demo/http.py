"""The smallest HTTP server that the demo's stand-ins need."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import format_datetime

_REQUEST_CAP = 16 * 1024

Reply = Callable[[str], bytes | None]
"""The body for a path, None: not found."""


def healthy(path: str) -> bytes | None:
    """What seems to be behind most ports of the demo's machines."""
    return b'{"status":"ok"}'


class HttpStandIn:
    """One server on a free port of 127.0.0.1 that knows GET and nothing else."""

    def __init__(self, reply: Reply) -> None:
        self._reply = reply
        self._open: set[asyncio.Task[None]] = set()

    async def start(self) -> int:
        """Listen; the port."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=_REQUEST_CAP)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def stop(self) -> None:
        """End every connection, and listen no more."""
        self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                while head := await reader.readuntil(b"\r\n\r\n"):
                    writer.write(self._answer(head))
                    await writer.drain()
        finally:
            writer.close()

    def _answer(self, head: bytes) -> bytes:
        method, _, rest = head.decode("latin-1").partition(" ")
        body = self._reply(rest.partition(" ")[0]) if method == "GET" else None
        status = "200 OK" if body is not None else "404 Not Found"
        kind = "application/json; charset=utf-8" if body is not None else "text/plain"
        body = b"404 page not found" if body is None else body
        date = format_datetime(datetime.now(UTC), usegmt=True)
        head_lines = f"Content-Type: {kind}\r\nDate: {date}\r\nContent-Length: {len(body)}\r\n"
        return f"HTTP/1.1 {status}\r\n{head_lines}\r\n".encode() + body
