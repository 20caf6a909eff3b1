"""Which operating system a machine runs."""

import asyncio
import re
import sys

from fleettui.hosts.host import Host, Shell
from fleettui.model.errors import Malformed
from fleettui.model.machine import Machine, Platform
from fleettui.model.text import clean

DEADLINE = 10.0
"""Seconds for each of the two questions; PowerShell takes one or two to start."""

_ASK_SH = b"printf '\\n@@fleet1 kernel %s\\n' \"$(uname -s)\"\n"
_ASK_POWERSHELL = (
    b'[Console]::Out.Write("`n@@fleet1 kernel $([Environment]::OSVersion.Platform)`n")\n'
)
_ANSWER = re.compile(rb"^@@fleet1 kernel ([^\r\n]{1,100})\r?$", re.MULTILINE)
_KERNELS = (
    (b"Linux", Platform.LINUX),
    (b"Darwin", Platform.MACOS),
    (b"Win32NT", Platform.WINDOWS),
    (b"MINGW", Platform.WINDOWS),
    (b"MSYS", Platform.WINDOWS),
    (b"CYGWIN", Platform.WINDOWS),
)
_CAP = 64 * 1024
_REMEDY = "look at its login shell, or set platform for it in fleet.toml"


class KnownPlatform:
    """The platform of one machine, found out at most once; every probe of it shares this.

    Call it for the answer; raises ReadError where the machine cannot be asked.
    """

    def __init__(self, host: Host, machine: Machine) -> None:
        self._host = host
        self._known = machine.platform
        self._asking = asyncio.Lock()

    async def __call__(self) -> Platform:
        async with self._asking:
            if self._known is None:
                self._known = here() if self._host.local else await detect(self._host)
            return self._known


async def detect(host: Host) -> Platform:
    """Ask `uname -s`, and PowerShell where there is no sh. Raises ReadError."""
    said = ""
    for shell, question in ((Shell.SH, _ASK_SH), (Shell.POWERSHELL, _ASK_POWERSHELL)):
        try:
            output = await host.run(question, shell=shell, deadline=DEADLINE, cap=_CAP)
        except Malformed as failure:
            # A shell that is not there; a machine that is not there is not caught here.
            said = said or f": {failure.text}"
            continue
        if found := _ANSWER.search(output.stdout):
            return _platform(found[1])
    raise Malformed(f"neither sh nor PowerShell answers on the machine{said}", _REMEDY)


def here() -> Platform:
    """The platform that fleettui itself runs on. Raises Malformed on one without a probe."""
    return _platform({"darwin": b"Darwin", "win32": b"Win32NT"}.get(sys.platform, _kernel()))


def _kernel() -> bytes:
    return b"Linux" if sys.platform.startswith("linux") else sys.platform.encode()


def _platform(kernel: bytes) -> Platform:
    for prefix, platform in _KERNELS:
        if kernel.startswith(prefix):
            return platform
    raise Malformed(f"the machine runs {clean(kernel, limit=40)}, which fleettui cannot read")
