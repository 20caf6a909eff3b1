"""The whole configuration as one value."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fleettui.model.catalog import AgentSpec, McpServer, ModelSpec, Provider
from fleettui.model.machine import Machine
from fleettui.model.policy import Budget, CostSource, Routing, Subscription
from fleettui.model.repo import Repo


@dataclass(frozen=True, slots=True)
class Engine:
    """Where queue, worker and ledger live; `host` None: on this machine; `url` None: SQLite."""

    host: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Fleet:
    """What fleet.toml says, checked, with every default filled in.

    `file` is the path that it was read from, None for the fleet of this one machine.
    `refresh_s` is in seconds. `state_dir` and `ssh_config` are absolute paths.
    """

    name: str
    machines: tuple[Machine, ...]
    file: str | None = None
    refresh_s: float = 5.0
    state_dir: str = ""
    ssh_config: str | None = None
    repos: tuple[Repo, ...] = ()
    models: tuple[ModelSpec, ...] = ()
    routing: Routing = field(default_factory=Routing)
    agents: tuple[AgentSpec, ...] = ()
    providers: tuple[Provider, ...] = ()
    mcp: tuple[McpServer, ...] = ()
    engine: Engine = field(default_factory=Engine)
    budget: Budget = field(default_factory=Budget)
    cost_sources: tuple[CostSource, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    otel_listen: str | None = None
    keys: Mapping[str, str] = field(default_factory=dict)
    theme: str | None = None

    def machine(self, name: str) -> Machine | None:
        """The machine of that name, None where there is none."""
        return next((machine for machine in self.machines if machine.name == name), None)
