"""What routing needs to know of the machines now, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fleettui.model.machine import Platform, Role
from fleettui.routing.names import key


@dataclass(frozen=True, slots=True)
class Served:
    """A model of a machine's Ollama.

    `size` in bytes. `context` is the longest that it can have, `loaded_context` the one it is
    loaded with, both in tokens. `claims` is what the server says that it can do. `remote`: only
    the stub of a cloud model.
    """

    name: str
    digest: str | None = None
    size: int | None = None
    context: int | None = None
    claims: tuple[str, ...] | None = None
    remote: bool = False
    loaded: bool = False
    loaded_context: int | None = None
    busy: bool = False


@dataclass(frozen=True, slots=True)
class Reach:
    """Whether something answers: True, False, or None for not known; `reason` why not."""

    answers: bool | None = None
    reason: str | None = None
    age_s: float | None = None


@dataclass(frozen=True, slots=True)
class MachineFacts:
    """A machine now. Memory in bytes, None where it was not read.

    `shell` is the way on which agents are started, `ollama` the one to its models. `models` maps
    a model's key (`names.key`) to what is known of it, None: not read. `running` counts agents.
    `speeds` maps a model's key to measured tokens a second.
    """

    name: str
    roles: tuple[Role, ...] = ()
    platform: Platform | None = None
    here: bool = False
    max_agents: int | None = None
    has_ollama: bool = False
    shell: Reach = field(default_factory=Reach)
    ollama: Reach = field(default_factory=Reach)
    models: Mapping[str, Served] | None = None
    memory_total: int | None = None
    memory_available: int | None = None
    running: int | None = None
    speeds: Mapping[str, float] = field(default_factory=dict)

    def served(self, name: str) -> Served | None:
        """What is known of a model of that name; None: nothing."""
        return None if self.models is None else self.models.get(key(name))


@dataclass(frozen=True, slots=True)
class FleetFacts:
    """All machines now, in the order of the configuration."""

    machines: Mapping[str, MachineFacts] = field(default_factory=dict)


Speed = tuple[str, str, float]
"""Machine, model and measured tokens a second."""
