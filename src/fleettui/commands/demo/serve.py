"""`python -m fleettui.commands.demo.serve FOLDER SEED`: the machines of the demo.

Fills the folder, says `ready` on standard output, and serves until standard input ends: so it
never outlives the command that started it. It takes the folder with it.
"""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from pathlib import Path

import asyncssh

from fleettui.commands.demo import repos, written
from fleettui.commands.demo.cast import OUTAGE, PARTS
from fleettui.commands.demo.folder import remove
from fleettui.commands.demo.http import HttpStandIn, Reply, healthy
from fleettui.commands.demo.machine import DemoMachine, Keys
from fleettui.commands.demo.motion import Time, within_cycle
from fleettui.commands.demo.ollama import reply_of
from fleettui.model.clock import Clock

_OLLAMA_PORT = 11434


def main() -> None:
    """Serve until standard input ends."""
    folder = Path(sys.argv[1])
    try:
        asyncio.run(_serve(folder, int(sys.argv[2])))
    finally:
        remove(folder)


async def _serve(folder: Path, seed: int) -> None:
    async with AsyncExitStack() as stack:
        agents = await asyncio.to_thread(_make_files, folder)
        for name, place in agents:
            stack.enter_context(_agent(folder, name, place))
        time = Time.begin(Clock(), seed)
        fleet = await _open(folder, time, stack)
        outage = asyncio.create_task(_outages(fleet["msi"], time))
        print("ready", flush=True)
        await _input_ended()
        outage.cancel()


def _make_files(folder: Path) -> list[tuple[str, Path]]:
    home = _place(folder, "brain") / "home"
    cleaned = home / ".cleaner" / "last-run"
    cleaned.parent.mkdir(parents=True)
    cleaned.touch()
    _seem_to_run_pm2(folder)
    return list(repos.make(repos.PROJECTS, folder / "src", home))


def _seem_to_run_pm2(folder: Path) -> None:
    """The files of a daemon that lives: fleettui looks at them before it asks pm2 anything."""
    home = _place(folder, "mini") / "home" / ".pm2"
    home.mkdir(parents=True)
    (home / "pm2.pid").write_text(f"{os.getpid()}\n")
    with socket.socket(socket.AF_UNIX) as daemon:
        # Short, since the name of a socket may only have about a hundred bytes.
        os.chdir(home)
        daemon.bind("rpc.sock")
        os.chdir(folder)


def _place(folder: Path, name: str) -> Path:
    return folder / "machines" / name


async def _open(folder: Path, time: Time, stack: AsyncExitStack) -> dict[str, DemoMachine]:
    """Start every server and write down where they are."""
    client = asyncssh.generate_private_key("ssh-ed25519")
    client.write_private_key(folder / "id_ed25519")
    (folder / "id_ed25519").chmod(0o600)
    login = client.export_public_key().decode()
    others = await _listen(healthy, stack)
    fleet: dict[str, DemoMachine] = {}
    known: list[str] = []
    ollama: dict[str, int] = {}
    for part in PARTS:
        forwards = dict.fromkeys(part.ports, others)
        if part.installed:
            ollama[part.name] = forwards[_OLLAMA_PORT] = await _listen(reply_of(part, time), stack)
        key = asyncssh.generate_private_key("ssh-ed25519")
        machine = DemoMachine(part, _place(folder, part.name), Keys(key, login), time, forwards)
        stack.push_async_callback(machine.stop)
        await machine.start()
        fleet[part.name] = machine
        known.append(f"[127.0.0.1]:{machine.port} {key.export_public_key().decode().strip()}\n")
    ports = {name: machine.port for name, machine in fleet.items()}
    (folder / "known_hosts").write_text("".join(known))
    (folder / "ssh_config").write_text(written.ssh_config(folder, ports))
    (folder / "fleet.toml").write_text(written.fleet_toml(folder, ollama["engine"]))
    return fleet


async def _listen(reply: Reply, stack: AsyncExitStack) -> int:
    server = HttpStandIn(reply)
    stack.push_async_callback(server.stop)
    return await server.start()


async def _outages(machine: DemoMachine, time: Time) -> None:
    """Switch a machine off and on again, now and then."""
    up = True
    while True:
        await asyncio.sleep(0.5)
        wanted = not within_cycle(time.at(), *OUTAGE)
        if wanted and not up:
            with suppress(OSError):
                await machine.start()
                up = True
        elif up and not wanted:
            await machine.stop()
            up = False


async def _input_ended() -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()

    def read() -> None:
        if not os.read(0, 1024):
            loop.remove_reader(0)
            ended.set()

    loop.add_reader(0, read)
    await ended.wait()


@contextmanager
def _agent(folder: Path, name: str, place: Path) -> Iterator[None]:
    """A process of that name at work in `place`; its input ends with ours, and so does it."""
    program = folder / "agents" / name
    program.parent.mkdir(exist_ok=True)
    program.symlink_to(os.path.realpath(sys.executable))
    idle = "import sys; sys.stdin.buffer.read()"
    process = subprocess.Popen(
        [program, "-I", "-S", "-c", idle],
        cwd=place,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    main()
