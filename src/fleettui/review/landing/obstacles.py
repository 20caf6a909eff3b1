"""What stands in the way of moving the target branch, each thing by name; nothing is changed."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fleettui.git import parse
from fleettui.git.parse import RawChange
from fleettui.git.runner import Git
from fleettui.model import fmt
from fleettui.model.text import clean
from fleettui.review.landing import in_the_way, unwatched
from fleettui.review.landing.user_clone import UserClone, Worktree
from fleettui.review.workspace import Workspace

SPARE = 64 * 1024 * 1024
"""Bytes that must stay free on the disk, beside twice what is written."""

SPARE_FILES = 1000
"""Files that the disk must have room for, beside twice those that are written."""

DEADLINE = 120.0
"""Seconds for git to look through the user's files."""

GITLINK = 0o160000

_BLOCK = 4096
_NAMED = 20
_KEPT = 1000
_LOOKS = 10
_BETWEEN = 0.05
_OPERATIONS = {
    "MERGE_HEAD": "a merge",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase",
    "sequencer": "a series of picks",
    "BISECT_LOG": "a bisection",
}


@dataclass(frozen=True, slots=True)
class Outlook:
    """What moving the target would meet. `place`: where it is checked out, None: nowhere.

    `tip`: where the target is now. `files`: what changes. `blocked`, `keeps` and `notes` are
    clean lines: what stands in the way, what stays as it is, what is good to know.
    """

    tip: str | None
    place: Worktree | None = None
    files: tuple[RawChange, ...] = ()
    blocked: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


async def look(ws: Workspace, clone: UserClone, before: str, after: str) -> Outlook:
    """Look at everything. Raises GitFailed where git cannot tell."""
    branch = ws.repo.base
    tip = await clone.tip(ws.target_ref)
    trees = await clone.worktrees()
    here = [tree for tree in trees if tree.branch == ws.target_ref]
    files = await changed(ws.q(), before, after)
    blocked = [*_moved(tip, before, branch), *await asyncio.to_thread(_under_way, trees)]
    blocked += await _indirect(clone, ws.target_ref)
    if len(here) > 1:
        named = " and ".join(clean(tree.path) for tree in here)
        blocked.append(f"{branch} is checked out in {named}")
    place = here[0] if here else None
    if place is None or not place.present:
        blocked += [f"the folder {clean(tree.path)} of {branch} is not there" for tree in here]
        blocked += await _locked(clone, None, ws.target_ref)
        blocked += await _no_room(ws, {clone.common_dir}, files)
        return Outlook(tip, place, files, tuple(blocked))
    clone = await clone.seen_from(place)
    blocked += await _locked(clone, place, ws.target_ref)
    blocked += await _no_room(ws, {clone.common_dir, place.path}, files)
    dirt, keeps = await _dirt(clone.git(place), files)
    blocked += dirt
    watched = {file.path: file.old for file in files if file.old_mode not in (0, GITLINK)}
    for path in await unwatched.changed(clone.git(place), place.path, watched):
        blocked.append(f"{clean(path)} has changes that git was told not to look at")
    blocked += await _covered(clone, place, files)
    notes = await _notes(ws, clone, after, files)
    return Outlook(tip, place, files, tuple(dict.fromkeys(blocked)), keeps, notes)


async def changed(q: Git, before: str, after: str) -> tuple[RawChange, ...]:
    """What differs between two commits, file by file."""
    asked = ["diff-tree", "-r", "-z", "--raw", "--no-abbrev", "--no-renames", "--no-ext-diff"]
    asked += ["--no-textconv", "--ignore-submodules=none", "--end-of-options", before, after]
    told = await q.run([*asked, "--"], deadline=DEADLINE)
    return await asyncio.to_thread(parse.raw_changes, told.stdout)


def locks(clone: UserClone, git_dir: str | None, ref: str) -> tuple[Path, ...]:
    """The lock files that moving a branch takes."""
    places = [Path(clone.common_dir, f"{ref}.lock")]
    for name in ("index.lock", "HEAD.lock", "ORIG_HEAD.lock") if git_dir else ():
        places.append(Path(git_dir or "", name))
    return tuple(places)


def _moved(tip: str | None, before: str, branch: str) -> list[str]:
    if tip is None:
        return [f"there is no branch {clean(branch)} in your clone"]
    return (
        []
        if tip == before
        else [f"{branch} moved to {tip[:10]} meanwhile: look again, and approve what it is now"]
    )


async def _indirect(clone: UserClone, ref: str) -> list[str]:
    told = await clone.git().run(["symbolic-ref", "-q", ref], ok=(0, 1, 128))
    if told.exit_status != 0:
        return []
    return [f"the branch is only another name of {clean(told.stdout.strip())}"]


def _under_way(trees: Iterable[Worktree]) -> list[str]:
    found = []
    for tree in trees:
        for name, what in _OPERATIONS.items():
            if os.path.lexists(os.path.join(tree.git_dir, name)):
                found.append(f"{what} is under way in {clean(tree.path)}: finish or abort it")
                break
    return found


