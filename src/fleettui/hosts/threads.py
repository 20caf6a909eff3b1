"""Work that may block for ever: a name that nobody resolves, a file on a dead mount."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


async def in_thread(work: Callable[[], T], *, name: str = "fleettui-wait") -> T:
    """As `asyncio.to_thread`, but what hangs takes no place from others and is left behind.

    Threads of asyncio's own are few, and are waited for when fleettui ends. A cancelled caller
    goes on at once; what becomes of its work is ignored.
    """
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[T] = loop.create_future()

    def settle(value: T | None, error: BaseException | None) -> None:
        if outcome.done():
            return
        if error is None:
            outcome.set_result(value)  # type: ignore[arg-type]
        else:
            outcome.set_exception(error)

    def run() -> None:
        value, failure = None, None
        try:
            value = work()
        except BaseException as error:  # raised again where it is waited for
            failure = error
        # The loop is closed when fleettui ended before the work did.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, value, failure)

    threading.Thread(target=run, name=name, daemon=True).start()
    return await outcome
