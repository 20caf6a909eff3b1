"""The agents' branches of one repository as last read, and how old that knowledge is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fleettui.model.change import ChangeKey
from fleettui.model.clock import Clock
from fleettui.model.errors import OperationFailed, ReadError
from fleettui.model.review import CloneView, FetchState
from fleettui.review.intake import fetch, quarantine
from fleettui.review.intake.fetch import CloneAt, Fetched
from fleettui.review.system import asked
from fleettui.review.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Head:
    """A branch's commit, and when its machine last confirmed it (None: not since the start)."""

    commit: str
    seen_at: datetime | None = None


class Incoming:
    """What the clones of a repository hold. Reading one clone touches nothing of another's."""

    def __init__(
        self,
        ws: Workspace,
        places: Sequence[CloneAt],
        *,
        clock: Clock,
        changed: Callable[[], None],
    ) -> None:
        self._ws = ws
        self._clock = clock
        self._changed = changed
        self.places = tuple(places)
        self.heads: dict[ChangeKey, Head] = {}
        self.bad: dict[ChangeKey, str] = {}
        self._clones = {place.machine: CloneView(place.machine) for place in places}
        self._ignored: dict[str, tuple[str, ...]] = {}

    @property
    def clones(self) -> tuple[CloneView, ...]:
        """Each clone with its state and age."""
        return tuple(self._clones.values())

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was ignored, by machine."""
        return tuple(
            f"{machine}: {text}" for machine, texts in self._ignored.items() for text in texts
        )

    def place(self, machine: str) -> CloneAt | None:
        """The clone on a machine."""
        return next((place for place in self.places if place.machine == machine), None)

    async def recall(self) -> None:
        """Take up what was fetched before this start."""
        known = await quarantine.incoming(self._ws)
        for (machine, task), commit in known.items():
            if machine in self._clones:
                self.heads.setdefault(self._key(machine, task), Head(commit))

    async def read(self, place: CloneAt, *, deadline: float) -> bool:
        """Read a clone. What fails becomes its state; whether any head differs from before."""
        before = self._of(place.machine)
        self._say(place.machine, FetchState.FETCHING)
        try:
            fetched = await asked(fetch.fetch(self._ws, place, deadline=deadline))
        except (ReadError, OperationFailed) as error:
            self._say(place.machine, FetchState.FAILED, str(error))
            return False
        except BaseException:
            self._say(place.machine, FetchState.WAITING)
            raise
        self._take(place.machine, fetched)
        return self._of(place.machine) != before

    def _take(self, machine: str, fetched: Fetched) -> None:
        now = self._clock.now()
        keep = {key: head for key, head in self.heads.items() if key.machine != machine}
        keep |= {
            self._key(machine, task): Head(commit, now) for task, commit in fetched.heads.items()
        }
        self.heads = keep
        self.bad = {key: why for key, why in self.bad.items() if key.machine != machine}
        self.bad |= {self._key(machine, task): why for task, why in fetched.bad.items()}
        self._ignored[machine] = fetched.ignored
        self._clones[machine] = CloneView(machine, FetchState.OK, now)
        self._changed()

    def _say(self, machine: str, state: FetchState, reason: str | None = None) -> None:
        observed = self._clones[machine].observed_at
        self._clones[machine] = CloneView(machine, state, observed, reason)
        self._changed()

    def _of(self, machine: str) -> Mapping[ChangeKey, str]:
        heads = {key: head.commit for key, head in self.heads.items() if key.machine == machine}
        return heads | {key: why for key, why in self.bad.items() if key.machine == machine}

    def _key(self, machine: str, task: str) -> ChangeKey:
        return ChangeKey(self._ws.repo.name, machine, task)

    def forget(self, key: ChangeKey) -> None:
        """The branch was removed on its machine."""
        self.heads.pop(key, None)
        self.bad.pop(key, None)
        self._changed()
