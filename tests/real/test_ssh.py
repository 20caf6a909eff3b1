"""Scripts and streams on a real sshd."""

import asyncio
from pathlib import Path

import psutil
import pytest

from fleettui.hosts.host import Shell
from fleettui.model.errors import Malformed, TimedOut, Unreachable
from tests.lab.processes import is_dead
from tests.lab.sshd import Sshd, free_port, running_sshd
from tests.real.labs import DEADLINE, ssh_host


async def test_a_script_runs_to_its_end(sshd: Sshd) -> None:
    async with ssh_host(sshd) as host:
        done = await host.run(
            b"echo out; echo err >&2; cat; exit 3", stdin=b"\xff\x00in", deadline=DEADLINE
        )
        assert (done.stdout, done.stderr, done.exit_status) == (b"out\n\xff\x00in", b"err\n", 3)
        assert host.address == "box"
        assert not host.local


async def test_a_script_that_stays_answers_line_by_line(sshd: Sshd) -> None:
    async with ssh_host(sshd) as host:
        script = b'echo ready; while read -r x; do echo "<$x>"; echo "no $x" >&2; done'
        process = await host.start(script, deadline=DEADLINE)
        assert await process.readline() == b"ready\n"
        for number in range(100):
            await process.write(b"%d\n" % number)
            assert await process.readline() == b"<%d>\n" % number
        await process.close()
        assert process.complaint().endswith(b"no 99\n")
        with pytest.raises(Unreachable):
            await process.write(b"x\n")


async def test_a_port_of_the_machine(sshd: Sshd) -> None:
    async with ssh_host(sshd) as host:
        stream = await host.open_tcp("127.0.0.1", sshd.port, deadline=DEADLINE)
        assert (await stream.reader.readline()).startswith(b"SSH-2.0-")
        await stream.write(b"SSH-2.0-test\r\n")
        assert await stream.reader.read(4)
        await stream.close()
        with pytest.raises(Unreachable, match="cannot reach port"):
            await host.open_tcp("127.0.0.1", free_port(), deadline=DEADLINE)


async def test_forty_scripts_at_once_share_one_connection_and_its_sessions(tmp_path: Path) -> None:
    with running_sshd(tmp_path / "sshd", options=["MaxSessions 10"]) as server:
        async with ssh_host(server) as host:
            answers = await asyncio.gather(
                *(host.run(b"echo %d" % number, deadline=DEADLINE) for number in range(40))
            )
        assert [int(answer.stdout) for answer in answers] == list(range(40))
        assert server.log().count("Accepted publickey") == 1


async def test_two_hundred_megabytes_are_refused_without_being_kept(sshd: Sshd) -> None:
    async with ssh_host(sshd) as host:
        await host.run(b"true", deadline=DEADLINE)
        before = psutil.Process().memory_info().rss
        with pytest.raises(Malformed, match="longer than"):
            await host.run(b"head -c 200000000 /dev/zero", deadline=DEADLINE)
        assert psutil.Process().memory_info().rss - before < 50_000_000
        assert (await host.run(b"echo ok", deadline=DEADLINE)).stdout == b"ok\n"


async def test_any_bytes_may_come_back(sshd: Sshd) -> None:
    async with ssh_host(sshd) as host:
        done = await host.run(rb"printf '\377\376\000\200'; exit 0", deadline=DEADLINE)
        assert done.stdout == b"\xff\xfe\x00\x80"
        echoed = await host.run(b"cat", stdin=bytes(range(256)) * 8000, deadline=DEADLINE)
        assert echoed.stdout == bytes(range(256)) * 8000


NOISY = """#!/bin/bash
echo Welcome; printf 'no line end'; echo careful >&2
exec /bin/bash "$@"
"""


@pytest.mark.parametrize("shell", ["/bin/sh", "/bin/bash", "/bin/dash", "noisy"])
async def test_the_login_shell_does_not_matter(tmp_path: Path, shell: str) -> None:
    if shell == "noisy":
        noisy = tmp_path / "noisy"
        noisy.write_text(NOISY)
        noisy.chmod(0o755)
        shell = str(noisy)
    with running_sshd(tmp_path / "sshd", shell=shell) as server:
        async with ssh_host(server) as host:
            hostile = b"printf '%s' 'a\"$(id)`!\\'; echo err >&2"
            done = await host.run(hostile, deadline=DEADLINE)
            assert (done.stdout, done.stderr) == (b'a"$(id)`!\\', b"err\n")
            process = await host.start(b"echo ready; read -r x; echo $x", deadline=DEADLINE)
            assert await process.readline() == b"ready\n"
            assert process.complaint() == b""
            await process.write(b"on\n")
            assert await process.readline() == b"on\n"
            await process.close()