async def _locked(clone: UserClone, place: Worktree | None, ref: str) -> list[str]:
    """Locks of a git that is at work. One that only looks is done at once: it is waited for."""
    places = locks(clone, place.git_dir if place else None, ref)
    for _ in range(_LOOKS):
        found = await asyncio.to_thread(lambda: [str(p) for p in places if os.path.lexists(p)])
        if not found:
            return []
        await asyncio.sleep(_BETWEEN)
    return [
        f"git is at work, or crashed: {clean(lock)} is there; remove it if no git runs"
        for lock in found
    ]


async def _no_room(ws: Workspace, folders: set[str], files: tuple[RawChange, ...]) -> list[str]:
    written = [file for file in files if file.new_mode not in (0, GITLINK)]
    asked = "".join(f"{file.new}\n" for file in written).encode()
    told = await ws.q().run(
        ["cat-file", "--batch-check=%(objectsize)"], stdin=asked, deadline=DEADLINE
    )
    sizes = [int(line) for line in told.stdout.split(b"\n") if line.isdigit()]
    octets = 2 * sum(-(-size // _BLOCK) * _BLOCK for size in sizes) + SPARE
    count = 2 * len(written) + SPARE_FILES
    return await asyncio.to_thread(shortage, folders, octets, count)


def shortage(folders: Iterable[str], octets: int, count: int) -> list[str]:
    """Which disk has no room for so many bytes and files; blocks."""
    for folder in sorted(folders):
        free = shutil.disk_usage(folder).free
        if free < octets:
            need, left = fmt.size(octets), fmt.size(free)
            return [f"the disk of {clean(folder)} has {left} left, and {need} must be free"]
        if hasattr(os, "statvfs"):
            disk = os.statvfs(folder)
            if disk.f_files and disk.f_favail < count:
                return [f"the disk of {clean(folder)} has no room for {count} more files"]
    return []


async def _dirt(git: Git, files: tuple[RawChange, ...]) -> tuple[list[str], tuple[str, ...]]:
    """What the user has not committed: in the way, and not."""
    asked = ["status", "--porcelain=v2", "-z", "--untracked-files=normal", "--no-renames"]
    told = await git.run([*asked, "--ignore-submodules=dirty"], deadline=DEADLINE)
    entries = (await asyncio.to_thread(parse.status, told.stdout)).entries
    ours = {file.path for file in files}
    stopped, keeps = [], []
    for entry in entries:
        path = clean(entry.path)
        if entry.kind == "u":
            stopped.append(f"{path} has a conflict that is not resolved")
        elif entry.kind in "12" and entry.path in ours:
            stopped.append(f"{path} has changes that are not committed: commit or stash them")
        else:
            keeps.append(path)
    return stopped[:_NAMED], tuple(keeps[:_KEPT])


async def _covered(clone: UserClone, place: Worktree, files: tuple[RawChange, ...]) -> list[str]:
    """Files that git does not know, where the change has files."""
    paths = await asyncio.to_thread(
        in_the_way.find,
        place.path,
        [file.path for file in files if not file.old_mode and file.new_mode != GITLINK],
        [file.path for file in files if not file.new_mode],
        caseless="core.ignorecase=true" in clone.config.copied,
    )
    if not paths:
        return []
    asked = ["ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--"]
    told = await clone.git(place).run([*asked, *paths[:_NAMED]], deadline=DEADLINE)
    ignored = set(told.stdout.split(b"\0"))
    return [
        f"{clean(path)} is {'ignored by' if path in ignored else 'unknown to'} git, and the change"
        " has a file there: move it away"
        for path in paths[:_NAMED]
    ]


async def _notes(
    ws: Workspace, clone: UserClone, after: str, files: tuple[RawChange, ...]
) -> tuple[str, ...]:
    found = [
        f"{clean(file.path)} is a submodule: git submodule update"
        for file in files
        if file.new_mode == GITLINK
    ][:_NAMED]
    if clone.config.filters:
        found += await _filtered(ws, clone, after, [file.path for file in files if file.new_mode])
    return tuple(found)


async def _filtered(ws: Workspace, clone: UserClone, after: str, paths: list[bytes]) -> list[str]:
    """Files that the user's own git would write through a program."""
    with tempfile.TemporaryDirectory(prefix="fleettui-") as folder:
        q = ws.q(
            env={"GIT_INDEX_FILE": os.path.join(folder, "index")},
            config=(f"core.attributesFile={clone.common_dir}/info/attributes",),
        )
        await q.run(["read-tree", "--end-of-options", after], deadline=DEADLINE)
        asked = b"".join(path + b"\0" for path in paths)
        told = await q.run(["check-attr", "--cached", "-z", "--stdin", "filter"], stdin=asked)
    counts: dict[str, int] = {}
    for _, _, value in parse.attributes(told.stdout):
        name = os.fsdecode(value)
        if name in clone.config.filters:
            counts[name] = counts.get(name, 0) + 1
    return [_filter_note(name, number) for name, number in counts.items()]


def _filter_note(name: str, number: int) -> str:
    files = fmt.plural(number, "file")
    if name == "lfs":
        return f"{files} will be a pointer of Git LFS at first: git lfs pull"
    return f"{files} will be as git stores it: the filter {clean(name, limit=40)} is not run"
