"""What was found out about one machine, before anything is judged."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fleettui.model.errors import ReadError
from fleettui.model.machine import Machine, Platform
from fleettui.model.ollama import Ollama
from fleettui.model.system import System
from fleettui.model.worktree import Worktree


@dataclass(frozen=True, slots=True)
class Try:
    """One address of a machine: the round trip in milliseconds, or why there was none."""

    address: str
    latency_ms: float | None = None
    failure: ReadError | None = None


@dataclass(frozen=True, slots=True)
class Tool:
    """A program on a machine: its path, None where it is not found, and what version it says."""

    path: str | None
    version: str | None = None


@dataclass(frozen=True, slots=True)
class MachineFacts:
    """Everything about one machine; None: not asked, a ReadError: asked in vain.

    `tries` has each address of `ssh` in order; `identities` are the key files that were shown.
    `agents` maps the agents that could work there to the program that starts each.
    """

    machine: Machine
    tries: tuple[Try, ...] = ()
    identities: tuple[str, ...] = ()
    platform: Platform | ReadError | None = None
    system: System | ReadError | None = None
    ollama: Ollama | ReadError | None = None
    tools: Mapping[str, Tool] | ReadError | None = None
    clones: tuple[Worktree, ...] | ReadError | None = None
    agents: Mapping[str, str] = field(default_factory=dict)

    @property
    def reached(self) -> bool:
        """Whether scripts can run there."""
        return self.machine.local or any(tried.failure is None for tried in self.tries)
