"""This machine: scripts as child processes."""

import asyncio
import os
import signal
import sys
from contextlib import suppress
from typing import cast

from fleettui.hosts.host import OUTPUT_CAP, Output, Shell
from fleettui.hosts.process import ScriptProcess, run_script, start_script, within
from fleettui.hosts.scripts import argv
from fleettui.hosts.sink import Sink
from fleettui.hosts.sockets import connected
from fleettui.hosts.streams import SocketStream
from fleettui.model.errors import Unreachable


class LocalHost:
    """The machine that fleettui runs on. See `Host` for what its methods promise."""

    local = True
    address: str | None = None
    next_try_s: float | None = None

    def __init__(self) -> None:
        self._running: set[_LocalPipe] = set()

    async def run(
        self,
        script: bytes,
        *,
        stdin: bytes = b"",
        shell: Shell = Shell.SH,
        deadline: float = 10.0,
        cap: int = OUTPUT_CAP,
    ) -> Output:
        """Run a whole script to its end; its process group is killed at the deadline."""
        async with within(deadline, "no answer"):
            return await run_script(await self._spawn(shell), script, stdin, shell, cap)

    async def start(
        self, script: bytes, *, shell: Shell = Shell.SH, deadline: float = 10.0
    ) -> ScriptProcess:
        """Start a script that answers until its input is closed."""
        async with within(deadline, "the script did not start"):
            return await start_script(await self._spawn(shell), script, shell)

    async def open_tcp(self, host: str, port: int, *, deadline: float = 5.0) -> SocketStream:
        """Open a connection to a port."""
        async with within(deadline, f"no connection to port {port}"):
            return await SocketStream.over(await connected(host, port))

    def retry_now(self) -> None:
        """Nothing to forget: there is no connection."""

    def mark_suspended(self) -> None:
        """Nothing to abort: a sleeping computer's own processes sleep with it."""

    async def close(self) -> None:
        """End every script that still runs."""
        pipes = tuple(self._running)
        for pipe in pipes:
            pipe.kill()
        if pipes:
            await asyncio.wait([pipe.sink.ended for pipe in pipes], timeout=1.0)

    async def _spawn(self, shell: Shell) -> "_LocalPipe":
        pipe = _LocalPipe()
        try:
            await asyncio.get_running_loop().subprocess_exec(
                lambda: pipe, *argv(shell), start_new_session=sys.platform != "win32"
            )
        except OSError as error:
            raise Unreachable(f"{argv(shell)[0]} cannot be started: {error.strerror}") from None
        self._running.add(pipe)
        pipe.sink.ended.add_done_callback(lambda _: self._running.discard(pipe))
        return pipe


class _LocalPipe(asyncio.SubprocessProtocol):
    """A child process in a session of its own, so without our terminal."""

    def __init__(self) -> None:
        self.sink = Sink()
        self._child: asyncio.SubprocessTransport | None = None
        self._killed = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._child = cast(asyncio.SubprocessTransport, transport)
        output = cast(asyncio.ReadTransport, self._child.get_pipe_transport(1))
        self.sink.connect(output)

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        if fd == 1:
            self.sink.feed(data)
        else:
            self.sink.complain(data)

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        if fd == 1:
            self.sink.finish()
        elif fd == 0:
            self.sink.hold(False)

    def pause_writing(self) -> None:
        self.sink.hold(True)

    def resume_writing(self) -> None:
        self.sink.hold(False)

    def process_exited(self) -> None:
        status = self._child.get_returncode() if self._child else None
        self.sink.exited(status if status is not None and status >= 0 else None)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._child is not None:
            self._child.close()

    def send(self, data: bytes) -> None:
        stdin = self._stdin()
        if stdin is None or stdin.is_closing() or self.sink.ended.done():
            raise Unreachable("the script has ended")
        stdin.write(data)

    def end_input(self) -> None:
        stdin = self._stdin()
        if stdin is not None:
            stdin.close()

    def kill(self) -> None:
        if self._child is None or self._killed:
            return
        self._killed = True
        if not self.sink.ended.done():
            with suppress(ProcessLookupError, PermissionError):
                if sys.platform == "win32":
                    self._child.kill()
                else:
                    os.killpg(self._child.get_pid(), signal.SIGKILL)
        # Closing the transport itself would reap the child behind the back of its watcher.
        for fd in (0, 1, 2):
            pipe = self._child.get_pipe_transport(fd)
            if pipe is not None:
                pipe.close()

    def _stdin(self) -> asyncio.WriteTransport | None:
        if self._child is None:
            return None
        return cast("asyncio.WriteTransport | None", self._child.get_pipe_transport(0))
