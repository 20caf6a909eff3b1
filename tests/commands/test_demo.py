"""`fleettui demo` as its users meet it: real processes, real servers, a real tmux."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import asyncssh
import psutil
import pytest

from fleettui.commands.demo import SEED
from fleettui.commands.demo.cast import PARTS, Part
from fleettui.commands.demo.macos import memory_pages, memory_used
from fleettui.commands.demo.stage import PREFIX, staged
from fleettui.hosts.host import Shell
from fleettui.hosts.scripts import command
from tests.lab.processes import is_dead
from tests.lab.tmux import running_tmux

PATIENCE_S = 120.0
NAMES = [part.name for part in PARTS]
Snapshot = dict[str, Any]


class Desk:
    """A home folder that must stay empty, and a folder for temporary files."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.temporary = folder / "tmp"
        self.home.mkdir()
        self.temporary.mkdir()
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "TMPDIR": str(self.temporary),
            "LC_ALL": "C.UTF-8",
            "SSH_AUTH_SOCK": str(folder / "agent"),
            "FLEETTUI_CONFIG": str(folder / "not-read.toml"),
        }
        self.agent = folder / "agent"

    @property
    def left(self) -> list[str]:
        """What lies in the home folder and among the temporary files."""
        return sorted(path.name for path in (*self.home.iterdir(), *self.temporary.iterdir()))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@asynccontextmanager
