"""The user's own clone `U`: where it is, where its branches are checked out, git in it.

GitPython finds the clone and reads its remotes and branches. What writes, and what looks at
files, is our own runner: it starts nothing that the clone's configuration names.
"""

import asyncio
import configparser
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from fleettui.git import parse
from fleettui.git.runner import Git
from fleettui.hosts.threads import in_thread
from fleettui.model.errors import OperationFailed, Refused
from fleettui.model.text import clean
from fleettui.review.landing import clone_config
from fleettui.review.landing.clone_config import CloneConfig
from fleettui.review.landing.journal import Journal
from fleettui.review.landing.lock import Held

if TYPE_CHECKING:
    import git

DEADLINE = 30.0
"""Seconds for reading the clone's folder."""

_NAMED = 8
_DURABLE = "core.fsync=committed,reference"
"""What git says to have written survives a power cut: objects and refs."""


@dataclass(frozen=True, slots=True)
class Worktree:
    """A folder in which files of the clone are checked out; `branch` is the full name of a ref.

    `main`: the clone's own folder, not a linked one. `present`: the folder is there.
    """

    path: str
    git_dir: str
    branch: str | None
    head: str | None
    main: bool = False
    present: bool = True


@dataclass(frozen=True, slots=True)
class UserClone:
    """The user's clone. `path` is the folder of the configuration, `common_dir` its repository.

    `main` is the folder of the main worktree, "" where nothing tells it.
    `remotes`: name to addresses, not clean. `branches`: short names. `warnings`: clean lines on
    what is unwise about this clone.
    """

    path: str
    git_dir: str
    common_dir: str
    remotes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    branches: frozenset[str] = frozenset()
    config: CloneConfig = field(default_factory=CloneConfig)
    warnings: tuple[str, ...] = ()
    main: str = ""

    def git(self, place: Worktree | None = None, *, held: Held | None = None) -> Git:
        """The safe git, in the clone itself or in one of its worktrees.

        `held`: the lock that git keeps taken for as long as it runs.
        """
        return Git(
            git_dir=place.git_dir if place else self.common_dir,
            work_tree=place.path if place else None,
            config=(*self.config.copied, _DURABLE),
            env=self.config.disarmed,
            pass_fds=held.fds if held else (),
        )

    async def seen_from(self, place: Worktree | None) -> "UserClone":
        """The same with the configuration that holds in one of its worktrees."""
        if place is None or place.git_dir == self.git_dir:
            return self
        config = await clone_config.read(place.git_dir, self.common_dir)
        return replace(self, config=replace(config, marks=self.config.marks))

    def identity(self) -> tuple[str, str]:
        """Name and address of the user. Raises Refused where git does not know them."""
        return self.config.identity()

    async def tip(self, ref: str) -> str | None:
        """The commit that a branch (full name) points to; None: there is no such branch."""
        asked = ["rev-parse", "-q", "--verify", "--end-of-options", f"{ref}^{{commit}}"]
        told = await self.git().run(asked, ok=(0, 1, 128))
        return parse.object_id(told.stdout) if told.exit_status == 0 else None

    async def worktrees(self) -> tuple[Worktree, ...]:
        """Where files are checked out now, the main one first. Raises GitFailed."""
        listed = parse.worktrees(
            (await self.git().run(["worktree", "list", "--porcelain", "-z"])).stdout
        )
        return await asyncio.to_thread(_placed, listed, self.common_dir, self.main)


async def find(path: str) -> UserClone:
    """The user's clone in a folder. Raises OperationFailed or Refused, saying what is wrong."""
    try:
        async with asyncio.timeout(DEADLINE):
            found = await in_thread(partial(_find, path), name="fleettui-clone")
    except TimeoutError:
        raise OperationFailed(f"{clean(path)} does not answer", "is its disk there?") from None
    config = await clone_config.read(found.git_dir, found.common_dir)
    clone = replace(found, config=config, main=await _main_folder(found, config))
    trees = await clone.worktrees()
    mine = next((tree for tree in trees if tree.git_dir == clone.git_dir), None)
    if mine and not mine.main and _is_agents(mine):
        raise Refused(
            f"{clean(path)} is an agent's worktree",
            "name your own clone as the path of the repository",
        )
    return replace(
        clone,
        warnings=tuple(_warning(tree) for tree in trees if not tree.main and _is_agents(tree)),
    )


