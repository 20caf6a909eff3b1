"""What the human asked to be done and is not done yet; it outlives the screen it was asked on."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from functools import partial
from typing import Any

from fleettui.model.errors import FleettuiError
from fleettui.tui.said import Manner, Said


def tell_bug(crashed: Callable[[BaseException], None], task: asyncio.Task[None]) -> None:
    """Hand on what a task raised; nothing else would show it."""
    error = None if task.cancelled() else task.exception()
    if error is not None:
        crashed(error)


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
        self.said: Said | None = None

    @property
    def doing(self) -> tuple[str, ...]:
        """What is being done, in words, oldest first; what is done at once has none."""
        return tuple(words for words, _ in self._running.values() if words)

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
            self._changed()

    async def close(self, patience: float) -> None:
        """Let what is being done come to its end, within so many seconds."""
        tasks = [task for _, task in self._running.values()]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=patience)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late, timeout=1)
