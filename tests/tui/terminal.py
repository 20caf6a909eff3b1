"""A program on a real pseudo-terminal, its output read byte by byte."""

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pyte

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0
"""Seconds after which a wait is a failure, far more than any machine needs."""


class Terminal:
    """The near end of a pseudo-terminal. `raw` is all that the program has written."""

    def __init__(self, pid: int, fd: int, columns: int, lines: int) -> None:
        self.pid = pid
        self.fd = fd
        self.raw = b""
        self.exit: int | None = None
        self._screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self._screen)

    def read(self, seconds: float = 0.1) -> bool:
        """Take what was written within a time; False at the end of the program."""
        ready, _, _ = select.select([self.fd], [], [], seconds)
        if not ready:
            return True
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            return False
        self.raw += data
        self._stream.feed(data.replace(b"\x1b[<u", b"").replace(b"\x1b[>25u", b""))
        return bool(data)

    @property
    def text(self) -> str:
        """What stands on the screen."""
        return "\n".join(self._screen.display)

    def until(self, text: str) -> str:
        """Wait until the text stands on the screen."""
        end = time.monotonic() + PATIENCE
        while text not in self.text:
            assert time.monotonic() < end, f"no {text!r} in:\n{self.text}"
            assert self.read(), f"ended without {text!r}:\n{self.text}"
        return self.text

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self.fd, keys.encode())

    def ended(self) -> int:
        """Wait for the end: the exit code, or minus the signal."""
        end = time.monotonic() + PATIENCE
        while self.exit is None:
            assert time.monotonic() < end, f"still running:\n{self.text}"
            if self.fd >= 0:
                self.read(0.05)
            else:
                time.sleep(0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.exit = os.waitstatus_to_exitcode(status)
        while self.fd >= 0 and select.select([self.fd], [], [], 0)[0] and self.read(0):
            pass
        return self.exit

    def hang_up(self) -> None:
        """Close the terminal under the program."""
        os.close(self.fd)
        self.fd = -1


@contextmanager
def terminal(
    *arguments: str, size: tuple[int, int] = (120, 40), environment: Mapping[str, str] | None = None
) -> Iterator[Terminal]:
    """`python -m tests.tui ARGUMENTS` on a terminal of its own."""
    columns, lines = size
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    env = {
        **kept,
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LANG": "C.UTF-8",
        "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
        **(environment or {}),
    }
    pid, fd = pty.fork()
    if pid == 0:
        os.chdir(ROOT)
        os.execve(sys.executable, [sys.executable, "-m", "tests.tui", *arguments], env)
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    program = Terminal(pid, fd, columns, lines)
    try:
        yield program
    finally:
        if program.exit is None:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        if program.fd >= 0:
            os.close(program.fd)
