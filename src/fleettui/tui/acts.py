"""What the human asked to be done and is not done yet; it outlives the screen it was asked on."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from functools import partial
from typing import Any, NamedTuple

from fleettui.model.errors import FleettuiError
from fleettui.tui.said import Manner, Said


def tell_bug(crashed: Callable[[BaseException], None], task: asyncio.Task[None]) -> None:
    """Hand on what a task raised; nothing else would show it."""
    error = None if task.cancelled() else task.exception()
    if error is not None:
        crashed(error)


class _Next(NamedTuple):
    """What was asked for while something else ran under the lock that it needs."""

    lock: Hashable
    words: str
    do: Callable[[], object]


class Acts:
    """Runs acts beside each other, but never two under the same lock.

    `changed` is called when one begins or ends, `crashed` with an error that is a bug.
    """

    def __init__(
        self, changed: Callable[[], None], crashed: Callable[[BaseException], None]
    ) -> None:
        self._changed = changed
        self._crashed = crashed
        self._running: dict[Hashable, tuple[str, asyncio.Task[None]]] = {}
        self._next: _Next | None = None
        self.said: Said | None = None

    @property
    def doing(self) -> tuple[str, ...]:
        """What is being done, in words, oldest first, then what follows it; what is done at once
        has no words."""
        running = [words for words, _ in self._running.values() if words]
        return (*running, f"then {self._next.words}") if self._next else tuple(running)

    def under(self, lock: Hashable) -> str:
        """What is being done under a lock; "" for nothing."""
        words, _ = self._running.get(lock, ("", None))
        return words

    def start(
        self, lock: Hashable, doing: str, work: Callable[[], Coroutine[Any, Any, str]]
    ) -> bool:
        """Begin, unless something under the same lock is not done; `work` tells what it did."""
        if lock in self._running:
            return False
        task = asyncio.create_task(self._do(lock, work), name=f"review: {doing}")
        task.add_done_callback(partial(tell_bug, self._crashed))
        self._running[lock] = (doing, task)
        self.hush(failures=bool(doing))
        self._changed()
        return True

    def then(self, lock: Hashable, words: str, do: Callable[[], object]) -> None:
        """Do this when what runs under a lock is done, unless `drop_next` comes before."""
        self.hush()
        self._next = _Next(lock, words, do)
        self._changed()

    def drop_next(self) -> None:
        """Forget what was to follow: the user does something else."""
        if self._next is not None:
            self._next = None
            self._changed()

    def say(self, manner: Manner, text: str) -> None:
        """Tell something; what went wrong stays until something else is said."""
        self.said = Said(manner, text)
        self._changed()

    def hush(self, *, failures: bool = False) -> None:
        """Forget what was said; failures only where it is asked for."""
        if self.said is not None and (failures or self.said.manner is not Manner.FAILED):
            self.said = None
            self._changed()

    async def _do(self, lock: Hashable, work: Callable[[], Coroutine[Any, Any, str]]) -> None:
        try:
            done = await work()
        except FleettuiError as error:
            self.said = Said(Manner.FAILED, str(error))
        else:
            if done:
                self.said = Said(Manner.DONE, done)
        finally:
            del self._running[lock]
            follows, self._next = self._next, None
            self._changed()
            if follows is not None:
                self._follow(follows)

    def _follow(self, follows: "_Next") -> None:
        if follows.lock in self._running:
            self._next = follows
        else:
            follows.do()

    async def close(self, patience: float) -> None:
        """Let what is being done come to its end, within so many seconds."""
        tasks = [task for _, task in self._running.values()]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=patience)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late, timeout=1)
