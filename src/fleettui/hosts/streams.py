"""Byte streams to a port: over a socket of this machine, or through an SSH connection."""

import asyncio
import socket
from contextlib import suppress
from typing import Protocol

from fleettui.hosts.failures import network_failure
from fleettui.hosts.process import within
from fleettui.hosts.sink import Sink
from fleettui.model.errors import Unreachable

_WRITE_DEADLINE = 10.0


class SocketStream:
    """A connection of this machine's own."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def over(cls, sock: socket.socket) -> "SocketStream":
        """The stream over a connected socket, which belongs to it from now on."""
        return cls(*await asyncio.open_connection(sock=sock))

    async def write(self, data: bytes) -> None:
        """Send bytes. Raises Unreachable, TimedOut."""
        async with within(_WRITE_DEADLINE, "the other side does not take our bytes"):
            try:
                self.writer.write(data)
                await self.writer.drain()
            except OSError as error:
                raise network_failure(error, "the port") from None

    async def close(self) -> None:
        """End the stream at once."""
        self.writer.transport.abort()
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(1.0):
                await self.writer.wait_closed()


class Channel(Protocol):
    """What of an SSH channel a stream needs."""

    def write(self, data: bytes) -> None:
        """Queue bytes."""

    def abort(self) -> None:
        """Close it without sending what is queued."""

    def is_closing(self) -> bool:
        """Whether it is closed, or about to be."""


class ChannelStream:
    """A connection that the machine at the other end of an SSH connection opened."""

    def __init__(self, channel: Channel, sink: Sink) -> None:
        self.reader = sink.reader
        self._channel = channel
        self._sink = sink

    async def write(self, data: bytes) -> None:
        """Send bytes. Raises Unreachable, TimedOut."""
        if self._channel.is_closing() or self._sink.ended.done():
            raise Unreachable("the connection through SSH was closed")
        self._channel.write(data)
        async with within(_WRITE_DEADLINE, "the other side does not take our bytes"):
            await self._sink.writable()

    async def close(self) -> None:
        """End the stream at once."""
        self._sink.gone(None)
        self._channel.abort()
