"""Which of a machine's addresses is used: in order, the better one again when it answers."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from functools import partial
from typing import TypeVar

from fleettui.model.clock import Clock
from fleettui.model.errors import ReadError
from fleettui.model.reading import SourceState

HEAD_START_S = 3.0
"""Seconds that an address gets before the next one is tried beside it."""

RETURN_S = 60.0
"""Seconds between two looks at whether a better address answers again."""

_TELLING = (SourceState.HOSTKEY, SourceState.AUTH, SourceState.ERROR, SourceState.PROXY)

A = TypeVar("A")
R = TypeVar("R")


class Preference:
    """Which of `count` addresses is in use; the first is the best."""

    def __init__(self, count: int, clock: Clock, *, return_s: float = RETURN_S) -> None:
        self._count = count
        self._clock = clock
        self._return_s = return_s
        self._look_at = 0.0
        self.current: int | None = None

    def order(self) -> tuple[int, ...]:
        """The one in use first, then all others from best to worst."""
        everything = range(self._count)
        if self.current is None:
            return tuple(everything)
        return (self.current, *(index for index in everything if index != self.current))

    def choose(self, index: int) -> None:
        """That address answered."""
        if index != self.current:
            self._look_at = self._clock.monotonic() + self._return_s
        self.current = index

    def forget(self) -> None:
        """The address in use no longer answers: all are equal again but for their order."""
        self.current = None

    def better(self) -> tuple[int, ...]:
        """The better addresses, when it is time to look at them again; else none.

        The next time comes `return_s` after this call.
        """
        now = self._clock.monotonic()
        if not self.current or now < self._look_at:
            return ()
        self._look_at = now + self._return_s
        return tuple(range(self.current))


async def first_to_answer(
    candidates: Sequence[A],
    attempt: Callable[[A], Awaitable[R]],
    *,
    head_start: float,
    discard: Callable[[R], None] = lambda _: None,
) -> tuple[A, R]:
    """Try candidates in order, each with a head start (seconds) before the next one.

    Slow ones go on beside those that come later; the first that succeeds wins, the others are
    cancelled, and one that succeeded in the same moment is discarded. Raises the most telling
    ReadError when all fail: a refused key before a silent address, and the first candidate's
    among equals.
    """
    running: dict[asyncio.Future[R], int] = {}
    failures: dict[int, ReadError] = {}
    won: list[R] = []
    started = 0
    try:
        while running or started < len(candidates):
            if started < len(candidates):
                running[asyncio.ensure_future(attempt(candidates[started]))] = started
                started += 1
            done, _ = await asyncio.wait(
                running,
                timeout=head_start if started < len(candidates) else None,
                return_when=asyncio.FIRST_COMPLETED,
            )
            for task in sorted(done, key=running.__getitem__):
                index = running.pop(task)
                try:
                    won.append(task.result())
                except ReadError as error:
                    failures[index] = error
                else:
                    return candidates[index], won[0]
        raise most_telling([failures[index] for index in sorted(failures)])
    finally:
        await _give_up(running, won, discard)


def most_telling(failures: Sequence[ReadError]) -> ReadError:
    """The failure that the user can do something about, else the first."""
    for state in _TELLING:
        for failure in failures:
            if failure.state is state:
                return failure
    return failures[0]


async def _give_up(
    running: Collection[asyncio.Future[R]], won: Sequence[R], discard: Callable[[R], None]
) -> None:
    """See the others ended; who is cancelled meanwhile does not get what was won either."""
    for task in running:
        task.add_done_callback(partial(_let_go, discard))
        task.cancel()
    try:
        if running:
            await asyncio.wait(running)
    except asyncio.CancelledError:
        for result in won:
            discard(result)
        raise


def _let_go(discard: Callable[[R], None], task: asyncio.Future[R]) -> None:
    if not task.cancelled() and task.exception() is None:
        discard(task.result())
