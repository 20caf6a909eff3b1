"""What the OpenSSH configuration says about one target.

asyncssh reads the configuration; what it leaves to its caller, or does differently from ssh
(jumps, proxy commands, known hosts, the order of keys), is taken out here as plain values.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import asyncssh

from fleettui.hosts.targets import parse_target
from fleettui.model.errors import ReadError
from fleettui.model.text import clean

_USER_KNOWN_HOSTS = ("~/.ssh/known_hosts", "~/.ssh/known_hosts2")
_SYSTEM_KNOWN_HOSTS = ("/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2")
_DEFAULT_IDENTITIES = ("id_ed25519_sk", "id_ecdsa_sk", "id_ed25519", "id_ecdsa", "id_rsa")


@dataclass(frozen=True, slots=True)
class Settings:
    """How a target is reached and trusted; all paths are absolute.

    `agent` is the IdentityAgent of the configuration: None where it does not name one, an empty
    string where it forbids all.
    """

    target: str
    host: str
    port: int
    user: str
    host_key_alias: str | None
    jumps: tuple[str, ...]
    proxy_command: str | None
    user_known_hosts: tuple[str, ...]
    system_known_hosts: tuple[str, ...]
    identities: tuple[str, ...]
    certificates: tuple[str, ...]
    identities_only: bool
    agent: str | None
    family: int
    host_key_algorithms: bool
    config: tuple[Path, ...] | None
    options: asyncssh.SSHClientConnectionOptions

    @property
    def known_as(self) -> tuple[str, ...]:
        """The names that known-hosts files list it under, the one that ssh writes first."""
        if self.host_key_alias:
            return (self.host_key_alias.lower(),)
        host = self.host.lower()
        return (host,) if self.port == 22 else (f"[{host}]:{self.port}", host)

    @property
    def place(self) -> str:
        """Host and port as a person writes them, in clean text."""
        host = clean(self.host)
        if self.port == 22:
            return host
        return f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"


def read_settings(target: str, ssh_config: str | None) -> Settings:
    """Look a target up in the configuration. Blocks: it reads files, and `Match exec` runs.

    Raises ReadError where the configuration cannot be read.
    """
    wanted = parse_target(target)
    path = Path(ssh_config).expanduser() if ssh_config else None
    config = (path,) if path is not None and path.is_file() else None
    try:
        options = asyncssh.SSHClientConnectionOptions(
            config=config,
            host=wanted.host,
            port=wanted.port or (),
            username=wanted.user or (),
            known_hosts=((), (), ()),
            client_keys=None,
            agent_path=None,
            agent_forwarding=False,
            x11_forwarding=False,
            password_auth=False,
            kbdint_auth=False,
            gss_host=None,
        )
        if options.config.has_match_final():
            options.update(reload=True, final=True)
    except (ValueError, OSError) as error:
        text = f"the SSH configuration cannot be used: {clean(str(error))}"
        raise ReadError(text, f"mend {clean(str(path))}") from None
    return _settings(target, config, options)


def _settings(
    target: str,
    paths_read: tuple[Path, ...] | None,
    options: asyncssh.SSHClientConnectionOptions,
) -> Settings:
    config = options.config
    tokens = {
        "%": "%",
        "d": str(Path.home()),
        "h": options.host,
        "n": options.orig_host,
        "p": str(options.port),
        "r": options.username,
        "k": options.host_key_alias or options.host,
    }

    def paths(option: str, defaults: tuple[str, ...]) -> tuple[str, ...]:
        named = cast("list[str] | None", config.get(option))
        return tuple(_path(path, tokens) for path in (defaults if named is None else named))

    return Settings(
        target=target,
        host=options.host,
        port=options.port,
        user=options.username,
        host_key_alias=options.host_key_alias,
        jumps=_jumps(config.get("ProxyJump")),
        proxy_command=cast("str | None", config.get("ProxyCommand")),
        user_known_hosts=paths("UserKnownHostsFile", _USER_KNOWN_HOSTS),
        system_known_hosts=paths("GlobalKnownHostsFile", _SYSTEM_KNOWN_HOSTS),
        identities=paths("IdentityFile", tuple(f"~/.ssh/{name}" for name in _DEFAULT_IDENTITIES)),
        certificates=paths("CertificateFile", ()),
        identities_only=bool(config.get("IdentitiesOnly")),
        agent=_agent(config.get("IdentityAgent", ...), tokens),
        family=options.family,
        host_key_algorithms=bool(config.get("HostKeyAlgorithms")),
        config=paths_read,
        options=options,
    )


def _path(path: str, tokens: Mapping[str, str]) -> str:
    expanded = re.sub("%(.)", lambda found: tokens.get(found[1], found[0]), path)
    return os.path.expanduser(os.path.expandvars(expanded))


def _jumps(value: Any) -> tuple[str, ...]:
    return tuple(jump.strip() for jump in str(value).split(",")) if value else ()


def _agent(value: Any, tokens: Mapping[str, str]) -> str | None:
    if value is ... or value == "SSH_AUTH_SOCK":
        return None
    return _path(value, tokens) if value else ""