async def demo(desk: Desk) -> AsyncIterator[asyncio.subprocess.Process]:
    """The demo that prints one JSON object a second."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "fleettui", "demo", "--json", "--every", "1",
        env=desk.environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        limit=1024 * 1024,
    )  # fmt: skip
    try:
        async with asyncio.timeout(PATIENCE_S):
            yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def readings(process: asyncio.subprocess.Process) -> AsyncIterator[Snapshot]:
    assert process.stdout is not None
    while line := await process.stdout.readline():
        yield json.loads(line)


async def all_fine(process: asyncio.subprocess.Process) -> Snapshot:
    """The first reading in which every machine has answered everything in time."""
    async for found in readings(process):
        machines = found["machines"]
        graphics = [row["name"] for row in machines if row["system"] and row["system"]["gpus"]]
        if all(row["state"] == "ok" for row in machines) and graphics == NAMES[:4]:
            return found
    raise AssertionError("the demo ended")


def family(pid: int) -> list[int]:
    """The processes that it started, and those that they started."""
    return [child.pid for child in psutil.Process(pid).children(recursive=True)]


@contextmanager
def listening(path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as agent:
        agent.bind(str(path))
        agent.listen()
        agent.setblocking(False)
        yield agent


def check_mac(part: Part, machine: Snapshot) -> None:
    system = machine["system"]
    possible = {memory_used(memory_pages(part, SEED, at)) for at in range(int(PATIENCE_S))}
    assert system["memory_used"] in possible
    assert system["memory_total"] == part.memory
    assert 0 <= system["cpu_percent"] <= 100
    assert system["gpus"][0]["name"] == part.gpu


async def test_every_machine_is_there_and_nothing_is_left_behind(desk: Desk) -> None:
    with listening(desk.agent) as agent:
        async with demo(desk) as process:
            found = await all_fine(process)
            children = family(process.pid)
            process.send_signal(signal.SIGTERM)
            await process.wait()
        with pytest.raises(BlockingIOError):
            agent.accept()
    machines = {machine["name"]: machine for machine in found["machines"]}
    assert list(machines) == NAMES
    for part in PARTS:
        if not part.windows:
            check_mac(part, machines[part.name])
    assert machines["msi"]["platform"] == "windows"
    assert machines["mini"]["ollama"]["missing"] == ["qwen3-fast:8b"]
    assert len(machines["engine"]["ollama"]["loaded"]) == 2
    services = [row for machine in machines.values() for row in machine["services"] or ()]
    states = {row["name"]: row["state"] for row in services}
    assert {name for name, state in states.items() if state != "up"} == {"watcher", "game-dev"}
    trees = {row["branch"]: row for row in machines["brain"]["worktrees"]}
    assert trees["agent/t-101"]["agent"]["agent"] == "claude"
    assert trees["agent/t-101"]["dirty"]
    assert (trees["agent/t-102"]["ahead"], trees["agent/t-102"]["behind"]) == (1, 1)
    assert children
    for pid in children:
        assert await is_dead(pid)
    assert desk.left == []


async def test_killed_without_warning_it_leaves_no_process_and_no_folder(desk: Desk) -> None:
    async with demo(desk) as process:
        await anext(readings(process))
        children = family(process.pid)
        process.kill()
        await process.wait()
    assert children
    for pid in children:
        assert await is_dead(pid)
    for _ in range(1000):
        if not desk.left:
            break
        await asyncio.sleep(0.01)
    assert desk.left == []


async def test_the_servers_let_nobody_else_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with staged(SEED) as config:
        assert config.parent.stat().st_mode & 0o777 == 0o700
        assert os.environ["HOME"].startswith(str(config.parent))
        server = next(child for child in psutil.Process().children() if "-P" in child.cmdline())
        assert {each.laddr.ip for each in server.net_connections("inet")} == {"127.0.0.1"}
        port = _port_of(config.parent, "brain")
        known = asyncssh.read_known_hosts(str(config.parent / "known_hosts"))
        stranger = asyncssh.generate_private_key("ssh-ed25519")
        with pytest.raises(asyncssh.PermissionDenied):
            await _connect(port, known, stranger)
        async with await _connect(port, known, str(config.parent / "id_ed25519")) as connection:
            other = await connection.run("cat /etc/passwd", stdin=asyncssh.DEVNULL)
            assert (other.exit_status, other.stdout) == (127, "")
            ours = await connection.run(command(Shell.SH), input="uname; echo $HOME; exit 3\n")
            assert ours.exit_status == 3
            assert str(ours.stdout).split() == [
                "Darwin", f"{config.parent}/machines/brain/home",
            ]  # fmt: skip
            for where, number in (("127.0.0.1", 22), ("192.0.2.1", 18789)):
                with pytest.raises(asyncssh.ChannelOpenError):
                    await connection.open_connection(where, number)
    assert os.listdir(tmp_path) == []


async def test_git_fetches_from_the_machines_and_from_nowhere_else(tmp_path: Path) -> None:
    with staged(SEED) as config:
        environment = os.environ | {"GIT_SSH_COMMAND": f"ssh -F {config.parent}/ssh_config"}

        async def heads(url: str) -> bytes:
            git = await asyncio.create_subprocess_exec(
                "git", "ls-remote", "--heads", url,
                env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
            async with asyncio.timeout(PATIENCE_S):
                return (await git.communicate())[0]

        found = await heads("brain:~/src/app")
        assert found.count(b"refs/heads/agent/t-") == 4
        assert await heads(f"brain:{config.parent}/src/app") == b""
        assert await heads("msi:~/src/app") == b""


def _port_of(folder: Path, name: str) -> int:
    text = (folder / "ssh_config").read_text().partition(f"Host {name}\n")[2]
    return int(text.partition("Port ")[2].split()[0])


async def _connect(port: int, known: Any, key: Any) -> asyncssh.SSHClientConnection:
    return await asyncssh.connect(
        "127.0.0.1",
        port,
        username="demo",
        known_hosts=known,
        client_keys=[key],
        agent_path=None,
        config=None,
    )


def test_folders_of_the_dead_are_removed_and_those_of_the_living_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    dead, strange = tmp_path / f"{PREFIX}dead", tmp_path / f"{PREFIX}strange"
    for folder in (dead, strange):
        (folder / "machines").mkdir(parents=True)
    (dead / "lock").touch()
    linked = tmp_path / f"{PREFIX}linked"
    linked.symlink_to(strange)
    with staged(SEED) as first:
        assert not dead.exists()
        with staged(SEED + 1) as second:
            assert first.exists()
            assert second.exists()
            assert first != second
    assert sorted(tmp_path.iterdir()) == [linked, strange]


async def test_the_dashboard_shows_the_fleet_and_q_ends_it_clean(desk: Desk) -> None:
    with running_tmux(desk.temporary, desk.environment) as tmux:
        tmux.open(f"{sys.executable} -m fleettui demo; echo ended with $?")
        await tmux.shows(*NAMES, "5 machines", "qwen2.5-coder:32b", "agent/t-101")
        tmux.type("q")
        await tmux.shows("ended with 0")
    assert [name for name in desk.left if name.startswith(PREFIX)] == []
