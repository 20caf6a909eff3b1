"""When branches are read: in the background, each clone by itself, more often while looked at."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fleettui.model.errors import FleettuiError

if TYPE_CHECKING:
    from fleettui.review.desk import Desk
    from fleettui.review.intake.fetch import CloneAt

READ_DEADLINE = 60.0
"""Seconds that reading the branches of one clone may take."""

SEEN_S, UNSEEN_S = 15.0, 60.0
"""Seconds between two readings of a clone while somebody looks at reviews, and otherwise."""

TARGET_SEEN_S, TARGET_UNSEEN_S = 3.0, 30.0
"""The same for the target branch in the user's own clone, which costs less."""


TIDY_S = 3600.0
"""Seconds between two looks at whether a quarantine has become large."""


@dataclass(slots=True)
class Bell:
    """Wakes who waits; a ring before the wait counts."""

    _event: asyncio.Event = field(default_factory=asyncio.Event)

    def ring(self) -> None:
        """Wake."""
        self._event.set()

    async def wait(self, seconds: float) -> bool:
        """Until it rings, at most so long; whether it rang."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._event.wait()
        rang = self._event.is_set()
        self._event.clear()
        return rang


class Watch:
    """The loops of all repositories; they share nothing but the attention of the user."""

    def __init__(self) -> None:
        self.seen = False
        self._desks: dict[str, Bell] = {}
        self._places: dict[tuple[str, str], Bell] = {}

    def look(self, seen: bool) -> None:
        """Whether somebody looks; who begins to look is shown what is new at once."""
        was, self.seen = self.seen, seen
        if seen and not was:
            self.ring()

    def ring(self, repo: str | None = None, machine: str | None = None) -> None:
        """Read the clones of a repository, of a machine, or all, as soon as possible."""
        for (name, place), bell in self._places.items():
            if repo in (None, name) and machine in (None, place):
                bell.ring()
        if machine is None:
            self.ring_desk(repo)

    def ring_desk(self, repo: str | None = None) -> None:
        """Compute a repository (None: all) anew as soon as possible."""
        for name, bell in self._desks.items():
            if repo in (None, name):
                bell.ring()

    async def run(self, desks: "Iterable[Desk]") -> None:
        """Read and compute for ever."""
        async with asyncio.TaskGroup() as group:
            for desk in desks:
                name = desk.ws.repo.name
                self._desks[name] = Bell()
                group.create_task(self._follow(desk), name=f"review.{name}")
                group.create_task(self._tidy(desk), name=f"review.{name}.tidy")
                for place in desk.incoming.places:
                    self._places[name, place.machine] = Bell()
                    group.create_task(
                        self._read(desk, place), name=f"review.{name}.{place.machine}"
                    )

    async def _read(self, desk: "Desk", place: "CloneAt") -> None:
        bell = self._places[desk.ws.repo.name, place.machine]
        while True:
            if desk.clone is None:
                await bell.wait(1.0)
                continue
            if await desk.incoming.read(place, deadline=READ_DEADLINE):
                self.ring_desk(desk.ws.repo.name)
            await bell.wait(SEEN_S if self.seen else UNSEEN_S)

    async def _follow(self, desk: "Desk") -> None:
        bell = self._desks[desk.ws.repo.name]
        await desk.compute()
        self.ring(desk.ws.repo.name)
        while True:
            rang = await bell.wait(TARGET_SEEN_S if self.seen else TARGET_UNSEEN_S)
            with suppress(FleettuiError):
                if rang or await desk.stale():
                    await desk.compute()

    async def _tidy(self, desk: "Desk") -> None:
        while True:
            await asyncio.sleep(TIDY_S)
            await desk.tidy()
