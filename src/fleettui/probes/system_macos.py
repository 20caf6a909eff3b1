"""What system_macos.sh prints, read: sysctl, vm_stat, iostat, ioreg and df."""

import re
from collections.abc import Mapping

from fleettui.model.errors import Malformed
from fleettui.model.machine import Platform
from fleettui.model.system import Gpu, Pressure, System
from fleettui.model.text import clean
from fleettui.probes import disk
from fleettui.probes.figures import MOST_BYTES, part_of, percent, real, whole

MEMORY_LABEL = "used (Activity Monitor)"

_PAGE_SIZE = re.compile(rb"page size of (\d{1,9}) bytes")
_PAGES = re.compile(rb'(?m)^"?([^":\n]{1,80})"?:[ \t]+(\d{1,20})\.?\r?$')
_SWAP = re.compile(rb"(total|used) = (\d{1,12}[.,]\d{1,6}|\d{1,12})([KMGT])")
_LOAD = re.compile(rb"\{ *(\d{1,7}[.,]\d{1,6}) ")
_BOOT = re.compile(rb"\{ *sec = (\d{1,12}),")
_STATISTIC = re.compile(rb'"([^"]{1,80})" ?= ?(\d{1,20})')
_MODEL = re.compile(rb'"model" *= *<?"([^"]{1,200})"')
_UNITS = {b"K": 1 << 10, b"M": 1 << 20, b"G": 1 << 30, b"T": 1 << 40}
_LEVELS = {b"1": Pressure.NORMAL, b"2": Pressure.WARNING, b"4": Pressure.CRITICAL}
_MOST_GPUS = 64


def parse(sections: Mapping[str, bytes], before: Mapping[str, bytes], now: float) -> System:
    """The system as one tick tells it; `now` is the machine's clock in seconds since 1970.

    `before` is not needed: iostat samples the processor by itself. Raises Malformed when `fast`
    holds nothing that was asked for.
    """
    fast = sections.get("fast", b"")
    keys = _keys(fast)
    total = whole(keys.get(b"hw.memsize"))
    used = part_of(memory_used(fast), total)
    swap = _swap(keys.get(b"vm.swapusage", b""))
    disk_free, disk_total = disk.space(sections.get("disk", b""))
    system = System(
        platform=Platform.MACOS,
        cpu_count=whole(keys.get(b"hw.ncpu"), most=1 << 16),
        cpu_percent=_cpu_percent(fast, sections.get("first", b"")),
        load_1m=_number(_LOAD, keys.get(b"vm.loadavg", b""), 1e6),
        memory_total=total,
        memory_used=used,
        memory_available=None if total is None or used is None else total - used,
        memory_label=MEMORY_LABEL,
        memory_pressure=_LEVELS.get(keys.get(b"kern.memorystatus_vm_pressure_level", b"")),
        swap_used=part_of(swap.get(b"used"), swap.get(b"total")),
        swap_total=swap.get(b"total"),
        disk_free=disk_free,
        disk_total=disk_total,
        uptime_s=_uptime(keys.get(b"kern.boottime", b""), now),
        gpus=gpus(sections.get("gpu", b"")),
    )
    if system.memory_total is None and system.load_1m is None and system.cpu_count is None:
        raise Malformed("the machine's answer holds none of the figures of sysctl")
    return system


def memory_used(section: bytes) -> int | None:
    """Bytes in use as Activity Monitor counts them: wired, applications, and the compressor.

    Applications are the anonymous pages that are not purgeable; of the compressor it is the
    pages that it occupies, not those stored in it. Pages are 16 KiB on Apple silicon, 4 KiB on
    Intel; vm_stat's first line says which.
    """
    size = _PAGE_SIZE.search(section)
    pages = {key: int(count) for key, count in _PAGES.findall(section)}
    try:
        used = (
            pages[b"Pages wired down"]
            + max(0, pages[b"Anonymous pages"] - pages[b"Pages purgeable"])
            + pages[b"Pages occupied by compressor"]
        )
    except KeyError:
        return None
    return whole(used, unit=int(size[1])) if size else None


def gpus(section: bytes) -> tuple[Gpu, ...]:
    """One for each accelerator of ioreg that keeps statistics; more than 100 % is not known."""
    nodes = re.split(rb"(?m)^[| ]*\+-o ", section)
    found = (_gpu(node) for node in nodes if b'"PerformanceStatistics"' in node)
    return tuple(found)[:_MOST_GPUS]


def _gpu(node: bytes) -> Gpu:
    statistics = dict(_STATISTIC.findall(node))
    model = _MODEL.search(node)
    return Gpu(
        name=clean(model[1], limit=64) if model else None,
        utilization_percent=percent(statistics.get(b"Device Utilization %")),
        memory_used=whole(statistics.get(b"In use system memory")),
    )


def _keys(section: bytes) -> dict[bytes, bytes]:
    lines = (line.partition(b":") for line in section.splitlines())
    return {key.strip(): value.strip() for key, colon, value in lines if colon}


def _cpu_percent(*sections: bytes) -> float | None:
    """100 minus idle of the first section with a sample: us sy id 1m 5m 15m, from the right."""
    for section in sections:
        for line in section.splitlines():
            fields = line.split()
            if len(fields) < 7 or fields[0] != b"cpu":
                continue
            user, system, idle = (percent(field) for field in fields[-6:-3])
            if user is None or system is None or idle is None:
                continue
            if 97.0 <= user + system + idle <= 103.0:
                return 100.0 - idle
    return None


def _swap(value: bytes) -> dict[bytes, int]:
    most = MOST_BYTES / _UNITS[b"T"]
    found = {}
    for key, number, unit in _SWAP.findall(value):
        amount = real(number, most if unit == b"T" else MOST_BYTES / _UNITS[unit])
        if amount is not None:
            found[key] = round(amount * _UNITS[unit])
    return found


def _number(pattern: re.Pattern[bytes], value: bytes, most: float) -> float | None:
    found = pattern.search(value)
    return real(found[1], most) if found else None


def _uptime(value: bytes, now: float) -> float | None:
    booted = _number(_BOOT, value, 1e11)
    return None if booted is None else real(now - booted, 1e10)
