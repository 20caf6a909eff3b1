"""Hosts that reach the servers of the lab."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fleettui.hosts.ssh import SshHost
from fleettui.hosts.timing import Timing
from fleettui.model.machine import Machine
from tests.lab.sshd import Sshd

DEADLINE = 60.0
"""Seconds that no test here comes near unless something hangs."""


def machine(*targets: str, proxy: str | None = None) -> Machine:
    """A machine called box."""
    return Machine("box", ssh=targets or ("box",), proxy=proxy)


def write_config(server: Sshd, *blocks: str, change: tuple[str, str] = ("", "")) -> str:
    """An SSH configuration with `blocks`, and `box` for the server; returns its path.

    `change` is a text of the block for `box`, and what stands there instead.
    """
    path: Path = server.folder / "config"
    box = server.ssh_config("box").replace(*change) if change[0] else server.ssh_config("box")
    path.write_text("\n".join([box, *blocks]))
    return str(path)


@asynccontextmanager
async def ssh_host(
    server: Sshd,
    *targets: str,
    config: str | None = None,
    proxy: str | None = None,
    timing: Timing | None = None,
) -> AsyncIterator[SshHost]:
    """A host for the targets (default: `box`), closed at the end."""
    host = SshHost(
        machine(*targets, proxy=proxy),
        ssh_config=config or write_config(server),
        timing=timing or Timing(connect_s=30, login_s=30, first_wait_s=0.05, longest_wait_s=0.2),
    )
    try:
        yield host
    finally:
        await host.close()
