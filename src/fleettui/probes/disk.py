"""Room on a disk: the answer of `df -kP`, and asking this machine without ever hanging."""

import asyncio
from collections.abc import Callable

from fleettui.hosts.threads import in_thread
from fleettui.probes.figures import part_of, whole

Space = tuple[int | None, int | None]
"""Free and total bytes, None where they are not known."""

UNKNOWN: Space = (None, None)


def space(answer: bytes) -> Space:
    """The first file system that `df` lists.

    The columns are POSIX's: name, 1024-blocks, used, available, capacity, mounted on. The name
    may hold spaces, so the numbers are found before the column with the percent sign.
    """
    for line in answer.splitlines()[1:]:
        fields = line.split()
        at = next((i for i, field in enumerate(fields) if i >= 4 and field.endswith(b"%")), None)
        if at is not None:
            total = whole(fields[at - 3], unit=1024)
            return part_of(whole(fields[at - 1], unit=1024), total), total
    return UNKNOWN


def measure(path: str) -> Space:
    """Ask the operating system; blocks for as long as a dead mount does."""
    import psutil

    try:
        usage = psutil.disk_usage(path)
    except OSError:
        return UNKNOWN
    return usage.free, usage.total


class LocalDisk:
    """The file system of one path on this machine.

    A dead mount blocks whoever asks for ever, so a thread asks that nobody waits for; while it
    hangs no second one is started.
    """

    def __init__(self, path: str, measure: Callable[[str], Space] = measure) -> None:
        self._path = path
        self._measure = measure
        self._busy = False

    async def read(self, deadline: float) -> Space:
        """Free and total bytes, unknown after `deadline` seconds."""
        if self._busy:
            return UNKNOWN
        self._busy = True
        try:
            async with asyncio.timeout(deadline):
                return await in_thread(self._ask, name="fleettui-disk")
        except TimeoutError:
            return UNKNOWN

    def _ask(self) -> Space:
        try:
            return self._measure(self._path)
        finally:
            self._busy = False
