"""One SSH connection that is up: its channels, and its end.

Importing this module loads asyncssh: do it in a thread, at first use.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Protocol, cast

import asyncssh

from fleettui.hosts.host import Shell
from fleettui.hosts.scripts import command
from fleettui.hosts.sink import Sink
from fleettui.hosts.ssh_failures import is_forbidden
from fleettui.hosts.streams import ChannelStream
from fleettui.model.errors import ReadError, Unreachable
from fleettui.model.text import clean

CHANNELS = 6
"""Open channels at a time; OpenSSH allows ten sessions (MaxSessions)."""

_CLOSE_DEADLINE = 1.0
_SLOT_DEADLINE = 5.0
"""A channel that we closed keeps its slot until the machine has closed it too, or this long."""


class Helper(Protocol):
    """What a connection needs besides itself: a proxy command."""

    def kill(self) -> None:
        """End it."""

    async def close(self) -> None:
        """End it, and see it ended."""


class Connection:
    """An authenticated connection, with those below it that it goes through."""

    def __init__(
        self,
        ssh: asyncssh.SSHClientConnection,
        *,
        place: str,
        below: "Connection | None" = None,
        helpers: Sequence[Helper] = (),
    ) -> None:
        self.aborted = False
        self._ssh = ssh
        self._place = place
        self._below = below
        self._helpers = helpers
        self._slots = asyncio.Semaphore(CHANNELS)
        self._used = 0
        self._retired = False
        self._exhausted = False
        self._opening: set[asyncio.Future[Any]] = set()
        self._lost: Callable[[], None] | None = None
        self._ending = asyncio.ensure_future(ssh.wait_closed())
        self._ending.add_done_callback(self._ended)

    @property
    def alive(self) -> bool:
        """Whether nothing is known to be wrong with it."""
        return not (self._ssh.is_closed() or self._exhausted)

    @property
    def ssh(self) -> asyncssh.SSHClientConnection:
        """The connection of the library, to go on from here to another machine."""
        return self._ssh

    def watch(self, lost: Callable[[], None]) -> None:
        """Call `lost` once, when the connection has ended."""
        self._lost = lost

    async def script(self, line: str) -> "ScriptChannel":
        """Run a command line in a new session. Raises Unreachable; waits for a free channel."""
        session = ScriptChannel(self)
        create = partial(
            self._ssh.create_session,
            cast(Any, lambda: session),
            line,
            encoding=None,
            request_pty=False,
            x11_forwarding=False,
        )
        try:
            await self._open(session, create, "the machine opens no session")
        except Unreachable:
            # Scripts that cannot be killed hold its sessions: the next one needs a new connection.
            self._exhausted = True
            raise
        return session

    async def stream(self, host: str, port: int) -> ChannelStream:
        """Connect from the machine to a port; waits for a free channel.

        Raises Unreachable, ReadError where the machine allows no such connection.
        """
        session = Session(self)
        create = partial(self._ssh.create_connection, cast(Any, lambda: session), host, port)
        channel = await self._open(session, create, f"the machine cannot reach port {port}")
        return ChannelStream(channel, session.sink)

    def end_process(self, pid: int) -> None:
        """Kill a script, and all that it started, from another session; in the background."""
        if self.alive:
            ending = asyncio.ensure_future(self._end_process(pid))
            self._opening.add(ending)
            ending.add_done_callback(self._opening.discard)

    async def _end_process(self, pid: int) -> None:
        with suppress(ReadError, TimeoutError):
            async with asyncio.timeout(_SLOT_DEADLINE):
                session = await self.script(command(Shell.SH))
                try:
                    session.send(b"kill -s KILL -- -%d %d\n" % (pid, pid))
                    session.end_input()
                    await asyncio.wait([session.sink.ended])
                finally:
                    session.kill()

    def retire(self) -> None:
        """Close as soon as nothing runs on it any more."""
        self._retired = True
        self._close_if_unused()

    def abort(self) -> None:
        """End it at once, without a word to the other side."""
        self.aborted = True
        self._ssh.abort()

    async def close(self) -> None:
        """End it in good order, within a second or two."""
        self._ssh.close()
        await asyncio.wait([self._ending], timeout=_CLOSE_DEADLINE)
        self.abort()
        await asyncio.wait([self._ending, *self._opening], timeout=_CLOSE_DEADLINE)
        for helper in self._helpers:
            await helper.close()
        if self._below is not None:
            await self._below.close()

    async def _open(
        self, session: "Session", create: Callable[[], Coroutine[Any, Any, Any]], otherwise: str
    ) -> Any:
        await self._slots.acquire()
        self._used += 1
        opening = asyncio.ensure_future(create())
        self._opening.add(opening)
        opening.add_done_callback(self._opening.discard)
        try:
            channel, _ = await asyncio.shield(opening)
        except asyncio.CancelledError:
            # The other side may still open it: then it must be closed, or its slot is lost.
            opening.add_done_callback(partial(_abandon, session))
            raise
        except (asyncssh.Error, OSError) as error:
            session.free()
            raise self._not_opened(error, otherwise) from None
        return channel

    def _ended(self, _: asyncio.Future[None]) -> None:
        if self._below is not None:
            self._below.abort()
        for helper in self._helpers:
            helper.kill()
        if self._lost is not None:
            self._lost()

    def _not_opened(self, error: Exception, otherwise: str) -> ReadError:
        if self._ssh.is_closed() or isinstance(error, asyncssh.DisconnectError | OSError):
            return Unreachable(f"the connection to {self._place} was lost")
        if is_forbidden(error):
            return ReadError(
                f"{self._place} forbids connections through SSH",
                "set AllowTcpForwarding yes in its sshd_config",
            )
        reason = clean(getattr(error, "reason", "") or str(error))
        return Unreachable(f"{otherwise} ({reason})")

    def release(self) -> None:
        """Take back the slot of a channel that has ended."""
        self._used -= 1
        self._slots.release()
        self._close_if_unused()

    def _close_if_unused(self) -> None:
        if self._retired and self._used == 0:
            self._ssh.close()


def _abandon(session: "Session", opening: asyncio.Future[Any]) -> None:
    if not opening.cancelled() and opening.exception() is None:
        channel, _ = opening.result()
        channel.abort()
    session.free()


class Session:
    """What asyncssh calls as a channel lives; the same for sessions and for streams."""

    def __init__(self, connection: Connection) -> None:
        self.sink = Sink()
        self._connection = connection
        self._freed = False

    def connection_made(self, chan: Any) -> None:
        self.sink.connect(chan)

    def session_started(self) -> None:
        """Nothing to do: the script is sent by whoever opened the session."""

    def data_received(self, data: bytes, datatype: int | None) -> None:
        if datatype is None:
            self.sink.feed(data)
        else:
            self.sink.complain(data)

    def eof_received(self) -> bool:
        self.sink.finish()
        return True

    def pause_writing(self) -> None:
        self.sink.hold(True)

    def resume_writing(self) -> None:
        self.sink.hold(False)

    def connection_lost(self, exc: Exception | None) -> None:
        lost = exc is not None or self._connection.aborted
        self.sink.gone(Unreachable("the connection was lost") if lost else None)
        self.free()

    def free(self) -> None:
        """Give the slot back, once."""
        if not self._freed:
            self._freed = True
            self._connection.release()


class ScriptChannel(Session):
    """A script that runs on the machine, in a session of the connection."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._channel: asyncssh.SSHClientChannel[bytes] | None = None

    def connection_made(self, chan: Any) -> None:
        super().connection_made(chan)
        self._channel = chan

    def exit_status_received(self, status: int) -> None:
        self.sink.exited(status)

    def exit_signal_received(self, signal: str, core_dumped: bool, msg: str, lang: str) -> None:
        self.sink.exited(None)

    def xon_xoff_requested(self, client_can_do: bool) -> None:
        """Means terminals, of which there is none."""

    def send(self, data: bytes) -> None:
        if self._channel is None or self._channel.is_closing() or self.sink.ended.done():
            raise Unreachable("the script has ended, or the connection to it")
        self._channel.write(data)

    def end_input(self) -> None:
        if self._channel is not None and not self._channel.is_closing():
            with suppress(OSError):
                self._channel.write_eof()

    def kill(self) -> None:
        if self._channel is not None:
            if not self.sink.ended.done():
                self._end_script(self._channel)
            self._channel.abort()
        self.sink.gone(None)
        asyncio.get_running_loop().call_later(_SLOT_DEADLINE, self.free)

    def _end_script(self, channel: "asyncssh.SSHClientChannel[bytes]") -> None:
        # Without a terminal, closing a channel does not end what runs in it; and the signal is
        # ignored where sshd runs with the same rights as the script, as it does for root.
        with suppress(OSError):
            channel.kill()
        if self.sink.pid is not None:
            self._connection.end_process(self.sink.pid)
