"""The quarantine `Q`: the bare repository in which everything that agents made is looked at.

Only fleettui configures it. It holds the target branch of the user's clone, the heads of the
agents' branches, and pins for what an approval or a landing names. All of it can be killed at
any moment and called again; two copies of fleettui may use one quarantine.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path

from fleettui.git import over_host
from fleettui.git.parse import object_id
from fleettui.git.runner import Git, GitFailed, GitMissing, GitTimedOut
from fleettui.hosts.local import LocalHost
from fleettui.hosts.threads import in_thread
from fleettui.model.errors import OperationFailed, ReadError
from fleettui.model.text import clean
from fleettui.review.intake import quarantine_files as files
from fleettui.review.intake import quarantine_refs as refs
from fleettui.review.intake.incoming_refs import Place, place_of
from fleettui.review.intake.packing import packing
from fleettui.review.workspace import INCOMING, PINS, TARGET, Workspace

SEED_DEADLINE = 3600.0
"""Seconds that the first copy of the user's history may take."""

TARGET_DEADLINE = 300.0
"""Seconds that what is new of the target may take."""

FETCH = (
    "fetch",
    "--quiet",
    "--no-tags",
    "--no-write-fetch-head",
    "--refmap=",
    "--no-recurse-submodules",
    "--no-auto-maintenance",
)

PACKS = 50
"""Each fetch leaves a pack; with more of them than this they are joined."""

LOOSE_OBJECTS = 8000
"""Merges that are tried leave loose objects; with more of them than this they are packed."""

_TIDY_DEADLINE = 1800.0
_ALONE_S = 60.0
_UNCHECKED = ("transfer.fsckObjects=false", "fetch.fsckObjects=false")
"""Old honest histories have objects that a check refuses; the user has them already."""


async def prepare(ws: Workspace, *, object_format: str | None = None) -> None:
    """Make the quarantine, or mend what a crash left of it.

    One that cannot be mended is made anew, with all pins and heads that can still be read.
    `object_format` (sha1, sha256) is for a new one. Raises OperationFailed.
    """
    try:
        await in_thread(partial(ws.folder.mkdir, mode=0o700, parents=True, exist_ok=True))
        async with _alone(ws):
            if await in_thread(partial(files.exists, ws.quarantine)):
                await in_thread(partial(files.mend, ws.quarantine))
                if not await refs.healthy(ws.q()):
                    await in_thread(partial(files.set_aside, ws.quarantine, _aside(ws)))
            await _complete(ws, object_format)
    except OSError as error:
        raise _unusable(ws, error) from None


async def remake(ws: Workspace) -> None:
    """Make the quarantine anew, with all that can still be read of the old one."""
    try:
        async with _alone(ws):
            if await in_thread(partial(files.exists, ws.quarantine)):
                await in_thread(partial(files.set_aside, ws.quarantine, _aside(ws)))
            await _complete(ws, None)
    except OSError as error:
        raise _unusable(ws, error) from None


async def seed(ws: Workspace, git_dir: str) -> str:
    """Copy the history of the target branch from the user's clone, and nothing else of it.

    Objects are not checked: they are the user's, and old. Returns the target's commit. Raises
    ReadError where the clone has no such branch, OperationFailed.
    """
    told = await Git(git_dir=git_dir).run(["rev-parse", "--show-object-format"])
    wanted = clean(told.stdout.strip())
    if wanted in files.CONFIG and wanted != await in_thread(partial(_format, ws.quarantine)):
        async with _alone(ws):
            await in_thread(partial(files.remove, ws.quarantine))
            await in_thread(partial(files.make, ws.quarantine, wanted))
    return await take_target(ws, git_dir, deadline=SEED_DEADLINE)


async def take_target(ws: Workspace, git_dir: str, *, deadline: float = TARGET_DEADLINE) -> str:
    """Read where the target branch of the user's clone is now; its commit, which is here then.

    Raises ReadError where the clone has no such branch, OperationFailed.
    """
    there = await _target_of(ws, git_dir)
    if await refs.commit_at(ws.q(), TARGET) == there:
        return there
    try:
        async with packing(ws, ws.q(config=_UNCHECKED)) as git:
            await over_host.run(
                git,
                LocalHost(),
                git_dir,
                [*FETCH, "--update-shallow"],
                [f"+{ws.target_ref}:{TARGET}"],
                deadline=deadline,
                cap=2**63,
            )
    except GitFailed:
        # Another copy of fleettui may have been faster.
        if await refs.commit_at(ws.q(), TARGET) != there:
            if await _is_partial(git_dir):
                raise _lacking(ws) from None
            raise
    here = await refs.commit_at(ws.q(), TARGET)
    if here is None:
        raise OperationFailed(f"{clean(ws.target_ref)} did not arrive", _remedy(ws))
    return here


async def pin(ws: Workspace, *oids: str) -> None:
    """Let commits outlive the branches that they came from."""
    await refs.update(ws.q(), [f"update {PINS}/{oid} {_whole(oid)}" for oid in dict.fromkeys(oids)])


async def unpin(ws: Workspace, *oids: str) -> None:
    """Let go of commits that nothing names any more; one that has no pin is no error."""
    await refs.update(ws.q(), [f"delete {PINS}/{_whole(oid)}" for oid in dict.fromkeys(oids)])


def incoming_ref(machine: str, task: str) -> str:
    """The full name of the ref that holds the head of `agent/TASK` on a machine."""
    return Place(machine, task).incoming


