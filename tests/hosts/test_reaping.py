"""Children are waited for without a thread each."""

import asyncio
import signal
import threading

import psutil

from fleettui.hosts.reaping import reap_by_descriptor

SCRIPT = "read word; exit $word"


async def exit_of(word: str) -> int:
    reap_by_descriptor()
    process = await asyncio.create_subprocess_exec(
        "sh", "-c", SCRIPT, stdin=asyncio.subprocess.PIPE
    )
    assert not [thread for thread in threading.enumerate() if "waitpid" in thread.name]
    assert process.stdin is not None
    process.stdin.write(f"{word}\n".encode())
    return await process.wait()


async def test_each_child_is_told_its_own_exit_status() -> None:
    assert await asyncio.gather(*(exit_of(str(n)) for n in (0, 3, 7, 42))) == [0, 3, 7, 42]


async def test_a_signal_is_told_as_such() -> None:
    reap_by_descriptor()
    process = await asyncio.create_subprocess_exec("sleep", "60")
    process.send_signal(signal.SIGKILL)
    assert await process.wait() == -signal.SIGKILL


async def test_a_loop_of_another_thread_starts_children_too() -> None:
    assert await asyncio.to_thread(lambda: asyncio.run(exit_of("5"))) == 5


async def test_no_descriptor_is_left_behind() -> None:
    await exit_of("0")
    before = psutil.Process().num_fds()
    await asyncio.gather(*(exit_of("0") for _ in range(8)))
    assert psutil.Process().num_fds() == before
