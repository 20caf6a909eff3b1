"""One repository under review: what is known of its changes, brought up to date step by step."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from fleettui.git.runner import GitFailed
from fleettui.model.change import Change, ChangeKey, ChangeState, Comment, Forecast
from fleettui.model.clock import Clock
from fleettui.model.errors import FleettuiError, ReadError, UsageError
from fleettui.model.landing import Landing
from fleettui.model.review import RepoReview
from fleettui.review.assemble import Parts, change_of, waiting_first
from fleettui.review.forecast.forecast import Cache, forecast
from fleettui.review.intake import quarantine
from fleettui.review.intake.fetch import CloneAt
from fleettui.review.intake.incoming import Head, Incoming
from fleettui.review.landing import user_clone
from fleettui.review.landing.journal import Journal
from fleettui.review.landing.undo import standing
from fleettui.review.landing.user_clone import UserClone
from fleettui.review.ports import GateRunner, TaskBook, TaskFacts
from fleettui.review.publish import push
from fleettui.review.reading import merge_rules
from fleettui.review.reading.facts import Fact, Facts
from fleettui.review.said import comments
from fleettui.review.said.store import Store
from fleettui.review.said.values import KnownChange
from fleettui.review.system import asked
from fleettui.review.workspace import Workspace

_FORECAST = (ChangeState.READY, ChangeState.CONFLICTS, ChangeState.GATES_FAILED)
_LANDINGS = 1000
_NOBODY = Head("")


@dataclass(frozen=True, slots=True)
class Shared:
    """What all repositories under review have in common."""

    store: Store
    clock: Clock
    tasks: TaskBook | None = None
    gates: GateRunner | None = None
    ssh_config: str | None = None


class Desk:
    """What is read and computed of one repository. `changed` is called after each step.

    `acting` is held by whoever changes something of the user's.
    """

    def __init__(
        self,
        ws: Workspace,
        places: Sequence[CloneAt],
        shared: Shared,
        changed: Callable[[], None],
    ) -> None:
        self.ws = ws
        self.acting = asyncio.Lock()
        self.journal = Journal(ws.folder)
        self.incoming = Incoming(ws, places, clock=shared.clock, changed=changed)
        self.clone: UserClone | None = None
        self.target: str | None = None
        self._shared = shared
        self._changed = changed
        self._facts = Facts(ws.q())
        self._forecast_cache = Cache()
        self._forecasts: Mapping[ChangeKey, Forecast] = {}
        self.order: tuple[ChangeKey, ...] = ()
        self._placed: dict[ChangeKey, tuple[Comment, ...]] = {}
        self._landings: tuple[Landing, ...] = ()
        self._unpushed: int | None = None
        self._problem: str | None = None
        self._prepared = False
        self._warnings: tuple[str, ...] = ()
        self._computing = asyncio.Lock()
        self._busy = 0

    # Keeping up to date

    async def open(self) -> UserClone:
        """The user's clone, found anew, and a quarantine that works. Raises FleettuiError."""
        self.clone = await user_clone.find(self.ws.repo.path)
        self._warnings = await user_clone.warnings(self.clone, self.journal)
        if not self._prepared:
            await quarantine.prepare(self.ws)
            target = await quarantine.seed(self.ws, self.clone.git_dir)
            await merge_rules.take_rules(self.ws.q(), target)
            await self.incoming.recall()
            self._prepared = True
        return self.clone

    def retry_now(self) -> None:
        """Forget back-off and refusals of all machines."""
        for place in self.incoming.places:
            if place.host is not None:
                place.host.retry_now()

    async def refresh(self, deadline: float | None) -> None:
        """Read every clone at the same time, each within `deadline` seconds, and compute.

        None: no clone is read.
        """
        try:
            await asked(self.open())
        except FleettuiError as error:
            self._problem = str(error)
            self._changed()
            return
        if deadline is not None:
            places = self.incoming.places
            reading = (self.incoming.read(place, deadline=deadline) for place in places)
            await asyncio.gather(*reading)
        await self.compute()

    async def tidy(self) -> None:
        """Pack the quarantine where it has become large. That it fails harms nothing."""
        with suppress(FleettuiError):
            if self.clone is not None and not self.acting.locked():
                await asked(quarantine.tidy(self.ws))

    async def trust(self) -> None:
        """Take what the user's clone runs by itself for wanted."""
        clone = await self.open()
        await user_clone.trust(clone, self.journal)
        self._warnings = clone.warnings
        self._changed()

    async def stale(self) -> bool:
        """Whether the target has moved, or another copy of fleettui has said something."""
        said = await self._shared.store.refresh()
        if self.clone is None or self._problem is not None:
            return True
        return said or await self.clone.tip(self.ws.target_ref) != self.target

    async def compute(self) -> None:
        """Bring everything that follows from heads and target up to date.

        What goes wrong is told in the view, as the problem of the repository.
        """
        async with self._computing:
            self._busy += 1
            try:
                await asked(self._compute())
                self._problem = None
            except FleettuiError as error:
                self._problem, self._prepared = str(error), False
            finally:
                self._busy -= 1
                self._changed()

    async def _compute(self) -> None:
        clone = self.clone if self.clone and self._prepared else await self.open()
        target = await self._take_target(clone)
        heads = {key: head.commit for key, head in self.incoming.heads.items()}
        await self._shared.store.seen(heads, self._shared.clock.now())
        await self._facts.learn(target, list(heads.values()), self._changed)
        self.target = target
        landed = await self.journal.landed(limit=_LANDINGS)
        self._landings = await standing(self.ws.q(), self.ws.target_ref, target, landed)
        self._unpushed = await self._count_unpushed(clone)
        await self.place_comments()
        self._changed()
        await self._forecast(target)
        await self._keep_rows()

    async def _take_target(self, clone: UserClone) -> str:
        target = await quarantine.take_target(self.ws, clone.git_dir)
        if target != self.target:
            await merge_rules.take_rules(self.ws.q(), target)
        return target

    async def _count_unpushed(self, clone: UserClone) -> int | None:
        if self.ws.repo.push is None:
            return None
        try:
            return await push.unpushed(self.ws, clone)
        except (GitFailed, ReadError):
            return None

    async def place_comments(self, key: ChangeKey | None = None) -> None:
        """Find the lines of all comments (or of one change's) in the heads as they are now."""
        for change in self.changes():
            remarks = self._shared.store.said(change.key).remarks
            if key in (None, change.key) and change.evaluation is not None:
                files = change.evaluation.files
                self._placed[change.key] = await comments.place(self.ws.q(), remarks, files)

    async def _forecast(self, target: str) -> None:
        open_ = {
            change.key: change.evaluation
            for change in self.changes()
            if change.state in _FORECAST and change.evaluation is not None
        }
        told = await forecast(self.ws.q(), target, open_, self._forecast_cache)
        self._forecasts, self.order = told.forecasts, told.order

    async def _keep_rows(self) -> None:
        now = self._shared.clock.now()
        rows = [
            KnownChange(change.key, change.head, change.state, change.since, now)
            for change in self.changes()
        ]
        await self._shared.store.keep(self.ws.repo.name, rows)

    # As a value

    def changes(self) -> tuple[Change, ...]:
        """All changes now, those that wait for the human first."""
        landed = {landing.head for landing in self._landings}
        keys = {*self.incoming.heads, *self.incoming.bad}
        return tuple(
            sorted((change_of(self._parts(key), landed) for key in keys), key=waiting_first)
        )

    def _parts(self, key: ChangeKey) -> Parts:
        head = self.incoming.heads.get(key, _NOBODY)
        task = self._shared.tasks.facts(key) if self._shared.tasks else None
        return Parts(
            key=key,
            head=head,
            target=self.ws.repo.base,
            fact=self._facts.newest(self.target, head.commit),
            bad=self.incoming.bad.get(key),
            said=self._shared.store.said(key),
            comments=self._placed.get(key, ()),
            forecast=self._forecasts.get(key),
            task=task or TaskFacts(),
        )

    def change(self, key: ChangeKey) -> Change:
        """The change now. Raises UsageError where there is none."""
        for change in self.changes():
            if change.key == key:
                return change
        raise UsageError(f"{key.branch} of {key.repo} is no more on {key.machine}", "read again")

    def fact(self, key: ChangeKey) -> Fact | None:
        """What was computed last of the change's head."""
        return self._facts.newest(self.target, self.incoming.heads.get(key, _NOBODY).commit)

    def view(self) -> RepoReview:
        """The repository now."""
        changes = self.changes()
        open_ = {change.key for change in changes if change.state in _FORECAST}
        return RepoReview(
            name=self.ws.repo.name,
            target=self.ws.repo.base,
            target_head=self.target,
            clones=self.incoming.clones,
            changes=changes,
            order=tuple(key for key in self.order if key in open_),
            remote=self.ws.repo.push,
            unpushed=self._unpushed,
            undoable=self._undoable(),
            problem=self._problem,
            warnings=(*self._warnings, *self.incoming.warnings),
            pending=bool(self._busy),
        )

    def _undoable(self) -> str | None:
        if not self._landings:
            return None
        return f"{self._landings[0].key.branch} ({self._landings[0].after[:12]})"
