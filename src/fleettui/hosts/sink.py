"""Where the output of a script goes as it arrives, whatever carries it."""

import asyncio
from typing import Protocol, cast

from fleettui.hosts.host import LINE_CAP
from fleettui.model.errors import ReadError

COMPLAINT_CAP = 64 * 1024
"""The last bytes of standard error that are kept."""

_LINGER_S = 0.5
"""A script that has ended is not waited for longer than this after its last output: a daemon
that it started may hold its output open for ever."""


class Pausable(Protocol):
    """What can be asked not to deliver more for a while."""

    def pause_reading(self) -> None:
        """Deliver no more."""

    def resume_reading(self) -> None:
        """Deliver again."""


class Sink:
    """Standard output, standard error and the end of one script or stream.

    `reader` holds standard output and pauses the sender when it is full. `ended` becomes the
    exit status (None: it ended without telling). `pid` is the script's process, once it runs.
    """

    def __init__(self) -> None:
        self.reader = asyncio.StreamReader(limit=LINE_CAP)
        self.ended: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
        self.pid: int | None = None
        self._complaint = bytearray()
        self._source: Pausable | None = None
        self._paused = False
        self._received = 0
        self._closed = False
        self._writable = asyncio.Event()
        self._writable.set()

    def connect(self, source: Pausable) -> None:
        """Name who delivers, so that it can be paused."""
        self._source = source
        self.reader.set_transport(cast(asyncio.Transport, self))

    def pause_reading(self) -> None:
        """The reader is full: let the source deliver no more."""
        self._paused = True
        if self._source is not None:
            self._source.pause_reading()

    def resume_reading(self) -> None:
        """The reader was emptied: let the source deliver again."""
        self._paused = False
        if self._source is not None:
            self._source.resume_reading()

    def feed(self, data: bytes) -> None:
        """Take standard output."""
        if not self._closed:
            self._received += 1
            self.reader.feed_data(data)

    def complain(self, data: bytes) -> None:
        """Take standard error."""
        self._complaint += data
        del self._complaint[:-COMPLAINT_CAP]

    def complaint(self) -> bytes:
        """The last bytes of standard error."""
        return bytes(self._complaint)

    def finish(self) -> None:
        """No more standard output will come."""
        if not self._closed:
            self._closed = True
            self.reader.feed_eof()

    def exited(self, status: int | None) -> None:
        """The script has ended; what it printed may still be on its way."""
        if not self.ended.done():
            self.ended.set_result(status)
            self._linger(self._received)

    def gone(self, reason: ReadError | None) -> None:
        """Nothing more will come at all; with a reason where the connection was lost."""
        if reason is not None and not self.ended.done() and not self._closed:
            self._closed = True
            self.reader.set_exception(reason)
        self.finish()
        self.hold(False)
        if not self.ended.done():
            self.ended.set_result(None)

    def hold(self, held: bool) -> None:
        """Whether writers must wait, because the other side reads too slowly."""
        if held:
            self._writable.clear()
        else:
            self._writable.set()

    async def writable(self) -> None:
        """Wait until the other side takes more."""
        await self._writable.wait()

    def _linger(self, received: int) -> None:
        asyncio.get_running_loop().call_later(_LINGER_S, self._stop_if_silent, received)

    def _stop_if_silent(self, received: int) -> None:
        # What was held back because nobody read it is not silence.
        if self._received == received and not self._paused:
            self.finish()
        elif not self._closed:
            self._linger(self._received)
