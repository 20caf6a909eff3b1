"""Where the SSH agent listens: the socket that the environment names may be long gone.

A terminal multiplexer outlives the login that started it, so SSH_AUTH_SOCK of a pane names the
agent of a connection that ended. Everything here blocks for a moment: call it in a thread.
"""

import glob
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress

_PATTERNS = (
    "~/.ssh/agent*",
    "~/.ssh/agent/*",
    "/tmp/ssh-*/agent.*",
    "/private/tmp/com.apple.launchd.*/Listeners",
    "/var/run/com.apple.launchd.*/Listeners",
)
_ANSWER_DEADLINE = 0.5
_TMUX_DEADLINE = 2.0


def find_agent(environment: Mapping[str, str] = os.environ) -> str:
    """The path of a socket where an agent answers, an empty string where there is none.

    The environment's own comes first. Only where that is dead, others are looked for: what tmux
    was told when it was last attached, then the newest socket of this user.
    """
    named = environment.get("SSH_AUTH_SOCK", "")
    if not named and "TMUX" not in environment:
        return ""
    if named and (sys.platform == "win32" or answers(named)):
        return named
    told = _told_by_tmux(environment)
    if told and answers(told):
        return told
    return next((path for path in _newest_first(environment) if answers(path)), "")


def answers(path: str) -> bool:
    """Whether something accepts connections at a Unix socket."""
    if sys.platform == "win32":
        return False
    with suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(_ANSWER_DEADLINE)
        probe.connect(path)
        return True
    return False


def _told_by_tmux(environment: Mapping[str, str]) -> str:
    if "TMUX" not in environment:
        return ""
    with suppress(OSError, subprocess.SubprocessError):
        told = subprocess.run(
            ["tmux", "show-environment", "SSH_AUTH_SOCK"],
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TMUX_DEADLINE,
            check=True,
        )
        name, found, path = os.fsdecode(told.stdout).strip().partition("=")
        if found and name == "SSH_AUTH_SOCK":
            return path
    return ""


def _newest_first(environment: Mapping[str, str]) -> Iterator[str]:
    home = environment.get("HOME", os.path.expanduser("~"))
    patterns = [pattern.replace("~", home, 1) for pattern in _PATTERNS]
    if runtime := environment.get("XDG_RUNTIME_DIR"):
        patterns += [f"{glob.escape(runtime)}/{name}" for name in ("*/ssh", "*agent*", "*/*agent*")]
    found: dict[str, float] = {}
    for pattern in patterns:
        for path in glob.iglob(pattern):
            with suppress(OSError):
                # Another user's socket could belong to an agent that reports what it signs.
                status = os.stat(path, follow_symlinks=True)
                if stat.S_ISSOCK(status.st_mode) and status.st_uid == os.getuid():
                    found[path] = status.st_mtime
    return iter(sorted(found, key=found.__getitem__, reverse=True))
