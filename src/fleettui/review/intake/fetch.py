"""Fetching the agents' branches of one clone into the quarantine.

Only names by allow-list, only what moved, by explicit address and narrow refspecs, no tags, all
objects checked. What the machine says is never trusted: not its names, nor that it keeps to what
it was asked for. One bad branch never spoils the others.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fleettui.git import over_host
from fleettui.git.parse import object_id
from fleettui.git.runner import GitFailed, GitMissing, GitTimedOut
from fleettui.hosts.host import Host
from fleettui.hosts.local import LocalHost
from fleettui.hosts.process import within
from fleettui.hosts.threads import in_thread
from fleettui.model.errors import ReadError, TimedOut
from fleettui.model.fmt import plural, size
from fleettui.model.machine import Platform
from fleettui.model.text import clean
from fleettui.review.intake import quarantine, refusals
from fleettui.review.intake import quarantine_refs as refs
from fleettui.review.intake.incoming_refs import REFUSED, Place, component, place_of, usable
from fleettui.review.intake.packing import packing
from fleettui.review.intake.refusals import Refusal
from fleettui.review.workspace import INCOMING, Workspace

MOST_BRANCHES = 300
"""Branches of one clone that are read."""

BYTES_CAP = 1024**3
"""Bytes that a machine may send for what is new on its branches."""

LEAST_FREE = 256 * 1024**2
"""Bytes that must be free on the disk of the quarantine for anything to be fetched."""

_SHARE = 4
"""A machine may fill this part of what is free at once."""

_IGNORED_SHOWN = 8
_BRANCHES = b"refs/heads/agent/"
_GONE = "couldn't find remote ref"


@dataclass(frozen=True, slots=True)
class CloneAt:
    """A clone that agents work in; `host` None: `path` is on this computer."""

    machine: str
    path: str
    host: Host | None = None
    platform: Platform | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a clone has, by task: heads that are in the quarantine, and why others are not.

    `ignored` are one-line warnings about branches that are not read at all.
    """

    heads: Mapping[str, str] = field(default_factory=dict)
    bad: Mapping[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()


async def fetch(
    ws: Workspace,
    at: CloneAt,
    *,
    deadline: float = 60.0,
    cap: int = BYTES_CAP,
    again: bool = False,
    least_free: int = LEAST_FREE,
) -> Fetched:
    """Read the agents' branches of a clone, and bring what is new into the quarantine.

    Branches that are gone there lose their ref. The head of a bad branch keeps the ref of its
    last good one, and is tried again when it moves, or after a while, or with `again`. Raises
    ReadError where the machine or the clone cannot be read: everything stays as it was then.
    """
    if at.platform is Platform.WINDOWS:
        raise ReadError("branches on Windows machines cannot be read yet")
    async with within(deadline, "its branches were not read"):
        job = _Job(ws, at, at.host or LocalHost(), deadline, cap, least_free)
        listed, ignored = await job.list()
        known = await _known(ws, at.machine)
        waiting = {} if again else known.holding(listed)
        moved = {
            task: oid
            for task, oid in listed.items()
            if known.heads.get(task) != oid and task not in waiting
        }
        bad = waiting | await job.take(moved)
        if moved:
            known = await _known(ws, at.machine)
        bad |= {task: refusals.no_commit(listed.get(task, "")) for task in known.strange}
        await _settle(ws, at.machine, listed, bad, known)
    heads = {task: head for task, head in known.heads.items() if task in listed and task not in bad}
    return Fetched(heads, {task: why.reason for task, why in bad.items()}, ignored)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the quarantine has of a machine: heads, refs that are no commits, refusals."""

    heads: Mapping[str, str]
    strange: tuple[str, ...]
    refused: Mapping[str, Refusal]

    def holding(self, listed: Mapping[str, str]) -> dict[str, Refusal]:
        """Refusals of heads that are still there, and need not be tried now."""
        return {
            task: why
            for task, why in self.refused.items()
            if task in listed and why.holds(listed[task])
        }


@dataclass(frozen=True, slots=True)
class _Job:
    """One reading of one clone. `deadline` is in seconds, `cap` and `least_free` in bytes."""

    ws: Workspace
    at: CloneAt
    host: Host
    deadline: float
    cap: int
    least_free: int

    async def list(self) -> tuple[dict[str, str], tuple[str, ...]]:
        """The heads that are read, by task, and warnings about those that are not."""
        asked = ["ls-remote", "--quiet", "--heads"]
        try:
            told = await over_host.run(
                self.ws.q(),
                self.host,
                self.at.path,
                asked,
                ["refs/heads/agent/*"],
                deadline=self.deadline,
                cap=2 * over_host.OUTPUT_CAP,
            )
        except GitMissing:
            raise
        except GitFailed as failure:
            raise ReadError(f"its branches cannot be listed ({failure.text})") from None
        return _listed(told.stdout)

    async def take(self, moved: Mapping[str, str]) -> dict[str, Refusal]:
        """Fetch all at once; where that fails, one by one. Why some were not, by task."""
        if not moved:
            return {}
        if await self._try(tuple(moved), self.deadline / 2) is None:
            return {}
        bad: dict[str, Refusal] = {}
        late = 0
        for task, oid in moved.items():
            failure = await self._try((task,), self.deadline / 4)
            if isinstance(failure, TimedOut):
                late += 1
            if failure is not None and _GONE not in failure.text:
                bad[task] = refusals.refusal(oid, failure)
        if late == len(moved):
            raise TimedOut("its branches were not sent in time")
        return bad

    def _room(self) -> int:
        """Bytes that it may send: never so many that the disk becomes full."""
        free = shutil.disk_usage(self.ws.folder).free
        if free < self.least_free:
            text = f"the disk of {clean(str(self.ws.folder))} has only {size(free)} left"
            raise ReadError(text, "make room there")
        return min(self.cap, free // _SHARE)

    async def _try(
        self, tasks: Sequence[str], deadline: float
    ) -> GitFailed | over_host.TooMuch | TimedOut | None:
        places = (Place(self.at.machine, task) for task in tasks)
        wanted = [f"+refs/heads/agent/{place.task}:{place.incoming}" for place in places]
        try:
            async with packing(self.ws, self.ws.q()) as git:
                await over_host.run(
                    git,
                    self.host,
                    self.at.path,
                    quarantine.FETCH,
                    wanted,
                    deadline=deadline,
                    cap=await in_thread(self._room),
                )
        except (GitMissing, GitTimedOut):
            raise
        except (GitFailed, over_host.TooMuch, TimedOut) as failure:
            return failure
        return None


async def _known(ws: Workspace, machine: str) -> _Known:
    heads: dict[str, str] = {}
    refused: dict[str, Refusal] = {}
    strange: list[str] = []
    name = component(machine)
    for ref in await refs.below(ws.q(), f"{INCOMING}/{name}", f"{REFUSED}/{name}"):
        if ref.name.startswith(REFUSED.encode()):
            if (why := refusals.read(ref.text)) is not None:
                refused[place_of(ref.name, REFUSED).task] = why
        elif ref.kind == "commit":
            heads[place_of(ref.name).task] = ref.oid
        else:
            strange.append(place_of(ref.name).task)
    return _Known(heads, tuple(strange), refused)


async def _settle(
    ws: Workspace,
    machine: str,
    listed: Mapping[str, str],
    bad: Mapping[str, Refusal],
    known: _Known,
) -> None:
    """Keep the new refusals, and drop what stands for branches that are gone or good now."""
    steps = [f"delete {Place(machine, task).incoming}" for task in known.strange]
    for task, why in bad.items():
        if why.head and known.refused.get(task) != why:
            steps.append(
                f"update {Place(machine, task).refused} {await refusals.write(ws.q(), why)}"
            )
    over = known.refused.keys() - bad.keys()
    steps += [f"delete {Place(machine, task).refused}" for task in sorted(over)]
    await refs.update(ws.q(), steps)
    for task in sorted(known.heads.keys() - listed.keys()):
        await quarantine.forget(ws, machine, task)


def _listed(raw: bytes) -> tuple[dict[str, str], tuple[str, ...]]:
    """`git ls-remote --heads`: the heads by task, and a line about each name that is not read."""
    heads: dict[str, str] = {}
    ignored: list[str] = []
    over = 0
    for line in raw.splitlines():
        oid, tab, name = line.partition(b"\t")
        if not tab or not name.startswith(_BRANCHES):
            continue
        task = usable(name)
        if task is None:
            shown = clean(name.removeprefix(b"refs/heads/"), limit=80)
            ignored.append(f"{shown} is ignored: not the name of a task")
        elif task not in heads and len(heads) >= MOST_BRANCHES:
            over += 1
        else:
            heads[task] = object_id(oid)
    if len(ignored) > _IGNORED_SHOWN:
        more = plural(len(ignored) - _IGNORED_SHOWN, "more branch is", "more branches are")
        ignored[_IGNORED_SHOWN:] = [f"{more} ignored: not the names of tasks"]
    if over:
        more = plural(over, "branch is", "branches are")
        ignored.append(f"{more} ignored: no more than {MOST_BRANCHES} of a clone are read")
    return heads, tuple(ignored)
