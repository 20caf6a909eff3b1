"""Tasks, reviews and costs in a few numbers, from what is on the disk: for who only reads."""

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from fleettui.model.change import WAITING_STATES
from fleettui.model.errors import OperationFailed
from fleettui.model.fleet import Fleet
from fleettui.model.overview import CostTotals, Overview, ReviewRow

if TYPE_CHECKING:
    from fleettui.review.said.store import Store


class Overviews:
    """The overview of a fleet, again and again. Nothing is asked of any machine.

    Reviews are those that a dashboard or a `fleettui review` computed last, each with the time
    of that; there are none before the first.
    """

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._file = Path(fleet.state_dir, "review", "review.db")

    async def read(self) -> Overview:
        """What is known now."""
        budget = self._fleet.budget.monthly_usd
        return Overview(reviews=await self._reviews(), cost=CostTotals(budget_usd=budget))

    async def _reviews(self) -> tuple[ReviewRow, ...]:
        if not self._fleet.repos or not self._file.is_file():
            return ()
        from fleettui.review.said.store import Store

        store = Store(self._file)
        try:
            await store.open()
            return _rows(store, {repo.name for repo in self._fleet.repos})
        except OperationFailed:
            return ()
        finally:
            await store.close()


def _rows(store: "Store", repos: Collection[str]) -> tuple[ReviewRow, ...]:
    return tuple(
        ReviewRow(
            repo=row.key.repo,
            branch=row.key.branch,
            state=row.state.value,
            machine=row.key.machine,
            head=row.head,
            since=row.since,
            observed_at=row.observed_at,
        )
        for row in store.known()
        if row.state in WAITING_STATES and row.key.repo in repos
    )
