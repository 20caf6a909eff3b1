"""Work that may hang, and what it must not take with it."""

import asyncio
import subprocess
import sys
import threading

import pytest

from fleettui.hosts.threads import in_thread

HANGING = """
import asyncio, time
from contextlib import suppress
from fleettui.hosts.threads import in_thread

async def main():
    with suppress(TimeoutError):
        async with asyncio.timeout(0.05):
            await in_thread(lambda: time.sleep(3600))
    print("given up")

asyncio.run(main())
"""


async def test_the_result_and_the_failure_come_back() -> None:
    assert await in_thread(lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        await in_thread(lambda: 1 / 0)


async def test_many_that_hang_hold_up_nobody() -> None:
    release = threading.Event()
    hanging = [asyncio.create_task(in_thread(release.wait)) for _ in range(40)]
    try:
        async with asyncio.timeout(30):
            assert await in_thread(lambda: "answer") == "answer"
            assert await asyncio.to_thread(lambda: "answer") == "answer"
    finally:
        release.set()
        assert all(await asyncio.gather(*hanging))


def test_the_program_ends_while_work_hangs() -> None:
    done = subprocess.run(
        [sys.executable, "-c", HANGING], capture_output=True, timeout=60, check=True
    )
    assert (done.stdout, done.stderr) == (b"given up\n", b"")
