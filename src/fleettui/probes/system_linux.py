"""What system_linux.sh prints, read: /proc, /sys, df and nvidia-smi."""

import re
from collections.abc import Mapping

from fleettui.model.errors import Malformed
from fleettui.model.machine import Platform
from fleettui.model.system import Pressure, System
from fleettui.probes import amd, disk, nvidia
from fleettui.probes.figures import part_of, percent, real, whole, words

_AVG10 = re.compile(rb"avg10=(\d{1,3}\.\d{1,6})")
_WARNING_SOME = 10.0
_CRITICAL_FULL = 10.0
_MOST_CPUS = 1 << 16


def parse(sections: Mapping[str, bytes], before: Mapping[str, bytes], now: float) -> System:
    """The system as one tick tells it; `before` is an earlier tick, for the processor's share.

    `fast` must be there; sections that were not asked for leave their values None. `now` is not
    needed here. Raises Malformed when `fast` holds nothing that was asked for.
    """
    fast = words(sections.get("fast", b""))
    total, available = _memory(fast)
    swap_total = _kib(fast, b"SwapTotal:")
    swap_free = _kib(fast, b"SwapFree:")
    disk_free, disk_total = disk.space(sections.get("disk", b""))
    system = System(
        platform=Platform.LINUX,
        cpu_count=_cpu_count(fast.get(b"cpus", b"")),
        cpu_percent=cpu_percent(words(before.get("fast", b"")).get(b"stat"), fast.get(b"stat")),
        load_1m=real(_field(fast, b"load"), 1e6),
        memory_total=total,
        memory_used=None if total is None or available is None else total - available,
        memory_available=available,
        memory_pressure=pressure(sections.get("fast", b"")),
        swap_used=_minus(swap_total, part_of(swap_free, swap_total)),
        swap_total=swap_total,
        disk_free=disk_free,
        disk_total=disk_total,
        uptime_s=real(_field(fast, b"uptime"), 1e10),
        gpus=nvidia.gpus(sections.get("gpu", b"")) + amd.gpus(sections.get("fast", b"")),
    )
    if system.memory_total is None and system.load_1m is None and system.uptime_s is None:
        raise Malformed("the machine's answer holds none of the figures of /proc")
    return system


def cpu_percent(before: bytes | None, after: bytes | None) -> float | None:
    """The busy share between two first lines of /proc/stat; waiting for a disk is not busy.

    None when the counters did not move, or went backwards (the machine was started again).
    Guest time is already part of user time.
    """
    old, new = _jiffies(before), _jiffies(after)
    if old is None or new is None:
        return None
    passed = sum(new) - sum(old)
    idle = new[3] + new[4] - old[3] - old[4]
    if passed <= 0 or idle < 0 or any(a < b for a, b in zip(new[:3], old[:3], strict=True)):
        return None
    return min(100.0, max(0.0, 100.0 * (passed - idle) / passed))


def pressure(section: bytes) -> Pressure | None:
    """The state of memory from /proc/pressure/memory (lines with or without `psi` before them).

    Warning from 10 % in `some avg10`: over the last ten seconds some task stood still for want
    of memory a tenth of the time, which is systemd's own watermark (200 ms in 2 s). Critical
    from 10 % in `full avg10`: nothing at all could run in that tenth. None where the kernel
    does not tell.
    """
    some = full = None
    for line in section.splitlines():
        kind, _, rest = line.removeprefix(b"psi ").partition(b" ")
        found = _AVG10.match(rest) if kind in (b"some", b"full") else None
        if found is not None:
            share = percent(found[1])
            some, full = (share, full) if kind == b"some" else (some, share)
    if some is None:
        return None
    if full is not None and full >= _CRITICAL_FULL:
        return Pressure.CRITICAL
    return Pressure.WARNING if some >= _WARNING_SOME else Pressure.NORMAL


def _memory(fast: Mapping[bytes, bytes]) -> tuple[int | None, int | None]:
    """Total and available; kernels before 3.14 do not tell what is available."""
    total = _kib(fast, b"MemTotal:")
    available = _kib(fast, b"MemAvailable:")
    if not available:
        free, cached = _kib(fast, b"MemFree:"), _kib(fast, b"Cached:")
        available = None if free is None or cached is None else free + cached
    return total, part_of(available, total)


def _kib(fast: Mapping[bytes, bytes], key: bytes) -> int | None:
    value, _, unit = fast.get(key, b"").partition(b" ")
    return whole(value, unit=1024) if unit.strip() == b"kB" else None


def _field(fast: Mapping[bytes, bytes], key: bytes) -> bytes:
    return fast.get(key, b"").partition(b" ")[0]


def _minus(total: int | None, free: int | None) -> int | None:
    return None if total is None or free is None else total - free


def _jiffies(line: bytes | None) -> list[int] | None:
    fields = (line or b"").split()
    if len(fields) < 5 or fields[0] != b"cpu":
        return None
    counters = [whole(field, most=1 << 64) for field in fields[1:9]]
    known = [counter for counter in counters if counter is not None]
    return known if len(known) == len(counters) and len(known) >= 5 else None


def _cpu_count(ranges: bytes) -> int | None:
    """How many processors `0-3,8-11` names."""
    count = 0
    for part in ranges.split(b","):
        first, dash, last = part.partition(b"-")
        low = whole(first, most=_MOST_CPUS)
        high = whole(last, most=_MOST_CPUS) if dash else low
        if low is None or high is None or high < low:
            return None
        count += high - low + 1
    return count if count <= _MOST_CPUS else None
