"""The state of one service of a machine."""

from dataclasses import dataclass
from enum import StrEnum

from fleettui.model.machine import CheckKind


class ServiceState(StrEnum):
    """`stale` is for jobs whose file has not been touched in time; `unknown` was not read."""

    UP = "up"
    DOWN = "down"
    DEGRADED = "degraded"
    STALE = "stale"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Service:
    """`detail` is one short clean line; `last_run_age_s` is set for jobs, in seconds."""

    name: str
    check: CheckKind
    state: ServiceState
    detail: str | None = None
    last_run_age_s: float | None = None
