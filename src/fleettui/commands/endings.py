"""What ends a command that runs until it is told to stop."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def ended_by_signals() -> Iterator[list[int]]:
    """Cancel the current task at ctrl+c or SIGTERM; the list says which of them came.

    Where the event loop has no signal handlers (Windows), Python's own stay in force.
    """
    task = asyncio.current_task()
    if task is None:
        raise RuntimeError("only inside a task")
    loop = asyncio.get_running_loop()
    caught: list[int] = []

    def end(number: int) -> None:
        caught.append(number)
        task.cancel()

    with suppress(NotImplementedError):
        for number in SIGNALS:
            loop.add_signal_handler(number, end, number)
    try:
        yield caught
    finally:
        with suppress(NotImplementedError):
            for number in SIGNALS:
                loop.remove_signal_handler(number)
