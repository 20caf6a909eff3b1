"""A stand-in for PowerShell on the Windows machine: it answers our scripts without running them.

Nothing of the scripts is tested by this; their answers have the shapes of the CIM classes
Win32_OperatingSystem, Win32_PageFileUsage and Win32_LogicalDisk.
"""

import base64
import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import asyncssh

from fleettui.commands.demo.cast import Part
from fleettui.commands.demo.motion import Time, drift
from fleettui.hosts.scripts import mark

_MARK = re.compile(rb"'([0-9a-f]{16})' \+ '([0-9a-f]{16})'")
_KERNEL = b"\n@@fleet1 kernel Win32NT\n"
_RUNNING = "4 267009"
"""State and last result of a scheduled task that runs (0x41301)."""
_UPTIME = timedelta(days=2, hours=3)


async def answer(process: "asyncssh.SSHServerProcess[bytes]", part: Part, time: Time) -> None:
    """Take a script as our bootstrap does, and answer until the input ends."""
    lines = _lines(process)
    script = base64.b64decode(await anext(lines, b""))
    if found := _MARK.search(script):
        begin = mark((found[1] + found[2]).decode()) + b"-\n"
        process.stdout.write(begin)
        process.stderr.write(begin)
    if b"@@fleet1 kernel" in script:
        process.stdout.write(_KERNEL)
    elif script.rstrip().endswith(b"Start-Loop"):
        process.stdout.write(b"\n@@fleet1 ready\n")
        setup = [await anext(lines, b"") for _ in range(int(await anext(lines, b"0")))]
        async for line in lines:
            process.stdout.write(_frame(line.decode().split(), setup, part, time))
    process.exit(0)


async def _lines(process: "asyncssh.SSHServerProcess[bytes]") -> AsyncIterator[bytes]:
    while line := await process.stdin.readline():
        yield line.strip()


def _frame(words: list[str], setup: list[bytes], part: Part, time: Time) -> bytes:
    tag, *names = words
    parts = [f"@@fleet1 begin {tag}"]
    parts += [f"\n@{tag} {name}\n{section(name, setup, part, time)}" for name in names]
    return "".join([*parts, f"\n@@fleet1 end {tag}\n"]).encode()


def section(name: str, setup: list[bytes], part: Part, time: Time) -> str:
    """What the section of a script would print; nothing where the demo does not know it."""
    at = time.at()
    if name == "fast":
        return _fast(part, time, at)
    if name == "disk":
        total, free = part.disk
        return json.dumps({"v": 1, "disk": [{"DeviceID": "C:", "Size": total, "FreeSpace": free}]})
    if name == "clock":
        return f"{time.started.timestamp() + at:.3f}"
    if name == "tasks":
        wanted = (line.decode("utf-8", "replace").split(" ") for line in setup)
        tasks = (index for index, kind, *_ in wanted if kind == "task")
        return "\n".join(f"{index} {_RUNNING} {_UPTIME.seconds} -" for index in tasks)
    return ""


def _fast(part: Part, time: Time, at: float) -> str:
    used = part.memory * drift(time.seed, f"{part.name} memory", at, *part.base, period=90)
    free = (part.memory - int(used)) // 1024
    return json.dumps(
        {
            "v": 1,
            "mem": {"TotalVisibleMemorySize": part.memory // 1024, "FreePhysicalMemory": free},
            "boot": (time.started - _UPTIME).isoformat(),
            "cpu": round(drift(time.seed, f"{part.name} cpu", at, *part.busy)),
            "cpus": part.cpus,
            "page": [{"AllocatedBaseSize": 4096, "CurrentUsage": 512}],
        }
    )
