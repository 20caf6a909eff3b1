"""Services of this machine: real listeners, processes and files, through real shells.

launchctl, systemctl, netstat and pm2 are stand-ins that print what those of a Mac or of a Linux
with systemd print.
"""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from fleettui.hosts.host import Shell
from fleettui.hosts.local import LocalHost
from fleettui.hosts.process import ScriptProcess
from fleettui.model.errors import ReadError
from fleettui.model.machine import CheckKind, Machine, Platform, ServiceCheck
from fleettui.model.service import Service, ServiceState
from fleettui.probes.services import ServicesProbe
from tests.lab.repos import executable
from tests.probes.shells import SHELLS, ShellHost

UP, DOWN, DEGRADED = ServiceState.UP, ServiceState.DOWN, ServiceState.DEGRADED
STALE, UNKNOWN = ServiceState.STALE, ServiceState.UNKNOWN


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "home"
    place.mkdir()
    monkeypatch.setenv("HOME", str(place))
    monkeypatch.delenv("PM2_HOME", raising=False)
    return place


@pytest.fixture
async def local() -> AsyncIterator[LocalHost]:
    host = LocalHost()
    yield host
    await host.close()


def probe_of(
    host: LocalHost | ShellHost, *checks: ServiceCheck, platform: Platform = Platform.LINUX
) -> ServicesProbe:
    async def known() -> Platform:
        return platform

    return ServicesProbe(host, Machine("desk", services=checks), platform=known)


async def look(
    host: LocalHost | ShellHost, *checks: ServiceCheck, platform: Platform = Platform.LINUX
) -> list[Service]:
    probe = probe_of(host, *checks, platform=platform)
    told = await probe.read()
    await probe.close()
    assert [(one.name, one.check) for one in told] == [(one.name, one.kind) for one in checks]
    return list(told)


def check(kind: CheckKind, target: object, max_age_s: float | None = None) -> ServiceCheck:
    return ServiceCheck(f"a {kind}", kind, str(target), max_age_s)


