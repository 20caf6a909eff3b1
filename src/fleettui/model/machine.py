"""A machine of the fleet, as the configuration describes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """What a machine is for."""

    WORKSTATION = "workstation"
    ORCHESTRATOR = "orchestrator"
    INFERENCE = "inference"
    EXECUTION = "execution"


class Platform(StrEnum):
    """The operating systems that have probes."""

    MACOS = "macos"
    LINUX = "linux"
    WINDOWS = "windows"


class CheckKind(StrEnum):
    """How a service is looked at; the words are the keys of `services` in fleet.toml."""

    PORT = "port"
    URL = "url"
    PROCESS = "process"
    PM2 = "pm2"
    LAUNCHD = "launchd"
    SYSTEMD = "systemd"
    BREW = "brew"
    TASK = "task"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class ServiceCheck:
    """One service: its name, how it is looked at, and what (port number, label, path …).

    `max_age_s` goes with `file`: older than that and the job behind it is stale.
    """

    name: str
    kind: CheckKind
    target: str
    max_age_s: float | None = None


@dataclass(frozen=True, slots=True)
class Machine:
    """One computer. `ssh` empty: this machine. Lists of addresses are tried in order.

    `ollama` holds URLs, or the word `ssh` for the machine's own 127.0.0.1:11434 through the
    SSH connection. `ollama_optional` is set where nobody configured Ollama but looking is
    free (the fleet of this one machine): a refused connection is then `absent`, not `down`.
    """

    name: str
    roles: tuple[Role, ...] = ()
    ssh: tuple[str, ...] = ()
    ollama: tuple[str, ...] = ()
    ollama_optional: bool = False
    proxy: str | None = None
    platform: Platform | None = None
    models: tuple[str, ...] = ()
    max_agents: int | None = None
    monthly_power_usd: float | None = None
    services: tuple[ServiceCheck, ...] = ()
    routing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def local(self) -> bool:
        """Whether this is the machine that fleettui runs on."""
        return not self.ssh
