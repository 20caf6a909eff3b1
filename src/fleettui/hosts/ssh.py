"""A machine over SSH: scripts and streams over one kept connection."""

import asyncio
from typing import TYPE_CHECKING

from fleettui.hosts.host import OUTPUT_CAP, Output, Shell
from fleettui.hosts.link import Link
from fleettui.hosts.process import ScriptProcess, run_script, start_script, within
from fleettui.hosts.scripts import command
from fleettui.hosts.streams import ChannelStream
from fleettui.hosts.timing import Timing
from fleettui.model.clock import Clock
from fleettui.model.machine import Machine

if TYPE_CHECKING:
    from fleettui.hosts.connection import Connection
    from fleettui.hosts.dial import Caller


class SshHost:
    """One machine, reached over the addresses of its `ssh`. See `Host` for the promises."""

    local = False

    def __init__(
        self,
        machine: Machine,
        *,
        ssh_config: str | None = None,
        clock: Clock | None = None,
        timing: Timing | None = None,
    ) -> None:
        timing = timing or Timing()
        dialler = _Dialler(machine, ssh_config, timing)
        self._link: Link[Connection] = Link(machine.ssh, dialler, clock or Clock(), timing)

    @property
    def address(self) -> str | None:
        """The address in use (of several), in clean text."""
        return self._link.address

    @property
    def next_try_s(self) -> float | None:
        """Seconds until the next connection attempt by itself, None when none is planned."""
        return self._link.next_try_s

    async def run(
        self,
        script: bytes,
        *,
        stdin: bytes = b"",
        shell: Shell = Shell.SH,
        deadline: float = 10.0,
        cap: int = OUTPUT_CAP,
    ) -> Output:
        """Run a whole script to its end; it is killed at the deadline."""
        async with within(deadline, "no answer"):
            connection = await self._link.connection()
            channel = await connection.script(command(shell))
            return await run_script(channel, script, stdin, shell, cap)

    async def start(
        self, script: bytes, *, shell: Shell = Shell.SH, deadline: float = 10.0
    ) -> ScriptProcess:
        """Start a script that answers until its input is closed."""
        async with within(deadline, "the script did not start"):
            connection = await self._link.connection()
            return await start_script(await connection.script(command(shell)), script, shell)

    async def open_tcp(self, host: str, port: int, *, deadline: float = 5.0) -> ChannelStream:
        """Open a connection from the machine to `host:port`."""
        async with within(deadline, f"no connection to port {port}"):
            return await (await self._link.connection()).stream(host, port)

    def retry_now(self) -> None:
        """Forget back-off and refusals: the next call connects at once."""
        self._link.retry_now()

    def mark_suspended(self) -> None:
        """Abort the connection at once instead of waiting for it to die."""
        self._link.mark_suspended()

    async def close(self) -> None:
        """End everything. Never raises, never hangs."""
        await self._link.close()


class _Dialler:
    """Loads asyncssh in a thread at the first attempt: it takes 160 ms."""

    def __init__(self, machine: Machine, ssh_config: str | None, timing: Timing) -> None:
        self._machine = machine
        self._ssh_config = ssh_config
        self._timing = timing

    async def dial(self, address: str) -> "Connection":
        """Connect and log in."""
        await asyncio.to_thread(self._load)
        from fleettui.hosts.dial import dial

        return await dial(address, self._called())

    async def traces(self) -> tuple[object, ...]:
        """What a mend of a refused key would change."""
        await asyncio.to_thread(self._load)
        from fleettui.hosts.dial import traces

        return await traces(self._machine.ssh, self._called())

    def _load(self) -> None:
        import fleettui.hosts.dial  # noqa: F401

    def _called(self) -> "Caller":
        from fleettui.hosts.dial import Caller

        machine = self._machine
        return Caller(machine.name, self._ssh_config, machine.proxy, self._timing)
