"""A script that runs: started, fed, read and ended the same way here and on another machine."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Protocol

from fleettui.hosts.host import LINE_CAP, Output, Shell
from fleettui.hosts.scripts import after_mark, mark, new_nonce, wrapped
from fleettui.hosts.sink import Sink
from fleettui.model.errors import Malformed, TimedOut, Unreachable
from fleettui.model.text import clean

_CHUNK = 64 * 1024
_COMPLAINT_SHOWN = 2048
_WRITE_DEADLINE = 10.0
_CLOSE_DEADLINE = 1.0


class Pipe(Protocol):
    """The way to a running script: what differs between this machine and SSH."""

    sink: Sink

    def send(self, data: bytes) -> None:
        """Queue bytes for its standard input. Raises Unreachable when it is gone."""

    def end_input(self) -> None:
        """Close its standard input. Never raises."""

    def kill(self) -> None:
        """End it, and let go of it. Never raises; may be called again."""


class ScriptProcess:
    """A started script, past the noise of the login shell."""

    def __init__(self, pipe: Pipe, nonce: str) -> None:
        self._pipe = pipe
        self._nonce = nonce

    async def write(self, data: bytes) -> None:
        """Send bytes to its standard input. Raises Unreachable, TimedOut."""
        self._pipe.send(data)
        async with within(_WRITE_DEADLINE, "the script does not take its input"):
            await self._pipe.sink.writable()

    async def readline(self) -> bytes:
        """The next line with its newline; b"" at the end. Raises Malformed past LINE_CAP."""
        try:
            return await self._pipe.sink.reader.readline()
        except ValueError:
            self._pipe.kill()
            raise Malformed(f"a line of the answer is longer than {LINE_CAP} bytes") from None

    async def read(self, limit: int) -> bytes:
        """Some of what it prints, at most `limit` bytes; b"" at the end. Raises Unreachable.

        Who does not read makes the script wait: no more than 192 KiB are ever kept here.
        """
        return await self._pipe.sink.reader.read(limit)

    def end_input(self) -> None:
        """Close its standard input; what it prints can still be read."""
        self._pipe.end_input()

    def complaint(self) -> bytes:
        """The last bytes (at most 2 KiB) that it wrote to standard error."""
        return after_mark(self._pipe.sink.complaint(), self._nonce)[-_COMPLAINT_SHOWN:]

    async def close(self) -> None:
        """Close its input, give it a second to end, and forget it."""
        self._pipe.end_input()
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(_CLOSE_DEADLINE):
                    await asyncio.wait([self._pipe.sink.ended])
        finally:
            await _end(self._pipe)


async def run_script(pipe: Pipe, script: bytes, stdin: bytes, shell: Shell, cap: int) -> Output:
    """Run a script to its end over a fresh pipe. The caller sets the deadline."""
    nonce = new_nonce()
    feeder: asyncio.Task[None] | None = None
    try:
        _begin(pipe, wrapped(script, shell, nonce))
        if not stdin:
            pipe.end_input()
        await _skip_noise(pipe.sink, nonce)
        if stdin:
            feeder = asyncio.create_task(_feed(pipe, stdin))
        printed = await _read_all(pipe.sink, cap)
        status = await asyncio.shield(pipe.sink.ended)
        return Output(printed, after_mark(pipe.sink.complaint(), nonce), status)
    finally:
        if feeder is not None:
            feeder.cancel()
        await _end(pipe)


async def start_script(pipe: Pipe, script: bytes, shell: Shell) -> ScriptProcess:
    """Start a script over a fresh pipe and wait until it runs. The caller sets the deadline."""
    nonce = new_nonce()
    started = False
    try:
        _begin(pipe, wrapped(script, shell, nonce))
        await _skip_noise(pipe.sink, nonce)
        started = True
        return ScriptProcess(pipe, nonce)
    finally:
        if not started:
            await _end(pipe)


@asynccontextmanager
async def within(deadline: float, otherwise: str) -> AsyncIterator[None]:
    """Turn a missed deadline (seconds) into TimedOut with that text."""
    timer = asyncio.timeout(deadline)
    try:
        async with timer:
            yield
    except TimeoutError:
        if not timer.expired():
            raise
        raise TimedOut(f"{otherwise} within {deadline:g} s") from None


async def _end(pipe: Pipe) -> None:
    """Kill what still runs, and see it dead: a child that nobody waits for stays a zombie."""
    pipe.kill()
    await asyncio.wait([pipe.sink.ended], timeout=_CLOSE_DEADLINE)


def _begin(pipe: Pipe, script: bytes) -> None:
    # A shell that is not there ends before it is sent anything: what it said tells more.
    with suppress(Unreachable):
        pipe.send(script)


async def _feed(pipe: Pipe, stdin: bytes) -> None:
    # A script may end without reading all of its input.
    with suppress(Unreachable):
        for start in range(0, len(stdin), _CHUNK):
            pipe.send(stdin[start : start + _CHUNK])
            await pipe.sink.writable()
        pipe.end_input()


async def _skip_noise(sink: Sink, nonce: str) -> None:
    try:
        await sink.reader.readuntil(mark(nonce))
        pid = (await sink.reader.readuntil(b"\n")).strip()
        sink.pid = int(pid) if pid.isdigit() else None
    except asyncio.LimitOverrunError:
        raise Malformed("the login shell prints without end before the script starts") from None
    except asyncio.IncompleteReadError as ended:
        said = (sink.complaint() or ended.partial).strip().splitlines()
        words = f": {clean(said[0].strip(), limit=160)}" if said else ""
        raise Malformed(f"the script did not start{words}") from None


async def _read_all(sink: Sink, cap: int) -> bytes:
    printed = bytearray()
    while chunk := await sink.reader.read(_CHUNK):
        printed += chunk
        if len(printed) > cap:
            raise Malformed(f"the answer is longer than {cap} bytes")
    return bytes(printed)
