"""What system_windows.ps1 prints, read: CIM classes as JSON, and nvidia-smi."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from fleettui.model.errors import Malformed
from fleettui.model.machine import Platform
from fleettui.model.system import System
from fleettui.probes import nvidia
from fleettui.probes.figures import part_of, percent, real, whole

_MIB = 1024 * 1024


def parse(sections: Mapping[str, bytes], before: Mapping[str, bytes], now: float) -> System:
    """The system as one tick tells it; `now` is the machine's clock in seconds since 1970.

    Windows counts the processor's share itself (`before` is not needed) and has no load and no
    word for the pressure on memory. Win32_OperatingSystem counts in KiB, Win32_PageFileUsage in
    MiB, Win32_LogicalDisk in bytes. Raises Malformed when `fast` is not the expected object.
    """
    fast = _object(sections.get("fast", b""))
    memory = fast.get("mem")
    memory = memory if isinstance(memory, dict) else {}
    total = whole(memory.get("TotalVisibleMemorySize"), unit=1024)
    available = part_of(whole(memory.get("FreePhysicalMemory"), unit=1024), total)
    swap_total = _sum(fast.get("page"), "AllocatedBaseSize")
    disk_free, disk_total = _disk(sections.get("disk", b""))
    system = System(
        platform=Platform.WINDOWS,
        cpu_count=whole(fast.get("cpus"), most=1 << 16),
        cpu_percent=percent(fast.get("cpu")),
        memory_total=total,
        memory_used=None if total is None or available is None else total - available,
        memory_available=available,
        swap_used=part_of(_sum(fast.get("page"), "CurrentUsage"), swap_total),
        swap_total=swap_total,
        disk_free=disk_free,
        disk_total=disk_total,
        uptime_s=_uptime(fast.get("boot"), now),
        gpus=nvidia.gpus(sections.get("gpu", b"")),
    )
    if system.memory_total is None and system.cpu_count is None and system.cpu_percent is None:
        raise Malformed("the machine's answer holds none of the figures of Windows")
    return system


def _object(section: bytes) -> dict[str, object]:
    try:
        value = json.loads(section.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError) as broken:
        raise Malformed("the machine's answer is not JSON") from broken
    if not isinstance(value, dict):
        raise Malformed("the machine's answer is not a JSON object")
    return value


def _rows(value: object) -> list[dict[str, object]] | None:
    """PowerShell writes one row as an object, and 5.1 some arrays as {"value": …, "Count": …}."""
    if isinstance(value, dict):
        inner = value.get("value")
        value = inner if isinstance(inner, list) else [value]
    if not isinstance(value, list):
        return None
    return [row for row in value if isinstance(row, dict)]


def _sum(value: object, key: str) -> int | None:
    """The sum over all page files in bytes; an empty list is 0, null is unknown."""
    rows = _rows(value)
    if rows is None:
        return None
    sizes = [whole(row.get(key), unit=_MIB) for row in rows]
    known = [size for size in sizes if size is not None]
    return sum(known) if len(known) == len(sizes) else None


def _disk(section: bytes) -> tuple[int | None, int | None]:
    try:
        rows = _rows(_object(section).get("disk"))
    except Malformed:
        return None, None
    drive = rows[0] if rows else {}
    total = whole(drive.get("Size"))
    return part_of(whole(drive.get("FreeSpace")), total), total


def _uptime(value: object, now: float) -> float | None:
    """.NET prints seven digits of a second, and Python reads them."""
    if not isinstance(value, str) or len(value) > 64:
        return None
    try:
        booted = datetime.fromisoformat(value)
    except ValueError:
        return None
    if booted.tzinfo is None:
        booted = booted.replace(tzinfo=UTC)
    try:
        return real(now - booted.timestamp(), 1e10)
    except OverflowError:
        return None