async def incoming(ws: Workspace) -> Mapping[tuple[str, str], str]:
    """The heads as last fetched, by machine and task."""
    found = {}
    for ref in await refs.below(ws.q(), INCOMING):
        place = place_of(ref.name)
        found[place.machine, place.task] = ref.oid
    return found


async def forget(ws: Workspace, machine: str, task: str) -> None:
    """Drop the head of a branch that is gone. A head with a pin keeps a backup ref."""
    place = Place(machine, task)
    head = await refs.commit_at(ws.q(), place.incoming)
    steps = [f"delete {place.incoming}", f"delete {place.refused}"]
    if head is not None and await refs.commit_at(ws.q(), f"{PINS}/{head}") is not None:
        steps.insert(0, f"update {place.backup(head)} {head}")
    await refs.update(ws.q(), steps)


async def tidy(ws: Workspace) -> bool:
    """Join packs and drop what nothing has named for two weeks, when there is much of it.

    For the background, now and then; whether anything was done. Raises OperationFailed.
    """
    place = ws.quarantine
    await in_thread(partial(files.remove_unfinished, place))
    many = await in_thread(partial(files.packs, place)) > PACKS
    if not many and await in_thread(partial(files.loose_objects, place)) <= LOOSE_OBJECTS:
        return False
    async with packing(ws, ws.q()) as git:
        await git.run(["gc", "--quiet", "--prune=2.weeks.ago"], deadline=_TIDY_DEADLINE)
    return True


async def _target_of(ws: Workspace, git_dir: str) -> str:
    name = f"{ws.target_ref}^{{commit}}"
    asked = ["rev-parse", "--verify", "--quiet", "--end-of-options", name]
    told = await Git(git_dir=git_dir).run(asked, ok=(0, 1))
    if told.exit_status:
        text = f"{clean(git_dir)} has no branch {clean(ws.repo.base)}"
        raise ReadError(text, f"correct base of {clean(ws.repo.name)} in fleet.toml")
    return object_id(told.stdout)


async def _is_partial(git_dir: str) -> bool:
    asked = ["config", "--get-regexp", r"^(remote\..*\.promisor|extensions\.partialclone)$"]
    return bool((await Git(git_dir=git_dir).run(asked, ok=(0, 1))).stdout)


def _lacking(ws: Workspace) -> OperationFailed:
    return OperationFailed(
        f"{clean(ws.repo.path)} is a partial clone and lacks files of {clean(ws.repo.base)}",
        "fetch them: git fetch --refetch --no-filter",
    )


async def _complete(ws: Workspace, object_format: str | None) -> None:
    """Make the quarantine where there is none, with what can be read of one set aside."""
    aside = _aside(ws)
    if not await in_thread(partial(files.exists, ws.quarantine)):
        wanted = object_format or await in_thread(partial(_format, aside)) or "sha1"
        await in_thread(partial(files.make, ws.quarantine, wanted))
    if await in_thread(partial(files.exists, aside)):
        await _salvage(ws)
        await in_thread(partial(files.remove, aside))


async def _salvage(ws: Workspace) -> None:
    """Copy what the old quarantine still has: everything, or else ref by ref."""
    old = str(_aside(ws))
    with suppress(OSError):
        await in_thread(partial(files.mend, _aside(ws)))
    if not await _copy(ws, old, "refs/fleet/*"):
        for name in await refs.names(Git(git_dir=old)):
            await _copy(ws, old, name)


async def _copy(ws: Workspace, old: str, name: str) -> bool:
    wanted = [f"+{name}:{name}"]
    try:
        async with packing(ws, ws.q(config=_UNCHECKED)) as git:
            await over_host.run(
                git, LocalHost(), old, FETCH, wanted, deadline=SEED_DEADLINE, cap=2**63
            )
    except (GitMissing, GitTimedOut):
        raise
    except (GitFailed, ReadError):
        return False
    return True


def _aside(ws: Workspace) -> Path:
    return ws.folder / "quarantine.broken"


def _format(place: Path) -> str | None:
    """The object format of a quarantine; None: there is none, or it does not tell."""
    with suppress(OSError):
        found = (place / "config").read_bytes()
        return next((name for name, text in files.CONFIG.items() if found == text), None)
    return None


def _whole(oid: str) -> str:
    return object_id(oid.encode("utf-8", "replace"))


def _remedy(ws: Workspace) -> str:
    return f"remove {clean(str(ws.quarantine))}: it is made again from your clone"


def _unusable(ws: Workspace, error: OSError) -> OperationFailed:
    text = f"{clean(str(ws.folder))} cannot be used: {error.strerror or error}"
    return OperationFailed(text, "make room, or make the folder writable")


def _locked(descriptor: int) -> bool:
    if sys.platform == "win32":
        return True
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@asynccontextmanager
async def _alone(ws: Workspace) -> AsyncIterator[None]:
    """Only one copy of fleettui prepares a quarantine at a time (flock)."""
    loop = asyncio.get_running_loop()
    give_up = loop.time() + _ALONE_S
    descriptor = os.open(ws.folder / "preparing", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        while not _locked(descriptor):
            if loop.time() > give_up:
                raise OperationFailed("another fleettui is preparing this repository", "wait")
            await asyncio.sleep(0.05)
        yield
    finally:
        os.close(descriptor)
