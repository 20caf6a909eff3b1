"""The way to a machine: proxy, jumps, host key, login. Ends in a Connection or a ReadError.

Importing this module loads asyncssh: do it in a thread, at first use.
"""

import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import asyncssh
from asyncssh.public_key import get_default_certificate_algs, get_default_public_key_algs

from fleettui.hosts.connection import Connection, Helper
from fleettui.hosts.identities import Identities, agent_contents, load_identities
from fleettui.hosts.known_hosts import Known, known_keys, verdict
from fleettui.hosts.process import within
from fleettui.hosts.proxies import open_through
from fleettui.hosts.proxy_command import ProxyCommand, start_proxy_command
from fleettui.hosts.sockets import connected
from fleettui.hosts.ssh_failures import Refusal, login_failure
from fleettui.hosts.ssh_settings import Settings, read_settings
from fleettui.hosts.threads import in_thread
from fleettui.hosts.timing import Timing
from fleettui.model.errors import ReadError

_MOST_JUMPS = 8


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: the machine's name in fleet.toml, and what fleet.toml says about the way."""

    machine: str
    ssh_config: str | None
    proxy: str | None
    timing: Timing


async def dial(target: str, caller: Caller) -> Connection:
    """Connect to `target` (an alias or an address) and log in. Raises ReadError."""
    return await _dial(target, caller, ())


async def traces(targets: Sequence[str], caller: Caller) -> tuple[object, ...]:
    """What changes when the user mends a refused key: files, the agent, what it holds.

    Two equal values mean that a new attempt would fare no better. Never raises for a missing
    file.
    """
    found: list[object] = []
    for target in targets:
        try:
            settings = await in_thread(partial(read_settings, target, caller.ssh_config))
        except ReadError as error:
            found.append(str(error))
            found += await in_thread(partial(_stamps, (caller.ssh_config or "",)))
            continue
        files = (
            *settings.identities,
            *settings.certificates,
            *settings.user_known_hosts,
            *settings.system_known_hosts,
            *map(str, settings.config or ()),
        )
        found += await in_thread(partial(_stamps, files))
        found.append(await agent_contents(settings))
    return tuple(found)


def _stamps(files: Sequence[str]) -> list[object]:
    return [_stamp(file) for file in files]


def _stamp(file: str) -> object:
    try:
        status = os.stat(Path(file).expanduser())
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


async def _dial(
    target: str, caller: Caller, through: tuple[str, ...], below: Connection | None = None
) -> Connection:
    """Connect to a target that leads to `through`, over `below` where a jump host is reached."""
    try:
        settings = await in_thread(partial(read_settings, target, caller.ssh_config))
        known = await in_thread(partial(known_keys, settings))
    except BaseException:
        await _Way(below=below).close()
        raise
    way = _Way(below=below) if below else await _open_way(settings, caller, (*through, target))
    identities = Identities()
    try:
        identities = await load_identities(settings)
        async with within(caller.timing.login_s, f"{settings.place} did not finish the login"):
            ssh = await _login(settings, known, identities, way, caller)
    except BaseException:
        await way.close()
        raise
    finally:
        identities.close()
    return Connection(ssh, place=settings.place, below=way.below, helpers=way.helpers)


@dataclass(frozen=True, slots=True)
class _Way:
    """Bytes to and from the machine: a socket, or the connection to a jump host."""

    sock: socket.socket | None = None
    below: Connection | None = None
    command: ProxyCommand | None = None

    @property
    def helpers(self) -> tuple[Helper, ...]:
        return () if self.command is None else (self.command,)

    async def close(self) -> None:
        if self.sock is not None:
            self.sock.close()
        if self.command is not None:
            await self.command.close()
        if self.below is not None:
            await self.below.close()


async def _open_way(settings: Settings, caller: Caller, through: tuple[str, ...]) -> _Way:
    # `Host *` with a ProxyJump means every machine but the jump host itself.
    jumps = tuple(jump for jump in settings.jumps if jump not in through)
    if jumps:
        if len(through) > _MOST_JUMPS:
            raise ReadError(f"{settings.place} is reached through too many jumps")
        return _Way(below=await _jump(jumps, caller, through))
    deadline = caller.timing.connect_s
    if caller.proxy:
        return _Way(
            await open_through(caller.proxy, settings.host, settings.port, deadline=deadline)
        )
    if settings.proxy_command and not settings.jumps:
        sock, command = await start_proxy_command(settings.proxy_command)
        return _Way(sock, command=command)
    async with within(deadline, f"{settings.place} does not answer"):
        sock = await connected(
            settings.host, settings.port, place=settings.place, family=settings.family
        )
        return _Way(sock)


async def _jump(jumps: tuple[str, ...], caller: Caller, through: tuple[str, ...]) -> Connection:
    """Connect to the last of several jump hosts, each through the one before it."""
    first, *others = jumps
    below = await _dial(first, caller, through)
    for other in others:
        below = await _dial(other, caller, through, below)
    return below


class _Client(asyncssh.SSHClient):
    """Remembers what the server showed and said, and trusts nothing by itself."""

    def __init__(self) -> None:
        self.shown: asyncssh.SSHKey | None = None

    def validate_host_public_key(
        self, host: str, addr: str, port: int, key: asyncssh.SSHKey
    ) -> bool:
        self.shown = key
        return False


async def _login(
    settings: Settings, known: Known, identities: Identities, way: _Way, caller: Caller
) -> asyncssh.SSHClientConnection:
    client = _Client()
    timing = caller.timing
    try:
        return await asyncssh.connect(
            settings.options.orig_host,
            options=settings.options,
            config=settings.config,
            client_factory=lambda: client,
            sock=way.sock,
            tunnel=None if way.below is None else way.below.ssh,
            proxy_command=None,
            known_hosts=tuple(
                [entry.key for entry in entries]
                for entries in (known.keys, known.authorities, known.revoked)
            ),
            server_host_key_algs=_host_key_algorithms(settings, known),
            client_keys=list(identities.keys) or None,
            login_timeout=timing.login_s,
            connect_timeout=None,
            keepalive_interval=timing.keepalive_s,
            keepalive_count_max=timing.keepalive_count,
        )
    except asyncssh.HostKeyNotVerifiable as error:
        if client.shown is not None:
            raise verdict(settings, known, client.shown, caller.machine) from None
        raise login_failure(error, _refusal(settings, identities, way, caller)) from None
    except (asyncssh.Error, OSError, ValueError) as error:
        raise login_failure(error, _refusal(settings, identities, way, caller)) from None


def _refusal(settings: Settings, identities: Identities, way: _Way, caller: Caller) -> Refusal:
    return Refusal(
        place=settings.place,
        user=settings.user,
        target=settings.target,
        machine=caller.machine,
        keys=len(identities.keys),
        locked=identities.locked,
        said=way.command.last_words() if way.command is not None else "",
    )


def _host_key_algorithms(settings: Settings, known: Known) -> list[str] | tuple[()]:
    """Ask for a key of the kind that is known; else the server may show one that is not.

    Certificates only where an authority is known: without one, asyncssh would refuse the
    certificate instead of looking at the key in it.
    """
    if settings.host_key_algorithms:
        return ()
    usual = get_default_public_key_algs()
    first = [name for entry in known.keys for name in entry.key.sig_algorithms if name in usual]
    if known.authorities:
        first = get_default_certificate_algs() + first
    return [name.decode() for name in dict.fromkeys([*first, *usual])]
