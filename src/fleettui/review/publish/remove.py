"""Removing what is left of a change on its machine: its worktrees and its branch.

Never what is nowhere else: the head is kept in quarantine first, and a worktree with unsaved
files, newer commits, something in progress or somebody at work in it stays. One script looks
and acts at once; what the machine answers is only ever shown.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fleettui.git.safety import shell_function
from fleettui.hosts.host import Host
from fleettui.hosts.local import LocalHost
from fleettui.model.change import ChangeKey
from fleettui.model.errors import Malformed, OperationFailed, Refused
from fleettui.model.landing import Removal
from fleettui.model.machine import Platform
from fleettui.model.text import clean
from fleettui.probes.loop import load
from fleettui.review.intake import quarantine
from fleettui.review.intake.fetch import CloneAt
from fleettui.review.intake.incoming_refs import Place
from fleettui.review.workspace import Workspace

LOOK_DEADLINE = 30.0
"""Seconds for looking at the worktrees of one branch."""

DELETE_DEADLINE = 300.0
"""Seconds for deleting them: a worktree may hold all of a project's packages."""

_CAP = 256 * 1024
_MOST = 50
_PATH_LIMIT = 1024


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the machine told; `head` empty: the branch is gone there."""

    head: str
    trees: tuple[str, ...]
    blocked: tuple[str, ...]
    gone: bool


async def preview_remove(
    ws: Workspace,
    at: CloneAt,
    key: ChangeKey,
    head: str,
    *,
    settled: bool,
    running: str = "",
) -> Removal:
    """What removing would delete, and why it must stay. `head` is the one that was fetched last.

    `settled`: it has landed, or was rejected. `running`: the agent that works on it, "": none.
    Raises Refused where nothing can be removed at all, ReadError where the machine does not
    answer.
    """
    _check(at)
    told = await _ask(at, key, head, "look", LOOK_DEADLINE)
    why = [] if settled else [f"{key.branch} has neither landed nor been rejected"]
    why += [f"{clean(running)} works on it"] if running else []
    return Removal(key, head, told.trees, _backup(key, head), (*why, *told.blocked))


async def remove(ws: Workspace, at: CloneAt, removal: Removal) -> None:
    """Remove exactly that, after a backup. What is half removed is removed by the next call.

    Raises Refused where the machine has anything else by now, and nothing is removed then.
    """
    if removal.blocked:
        raise Refused("; ".join(removal.blocked))
    _check(at)
    key, head = removal.key, removal.head
    if removal.backup != _backup(key, head):
        raise Refused("the backup is not the one that was shown", "look again")
    now = await _ask(at, key, head, "look", LOOK_DEADLINE)
    if now.blocked:
        raise Refused(f"{key.branch} on {clean(at.machine)}: {'; '.join(now.blocked)}")
    if set(now.trees) != set(removal.worktrees):
        raise Refused("there are other worktrees now than were shown", "look again")
    await ws.q().run(["update-ref", "--end-of-options", removal.backup, head])
    done = await _ask(at, key, head, "remove", DELETE_DEADLINE)
    if done.blocked:
        raise Refused(f"{key.branch} on {clean(at.machine)}: {'; '.join(done.blocked)}")
    if not done.gone:
        raise OperationFailed(
            f"{key.branch} on {clean(at.machine)} was removed only in part", "remove it again"
        )
    await quarantine.forget(ws, key.machine, key.task)


def _check(at: CloneAt) -> None:
    if at.platform is Platform.WINDOWS:
        raise Refused(
            f"worktrees on {clean(at.machine)} cannot be removed from here: it runs Windows",
            "use `git worktree remove` there",
        )
    if "\n" in at.path or "\0" in at.path:
        raise Refused("the configured path of the clone is not usable")


def _backup(key: ChangeKey, head: str) -> str:
    return Place(key.machine, key.task).backup(head)


async def _ask(at: CloneAt, key: ChangeKey, head: str, mode: str, deadline: float) -> _Answer:
    host: Host = at.host or LocalHost()
    asked = "\n".join((mode, at.path, key.task, head, "")).encode("utf-8", "surrogateescape")
    told = await host.run(_script(), stdin=asked, deadline=deadline, cap=_CAP)
    return _answer(told.stdout)


@cache
def _script() -> bytes:
    own = Path(__file__).with_name("remove.sh").read_bytes()
    return b"\n".join((load("loop.sh"), shell_function(), load("worktrees.sh"), own))


def _answer(raw: bytes) -> _Answer:
    """What remove.sh printed. Raises Malformed, and OperationFailed where it could not look."""
    head, gone = None, False
    trees: list[str] = []
    blocked: list[str] = []
    for kind, value, place in _told(raw):
        if kind == b"failed":
            raise OperationFailed(clean(value))
        if kind == b"branch":
            head = clean(value, limit=64)
        elif kind == b"tree":
            trees.append(clean(value, limit=_PATH_LIMIT))
        elif kind == b"gone":
            gone = True
        else:
            where = clean(place, limit=_PATH_LIMIT)
            blocked.append(f"{clean(value)}: {where}" if where else clean(value))
    if head is None:
        raise Malformed("the machine does not say where the branch is")
    return _Answer(head, tuple(trees[:_MOST]), tuple(dict.fromkeys(blocked))[:_MOST], gone)


_FIELDS = {b"failed": 1, b"branch": 1, b"tree": 1, b"blocked": 2, b"gone": 0}


def _told(raw: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    *whole, rest = raw.split(b"\0")
    if rest:
        raise Malformed("the answer about the worktrees is cut off")
    fields = iter(whole)
    for kind in fields:
        if kind not in _FIELDS:
            raise Malformed("the answer about the worktrees makes no sense")
        values = [next(fields, None) for _ in range(_FIELDS[kind])]
        if None in values:
            raise Malformed("the answer about the worktrees is cut off")
        first, second = (*(value or b"" for value in values), b"", b"")[:2]
        yield kind, first, second
