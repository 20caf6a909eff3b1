"""Repositories under review, from the first look at them to the last connection closed."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from fleettui.hosts.threads import in_thread
from fleettui.model.clock import Clock
from fleettui.model.errors import FleettuiError, OperationFailed, UsageError
from fleettui.model.repo import Repo
from fleettui.model.review import CloneView, RepoReview, ReviewView
from fleettui.model.text import clean
from fleettui.review.ports import GateRunner, TaskBook
from fleettui.review.watch import Watch

if TYPE_CHECKING:
    from fleettui.review.desk import Desk, Shared
    from fleettui.review.intake.fetch import CloneAt

STORE = "review.db"

Places: TypeAlias = "Callable[[Repo], Sequence[CloneAt]]"
"""The clones of a repository that agents work in. Called when they are needed first."""

_AGAIN_S = 5.0
_GOODBYE_S = 2.0


class Desks:
    """The repositories, each with its desk once `open` was called. `changed` follows each step.

    Nothing of git, of databases or of other machines is imported before that, and then in a
    thread: a dashboard does not wait for it.
    """

    def __init__(
        self,
        repos: Iterable[Repo],
        places: Places,
        state_dir: Path,
        changed: Callable[[], None],
        *,
        clock: Clock | None = None,
        tasks: TaskBook | None = None,
        gates: GateRunner | None = None,
        ssh_config: str | None = None,
    ) -> None:
        self.watch = Watch()
        self._repos = tuple(repos)
        self._places = places
        self._state_dir = state_dir
        self._changed = changed
        self._clock = clock or Clock()
        self._others = (tasks, gates, ssh_config)
        self._shared: Shared | None = None
        self._desks: dict[str, Desk] = {}
        self._notes: tuple[str, ...] = ()
        self._problem: str | None = None
        self._replaced = asyncio.Event()

    @property
    def shared(self) -> "Shared":
        """What all of them have in common. Raises OperationFailed before `open`."""
        if self._shared is None:
            raise OperationFailed("reviews are not open yet", "try again in a moment")
        return self._shared

    def desk(self, repo: str) -> "Desk":
        """The desk of a repository. Raises UsageError where there is none."""
        if self.shared and repo not in self._desks:
            raise UsageError(f"no repository {clean(repo)}", "see [[repos]] in fleet.toml")
        return self._desks[repo]

    def chosen(self, repo: str | None) -> "tuple[Desk, ...]":
        """The desk of that repository, or all of them."""
        return tuple(desk for name, desk in self._desks.items() if repo in (None, name))

    def view(self, drawn: dict[str, RepoReview]) -> ReviewView:
        """All of them as values; what is in `drawn` is not made again."""
        if self._shared is None:
            return ReviewView(tuple(map(self._unopened, self._repos)))
        for name, desk in self._desks.items():
            if name not in drawn:
                drawn[name] = desk.view()
        repos = tuple(drawn[name] for name in self._desks)
        return ReviewView(repos, (*self._shared.store.notes, *self._notes))

    def _unopened(self, repo: Repo) -> RepoReview:
        clones = tuple(CloneView(machine) for machine in repo.clones)
        return RepoReview(
            name=repo.name,
            target=repo.base,
            clones=clones,
            remote=repo.push,
            problem=self._problem,
            pending=self._problem is None,
        )

    async def open(self) -> None:
        """Bring what a crash left half done to its end, and read what was said before.

        What was done is told in the view.
        """
        await in_thread(_import)
        from fleettui.review import acting
        from fleettui.review.desk import Shared
        from fleettui.review.said.store import Store

        if self._shared is None:
            store = Store(self._state_dir / "review" / STORE)
            await store.open()
            await store.prune(self._clock.now())
            self._shared = Shared(store, self._clock, *self._others)
        self._desks = self._made(self._shared)
        told = await asyncio.gather(*(acting.recover(desk) for desk in self._desks.values()))
        self._notes = tuple(note for notes in told for note in notes)
        self._changed()

    def _made(self, shared: "Shared") -> "dict[str, Desk]":
        from fleettui.review.desk import Desk
        from fleettui.review.workspace import workspace

        return {
            repo.name: Desk(
                workspace(repo, self._state_dir), self._places(repo), shared, self._changed
            )
            for repo in self._repos
        }

    async def run(self) -> None:
        """Read branches and compute for ever, in the background."""
        while True:
            self._replaced.clear()
            if not await self._opened():
                continue
            watching = asyncio.create_task(self.watch.run(self._desks.values()))
            replaced = asyncio.create_task(self._replaced.wait())
            try:
                await asyncio.wait({watching, replaced}, return_when=asyncio.FIRST_COMPLETED)
                if watching.done():
                    watching.result()
                    # Without repositories there is nothing to watch.
                    await replaced
            finally:
                for task in (watching, replaced):
                    task.cancel()
                await asyncio.gather(watching, replaced, return_exceptions=True)
            await _let_go(self._desks.values())

    async def _opened(self) -> bool:
        """Open, or tell in the view why not and wait until it is worth another try."""
        try:
            await self.open()
        except FleettuiError as error:
            self._problem = str(error)
            self._changed()
            with suppress(TimeoutError):
                async with asyncio.timeout(_AGAIN_S):
                    await self._replaced.wait()
            return False
        self._problem = None
        return True

    def replace(self, repos: Iterable[Repo], places: Places) -> None:
        """Go on with other repositories, or other ways to them, as soon as `run` can."""
        self._repos, self._places = tuple(repos), places
        self._replaced.set()

    async def close(self) -> None:
        """End every connection. Never raises, never hangs."""
        await _let_go(self._desks.values())
        if self._shared is not None:
            with suppress(FleettuiError):
                await self._shared.store.close()


def _import() -> None:
    import fleettui.review.acting
    import fleettui.review.sayings  # noqa: F401 - so that it is not imported in the event loop


async def _let_go(desks: "Iterable[Desk]") -> None:
    """End the connections, whatever state they are in."""
    hosts = {
        id(place.host): place.host
        for desk in desks
        for place in desk.incoming.places
        if place.host is not None
    }
    with suppress(TimeoutError):
        async with asyncio.timeout(_GOODBYE_S):
            await asyncio.gather(*(host.close() for host in hosts.values()))
