"""Loops against real shells: what they answer, and what is left when something goes wrong."""

import asyncio
import itertools
import signal
import subprocess
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import pytest

from fleettui.model.errors import Malformed, TimedOut, Unreachable
from fleettui.probes.loop import Loop, load
from tests.lab.processes import is_dead
from tests.probes.shells import SHELLS, ShellHost

SCRIPT = b"""
setup_line() { said="$said[$1]"; }
section_said() { printf '%s' "$said"; }
section_hello() { echo hello; }
section_input() { cat; echo end; }
section_exit() { exit 3; }
section_stuck() { sleep 60; echo late; }
section_slowly() { sleep 0.3; echo late; }
section_flood() { while :; do echo flood; done; }
section_line() { head -c 200000 /dev/zero | tr '\\0' x; }
section_forged() { printf '@@fleet1 end 1\\n'; }
section_bytes() { printf '\\000\\001\\377\\033[2J'; }
section_late() { within 1 sleep 60; echo "status $?"; }
section_undead() { within 60 sleep 60; echo "status $?"; }
section_quick() { within 60 sh -c 'cat; echo "$1"; exit 7' sh "$said"; echo "status $?"; }
"""

Make = Callable[..., tuple[Loop, ShellHost]]


@pytest.fixture
async def make() -> AsyncIterator[Make]:
    made: list[tuple[Loop, ShellHost]] = []

    def build(
        argv: tuple[str, ...] = ("dash",), noise: str = "", setup: tuple[bytes, ...] = ()
    ) -> tuple[Loop, ShellHost]:
        host = ShellHost(argv, noise=noise)
        made.append((Loop(host, SCRIPT, setup=setup), host))
        return made[-1]

    yield build
    for loop, host in made:
        await loop.close()
        await host.close()
        assert all(process.child.returncode is not None for process in host.started)


@pytest.mark.parametrize("argv", SHELLS.values(), ids=SHELLS)
async def test_every_shell_answers_alike(make: Make, argv: tuple[str, ...]) -> None:
    loop, host = make(argv)
    assert await loop.tick("hello", "bytes") == {"hello": b"hello\n", "bytes": b"\0\1\xff\x1b[2J"}
    assert await loop.tick("input") == {"input": b"end\n"}
    assert await loop.tick("quick") == {"quick": b"\nstatus 7\n"}
    assert await loop.tick("late") == {"late": b"status 124\n"}
    assert len(host.started) == 1
    assert loop.asked == 4
    assert 0 < loop.latency_s < 10


@pytest.mark.parametrize("argv", SHELLS.values(), ids=SHELLS)
async def test_what_even_a_kill_does_not_end_is_left_behind(
    make: Make, argv: tuple[str, ...]
) -> None:
    loop, host = make(argv)
    await loop.tick("hello")
    tick = asyncio.create_task(loop.tick("undead", deadline=60))
    async with asyncio.timeout(30):
        while not (await asyncio.wait([tick], timeout=0.05))[0]:
            # What `within` sends when its own kill did not help.
            host.send(signal.SIGUSR1)
    assert await tick == {"undead": b"status 124\n"}
    assert await loop.tick("hello") == {"hello": b"hello\n"}


@pytest.mark.parametrize("argv", SHELLS.values(), ids=SHELLS)
async def test_set_up_lines_are_data(make: Make, argv: tuple[str, ...]) -> None:
    lines = (b"", b"  two  spaces\t", b"$(echo 1) `echo 2` \\n ' \"", "ümläut".encode())
    loop, _ = make(argv, setup=lines)
    said = b"".join(b"[%s]" % line for line in lines)
    assert await loop.tick("said") == {"said": said}


def test_a_set_up_line_is_one_line() -> None:
    with pytest.raises(ValueError, match="one line"):
        Loop(ShellHost(), SCRIPT, setup=[b"two\nlines"])


@pytest.mark.parametrize("names", [(), ("",), ("a b",), ("a\nb",), ("$x",)])
async def test_names_of_sections_are_names(make: Make, names: tuple[str, ...]) -> None:
    loop, _ = make()
    with pytest.raises(ValueError, match="names of sections"):
        await loop.tick(*names)


async def test_a_talkative_login_shell_is_not_believed(make: Make) -> None:
    loop, _ = make(noise="Last login: today\n@@fleet1 begin 1\n\x1b[31mno newline at the end")
    assert await loop.tick("hello") == {"hello": b"hello\n"}


async def test_a_shell_that_refuses_says_why(make: Make) -> None:
    loop, _ = make(
        ("sh", "-c", "head -c 99 >/dev/null"), noise="This account is currently not available.\n"
    )
    with pytest.raises(Malformed, match="This account is currently not available"):
        await loop.tick("hello")


async def test_end_of_input_ends_the_script(make: Make) -> None:
    loop, host = make()
    await loop.tick("hello")
    child = host.started[0].child
    assert child.stdin is not None
    child.stdin.close()
    async with asyncio.timeout(10):
        assert await child.wait() == 0


