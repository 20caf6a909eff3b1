"""A fleet of real sshd on loopback, with the fleet.toml and ssh_config that reach it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.lab.sshd import Sshd, running_sshd


@dataclass(frozen=True)
class LabFleet:
    """Machine `m0` is reached through `servers[0]`, and so on, round and round."""

    config: Path
    servers: Sequence[Sshd]
    names: Sequence[str]


@contextmanager
def running_fleet(
    folder: Path,
    machines: int,
    *,
    servers: int | None = None,
    ollama: Mapping[str, str] | None = None,
    more: str = "",
    refresh_s: float = 5.0,
    service_port: int | None = None,
) -> Iterator[LabFleet]:
    """Start as many sshd as machines, or `servers` that several machines share.

    `ollama` maps machine names to URLs; `more` is appended to fleet.toml; with
    `service_port` each machine is asked who listens there.
    """
    with ExitStack() as stack:
        count = machines if servers is None else servers
        running = [
            stack.enter_context(running_sshd(folder / f"sshd{index}", options=["MaxSessions 100"]))
            for index in range(count)
        ]
        names = [f"m{index}" for index in range(machines)]
        blocks = [running[i % count].ssh_config(name) for i, name in enumerate(names)]
        (folder / "ssh_config").write_text("\n".join(blocks))
        lines = [
            "[fleet]",
            'name = "lab"',
            f"refresh_s = {refresh_s}",
            f'ssh_config = "{folder / "ssh_config"}"',
            f'state_dir = "{folder / "state"}"',
        ]
        for name in names:
            lines += ["[[machines]]", f'name = "{name}"', f'ssh = "{name}"']
            if ollama and name in ollama:
                lines.append(f'ollama = "{ollama[name]}"')
            if service_port:
                lines.append(f'services = [{{ name = "listener", port = {service_port} }}]')
        config = folder / "fleet.toml"
        config.write_text("\n".join(lines) + "\n" + more)
        yield LabFleet(config, running, names)
