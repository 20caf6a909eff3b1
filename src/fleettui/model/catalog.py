"""What can be routed to: models, their providers, and the agents that drive them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Billing(StrEnum):
    """How an agent's use of a model is paid for."""

    API = "api"
    SUBSCRIPTION = "subscription"
    FREE = "free"


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A model that may be routed to; `id` is `name@machine` or `name@provider`.

    `usd_per_mtok` maps input, output, cache_read, cache_write_5m, cache_write_1h to US dollars
    per million tokens.
    """

    id: str
    tier: str
    usd_per_mtok: Mapping[str, float] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The model's own name, without where it is served."""
        return self.id.rpartition("@")[0]

    @property
    def place(self) -> str:
        """The machine or provider that serves it."""
        return self.id.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Provider:
    """A paid endpoint; `key` is a reference (`keyring:`, `env:`, `cmd:`), never a secret."""

    name: str
    base_url: str
    key: str | None = None


@dataclass(frozen=True, slots=True)
class AgentSpec:
    """How a coding agent is started: argv with placeholders, never a shell string."""

    name: str
    command: tuple[str, ...] = ()
    stdin: str | None = None
    models: tuple[str, ...] = ("*",)
    env: Mapping[str, str] = field(default_factory=dict)
    tools: bool = False
    timeout_s: float | None = None
    billing: Billing = Billing.API
    langgraph: str | None = None
    mcp: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class McpServer:
    """A tool server that agents may be given; exactly one of `command` and `url` is set."""

    name: str
    command: tuple[str, ...] = ()
    url: str | None = None
