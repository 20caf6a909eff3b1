"""One machine of the demo: a real SSH server on loopback that runs our scripts.

The only login is the demo's own key, the only commands are the constant ones that fleettui
sends, and git that fetches. On the Macs the scripts run in the real /bin/sh, where functions
stand in for the tools of macOS (macos.sh); the Windows machine answers by itself (windows.py).
"""

import asyncio
import os
import shlex
import signal
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncssh

from fleettui.commands.demo import macos, windows
from fleettui.commands.demo.cast import Part
from fleettui.commands.demo.motion import Time
from fleettui.hosts.host import Shell
from fleettui.hosts.scripts import command

_CHUNK = 64 * 1024
_END_S = 2.0
_ALIASES = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Keys:
    """`host` is what the machine shows, `client` (a line of authorized_keys) the only login."""

    host: asyncssh.SSHKey
    client: str


class DemoMachine:
    """A machine; `forwards` maps ports of its own loopback to ports of this computer's."""

    def __init__(
        self, part: Part, folder: Path, keys: Keys, time: Time, forwards: Mapping[int, int]
    ) -> None:
        self.part = part
        self.home = folder / "home"
        self.port = 0
        self._figures = folder / "figures"
        self._keys = keys
        self._time = time
        self._forwards = forwards
        self._connections: set[asyncssh.SSHServerConnection] = set()
        self._server: asyncssh.SSHAcceptor | None = None
        self.home.mkdir(parents=True, exist_ok=True)
        self._figures.mkdir(exist_ok=True)

    async def start(self) -> None:
        """Listen, on the port from before if there was one."""
        self._refresh()
        self._server = await asyncssh.listen(
            "127.0.0.1",
            self.port,
            server_factory=lambda: _Door(self._connections, self._forwards),
            server_host_keys=[self._keys.host],
            authorized_client_keys=asyncssh.import_authorized_keys(self._keys.client),
            process_factory=self._answer,
            encoding=None,
            allow_scp=False,
            agent_forwarding=False,
            gss_host=None,
        )
        self.port = self._server.get_port()

    async def stop(self) -> None:
        """Listen no more, and break every connection: as a machine that loses its power."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for connection in tuple(self._connections):
            connection.abort()

    async def _answer(self, process: "asyncssh.SSHServerProcess[bytes]") -> None:
        wanted = process.command
        with suppress(asyncssh.Error, OSError):
            if self.part.windows and wanted == command(Shell.POWERSHELL):
                await windows.answer(process, self.part, self._time)
            elif not self.part.windows and wanted == command(Shell.SH):
                await self._run(process, "/bin/sh", "-s", begin=_PRELUDE)
            elif repository := self._fetched(wanted or ""):
                await self._run(process, "git", "upload-pack", repository)
            else:
                process.stderr.write(b"this is a demo: only fleettui's own scripts run here\n")
                process.exit(127)

    def _fetched(self, wanted: str) -> str | None:
        """The repository of this machine that a fetch asks for."""
        try:
            words = shlex.split(wanted)
        except ValueError:
            return None
        if len(words) != 2 or words[0] != "git-upload-pack":
            return None
        path = (self.home / words[1].removeprefix("~/")).resolve()
        return str(path) if path.is_relative_to(self.home.resolve()) else None

    async def _run(
        self, process: "asyncssh.SSHServerProcess[bytes]", *argv: str, begin: bytes = b""
    ) -> None:
        """Run a program, which is sent `begin` and then what comes over the connection."""
        shell = await asyncio.create_subprocess_exec(
            *argv,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=self._environment(),
            cwd=self.home,
            start_new_session=True,
        )
        assert shell.stdin is not None
        assert shell.stdout is not None
        assert shell.stderr is not None
        outputs = [
            asyncio.create_task(_copy(shell.stdout, process.stdout)),
            asyncio.create_task(_copy(shell.stderr, process.stderr)),
        ]
        feeding = asyncio.create_task(self._feed(process, shell.stdin, begin))
        closed = asyncio.create_task(process.wait_closed())
        try:
            await _until_over(feeding, closed, outputs)
        finally:
            feeding.cancel()
            closed.cancel()
            await asyncio.wait(outputs, timeout=_END_S)
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(shell.pid, signal.SIGKILL)
            status = await shell.wait()
            await asyncio.gather(feeding, closed, *outputs, return_exceptions=True)
        process.exit(max(status, 0))

    async def _feed(
        self,
        process: "asyncssh.SSHServerProcess[bytes]",
        shell: asyncio.StreamWriter,
        begin: bytes,
    ) -> None:
        """Send `begin`, then whatever comes; figures are new for each question."""
        shell.write(begin)
        try:
            while data := await process.stdin.read(_CHUNK):
                self._refresh()
                shell.write(data)
                await shell.drain()
        finally:
            shell.close()

    def _refresh(self) -> None:
        time = self._time
        started = time.started.timestamp()
        for name, text in macos.answers(self.part, time.seed, int(time.at()), started).items():
            fresh = self._figures / f".{name}"
            fresh.write_text(text)
            fresh.replace(self._figures / name)

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self.home),
            "TMPDIR": str(self.home),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "FLEETTUI_DEMO": str(self._figures),
        }


class _Door(asyncssh.SSHServer):
    """What a connection may do beside running scripts: reach ports of its own machine."""

    def __init__(
        self, connections: set[asyncssh.SSHServerConnection], forwards: Mapping[int, int]
    ) -> None:
        self._connections = connections
        self._forwards = forwards
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._connections.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._connection is not None:
            self._connections.discard(self._connection)

    def connection_requested(
        self, dest_host: str, dest_port: int, orig_host: str, orig_port: int
    ) -> "Coroutine[Any, Any, Any] | bool":
        port = self._forwards.get(dest_port)
        if port is None or dest_host not in _ALIASES or self._connection is None:
            return False
        return self._connection.forward_connection("127.0.0.1", port)


async def _until_over(
    feeding: asyncio.Task[None],
    closed: asyncio.Task[None],
    outputs: Sequence[asyncio.Task[None]],
) -> None:
    """Wait until the shell has printed its last, or nobody is there to read it."""
    while not all(output.done() for output in outputs):
        if closed.done() or (feeding.done() and feeding.exception() is not None):
            return
        tasks = [task for task in (feeding, closed, *outputs) if not task.done()]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)


async def _copy(source: asyncio.StreamReader, to: "asyncssh.SSHWriter[bytes]") -> None:
    while data := await source.read(_CHUNK):
        to.write(data)
        await to.drain()


_PRELUDE = Path(__file__).with_name("macos.sh").read_bytes() + b"\n"
