"""A ProxyCommand of the SSH configuration, as the socket that SSH is spoken over."""

import asyncio
import os
import signal
import socket
import sys
from contextlib import suppress

from fleettui.hosts.sink import Sink
from fleettui.model.errors import Unreachable
from fleettui.model.text import clean

_CLOSE_DEADLINE = 1.0


class ProxyCommand(asyncio.SubprocessProtocol):
    """The running command; its standard error is kept apart from the connection."""

    def __init__(self) -> None:
        self._sink = Sink()
        self._child: asyncio.SubprocessTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._child = transport  # type: ignore[assignment]

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        self._sink.complain(data)

    def process_exited(self) -> None:
        self._sink.exited(None)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._child is not None:
            self._child.close()

    def last_words(self) -> str:
        """The last line of its standard error, in clean text."""
        lines = self._sink.complaint().strip().splitlines()
        return clean(lines[-1].strip(), limit=160) if lines else ""

    def kill(self) -> None:
        """End the command and what it started. Never raises."""
        if self._child is not None and not self._sink.ended.done():
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._child.get_pid(), signal.SIGKILL)

    async def close(self) -> None:
        """End the command, and see it dead. Never raises, never hangs."""
        self.kill()
        await asyncio.wait([self._sink.ended], timeout=_CLOSE_DEADLINE)


async def start_proxy_command(command: str) -> tuple[socket.socket, ProxyCommand]:
    """Start the command as ssh does, through a shell, and return our end of its input and output.

    Raises Unreachable where it cannot be started.
    """
    if sys.platform == "win32":
        raise Unreachable("ProxyCommand is not supported on Windows", "use ProxyJump")
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    try:
        _, running = await asyncio.get_running_loop().subprocess_exec(
            ProxyCommand,
            "/bin/sh",
            "-c",
            f"exec {command}",
            stdin=theirs.fileno(),
            stdout=theirs.fileno(),
            start_new_session=True,
        )
    except BaseException as error:
        ours.close()
        if isinstance(error, OSError):
            raise Unreachable(f"ProxyCommand cannot be started: {error.strerror}") from None
        raise
    finally:
        theirs.close()
    return ours, running
