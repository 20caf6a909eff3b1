"""A script that stays on a machine and answers one question after the other.

Starting a process over SSH costs the machine about 100 ms, asking one that runs about 2 ms. The
script ends by itself when its input is closed, so a lost connection leaves nothing behind.
"""

import asyncio
import os
import re
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from fleettui.hosts.host import Host, Process, Shell
from fleettui.model.errors import Malformed, TimedOut, Unreachable
from fleettui.model.text import clean
from fleettui.probes.frames import Frame, Preamble

TICK_DEADLINE = 10.0
"""Seconds for one answer, the start of the script included."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_START = {Shell.SH: b"\nfleet_loop\n", Shell.POWERSHELL: b"\nStart-Loop\n"}
_PRELUDE = {Shell.SH: "loop.sh", Shell.POWERSHELL: "loop.ps1"}


@cache
def load(name: str) -> bytes:
    """The script of that name, which lies beside this module."""
    return Path(__file__).with_name(name).read_bytes()


def once(name: str, call: str, shell: Shell = Shell.SH) -> bytes:
    """A script that calls one function of the script of that name, and ends."""
    return b"\n".join((load(_PRELUDE[shell]), load(name), call.encode(), b""))


class Loop:
    """One script on one machine, started at the first tick and again after every failure.

    `script` defines a function `section_NAME` for each section. `setup` are lines of data that
    `setup_line` (PowerShell: `$Setup`) gets before the first tick, each time the script starts.
    """

    def __init__(
        self,
        host: Host,
        script: bytes,
        *,
        shell: Shell = Shell.SH,
        setup: Sequence[bytes] = (),
    ) -> None:
        if any(b"\n" in line or b"\0" in line for line in setup):
            raise ValueError("a set-up line is one line")
        self._host = host
        self._shell = shell
        self._script = load(_PRELUDE[shell]) + b"\n" + script + _START[shell]
        self._setup = b"".join(line + b"\n" for line in (b"%d" % len(setup), *setup))
        self._nonce = os.urandom(6).hex()
        self.asked = 0
        """How many questions were sent."""
        self.latency_s = 0.0
        """Seconds from the newest question to its answer, the start of the script not included."""
        self._process: Process | None = None
        self._ending: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Lock()
        self._closed = False

    async def tick(self, *sections: str, deadline: float = TICK_DEADLINE) -> dict[str, bytes]:
        """Ask for sections and return what each printed.

        After any failure, a cancellation too, the script is ended and the next tick starts a new
        one, so that a late answer is never taken for the next one. A script that was lost since
        the last tick is started again at once. Raises ReadError.
        """
        if not sections or not all(_NAME.fullmatch(name) for name in sections):
            raise ValueError(f"not the names of sections: {sections}")
        async with self._turn:
            complete = False
            try:
                async with asyncio.timeout(deadline):
                    answer = await self._answer(sections)
                complete = True
                return answer
            except TimeoutError:
                text = f"no answer within {deadline:g} s"
                raise TimedOut(text + self._complaint()) from None
            finally:
                if not complete:
                    self._retire()

    async def close(self) -> None:
        """End the script for good. Never raises, never hangs."""
        self._closed = True
        self._retire()
        if self._ending:
            await asyncio.wait(self._ending)

    async def _answer(self, sections: Sequence[str]) -> dict[str, bytes]:
        kept = self._process is not None
        try:
            return await self._ask(sections)
        except Unreachable:
            if not kept:
                raise
        self._retire()
        return await self._ask(sections)

    async def _ask(self, sections: Sequence[str]) -> dict[str, bytes]:
        process = self._process or await self._start()
        self.asked += 1
        tag = f"{self.asked}.{self._nonce}"
        began = time.monotonic()
        await process.write(f"{tag} {' '.join(sections)}\n".encode())
        frame = Frame(tag, sections)
        while line := await process.readline():
            if frame.feed(line):
                self.latency_s = time.monotonic() - began
                return frame.sections
        raise Unreachable("the script on the machine has ended" + self._complaint())

    async def _start(self) -> Process:
        if self._closed:
            raise Unreachable("this reading has been stopped")
        self._process = await self._host.start(self._script, shell=self._shell)
        preamble = Preamble()
        while line := await self._process.readline():
            if preamble.feed(line):
                await self._process.write(self._setup)
                return self._process
        reason = self._complaint() or (preamble.last_words and f": {preamble.last_words}")
        if reason:
            raise Malformed("the shell ended before it was ready" + reason)
        raise Unreachable("the shell ended before it was ready")

    def _complaint(self) -> str:
        said = self._process.complaint().strip() if self._process else b""
        return f": {clean(said.splitlines()[-1].strip(), limit=160)}" if said else ""

    def _retire(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            task = asyncio.create_task(process.close())
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)
