"""A git worktree on a machine, and who works in it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AgentState(StrEnum):
    """What an agent is doing, as far as is known."""

    RUNNING = "running"
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    LOST = "lost"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class AgentAt:
    """The agent in a worktree. `source`: `runner` (our launcher's files) or `guess` (a process)."""

    state: AgentState
    agent: str | None = None
    since: datetime | None = None
    source: str = "guess"


@dataclass(frozen=True, slots=True)
class Worktree:
    """`ahead` and `behind` count commits against the base; `task` is set on `agent/{task}`.

    `problem` is one clean line where the worktree is broken; its other fields are then unknown.
    """

    repo: str
    path: str
    branch: str | None = None
    task: str | None = None
    head: str | None = None
    ahead: int | None = None
    behind: int | None = None
    dirty: bool | None = None
    last_commit_at: datetime | None = None
    agent: AgentAt | None = None
    problem: str | None = None
