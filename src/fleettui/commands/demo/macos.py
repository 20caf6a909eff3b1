"""What a made-up Mac's own tools print, for the scripts that fleettui really runs there.

The shapes are those of sysctl(8), vm_stat(1), iostat(8), ioreg(8), df(1), launchctl(1), ss(8)
and `pm2 jlist`; macos.sh has the functions that stand in for the tools. Ports are told as ss
tells them, since that is asked first wherever it is there.
"""

import json
from collections.abc import Mapping

from fleettui.commands.demo.cast import Part
from fleettui.commands.demo.motion import drift
from fleettui.commands.demo.ollama import in_memory

PAGE = 16384
UPTIME_S = 6 * 86400 + 7 * 3600


def memory_pages(part: Part, seed: int, at: float) -> dict[str, int]:
    """Lines of vm_stat: pages of 16 KiB that add up to what the machine seems to use."""
    own = part.memory * drift(seed, f"{part.name} memory", at, *part.base, period=90)
    models = sum(stay.model.size_loaded for stay in in_memory(part, at))
    total, used = part.memory // PAGE, int(own + models) // PAGE
    wired, compressed = int(own * 0.2) // PAGE + models // PAGE // 2, int(own * 0.1) // PAGE
    purgeable = part.memory // PAGE // 200
    anonymous = used - wired - compressed + purgeable
    free = max(total - used, 0) // 3
    return {
        "Pages free": free,
        "Pages active": anonymous * 3 // 5,
        "Pages inactive": anonymous * 2 // 5,
        "Pages speculative": free // 8,
        "Pages throttled": 0,
        "Pages wired down": wired,
        "Pages purgeable": purgeable,
        '"Translation faults"': 9876543210,
        "File-backed pages": max(total - used - free, 0),
        "Anonymous pages": anonymous,
        "Pages stored in compressor": compressed * 3,
        "Pages occupied by compressor": compressed,
        "Pageins": 3456789,
        "Swapouts": 0,
    }


def memory_used(pages: Mapping[str, int]) -> int:
    """Bytes in use as Activity Monitor counts them: wired, applications and the compressor."""
    applications = pages["Anonymous pages"] - pages["Pages purgeable"]
    return PAGE * (pages["Pages wired down"] + applications + pages["Pages occupied by compressor"])


def answers(part: Part, seed: int, at: float, started: float) -> dict[str, str]:
    """The file that each stand-in prints, by name; `started` is in seconds since 1970."""
    pages = memory_pages(part, seed, at)
    return {
        "name": part.name + "\n",
        "sysctl": _sysctl(part, seed, at, started, pages),
        "vm_stat": _vm_stat(pages),
        "iostat": _iostat(part, seed, at),
        "ioreg": _ioreg(part, seed, at),
        "df": _df(part),
        "ss": "".join(f"LISTEN 0 128 0.0.0.0:{port} 0.0.0.0:*\n" for port in part.ports),
        "pm2": json.dumps([_process(*each) for each in part.pm2]) + "\n",
        **{f"launchctl.{label}": _job(label, number) for label, number in part.launchd},
    }


def _load(part: Part, seed: int, at: float) -> float:
    return drift(seed, f"{part.name} cpu", at, *part.busy) * part.cpus / 100


def _sysctl(part: Part, seed: int, at: float, started: float, pages: Mapping[str, int]) -> str:
    load = _load(part, seed, at)
    pressure = 2 if memory_used(pages) > 0.84 * part.memory else 1
    return (
        f"hw.memsize: {part.memory}\n"
        f"hw.ncpu: {part.cpus}\n"
        "vm.swapusage: total = 2048.00M  used = 312.50M  free = 1735.50M  (encrypted)\n"
        f"vm.loadavg: {{ {load:.2f} {load * 0.9:.2f} {load * 0.8:.2f} }}\n"
        f"kern.boottime: {{ sec = {int(started) - UPTIME_S}, usec = 412345 }}\n"
        f"kern.memorystatus_vm_pressure_level: {pressure}\n"
    )


def _vm_stat(pages: Mapping[str, int]) -> str:
    rows = "".join(f"{key + ':':<30}{number:>20}.\n" for key, number in pages.items())
    return f"Mach Virtual Memory Statistics: (page size of {PAGE} bytes)\n{rows}"


def _iostat(part: Part, seed: int, at: float) -> str:
    busy = round(drift(seed, f"{part.name} cpu", at, *part.busy))
    system, load = busy // 4, _load(part, seed, at)
    loads = f"{load:.2f} {load * 0.9:.2f} {load * 0.8:.2f}"
    return (
        "      cpu    load average\n us sy id   1m   5m   15m\n"
        f"  9  4 87  {loads}\n{busy - system:3d} {system:2d} {100 - busy:2d}  {loads}\n"
    )


def _ioreg(part: Part, seed: int, at: float) -> str:
    models = sum(stay.model.size_loaded for stay in in_memory(part, at))
    low, high = (20, 96) if models else (0, 9)
    busy = round(drift(seed, f"{part.name} gpu", at, low, high, period=40))
    return (
        "+-o AGXAcceleratorG16S  <class AGXAcceleratorG16S, id 0x100000abc, registered>\n"
        f'    |   "model" = "{part.gpu}"\n'
        f'    |   "gpu-core-count" = {part.gpu_cores}\n'
        f'    |   "PerformanceStatistics" = {{"In use system memory (driver)"=0,'
        f'"Device Utilization %"={busy},"In use system memory"={models or 402653184}}}\n'
    )


def _df(part: Part) -> str:
    total, free = (size // 1024 for size in part.disk)
    used = total - free
    return (
        "Filesystem 1024-blocks Used Available Capacity Mounted on\n"
        f"/dev/disk3s5 {total} {used} {free} {used * 100 // total}% /System/Volumes/Data\n"
    )


def _job(label: str, number: int) -> str:
    """`launchctl print` of a job: a process id, or the exit code that it ended with, negated."""
    running = number > 0
    rows = (
        f"state = {'running' if running else 'not running'}",
        f"pid = {number}" if running else "runs = 16",
        f"last exit code = {'(never exited)' if running else -number}",
    )
    return f"gui/501/{label} = {{\n" + "".join(f"\t{row}\n" for row in rows) + "}\n"


def _process(name: str, status: str, restarts: int) -> dict[str, object]:
    """A process as fleettui asks pm2 for it."""
    pid = 4242 if status == "online" else 0
    return {"name": name, "pid": pid, "pm2_env": {"status": status, "restart_time": restarts}}
