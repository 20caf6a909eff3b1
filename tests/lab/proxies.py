"""Proxies: a small SOCKS5 server in this process (a stand-in), and the real microsocks."""

import asyncio
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field

from tests.lab.sshd import free_port


@dataclass(slots=True)
class Socks:
    """The stand-in: what it was asked for, and the reply (RFC 1928) that it gives instead of 0."""

    port: int = 0
    reply: int = 0
    hosts: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, int]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Its URL for fleet.toml."""
        return f"socks5://127.0.0.1:{self.port}"


@asynccontextmanager
async def socks_server() -> AsyncIterator[Socks]:
    """A SOCKS5 server without logins; `hosts` maps the names that only it can resolve."""
    proxy = Socks()
    server = await asyncio.start_server(lambda r, w: _serve(proxy, r, w), "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()


async def _serve(proxy: Socks, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError, EOFError, asyncio.CancelledError):
        _, methods = await reader.readexactly(2)
        await reader.readexactly(methods)
        writer.write(b"\x05\x00")
        host, port = await _asked_for(reader)
        proxy.asked.append((host, port))
        writer.write(bytes([5, proxy.reply, 0, 1, 0, 0, 0, 0, 0, 0]))
        if proxy.reply == 0:
            await _join(reader, writer, proxy.hosts.get(host, host), port)
    writer.close()


async def _asked_for(reader: asyncio.StreamReader) -> tuple[str, int]:
    _, _, _, kind = await reader.readexactly(4)
    if kind == 3:
        host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
    elif kind == 4:
        host = socket.inet_ntop(socket.AF_INET6, await reader.readexactly(16))
    else:
        host = socket.inet_ntoa(await reader.readexactly(4))
    return host, int.from_bytes(await reader.readexactly(2), "big")


async def _join(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, port: int
) -> None:
    there, back = await asyncio.open_connection(host, port)
    try:
        await asyncio.gather(_copy(reader, back), _copy(there, writer))
    finally:
        back.close()


async def _copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while data := await source.read(65536):
        sink.write(data)
        await sink.drain()
    sink.close()


@contextmanager
def microsocks() -> Iterator[str | None]:
    """The URL of a real microsocks server; None where it is not installed."""
    program = shutil.which("microsocks")
    if program is None:
        yield None
        return
    port = free_port()
    server = subprocess.Popen(
        [program, "-i", "127.0.0.1", "-p", str(port)],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        give_up = time.monotonic() + 30
        while time.monotonic() < give_up:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.01)
        yield f"socks5://127.0.0.1:{port}"
    finally:
        server.kill()
        server.wait()
