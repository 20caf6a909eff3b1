"""What review needs from others, as small protocols: it knows neither tasks nor costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from fleettui.model.change import ChangeKey, Gate, Prompt
from fleettui.model.repo import Repo


class GateRunner(Protocol):
    """Runs the checks of a repository on a commit, on an execution machine."""

    async def run(self, repo: Repo, quarantine: str, commit: str) -> Sequence[Gate]:
        """Each gate's outcome, in order, ending at the first that failed.

        `quarantine` is the path of the bare repository that holds `commit`. Raises
        OperationFailed where a gate could not be run at all.
        """


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """What the queue knows of the task behind a change."""

    text: str | None = None
    agent: str | None = None
    model: str | None = None
    usd: float | None = None
    gates: tuple[Gate, ...] = ()


class TaskBook(Protocol):
    """Where the tasks behind changes are looked up, and where verdicts and comments go."""

    def facts(self, key: ChangeKey) -> TaskFacts | None:
        """What is known of the task; None: nothing."""

    async def attempt(self, key: ChangeKey, prompt: Prompt) -> str | None:
        """Start a new attempt on the same branch with a human's comments; its name."""

    def landed(self, key: ChangeKey, commit: str) -> None:
        """The change is in the target as `commit`."""

    def rejected(self, key: ChangeKey, note: str) -> None:
        """The human said no."""
