"""What loaded models are doing, from how their timers move between two looks."""

from dataclasses import dataclass, replace
from datetime import datetime

from fleettui.model.ollama import Activity, LoadedModel

ACTIVE_S = 12.0
"""Seconds that a model counts as busy after a sign of work: two looks, so that it is no flicker."""

GAP_S = 30.0
"""Seconds between two looks after which a moved timer no longer means that it works now."""


@dataclass(frozen=True, slots=True)
class _Seen:
    expires_at: datetime | None
    active_at: float | None


class Activities:
    """Remembers the timers of one server's models.

    A timer is set anew when a request ends, and slides along while a model loads or answers its
    first request (`server/sched.go`): a timer that moved is a sign of work. That a timer stands
    still proves nothing, so a request longer than the time between two looks shows only in the
    end.
    """

    def __init__(self) -> None:
        self._seen: dict[str, _Seen] = {}
        self._looked_at: float | None = None

    def judge(self, loaded: tuple[LoadedModel, ...], now: float) -> tuple[LoadedModel, ...]:
        """The models of a look at `now` (monotonic seconds), those that worked lately as busy."""
        fresh = self._looked_at is not None and now - self._looked_at <= GAP_S
        seen = {model.name: self._look(model, now, fresh) for model in loaded}
        self._seen, self._looked_at = seen, now
        return tuple(_with_signs(model, seen[model.name].active_at, now) for model in loaded)

    def _look(self, model: LoadedModel, now: float, fresh: bool) -> _Seen:
        before = self._seen.get(model.name)
        moved = before is None or before.expires_at != model.expires_at
        if fresh and moved and model.expires_at is not None:
            return _Seen(model.expires_at, now)
        return _Seen(model.expires_at, before.active_at if before else None)


def _with_signs(model: LoadedModel, active_at: float | None, now: float) -> LoadedModel:
    worked = active_at is not None and now - active_at < ACTIVE_S
    if model.activity is Activity.IDLE and worked:
        return replace(model, activity=Activity.BUSY)
    return model