@pytest.fixture
def listener() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@asynccontextmanager
async def http(answer: bytes) -> AsyncIterator[str]:
    """A server that gives the same answer to everybody."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/health"


async def test_nothing_to_look_at_asks_nothing() -> None:
    host = ShellHost()
    assert await look(host) == []
    assert host.started == []


@pytest.mark.parametrize("argv", SHELLS.values(), ids=list(SHELLS))
async def test_ports(argv: tuple[str, ...], listener: int, closed_port: int) -> None:
    host = ShellHost(argv)
    told = await look(host, check(CheckKind.PORT, listener), check(CheckKind.PORT, closed_port))
    await host.close()
    assert [one.state for one in told] == [UP, DOWN]
    assert told[0].detail in (None, f"pid {os.getpid()}")
    assert told[1].detail == "nothing listens"


class Apart(LocalHost):
    """This machine, of whose listeners its tools tell nothing: as with those in containers."""

    async def start(
        self, script: bytes, *, shell: Shell = Shell.SH, deadline: float = 10.0
    ) -> ScriptProcess:
        nothing = b"\nsection_ports() { :; }\nfleet_loop\n"
        whole = script.removesuffix(b"\nfleet_loop\n") + nothing
        return await super().start(whole, shell=shell, deadline=deadline)


async def test_a_port_that_no_table_shows_is_tried(listener: int, closed_port: int) -> None:
    host = Apart()
    told = await look(host, check(CheckKind.PORT, listener), check(CheckKind.PORT, closed_port))
    await host.close()
    assert [(one.state, one.detail) for one in told] == [(UP, "answers"), (DOWN, "nothing listens")]


@pytest.mark.parametrize(
    "answer, state, detail",
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", UP, "HTTP 200"),
        (b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", UP, "HTTP 302"),
        (b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", DEGRADED, "HTTP 503"),
        (b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", DEGRADED, "HTTP 404"),
        (b"SSH-2.0-x\r\n\r\n", DEGRADED, "the answer is no HTTP (illegal status line)"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\nthe beginning", UP, "HTTP 200"),
        (b"", DOWN, "the server closed the connection without an answer"),
    ],
)
async def test_urls(local: LocalHost, answer: bytes, state: ServiceState, detail: str) -> None:
    async with http(answer) as url:
        (told,) = await look(local, check(CheckKind.URL, url))
    assert (told.state, told.detail) == (state, detail)


async def test_a_url_that_nobody_serves_is_down(local: LocalHost, closed_port: int) -> None:
    (told,) = await look(local, check(CheckKind.URL, f"http://127.0.0.1:{closed_port}/"))
    assert told.state is DOWN


async def test_a_machine_that_is_gone_is_no_matter_of_its_services() -> None:
    host = ShellHost(("false",))
    with pytest.raises(ReadError):
        await look(host, check(CheckKind.URL, "http://127.0.0.1:1/"))
    await host.close()


GATEWAY, INDEXER = f"clawdbot-gateway-{os.getpid()}", f"indexer-{os.getpid()}.py"
"""Of this process alone: tests that run beside these must not see their processes."""


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Path]:
    """A program, a script of Python and one with a title, which wait until their input ends."""
    shell = executable(tmp_path / GATEWAY, "#!/bin/sh\nprintf !\nread -r line\n")
    script = tmp_path / INDEXER
    script.write_text("print(end='!', flush=True); input('')")
    commands: tuple[list[str | Path], ...] = (
        [shell, "--token", "CANARY"],
        [sys.executable, "-u", script, "CANARY"],
    )
    started = [
        subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for argv in commands
    ]
    for process in started:
        assert process.stdout is not None
        assert process.stdout.read(1) == b"!"
    (tmp_path / "pids").write_text(" ".join(str(process.pid) for process in started))
    yield tmp_path
    for process in started:
        process.communicate(b"\n")


@pytest.mark.parametrize("argv", SHELLS.values(), ids=list(SHELLS))
async def test_processes(argv: tuple[str, ...], running: Path) -> None:
    host = ShellHost(argv)
    names = (GATEWAY, INDEXER, "clawdbot", "CANARY", "*", "$(id)")
    told = await look(host, *(check(CheckKind.PROCESS, name) for name in names))
    await host.close()
    first, second = (running / "pids").read_text().split()
    assert [(one.state, one.detail) for one in told] == [
        (UP, f"pid {first}"),
        (UP, f"pid {second}"),
        *[(DOWN, "not running")] * 4,
    ]


@pytest.mark.parametrize("argv", SHELLS.values(), ids=list(SHELLS))
async def test_files(argv: tuple[str, ...], home: Path, tmp_path: Path) -> None:
    now = time.time()
    (home / "logs").mkdir()
    for name, age in (("logs/run 1.log", 9000), ("logs/run 2.log", 20), ("old", 9000)):
        (home / name).write_text("x")
        os.utime(home / name, (now - age, now - age))
    host = ShellHost(argv)
    told = await look(
        host,
        check(CheckKind.FILE, "~/logs/run *.log", 60),
        check(CheckKind.FILE, str(home / "old"), 60),
        check(CheckKind.FILE, str(home / "old")),
        check(CheckKind.FILE, "~/none/*", 60),
        check(CheckKind.FILE, "~/$(touch evil)`touch evil`;*", 60),
    )
    await host.close()
    assert [one.state for one in told] == [UP, STALE, UP, UNKNOWN, UNKNOWN]
    assert told[0].last_run_age_s == pytest.approx(20, abs=15)
    assert told[1].last_run_age_s == pytest.approx(9000, abs=15)
    assert told[1].detail == told[2].detail
    assert (told[3].detail, told[3].last_run_age_s) == ("never ran", None)
    assert not evil_in(tmp_path)


def evil_in(place: Path) -> list[Path]:
    return list(place.rglob("evil"))


LAUNCHCTL = r"""#!/bin/sh
case $2 in
  gui/*/homebrew.mxcl.ollama | system/com.example.watcher) ;;
  *) echo 'Could not find service' >&2; exit 113 ;;
esac
printf '%s = {\n\tactive count = 1\n\tstate = running\n\n\tenvironment = {\n' "$2"
printf '\t\tAPI_KEY => sk-CANARY\n\t}\n\n\truns = 3\n\tpid = 1042\n\tspawn = {\n'
printf '\t\tstate = active\n\t}\n\tlast exit code = (never exited)\n}\n'
"""

SYSTEMCTL = r"""#!/bin/sh
[ "$1" = --user ] && { echo 'Failed to connect to bus' >&2; exit 1; }
first=1
for unit; do
  case $unit in show | -*) continue ;; esac
  [ -n "$first" ] || echo
  first=
  case $unit in
    ollama.service | homebrew.redis.service)
      printf '%s\n' LoadState=loaded ActiveState=active MainPID=2211 ;;
    *) echo LoadState=not-found; echo ActiveState=inactive ;;
  esac
done
"""


@pytest.mark.parametrize("argv", SHELLS.values(), ids=list(SHELLS))
async def test_jobs_of_a_mac(argv: tuple[str, ...], tmp_path: Path) -> None:
    executable(tmp_path / "bin" / "launchctl", LAUNCHCTL)
    host = ShellHost(argv, commands=str(tmp_path / "bin"))
    told = await look(
        host,
        check(CheckKind.LAUNCHD, "com.example.watcher"),
        check(CheckKind.BREW, "ollama"),
        check(CheckKind.LAUNCHD, "com.example.none"),
        check(CheckKind.SYSTEMD, "ollama.service"),
        check(CheckKind.TASK, "Bot"),
        platform=Platform.MACOS,
    )
    await host.close()
    assert [(one.state, one.detail) for one in told] == [
        (UP, "pid 1042, restarted 3 ×"),
        (UP, "pid 1042, restarted 3 ×"),
        (DOWN, "not loaded"),
        (UNKNOWN, "not on macos"),
        (UNKNOWN, "not on macos"),
    ]


@pytest.mark.parametrize("argv", SHELLS.values(), ids=list(SHELLS))
async def test_units_of_systemd(argv: tuple[str, ...], tmp_path: Path) -> None:
    executable(tmp_path / "bin" / "systemctl", SYSTEMCTL)
    host = ShellHost(argv, commands=str(tmp_path / "bin"))
    told = await look(
        host,
        check(CheckKind.SYSTEMD, "ollama.service"),
        check(CheckKind.SYSTEMD, "none"),
        check(CheckKind.BREW, "redis"),
        check(CheckKind.SYSTEMD, "*"),
        check(CheckKind.SYSTEMD, "--help"),
        check(CheckKind.LAUNCHD, "x"),
    )
    await host.close()
    assert [(one.state, one.detail) for one in told] == [
        (UP, "pid 2211"),
        (UNKNOWN, "no such unit"),
        (UP, "pid 2211"),
        (UNKNOWN, "its name in the configuration is not usable"),
        (UNKNOWN, "its name in the configuration is not usable"),
        (UNKNOWN, "not on linux"),
    ]


PM2 = r"""#!/bin/sh
echo "$*" >>"$HOME/pm2-was-run"
echo '>>>> In-memory PM2 is out-of-date'
echo '[{"name":"api","pid":4242,"pm2_env":{"status":"online","restart_time":3,
"API_KEY":"sk-CANARY","env":{"API_KEY":"sk-CANARY"}},"monit":{"memory":1}}]'
"""


@pytest.fixture
def daemon(home: Path) -> Iterator[Path]:
    """What a running daemon of pm2 leaves in its folder."""
    place = home / ".pm2"
    place.mkdir()
    (place / "pm2.pid").write_text(f"{os.getpid()}\n")
    with socket.socket(socket.AF_UNIX) as rpc:
        here = Path.cwd()
        os.chdir(place)
        rpc.bind("rpc.sock")
        os.chdir(here)
        yield place


def pm2_host(tmp_path: Path) -> ShellHost:
    executable(tmp_path / "bin" / "pm2", PM2)
    return ShellHost(commands=str(tmp_path / "bin"))


async def test_no_daemon_of_pm2_is_started_by_looking(home: Path, tmp_path: Path) -> None:
    host = pm2_host(tmp_path)
    told = await look(host, check(CheckKind.PM2, "api"))
    (home / ".pm2").mkdir()
    (home / ".pm2" / "rpc.sock").write_text("")
    for pid in ("999999999", "-1", "0", "1", "", "x"):
        (home / ".pm2" / "pm2.pid").write_text(pid)
        told += await look(host, check(CheckKind.PM2, "api"))
    await host.close()
    assert {(one.state, one.detail) for one in told} == {(DOWN, "pm2 daemon not running")}
    assert not (home / "pm2-was-run").exists()


async def test_processes_of_pm2_without_their_secrets(
    home: Path, tmp_path: Path, daemon: Path
) -> None:
    host = pm2_host(tmp_path)
    probe = probe_of(host, check(CheckKind.PM2, "api"), check(CheckKind.PM2, "other"))
    told = await probe.read()
    again = await probe.read()
    await probe.close()
    await host.close()
    if shutil.which("node"):
        assert [(one.state, one.detail) for one in told] == [
            (UP, "pid 4242, restarted 3 ×"),
            (DOWN, "pm2 does not know it"),
        ]
        assert (home / "pm2-was-run").read_text() == "jlist\n"
    else:
        assert {one.detail for one in told} == {"pm2 is not on the PATH"}
    assert again == told
    assert "CANARY" not in repr(vars(probe)) + repr(told)


class NoPowerShell(LocalHost):
    """Only takes note of what it is asked to start."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[bytes, Shell]] = []

    async def start(
        self, script: bytes, *, shell: Shell = Shell.SH, deadline: float = 10.0
    ) -> ScriptProcess:
        self.asked.append((script, shell))
        raise ReadError("not a part of this test")


async def test_windows_is_asked_with_powershell() -> None:
    host = NoPowerShell()
    with pytest.raises(ReadError, match="not a part"):
        await look(host, check(CheckKind.TASK, "Bot"), platform=Platform.WINDOWS)
    ((script, shell),) = host.asked
    assert shell is Shell.POWERSHELL
    assert b"function section_tasks" in script


async def test_a_restart_is_noticed(tmp_path: Path) -> None:
    launchctl = executable(tmp_path / "bin" / "launchctl", LAUNCHCTL)
    host = ShellHost(commands=str(tmp_path / "bin"))
    probe = probe_of(host, check(CheckKind.LAUNCHD, "com.example.watcher"), platform=Platform.MACOS)
    before = await probe.read()
    launchctl.write_text(LAUNCHCTL.replace("runs = 3", "runs = 4"))
    after = await probe.read()
    await probe.close()
    await host.close()
    assert [one.state for one in (*before, *after)] == [UP, DEGRADED]
    assert after[0].detail == "restarting, 4 ×"


async def test_names_are_drawn_safely(local: LocalHost) -> None:
    probe = probe_of(local, ServiceCheck("a\x1b[2Jb", CheckKind.PROCESS, "a\nb"))
    (told,) = await probe.read()
    await probe.close()
    assert told.name == "a␛[2Jb"
    assert told.detail == "its name in the configuration is not usable"
