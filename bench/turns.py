"""`python -m bench.turns FILE ARGUMENT …`: fleettui, each long turn of its event loop written down.

A line for each turn over a millisecond: when it began, what it took on the clock, what it took
of the processor (all in milliseconds; the rest is other processes' time), and whose it was. The
garbage collector's and the interpreter's own waits are in the turn that they fell into.
"""

import asyncio
import sys
import time
from pathlib import Path
from typing import TextIO

LONG_S = 0.001
_run = asyncio.Handle._run


def watch(told: TextIO) -> None:
    """Time every turn from now on."""

    def run(handle: asyncio.Handle) -> None:
        started, worked = time.perf_counter(), time.thread_time()
        _run(handle)
        took = time.perf_counter() - started
        if took > LONG_S:
            cpu = time.thread_time() - worked
            whose = _whose(handle)
            told.write(f"{started * 1000:.1f} {took * 1000:.1f} {cpu * 1000:.1f} {whose}\n")

    asyncio.Handle._run = run  # type: ignore[method-assign, assignment]


def read(file: Path, since: float = 0.0) -> list[tuple[float, float, str]]:
    """Clock and processor seconds of each long turn since then (`time.perf_counter`), and whose."""
    turns = []
    for line in file.read_text().splitlines():
        at, took, cpu, whose = line.split(" ", 3)
        if float(at) >= since * 1000:
            turns.append((float(took) / 1000, float(cpu) / 1000, whose))
    return turns


def _whose(handle: asyncio.Handle) -> str:
    callback = handle._callback  # type: ignore[attr-defined]
    owner = getattr(callback, "__self__", None)
    if isinstance(owner, asyncio.Task):
        return f"{owner.get_name()} {owner.get_coro()!r}".replace("\n", " ")[:160]
    return repr(callback).replace("\n", " ")[:160]


if __name__ == "__main__":
    with open(sys.argv[1], "w", buffering=1) as file:
        watch(file)
        from fleettui.cli import main

        sys.exit(main(sys.argv[2:]))
