"""Which process is a coding agent: by its name, or by the script that an interpreter runs.

A guess, from what every machine can tell: the processes and the folders that they work in.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath

from fleettui.model.errors import Malformed
from fleettui.model.worktree import AgentAt, AgentState

AGENTS = (
    "aider",
    "amp",
    "claude",
    "codex",
    "copilot",
    "crush",
    "cursor-agent",
    "droid",
    "gemini",
    "goose",
    "mini",
    "opencode",
    "openhands",
    "pi",
    "qwen",
)
"""Names of programs, which are the names that agents go by."""

WRAPPERS = ("MainThread", "bun", "deno", "node", "nodejs", "pypy3", "python", "uv", "uvx")
"""Interpreters; `MainThread` is how Linux names a new node. `python3.12` and the like, too."""

_PACKAGES = {
    "claude-code": "claude",
    "gemini-cli": "gemini",
    "minisweagent": "mini",
    "mini-swe-agent": "mini",
    "pi-coding-agent": "pi",
    "qwen-code": "qwen",
    "opencode-ai": "opencode",
    "@openai/codex": "codex",
    "@sourcegraph/amp": "amp",
    "@github/copilot": "copilot",
}
"""Folders of packages, and modules, in which an agent's script may lie."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LSTART = re.compile(rb"([A-Z][a-z]{2}) +(\d{1,2}) +(\d{2}):(\d{2}):(\d{2}) +(\d{4})")
_LATEST = 253402300799.0


@dataclass(frozen=True, slots=True)
class Guess:
    """A process that is an agent, and the folder that it works in."""

    agent: str
    folder: bytes
    state: AgentState
    since: datetime | None


def shell_functions() -> bytes:
    """`is_agent NAME` and `is_wrapper NAME` for sh, from the tables above."""
    wrappers = "|".join((*WRAPPERS, "python[23]*"))
    return (
        f"is_agent() {{ case $1 in {'|'.join(AGENTS)}) ;; *) return 1 ;; esac; }}\n"
        f"is_wrapper() {{ case $1 in {wrappers}) ;; *) return 1 ;; esac; }}\n"
    ).encode()


def agent_of(name: bytes, script: bytes = b"") -> str | None:
    """The agent that a process is, by its name and the script that it runs, if any."""
    text = name.decode("utf-8", "replace")
    if text in AGENTS:
        return text
    path = script.decode("utf-8", "replace").replace("\\", "/")
    file = PurePosixPath(path).name
    for word in (file, file.partition(".")[0]):
        if word in AGENTS or word in _PACKAGES:
            return _PACKAGES.get(word, word)
    return next((agent for package, agent in _PACKAGES.items() if f"/{package}/" in path), None)


def guesses(fields: list[bytes]) -> tuple[Guess, ...]:
    """What `section_agents` of worktrees.sh tells, as NUL-ended fields. Raises Malformed."""
    boot, ticks = 0.0, 100.0
    found: list[Guess] = []
    started: dict[bytes, Guess] = {}
    rest = iter(fields)
    for kind in rest:
        if kind == b"boot":
            boot, ticks = _number(_next(rest)), _number(_next(rest)) or 100.0
        elif kind == b"proc":
            name, script, folder, stat = (_next(rest) for _ in range(4))
            found += _from_proc(agent_of(name, script), folder, stat, boot, ticks)
        elif kind == b"ps":
            pid, since, state, name, script = (_next(rest) for _ in range(5))
            if agent := agent_of(name, script):
                started[pid] = Guess(agent, b"", _state(state), _moment(_epoch(since)))
        elif kind == b"folders":
            found += _with_folders(started, _next(rest))
        else:
            raise Malformed("the list of processes makes no sense")
    return tuple(found)


def agent_in(
    folder: bytes, everywhere: tuple[Guess, ...], others: tuple[bytes, ...]
) -> AgentAt | None:
    """The agent that works in a worktree: of several the one that started first.

    `others` are the folders of all worktrees: one that lies inside another has its own agents.
    """
    here = [
        guess
        for guess in everywhere
        if _inside(guess.folder, folder)
        and not any(len(other) > len(folder) and _inside(guess.folder, other) for other in others)
    ]
    if not here:
        return None
    first = min(here, key=lambda guess: (guess.since is None, guess.since, guess.agent))
    return AgentAt(first.state, first.agent, first.since)


def _inside(path: bytes, folder: bytes) -> bool:
    return bool(folder) and (path + b"/").startswith(folder.rstrip(b"/") + b"/")


def _from_proc(
    agent: str | None, folder: bytes, stat: bytes, boot: float, ticks: float
) -> Iterator[Guess]:
    """proc(5), /proc/PID/stat: the state is field 3, the start in ticks since boot field 22."""
    fields = stat.rpartition(b")")[2].split()
    if agent is None or len(fields) < 20 or fields[0] in (b"Z", b"X"):
        return
    since = boot + _number(fields[19]) / ticks if boot else None
    yield Guess(agent, folder, _state(fields[0]), _moment(since))


def _with_folders(started: dict[bytes, Guess], raw: bytes) -> Iterator[Guess]:
    """lsof(8), -Fpn: a line `pPID`, then for its folder `fcwd` and `nPATH`."""
    pid = b""
    for line in raw.split(b"\n"):
        if line.startswith(b"p"):
            pid = line[1:]
        elif line.startswith(b"n") and pid in started:
            guess = started.pop(pid)
            yield Guess(guess.agent, line[1:], guess.state, guess.since)


def _state(letter: bytes) -> AgentState:
    """A stopped process is there, but does nothing."""
    return AgentState.UNKNOWN if letter[:1] in (b"T", b"t", b"Z") else AgentState.RUNNING


def _epoch(raw: bytes) -> float | None:
    found = _LSTART.fullmatch(raw)
    if not found or found[1].decode() not in _MONTHS:
        return None
    day, hour, minute, second, year = (int(part) for part in found.groups()[1:])
    try:
        month = _MONTHS.index(found[1].decode()) + 1
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp()
    except ValueError:
        return None


def _moment(epoch: float | None) -> datetime | None:
    return datetime.fromtimestamp(epoch, UTC) if epoch and 0 < epoch < _LATEST else None


def _number(raw: bytes) -> float:
    return float(raw) if raw.isdigit() and len(raw) < 19 else 0.0


def _next(rest: Iterator[bytes]) -> bytes:
    field = next(rest, None)
    if field is None:
        raise Malformed("the list of processes is cut off")
    return field
