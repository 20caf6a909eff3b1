"""A program in a tmux pane, seen through tmux's control mode as it paints."""

import os
import select
import shlex
import subprocess
import time
import uuid
from collections.abc import Sequence
from types import TracebackType

DEADLINE_S = 60.0


class Pane:
    """Starts a command in a new tmux server of its own; what it paints is read as it comes."""

    def __init__(self, command: Sequence[str], *, width: int = 120, height: int = 40) -> None:
        self._server = f"bench-{uuid.uuid4().hex[:8]}"
        session = ["new-session", "-x", str(width), "-y", str(height), shlex.join(command)]
        self.started = time.perf_counter()
        self._tmux = subprocess.Popen(
            ["tmux", "-L", self._server, "-f", "/dev/null", "-C", *session],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
        )
        self._rest = b""
        self._tell(f"refresh-client -C {width}x{height}")

    def __enter__(self) -> "Pane":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        subprocess.run(["tmux", "-L", self._server, "kill-server"], check=False)
        self._tmux.wait(timeout=10)

    def _tell(self, command: str) -> None:
        assert self._tmux.stdin is not None
        self._tmux.stdin.write(command.encode() + b"\n")

    def key(self, name: str) -> None:
        """Press a key."""
        self._tell(f"send-keys {name}")

    def painted(self, *, seconds: float) -> bytes:
        """The next piece of output, b"" when there is none in time."""
        ends = time.perf_counter() + seconds
        while (left := ends - time.perf_counter()) > 0:
            line = self._line(left)
            if line is not None and line.startswith(b"%output "):
                return line.split(b" ", 2)[2]
        return b""

    def until(self, marker: bytes) -> float:
        """Seconds since the start when `marker` was painted."""
        seen = b""
        while marker not in seen:
            piece = self.painted(seconds=DEADLINE_S)
            if not piece:
                raise RuntimeError(f"{marker!r} was never painted: {seen[-400:]!r}")
            seen = seen[-2000:] + piece
        return time.perf_counter() - self.started

    def quiet(self, seconds: float) -> None:
        """Read what is painted until nothing is for so long."""
        while self.painted(seconds=seconds):
            pass

    def pid(self) -> int:
        """The process in the pane."""
        done = subprocess.run(
            ["tmux", "-L", self._server, "list-panes", "-a", "-F", "#{pane_pid}"],
            capture_output=True,
            check=True,
        )
        return int(done.stdout.split()[0])

    def _line(self, seconds: float) -> bytes | None:
        assert self._tmux.stdout is not None
        while b"\n" not in self._rest:
            if not select.select([self._tmux.stdout], [], [], seconds)[0]:
                return None
            piece = os.read(self._tmux.stdout.fileno(), 65536)
            if not piece:
                raise RuntimeError("tmux ended")
            self._rest += piece
        line, _, self._rest = self._rest.partition(b"\n")
        return line
