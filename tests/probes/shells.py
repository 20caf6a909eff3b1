"""A host for tests: real processes on this machine, with the shell that the test wants."""

import asyncio
import contextlib
import os
import shutil
import signal
from asyncio.subprocess import DEVNULL, PIPE
from asyncio.subprocess import Process as Child
from dataclasses import dataclass, field

from fleettui.hosts.host import LINE_CAP, OUTPUT_CAP, Output, Shell, TcpStream
from fleettui.model.errors import Malformed, Unreachable

SHELLS = {
    name: argv
    for name, argv in {
        "dash": ("dash",),
        "bash": ("bash",),
        "bash-posix": ("bash", "--posix"),
        "busybox": ("busybox", "sh"),
        "sh": ("sh",),
    }.items()
    if shutil.which(argv[0])
}
"""The shells of this machine; macOS has bash as sh, which is bash-posix here."""


@dataclass
class ShellProcess:
    """One script that runs until its input is closed."""

    child: Child
    closed: bool = False
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def write(self, data: bytes) -> None:
        assert self.child.stdin is not None
        try:
            self.child.stdin.write(data)
            await self.child.stdin.drain()
        except OSError as broken:
            raise Unreachable("the shell is gone") from broken

    async def readline(self) -> bytes:
        assert self.child.stdout is not None
        try:
            async with self.reading:
                return await self.child.stdout.readline()
        except ValueError as too_long:
            raise Malformed("a line is too long") from too_long

    async def read(self, limit: int) -> bytes:
        assert self.child.stdout is not None
        async with self.reading:
            return await self.child.stdout.read(limit)

    def end_input(self) -> None:
        assert self.child.stdin is not None
        self.child.stdin.close()

    def complaint(self) -> bytes:
        return b""

    async def close(self) -> None:
        self.closed = True
        assert self.child.stdin is not None
        self.child.stdin.close()
        try:
            async with asyncio.timeout(0.5):
                await self.child.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.child.pid, signal.SIGKILL)
            await self._drain()
            await self.child.wait()

    async def _drain(self) -> None:
        """A process counts as ended only when all of its output was taken."""
        assert self.child.stdout is not None
        async with self.reading:
            while await self.child.stdout.read(LINE_CAP):
                pass


@dataclass
class ShellHost:
    """This machine through one shell.

    `noise` is what its login prints before anything else; `commands` is a folder with stand-ins
    for the commands of another platform, which scripts then find first.
    """

    argv: tuple[str, ...] = ("dash",)
    noise: str = ""
    commands: str = ""
    started: list[ShellProcess] = field(default_factory=list)
    local: bool = False
    address: str | None = None
    next_try_s: float | None = None

    @property
    def pid(self) -> int:
        """The process of the newest script."""
        return self.started[-1].child.pid

    def send(self, what: signal.Signals) -> None:
        """Send a signal to the newest script."""
        os.kill(self.pid, what)

    async def start(
        self, script: bytes, *, shell: Shell = Shell.SH, deadline: float = 10.0
    ) -> ShellProcess:
        assert shell is Shell.SH
        login = 'printf %s "$1"; shift; exec "$@"'
        child = await asyncio.create_subprocess_exec(
            *("sh", "-c", login, "login", self.noise, *self.argv, "-s"),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            limit=LINE_CAP,
            start_new_session=True,
        )
        process = ShellProcess(child)
        self.started.append(process)
        await process.write(self._with_commands(script))
        return process

    async def run(
        self,
        script: bytes,
        *,
        stdin: bytes = b"",
        shell: Shell = Shell.SH,
        deadline: float = 10.0,
        cap: int = OUTPUT_CAP,
    ) -> Output:
        argv = (*self.argv, "-s") if shell is Shell.SH else ("fleettui-no-such-shell",)
        try:
            child = await asyncio.create_subprocess_exec(
                *argv, stdin=PIPE, stdout=PIPE, stderr=PIPE
            )
        except FileNotFoundError:
            return Output(b"", b"not found", 127)
        async with asyncio.timeout(deadline):
            stdout, stderr = await child.communicate(self._with_commands(script) + stdin)
        return Output(stdout, stderr, child.returncode)

    def _with_commands(self, script: bytes) -> bytes:
        """The script with the stand-ins in front of its last line, which starts the work."""
        if not self.commands:
            return script
        head, _, last = script.rstrip().rpartition(b"\n")
        return b'%s\nPATH="%s:$PATH"\n%s\n' % (head, self.commands.encode(), last)

    async def open_tcp(self, host: str, port: int, *, deadline: float = 5.0) -> TcpStream:
        raise Unreachable("not a part of these tests")

    def retry_now(self) -> None:
        """Nothing to forget."""

    def mark_suspended(self) -> None:
        """Nothing to abort."""

    async def close(self) -> None:
        for process in self.started:
            if not process.closed:
                await process.close()
