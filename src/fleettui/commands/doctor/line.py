"""One line of what `fleettui doctor` says."""

from dataclasses import dataclass
from enum import StrEnum

CHECKS = (
    "config",
    "keys",
    "landing",
    "ssh-agent",
    "terminal",
    "colours",
    "locale",
    "reachability",
    "proxy",
    "host-key",
    "login",
    "latency",
    "platform",
    "clock",
    "disk",
    "ollama",
    "models",
    "git",
    "tmux",
    "agents",
    "repos",
)
"""Every check there is."""


class State(StrEnum):
    """What a check found."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Line:
    """One finding in clean text. `machine` None: this computer, or the fleet as a whole.

    `remedy` says how to mend it; a line that failed or warns always has one.
    """

    machine: str | None
    check: str
    state: State
    detail: str
    remedy: str | None = None

    def to_json(self) -> dict[str, str | None]:
        """As `--json` prints it."""
        return {
            "machine": self.machine,
            "check": self.check,
            "state": self.state.value,
            "detail": self.detail,
            "remedy": self.remedy,
        }