async def test_an_account_without_a_shell_says_so(tmp_path: Path) -> None:
    nologin = tmp_path / "nologin"
    nologin.write_text("#!/bin/sh\necho 'This account is \033[31mnot available.'; exit 1\n")
    nologin.chmod(0o755)
    with running_sshd(tmp_path / "sshd", shell=str(nologin)) as server:
        async with ssh_host(server) as host:
            with pytest.raises(Malformed, match=r"did not start: This account is ␛\[31mnot"):
                await host.run(b"true", deadline=DEADLINE)


POWERSHELL = """#!/bin/sh
read -r line
printf '%s' "$line" | base64 -d > "$HOME/all"
tail -n 1 "$HOME/all" > "$HOME/script"
halves="s/.*'\\([0-9a-f]*\\)' + '\\([0-9a-f]*\\)'.*/\\1\\2/p"
printf '\\n%s -\\n' "$(sed -n "1$halves" "$HOME/all")"
while read -r line; do printf 'got %s\\n' "$line"; done
"""


async def test_a_windows_script_travels_as_one_line_of_base64(tmp_path: Path) -> None:
    """A stand-in for PowerShell: it keeps the script and answers what follows it."""
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    (bin_folder / "powershell").write_text(POWERSHELL)
    (bin_folder / "powershell").chmod(0o755)
    path = f"SetEnv PATH={bin_folder}:/usr/bin:/bin HOME={tmp_path}"
    with running_sshd(tmp_path / "sshd", options=[path]) as server:
        async with ssh_host(server) as host:
            done = await host.run(
                "Write-Output 'é'".encode(),
                stdin=b"data\n",
                shell=Shell.POWERSHELL,
                deadline=DEADLINE,
            )
    assert done.stdout == b"got data\n"
    assert (tmp_path / "script").read_text() == "Write-Output 'é'"


async def test_connections_leave_nothing_behind(sshd: Sshd) -> None:
    async def once(number: int) -> None:
        async with ssh_host(sshd) as host:
            await host.run(b"true", deadline=DEADLINE)
            if number % 5 == 0:
                host.mark_suspended()

    await once(1)
    await asyncio.sleep(0.1)
    files, tasks = psutil.Process().num_fds(), len(asyncio.all_tasks())
    for start in range(0, 50, 10):
        await asyncio.gather(*(once(start + number) for number in range(10)))
    await asyncio.sleep(0.1)
    assert psutil.Process().num_fds() <= files + 2
    assert len(asyncio.all_tasks()) == tasks


async def test_a_missed_deadline_costs_one_script_and_not_the_connection(sshd: Sshd) -> None:
    async with ssh_host(sshd) as host:
        await host.run(b"true", deadline=DEADLINE)
        pid_file = sshd.folder / "pid_of_child"
        for _ in range(3):
            with pytest.raises(TimedOut, match=r"no answer within 1 s"):
                await host.run(b"sleep 600 & echo $! > %s; wait" % bytes(pid_file), deadline=1)
            assert await is_dead(int(pid_file.read_text()))
        assert (await host.run(b"echo ok", deadline=DEADLINE)).stdout == b"ok\n"
        assert sshd.log().count("Accepted publickey") == 1


async def test_a_machine_whose_sessions_are_used_up_gets_a_new_connection(tmp_path: Path) -> None:
    with running_sshd(tmp_path / "sshd", options=["MaxSessions 2"]) as server:
        async with ssh_host(server) as host:
            held = [await host.start(b"echo ready; read -r x", deadline=DEADLINE) for _ in "ab"]
            with pytest.raises(Unreachable, match="opens no session"):
                await host.run(b"true", deadline=DEADLINE)
            assert (await host.run(b"echo ok", deadline=DEADLINE)).stdout == b"ok\n"
            for process in held:
                assert await process.readline() == b"ready\n"
                await process.close()
