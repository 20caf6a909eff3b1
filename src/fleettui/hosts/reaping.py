"""How asyncio learns that a child process has ended: by a descriptor, where Linux gives one.

Python 3.12 and newer do so by themselves. Python 3.11 starts a thread for each process instead,
which costs about a fifth of what starting the process costs us.
"""

import asyncio
import os
import sys
from functools import cache


@cache
def reap_by_descriptor() -> None:
    """Let asyncio in this process wait for children so from now on, where that is possible."""
    if sys.platform == "linux" and sys.version_info < (3, 12):
        try:
            os.close(os.pidfd_open(os.getpid()))
        except OSError:
            # An old kernel, or a sandbox: threads work everywhere.
            return
        asyncio.set_child_watcher(_Descriptors())


if sys.platform == "linux" and sys.version_info < (3, 12):
    from collections.abc import Callable
    from typing import TypeVarTuple

    _Ts = TypeVarTuple("_Ts")

    class _Descriptors(asyncio.AbstractChildWatcher):
        """As `asyncio.PidfdChildWatcher`, but for whichever loop started the process."""

        def __enter__(self) -> "_Descriptors":
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def is_active(self) -> bool:
            return True

        def attach_loop(self, loop: asyncio.AbstractEventLoop | None) -> None:
            pass

        def close(self) -> None:
            pass

        def add_child_handler(
            self, pid: int, callback: Callable[[int, int, *_Ts], object], *args: *_Ts
        ) -> None:
            loop, descriptor = asyncio.get_running_loop(), os.pidfd_open(pid)

            def ended() -> None:
                loop.remove_reader(descriptor)
                os.close(descriptor)
                callback(pid, _exit_status(pid), *args)

            loop.add_reader(descriptor, ended)

        def remove_child_handler(self, pid: int) -> bool:
            return True

    def _exit_status(pid: int) -> int:
        try:
            return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        except ChildProcessError:
            # Somebody else waited for it; what it said is lost.
            return 255
