"""The keys that a machine is shown, in the order in which it is shown them.

A server ends the connection after a few refused keys (MaxAuthTries, 6 by default), so the keys
that the configuration names for the machine come first, and with IdentitiesOnly nothing else.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import asyncssh

from fleettui.hosts.ssh_agent import find_agent
from fleettui.hosts.ssh_settings import Settings
from fleettui.hosts.threads import in_thread

_AGENT_DEADLINE = 2.0


@dataclass(frozen=True, slots=True)
class Identities:
    """Keys in order; `locked` names files that need a passphrase which nobody here can give.

    `agent` must be closed when the machine has been shown the keys.
    """

    keys: tuple[asyncssh.SSHKeyPair, ...] = ()
    locked: tuple[str, ...] = ()
    agent: asyncssh.SSHAgentClient | None = None

    def close(self) -> None:
        """Let go of the agent."""
        if self.agent is not None:
            self.agent.close()


async def load_identities(settings: Settings) -> Identities:
    """Collect the keys of the agent and of the files. Never raises for a missing one."""
    agent, held = await _agent_keys(settings)
    files = await in_thread(partial(_files, settings))
    keys: list[asyncssh.SSHKeyPair] = []
    locked: list[str] = []
    for file in files:
        in_agent = [key for key in held if key.public_data in file.public]
        keys += in_agent or file.keys
        if file.locked and not in_agent:
            locked.append(file.path)
    if not settings.identities_only:
        keys += [key for key in held if key not in keys]
    return Identities(tuple(keys), tuple(locked), agent)


async def agent_contents(settings: Settings) -> tuple[str, tuple[bytes, ...]]:
    """Where the agent is and which keys it holds, so that a change can be noticed."""
    path = await in_thread(partial(_agent_path, settings))
    agent, held = await _agent_keys(settings)
    if agent is not None:
        agent.close()
    return path, tuple(key.public_data for key in held)


def _agent_path(settings: Settings) -> str:
    return find_agent() if settings.agent is None else settings.agent


async def _agent_keys(
    settings: Settings,
) -> tuple[asyncssh.SSHAgentClient | None, Sequence[asyncssh.SSHKeyPair]]:
    path = await in_thread(partial(_agent_path, settings))
    if not path:
        return None, ()
    with suppress(OSError, ValueError, TimeoutError):
        async with asyncio.timeout(_AGENT_DEADLINE):
            agent = await asyncssh.connect_agent(path)
            try:
                return agent, await agent.get_keys()
            except BaseException:
                agent.close()
                raise
    return None, ()


@dataclass(frozen=True, slots=True)
class _File:
    path: str
    keys: tuple[asyncssh.SSHKeyPair, ...]
    public: frozenset[bytes]
    locked: bool


def _files(settings: Settings) -> list[_File]:
    certificates = []
    for path in settings.certificates:
        with suppress(OSError, ValueError):
            certificates += list(asyncssh.load_certificates(path))
    return [_file(path, certificates) for path in settings.identities]


def _file(path: str, certificates: Sequence[asyncssh.SSHCertificate]) -> _File:
    keys: tuple[asyncssh.SSHKeyPair, ...] = ()
    locked = False
    try:
        keys = tuple(asyncssh.load_keypairs([path], certlist=certificates, skip_public=False))
    except asyncssh.KeyImportError as error:
        locked = str(error).startswith("Passphrase")
    except (OSError, ValueError):
        pass
    public = {key.key_public_data for key in keys} | {key.public_data for key in keys}
    for name in (f"{path}.pub", path):
        with suppress(OSError, ValueError):
            public.add(asyncssh.read_public_key(name).public_data)
    return _File(path, keys, frozenset(public), locked)
