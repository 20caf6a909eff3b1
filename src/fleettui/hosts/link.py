"""The one kept connection to a machine: made when needed, shared, and left alone when refused."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from fleettui.hosts.addresses import Preference, first_to_answer
from fleettui.hosts.backoff import Backoff
from fleettui.hosts.timing import Timing
from fleettui.model.clock import Clock
from fleettui.model.errors import ReadError, Unreachable
from fleettui.model.reading import SourceState
from fleettui.model.text import clean

_UNTIL_MENDED = (SourceState.AUTH, SourceState.HOSTKEY, SourceState.ERROR)
"""What fails in the same way until somebody does something about it."""


class Dialled(Protocol):
    """What of a connection matters here."""

    @property
    def alive(self) -> bool:
        """Whether nothing is known to be wrong with it."""

    def watch(self, lost: Callable[[], None]) -> None:
        """Call `lost` once, when the connection has ended."""

    def retire(self) -> None:
        """Close as soon as nothing runs on it any more."""

    def abort(self) -> None:
        """End it at once."""

    async def close(self) -> None:
        """End it in good order, within a second or two."""


D = TypeVar("D", bound=Dialled)
D_co = TypeVar("D_co", bound=Dialled, covariant=True)


class Dialler(Protocol[D_co]):
    """How connections are made; a failure is a ReadError."""

    async def dial(self, address: str) -> D_co:
        """Connect and log in."""

    async def traces(self) -> tuple[object, ...]:
        """A value that changes when a refused attempt could now fare better."""


class Link(Generic[D]):
    """Keeps one connection over the best address that answers.

    Concurrent callers share one attempt, which goes on when they give up. After a failure there
    is a pause in which callers get the same failure at once; after a refused key or an untrusted
    host key the pause lasts until the user has mended something.
    """

    def __init__(
        self, addresses: Sequence[str], dialler: Dialler[D], clock: Clock, timing: Timing
    ) -> None:
        self._addresses = addresses
        self._dialler = dialler
        self._clock = clock
        self._timing = timing
        self._preference = Preference(len(addresses), clock, return_s=timing.return_s)
        self._backoff = Backoff(first=timing.first_wait_s, most=timing.longest_wait_s)
        self._open: D | None = None
        self._leaving: set[D] = set()
        self._opened_at = 0.0
        self._attempt: asyncio.Task[None] | None = None
        self._return: asyncio.Task[None] | None = None
        self._failure: ReadError | None = None
        self._try_at: float | None = None
        self._look_at = 0.0
        self._traces: tuple[object, ...] = ()
        self._closed = False

    @property
    def address(self) -> str | None:
        """The address in use, in clean text."""
        current = self._preference.current
        return None if current is None else clean(self._addresses[current])

    @property
    def next_try_s(self) -> float | None:
        """Seconds until the end of the pause; None without one, or while it has no end.

        None, too, while an attempt is under way.
        """
        if self._failure is None or self._try_at is None or self._attempt is not None:
            return None
        return max(0.0, self._try_at - self._clock.monotonic())

    async def connection(self) -> D:
        """The connection, made now if need be. Raises ReadError."""
        while True:
            if self._closed:
                raise Unreachable("the connection was closed")
            if self._open is not None and self._open.alive:
                return self._open
            if self._attempt is None:
                await self._pause()
                self._begin()
            if (attempt := self._attempt) is None:
                continue
            # A caller that is cancelled here leaves the attempt to the others.
            await asyncio.wait([attempt])
            if not attempt.cancelled():
                attempt.result()
                if self._failure is not None:
                    raise self._failure.with_traceback(None)

    def retry_now(self) -> None:
        """Forget the pause."""
        self._failure = None
        self._try_at = None
        self._backoff.reset()

    def mark_suspended(self) -> None:
        """Abort everything: what was connected before a sleep is not to be waited for."""
        self.retry_now()
        for task in (self._attempt, self._return):
            if task is not None:
                task.cancel()
        self._attempt = self._return = None
        self._leave()
        for connection in tuple(self._leaving):
            connection.abort()
        self._preference.forget()

    async def close(self) -> None:
        """End everything. Never raises, never hangs."""
        self._closed = True
        tasks = [task for task in (self._attempt, self._return) if task is not None]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        self._leave()
        await asyncio.gather(*(connection.close() for connection in self._leaving))

    def _leave(self) -> None:
        if self._open is not None:
            self._leaving.add(self._open)
            self._open = None

    async def _pause(self) -> None:
        failure = self._failure
        if failure is None:
            return
        now = self._clock.monotonic()
        if self._try_at is not None:
            if now < self._try_at:
                raise failure.with_traceback(None)
        elif now < self._look_at:
            raise failure.with_traceback(None)
        else:
            self._look_at = now + self._timing.mend_s
            if await self._dialler.traces() == self._traces and failure is self._failure:
                raise failure.with_traceback(None)

    def _begin(self) -> None:
        """Start an attempt, unless another caller's has started or succeeded meanwhile."""
        if self._attempt is None and not (self._open is not None and self._open.alive):
            self._attempt = asyncio.create_task(self._connect())

    async def _connect(self) -> None:
        this = asyncio.current_task()
        try:
            self._traces = await self._dialler.traces()
            index, connection = await first_to_answer(
                self._preference.order(),
                self._dial,
                head_start=self._timing.head_start_s,
                discard=lambda spare: spare.abort(),
            )
        except ReadError as failure:
            self._failed(failure)
        else:
            self._adopt(index, connection)
        finally:
            if self._attempt is this:
                self._attempt = None

    async def _dial(self, index: int) -> D:
        return await self._dialler.dial(self._addresses[index])

    def _failed(self, failure: ReadError) -> None:
        self._failure = failure
        self._preference.forget()
        now = self._clock.monotonic()
        if failure.state in _UNTIL_MENDED:
            self._try_at = None
            self._look_at = now + self._timing.mend_s
        else:
            self._try_at = now + self._backoff.failed()

    def _adopt(self, index: int, connection: D) -> None:
        before, self._open = self._open, connection
        if before is not None:
            self._leaving.add(before)
            before.retire()
        self._failure = None
        self._try_at = None
        self._opened_at = self._clock.monotonic()
        self._preference.choose(index)
        connection.watch(lambda: self._lost(connection))
        if index > 0 and self._return is None:
            self._return = asyncio.create_task(self._look_for_better())

    def _lost(self, connection: D) -> None:
        self._leaving.discard(connection)
        if connection is not self._open:
            return
        self._open = None
        self._preference.forget()
        if self._clock.monotonic() - self._opened_at >= self._timing.healthy_s:
            self._backoff.reset()
        else:
            self._failed(Unreachable("the connection was lost"))

    async def _look_for_better(self) -> None:
        """Return to a better address: the new connection stands before the old one goes."""
        this = asyncio.current_task()
        refused: dict[int, tuple[object, ...]] = {}
        try:
            while self._preference.current:
                await asyncio.sleep(self._timing.return_s)
                for index in range(self._preference.current or 0):
                    if await self._returned_to(index, refused):
                        break
        finally:
            if self._return is this:
                self._return = None

    async def _returned_to(self, index: int, refused: dict[int, tuple[object, ...]]) -> bool:
        traces = await self._dialler.traces()
        if refused.get(index) == traces:
            return False
        try:
            connection = await self._dial(index)
        except ReadError as failure:
            if failure.state in _UNTIL_MENDED:
                refused[index] = traces
            return False
        self._adopt(index, connection)
        return True
