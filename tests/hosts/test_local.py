import asyncio
import os
import sys
from pathlib import Path

import psutil
import pytest

from fleettui.hosts.host import LINE_CAP
from fleettui.hosts.local import LocalHost
from fleettui.model.errors import Malformed, TimedOut, Unreachable
from tests.lab.processes import is_dead

DEADLINE = 30


async def test_a_script_runs_to_its_end() -> None:
    done = await LocalHost().run(b"echo out; echo err >&2; exit 3", deadline=DEADLINE)
    assert (done.stdout, done.stderr, done.exit_status) == (b"out\n", b"err\n", 3)


async def test_input_is_the_scripts_and_any_bytes() -> None:
    data = bytes(range(256)) * 4000
    done = await LocalHost().run(b"cat", stdin=data, deadline=DEADLINE)
    assert done.stdout == data


async def test_input_that_is_not_read_does_no_harm() -> None:
    done = await LocalHost().run(b"echo ok", stdin=b"exit 9\n" * 100_000, deadline=DEADLINE)
    assert (done.stdout, done.exit_status) == (b"ok\n", 0)


async def test_the_deadline_kills_the_script_and_its_children(tmp_path: Path) -> None:
    host = LocalHost()
    pid_file = tmp_path / "pid"
    with pytest.raises(TimedOut, match=r"within 1 s"):
        await host.run(f"sleep 600 & echo $! > {pid_file}; wait".encode(), deadline=1)
    child = int(pid_file.read_text())
    assert await is_dead(child)
    await host.close()


async def test_too_much_output_is_refused() -> None:
    host = LocalHost()
    with pytest.raises(Malformed, match="longer than 100000 bytes"):
        await host.run(b"yes", cap=100_000, deadline=DEADLINE)
    await host.close()


async def test_a_flood_of_complaints_does_not_stall_the_answer() -> None:
    script = b"head -c 3000000 /dev/zero >&2; echo last >&2; echo ok"
    done = await LocalHost().run(script, deadline=DEADLINE)
    assert done.stdout == b"ok\n"
    assert done.stderr.endswith(b"last\n")
    assert len(done.stderr) <= 65536


async def test_a_daemon_that_holds_the_output_does_not_hold_us() -> None:
    done = await LocalHost().run(b"sleep 5 & echo $!", deadline=DEADLINE)
    os.kill(int(done.stdout), 9)
    assert done.exit_status == 0


async def test_a_script_has_no_terminal() -> None:
    done = await LocalHost().run(b"cat < /dev/tty || echo none", deadline=DEADLINE)
    assert done.stdout == b"none\n"


async def test_death_by_a_signal_is_no_exit_status() -> None:
    done = await LocalHost().run(b"kill -9 $$", deadline=DEADLINE)
    assert done.exit_status is None


async def test_a_broken_script_says_so() -> None:
    with pytest.raises(Malformed, match=r"did not start: .*yntax error"):
        await LocalHost().run(b"if true", deadline=DEADLINE)


async def test_a_script_that_stays_answers_line_by_line() -> None:
    host = LocalHost()
    script = b'echo ready; while read -r x; do echo "no $x" >&2; echo "<$x>"; done; echo bye'
    process = await host.start(script, deadline=DEADLINE)
    assert await process.readline() == b"ready\n"
    for number in range(50):
        await process.write(b"%d\n" % number)
        assert await process.readline() == b"<%d>\n" % number
    assert process.complaint().endswith(b"no 49\n")
    await process.close()
    assert process.complaint().endswith(b"no 49\n")
    with pytest.raises(Unreachable):
        await process.write(b"x\n")


async def test_the_end_of_a_script_is_an_empty_line() -> None:
    process = await LocalHost().start(b"echo one", deadline=DEADLINE)
    assert [await process.readline() for _ in range(3)] == [b"one\n", b"", b""]
    await process.close()


async def test_a_line_without_end_is_refused() -> None:
    process = await LocalHost().start(b"yes | tr -d '\\n'", deadline=DEADLINE)
    with pytest.raises(Malformed, match=str(LINE_CAP)):
        await process.readline()
    await process.close()


async def test_a_script_that_ignores_its_end_is_killed() -> None:
    script = b"trap '' TERM HUP; echo $$; while :; do sleep 1; done"
    process = await LocalHost().start(script, deadline=DEADLINE)
    pid = int(await process.readline())
    async with asyncio.timeout(DEADLINE):
        await process.close()
    assert await is_dead(pid)


async def test_a_port_of_this_machine() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"got " + await reader.readline())
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    host = LocalHost()
    stream = await host.open_tcp("127.0.0.1", port, deadline=DEADLINE)
    await stream.write(b"hello\n")
    assert await stream.reader.read() == b"got hello\n"
    await stream.close()
    server.close()
    await server.wait_closed()
    with pytest.raises(Unreachable, match=f"127.0.0.1:{port} refuses the connection"):
        await host.open_tcp("127.0.0.1", port, deadline=DEADLINE)


@pytest.mark.parametrize("times", [60])
async def test_nothing_is_left_open(times: int) -> None:
    host = LocalHost()
    await host.run(b"true", deadline=DEADLINE)
    before, tasks = open_files(), len(asyncio.all_tasks())
    for _ in range(times):
        await host.run(b"echo", deadline=DEADLINE)
    await asyncio.sleep(0.05)
    assert open_files() <= before + 2
    assert len(asyncio.all_tasks()) == tasks


def open_files() -> int:
    return psutil.Process().num_fds() if sys.platform != "win32" else 0
