"""A real tmux server of its own, with one window of 120 by 40 cells."""

import asyncio
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

PATIENCE_S = 30.0


class Tmux:
    """`call` runs a tmux command; programs in it see `environment`."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._environment = {**environment, "TMUX_TMPDIR": str(folder)}

    def open(self, line: str) -> None:
        """Run a shell command line in a window that stays when it has ended."""
        self.call("new-session", "-d", "-x", "120", "-y", "40", f"{line}; exec sleep 1000")

    def call(self, *words: str) -> str:
        """What tmux prints."""
        return subprocess.run(
            ["tmux", "-L", "lab", "-f", os.devnull, *words],
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        ).stdout

    def type(self, *keys: str) -> None:
        """Press keys, by tmux's names."""
        self.call("send-keys", *keys)

    async def shows(self, *words: str) -> str:
        """The screen, once all of these words are on it."""
        screen = ""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    screen = self.call("capture-pane", "-p", "-J")
                    if all(word in screen for word in words):
                        return screen
                    await asyncio.sleep(0.1)
        except TimeoutError:
            missing = [word for word in words if word not in screen]
            raise AssertionError(f"{missing} did not come up on\n{screen}") from None


@contextmanager
def running_tmux(folder: Path, environment: Mapping[str, str]) -> Iterator[Tmux]:
    """A server that is killed at the end; it starts with the first window."""
    server = Tmux(folder, environment)
    try:
        yield server
    finally:
        server.call("kill-server")
