"""Asks the budget about rungs, and remembers what it said."""

from dataclasses import replace

from fleettui.routing.candidates import Looked
from fleettui.routing.catalogue import Catalogue
from fleettui.routing.conditions import Budget


class Purse:
    """Looks at the money for one task; where a tier is over budget, no dearer one is taken."""

    def __init__(self, budget: Budget, catalogue: Catalogue) -> None:
        self._budget = budget
        self._catalogue = catalogue
        self._answers: dict[str, str | None] = {}
        self._refused: str | None = None

    @property
    def refused(self) -> bool:
        """Whether something was over budget."""
        return self._refused is not None

    def answers(self) -> tuple[tuple[str, str | None], ...]:
        """What the budget said of each tier that was asked for; None: affordable."""
        return tuple(self._answers.items())

    def checked(self, looked: Looked) -> Looked:
        """The rung, skipped where the money is not there."""
        candidate = looked.candidate
        if candidate.skipped is not None or not looked.paid:
            return looked
        reason = self._reason(candidate.tier, candidate.usd)
        return replace(looked, candidate=replace(candidate, skipped=reason))

    def _reason(self, tier: str, usd: float | None) -> str | None:
        rank = self._catalogue.rank
        if self._refused is not None and rank(tier) > rank(self._refused):
            return f"dearer than {self._refused}, which is over budget"
        answer = self._budget.affordable(tier, usd)
        self._answers[tier] = self._answers.get(tier) or answer
        if answer is None:
            return None
        if self._refused is None or rank(tier) < rank(self._refused):
            self._refused = tier
        return f"over budget: {answer}"
