"""What a made-up Mac's own tools print, for the scripts that fleettui really runs there.

The shapes are those of sysctl(8), vm_stat(1), iostat(8), ioreg(8), df(1), launchctl(1),
netstat(1) and `pm2 jlist`; macos.sh has the functions that stand in for the tools.
"""

import json
from collections.abc import Mapping

from fleettui.commands.demo.cast import Part
from fleettui.commands.demo.motion import drift
from fleettui.commands.demo.ollama import in_memory

PAGE = 16384
UPTIME_S = 6 * 86400 + 7 * 3600

_BASE_PID = 400


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
        "sysctl": _sysctl(part, seed, at, started, pages),
        "vm_stat": _vm_stat(pages),
        "iostat": _iostat(part, seed, at),
        "ioreg": _ioreg(part, seed, at),
        "df": _df(part),
        "launchctl": _launchctl(part),
        "netstat": _netstat(part),
        "pm2": json.dumps(_pm2(part, seed, at, started)) + "\n",
        "brew": json.dumps(_brew(part)) + "\n",
        "name": part.name + "\n",
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


def _launchctl(part: Part) -> str:
    rows = "".join(
        f"{number}\t0\t{label}\n" if number > 0 else f"-\t{number}\t{label}\n"
        for label, number in part.launchd
    )
    return f"PID\tStatus\tLabel\n{rows}"


def _netstat(part: Part) -> str:
    head = "Active Internet connections (including servers)\n"
    return head + "".join(
        f"tcp4       0      0  *.{port:<20} *.*                    LISTEN                 0"
        f"            0  131072  131072   server:{_BASE_PID + number}   00100 00000006"
        " 0000000000c0ffee 00000001 00000800      1      0 000000\n"
        for number, port in enumerate(part.ports)
    )


def _pm2(part: Part, seed: int, at: float, started: float) -> list[dict[str, object]]:
    if part.name != "mini":
        return []
    memory = round(drift(seed, "mini pm2", at, 110e6, 160e6))
    return [
        _process("game-server", 4242, "online", 0, memory, started - 3 * 86400),
        _process("game-server-dev", 0, "stopped", 16, 0, started - 7200),
    ]


def _process(
    name: str, pid: int, status: str, restarts: int, memory: int, since: float
) -> dict[str, object]:
    return {
        "pid": pid,
        "name": name,
        "pm_id": 0 if pid else 1,
        "monit": {"memory": memory, "cpu": 0.4 if pid else 0},
        "pm2_env": {
            "status": status,
            "pm_uptime": int(since * 1000),
            "restart_time": restarts,
            "unstable_restarts": 0,
            "exec_mode": "fork_mode",
            "namespace": "default",
        },
    }


def _brew(part: Part) -> list[dict[str, object]]:
    if part.name != "mini":
        return []
    return [{"name": "ollama", "status": "started", "user": "demo", "exit_code": 0}]