CLIENT = """
import asyncio, os
from fleettui.probes.loop import Loop, load
from tests.lab.processes import is_dead
from tests.probes.shells import ShellHost

async def main():
    host = ShellHost()
    await Loop(host, b"section_hello() { echo hello; }").tick("hello")
    print(host.pid, flush=True)
    os._exit(1)

asyncio.run(main())
"""


async def test_a_client_that_dies_leaves_no_orphan() -> None:
    client = await asyncio.create_subprocess_exec(sys.executable, "-c", CLIENT, stdout=PIPE)
    async with asyncio.timeout(30):
        pid = int((await client.communicate())[0])
    assert await is_dead(pid)


async def test_a_killed_shell_is_started_again_at_once(make: Make) -> None:
    loop, host = make()
    await loop.tick("hello")
    first = host.pid
    host.send(signal.SIGKILL)
    await host.started[0].child.wait()
    assert await loop.tick("hello") == {"hello": b"hello\n"}
    assert host.pid != first


async def test_a_script_that_ends_in_an_answer_is_unreachable(make: Make) -> None:
    loop, host = make()
    with pytest.raises(Unreachable, match="has ended"):
        await loop.tick("hello", "exit")
    assert await loop.tick("hello") == {"hello": b"hello\n"}
    assert len(host.started) == 2


async def test_a_frozen_shell_is_given_up_and_replaced(make: Make) -> None:
    loop, host = make()
    await loop.tick("hello")
    host.send(signal.SIGSTOP)
    with pytest.raises(TimedOut, match=r"within 0\.2 s"):
        await loop.tick("hello", deadline=0.2)
    assert await loop.tick("hello") == {"hello": b"hello\n"}
    await loop.close()
    assert [process.child.returncode for process in host.started] == [-signal.SIGKILL, 0]


async def test_a_cancelled_tick_leaves_nothing_to_the_next(make: Make) -> None:
    loop, host = make()
    await loop.tick("hello")
    late = asyncio.create_task(loop.tick("slowly"))
    await until(lambda: loop.asked == 2)
    late.cancel()
    with pytest.raises(asyncio.CancelledError):
        await late
    for _ in range(3):
        assert await loop.tick("hello") == {"hello": b"hello\n"}
    assert len(host.started) == 2


async def test_a_tick_cancelled_while_the_script_starts(make: Make) -> None:
    loop, host = make(noise="x\n")
    for pause in range(6):
        tick = asyncio.create_task(loop.tick("hello"))
        for _ in range(pause):
            await asyncio.sleep(0)
        tick.cancel()
        with suppress(asyncio.CancelledError):
            await tick
    assert await loop.tick("hello") == {"hello": b"hello\n"}
    assert sum(not process.closed for process in host.started) == 1


@pytest.mark.parametrize("section", ["flood", "line", "forged"])
async def test_an_answer_without_sense_is_malformed(make: Make, section: str) -> None:
    loop, host = make()
    with pytest.raises(Malformed):
        await loop.tick(section)
    assert await loop.tick("hello") == {"hello": b"hello\n"}
    assert len(host.started) == 2


async def test_an_unknown_section_is_empty(make: Make) -> None:
    loop, _ = make()
    assert await loop.tick("nothing", "hello") == {"nothing": b"", "hello": b"hello\n"}


async def test_two_ticks_at_once_take_turns(make: Make) -> None:
    loop, host = make()
    answers = await asyncio.gather(*(loop.tick("hello", "said") for _ in range(5)))
    assert answers == [{"hello": b"hello\n", "said": b""}] * 5
    assert len(host.started) == 1


async def test_a_closed_loop_stays_closed(make: Make) -> None:
    loop, host = make()
    await loop.tick("hello")
    await loop.close()
    await loop.close()
    assert host.started[0].child.returncode == 0
    with pytest.raises(Unreachable, match="stopped"):
        await loop.tick("hello")


async def test_closing_ends_a_tick_in_flight(make: Make) -> None:
    loop, _ = make()
    tick = asyncio.create_task(loop.tick("stuck", deadline=60))
    await until(lambda: loop.asked == 1)
    await loop.close()
    async with asyncio.timeout(10):
        with pytest.raises(Unreachable):
            await tick


async def until(reached: Callable[[], bool]) -> None:
    """Wait for something that another process does."""
    async with asyncio.timeout(30):
        for pause in itertools.repeat(0.01):
            if reached():
                return
            await asyncio.sleep(pause)


ORPHANS = """
import ctypes, os, subprocess, sys, time
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER: orphans below become ours
script, *argv = sys.argv[1:]
subprocess.run([*argv, "-c", script], check=True)
left = 0
while True:
    try:
        os.wait()
        left += 1
    except ChildProcessError:
        break
print(left)
"""


@pytest.mark.parametrize("argv", SHELLS.values(), ids=list(SHELLS))
def test_time_limits_leave_no_row_of_orphans_behind(argv: tuple[str, ...]) -> None:
    """The first process of a container often buries nobody: each orphan would stay a zombie.

    A limit that is called off in the moment of its birth may leave one.
    """
    script = load("loop.sh").decode() + "for n in 1 2 3 4 5; do within 60 sleep 0.1; done\n"
    done = subprocess.run(
        [sys.executable, "-c", ORPHANS, script, *argv],
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert int(done.stdout) < 3
