"""What a machine says of itself. Sizes in bytes, None where it was not read."""

from dataclasses import dataclass
from enum import StrEnum

from fleettui.model.machine import Platform


class Pressure(StrEnum):
    """How short of memory the kernel says it is; not a percentage."""

    NORMAL = "normal"
    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Gpu:
    """One graphics processor; utilization 0 to 100, temperature in °C, power in watts."""

    name: str | None = None
    utilization_percent: float | None = None
    memory_used: int | None = None
    memory_total: int | None = None
    temperature_c: float | None = None
    power_w: float | None = None


@dataclass(frozen=True, slots=True)
class System:
    """`memory_used` is what the platform's own monitor shows, and `memory_label` its name.

    `clock_skew_s` is the machine's clock minus ours, in seconds.
    """

    platform: Platform
    cpu_count: int | None = None
    cpu_percent: float | None = None
    load_1m: float | None = None
    memory_total: int | None = None
    memory_used: int | None = None
    memory_available: int | None = None
    memory_label: str = "used"
    memory_pressure: Pressure | None = None
    swap_used: int | None = None
    swap_total: int | None = None
    disk_free: int | None = None
    disk_total: int | None = None
    uptime_s: float | None = None
    gpus: tuple[Gpu, ...] = ()
    clock_skew_s: float | None = None
