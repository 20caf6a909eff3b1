"""The protocol behind which this machine and a machine over SSH look the same.

Nothing here interprets bytes. Every failure is one of `model.errors.ReadError`: a machine that
cannot be reached is data. Scripts go to a constant command on standard input, so no data ever
stands in a command string and the login shell does not matter.
"""

from asyncio import StreamReader
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

OUTPUT_CAP = 4 * 1024 * 1024
"""Bytes of standard output after which a command is ended and reported as malformed."""

LINE_CAP = 64 * 1024
"""Bytes of one line of a long-lived script's output."""


class Shell(StrEnum):
    """What interprets a script on the machine."""

    SH = "sh"
    POWERSHELL = "powershell"


@dataclass(frozen=True, slots=True)
class Output:
    """What a finished command printed. `exit_status` None: it ended without telling."""

    stdout: bytes
    stderr: bytes
    exit_status: int | None


class Process(Protocol):
    """A script that runs on the machine until its standard input is closed."""

    async def write(self, data: bytes) -> None:
        """Send bytes to its standard input. Raises Unreachable when it is gone."""

    async def readline(self) -> bytes:
        """The next line with its newline; b"" at the end. Raises Malformed past LINE_CAP."""

    async def read(self, limit: int) -> bytes:
        """Some of what it prints, at most `limit` bytes; b"" at the end. Raises Unreachable."""

    def end_input(self) -> None:
        """Close its standard input; what it prints can still be read. Never raises."""

    def complaint(self) -> bytes:
        """The last bytes (at most 2 KiB) that it wrote to standard error."""

    async def close(self) -> None:
        """Close its input, give it a moment to end, and forget it. Never raises, never hangs."""


class TcpStream(Protocol):
    """A byte stream to a port, as the machine itself would open it."""

    reader: StreamReader

    async def write(self, data: bytes) -> None:
        """Send bytes."""

    async def close(self) -> None:
        """End the stream. Never raises, never hangs."""


class Host(Protocol):
    """One machine. All waits have deadlines, in seconds; a missed one raises TimedOut."""

    @property
    def local(self) -> bool:
        """Whether this is the machine that fleettui runs on."""

    @property
    def address(self) -> str | None:
        """The address in use (of several), in clean text; None on this machine."""

    @property
    def next_try_s(self) -> float | None:
        """Seconds until the next connection attempt by itself, None when none is planned."""

    async def run(
        self,
        script: bytes,
        *,
        stdin: bytes = b"",
        shell: Shell = Shell.SH,
        deadline: float = 10.0,
        cap: int = OUTPUT_CAP,
    ) -> Output:
        """Run a whole script to its end; `stdin` is what it reads after its own text."""

    async def start(
        self, script: bytes, *, shell: Shell = Shell.SH, deadline: float = 10.0
    ) -> Process:
        """Start a script that answers on its standard output until its input is closed.

        The script must define everything first and then read its standard input itself, and
        must print a line when it is ready, before the first byte is written to it: shells read
        their script in blocks.
        """

    async def open_tcp(self, host: str, port: int, *, deadline: float = 5.0) -> TcpStream:
        """Open a connection from the machine to `host:port`."""

    def retry_now(self) -> None:
        """Forget back-off and refusals: the next call connects at once (the user pressed R)."""

    def mark_suspended(self) -> None:
        """This computer slept: abort the connection at once instead of waiting for it to die."""

    async def close(self) -> None:
        """End everything. Never raises, never hangs."""