async def warnings(clone: UserClone, journal: Journal) -> tuple[str, ...]:
    """What is unwise about a clone, and what it runs by itself since it was trusted last.

    The first time it is trusted as it is; afterwards `trust` says that the change is wanted.
    """
    known = await journal.known()
    if known is None:
        await trust(clone, journal)
        return clone.warnings
    changed = clone_config.changes(known, clone.config.marks)
    if not changed:
        return clone.warnings
    shown = ", ".join(changed[:_NAMED]) + (" …" if len(changed) > _NAMED else "")
    where = clean(clone.path)
    told = (
        f"what git runs by itself in {where} changed: {shown}: `fleettui review trust` accepts it"
    )
    return (*clone.warnings, told)


async def trust(clone: UserClone, journal: Journal) -> None:
    """Take what a clone runs by itself for wanted."""
    await journal.know(dict(clone.config.marks))


async def _main_folder(found: UserClone, config: CloneConfig) -> str:
    """`git worktree list` names the repository itself where that is not a folder `.git`."""
    if found.git_dir != found.common_dir:
        config = await clone_config.read(found.common_dir, found.common_dir)
    return await asyncio.to_thread(_main_of, found, config.files)


def _main_of(found: UserClone, files: str) -> str:
    if files:
        return os.path.realpath(os.path.join(found.common_dir, files))
    if os.path.basename(found.common_dir) == ".git":
        return os.path.dirname(found.common_dir)
    return found.path if found.git_dir == found.common_dir else ""


def _warning(tree: Worktree) -> str:
    return (
        f"an agent works in {clean(tree.path)}, a worktree of your own clone, and can change the"
        " configuration and the hooks of it: give agents a clone of their own"
    )


def _is_agents(tree: Worktree) -> bool:
    return (tree.branch or "").startswith("refs/heads/agent/")


def _find(path: str) -> UserClone:
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
    import git

    shown = clean(path)
    if not os.path.isdir(path):
        raise OperationFailed(f"{shown} is not there", "set `path` of the repository in fleet.toml")
    try:
        with git.Repo(path, expand_vars=False) as repo:
            return _described(path, repo)
    except git.InvalidGitRepositoryError:
        raise OperationFailed(f"{shown} is not the top folder of a git repository") from None
    except (OSError, ValueError, configparser.Error, git.GitError) as error:
        raise OperationFailed(f"{shown} cannot be read: {clean(str(error))}") from None


def _described(path: str, repo: "git.Repo") -> UserClone:
    if repo.bare or repo.working_tree_dir is None:
        raise OperationFailed(
            f"{clean(path)} is a bare repository", "name a clone with files in it"
        )
    return UserClone(
        path=os.path.realpath(path),
        git_dir=os.path.realpath(repo.git_dir),
        common_dir=os.path.realpath(repo.common_dir),
        remotes={remote.name: tuple(_addresses(remote)) for remote in repo.remotes},
        branches=frozenset(head.name for head in repo.heads),
    )


def _addresses(remote: "git.Remote") -> tuple[str, ...]:
    with remote.config_reader as section:
        value = section.get_value("pushurl", "") or section.get_value("url", "")
    return (str(value),) if value else ()


def _placed(
    listed: tuple[parse.ListedWorktree, ...], common_dir: str, main: str
) -> tuple[Worktree, ...]:
    homes = _linked(Path(common_dir, "worktrees"))
    found = []
    for index, entry in enumerate(listed):
        path = os.path.realpath(os.fsdecode(entry.path)) if index else main
        home = homes.get(path) if index else common_dir
        if entry.bare or home is None:
            continue
        branch = None if entry.branch is None else os.fsdecode(entry.branch)
        found.append(
            Worktree(path, home, branch, entry.head, main=index == 0, present=os.path.isdir(path))
        )
    return tuple(found)


def _linked(folder: Path) -> dict[str, str]:
    """Folder of a linked worktree to its place in the repository."""
    found = {}
    for home in folder.iterdir() if folder.is_dir() else ():
        try:
            gitfile = (home / "gitdir").read_bytes().rstrip(b"\n")
        except OSError:
            continue
        at = os.path.join(home, os.fsdecode(os.path.dirname(gitfile)))
        found[os.path.realpath(at)] = os.path.realpath(home)
    return found
