"""The worktrees of all clones on a machine, and which agent seems to work in each.

Read through views of our own (worktrees.sh says why), so that nothing in a clone that an agent
can write is ever executed, and nothing of ours is ever written into it. A worktree whose owner
is another user is read as well: what `safe.directory` protects against does not arise.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass

from fleettui.git.parse import task_of
from fleettui.git.safety import shell_function
from fleettui.hosts.host import Host
from fleettui.model.errors import ReadError
from fleettui.model.fmt import plural
from fleettui.model.machine import Machine, Platform
from fleettui.model.reading import Source
from fleettui.model.repo import Repo
from fleettui.model.text import clean
from fleettui.model.worktree import AgentAt, Worktree
from fleettui.probes.agents_guess import Guess, agent_in, guesses, shell_functions
from fleettui.probes.loop import Loop, load
from fleettui.probes.worktrees_wire import PATH_LIMIT, Clone, Tree, clones, fields

DEADLINE = 20.0
"""Seconds for one answer; the script itself stops looking closely after six."""


class WorktreesProbe:
    """Every worktree of the clones that the configuration names for this machine."""

    source = Source.WORKTREES

    def __init__(
        self,
        host: Host,
        machine: Machine,
        repos: Sequence[Repo],
        *,
        platform: Callable[[], Awaitable[Platform | None]],
    ) -> None:
        self._platform = platform
        self._places = tuple(_places(machine, repos))
        self._asked = tuple(place for place in self._places if place.problem is None)
        script = b"\n".join((shell_function(), shell_functions(), load("worktrees.sh")))
        self._loop = Loop(host, script, setup=[place.line for place in self._asked])

    async def read(self) -> tuple[Worktree, ...]:
        """All worktrees, clone by clone, the main one first. Raises ReadError."""
        if not self._places:
            return ()
        if await self._platform() is Platform.WINDOWS:
            return tuple(place.row("worktrees are not read on Windows") for place in self._places)
        answer = await self._answer() if self._asked else {}
        found = {clone.index: clone for clone in _told_clones(answer.get("worktrees", b""))}
        everyone = guesses(fields(answer.get("agents", b"")))
        rows: list[Worktree] = []
        for place in self._places:
            if place.problem is not None:
                rows.append(place.row(place.problem))
                continue
            clone = found.get(self._asked.index(place))
            rows += _rows(place, clone, everyone)
        return tuple(rows)

    async def close(self) -> None:
        """End the script, which removes its views."""
        await self._loop.close()

    async def _answer(self) -> dict[str, bytes]:
        return await self._loop.tick("worktrees", "agents", deadline=DEADLINE)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a repository is cloned; `problem`: why it cannot even be asked about."""

    repo: str
    base: str
    path: str

    @property
    def line(self) -> bytes:
        return f"{self.base} {self.path}".encode("utf-8", "surrogateescape")

    @property
    def problem(self) -> str | None:
        if any(char in self.path for char in "\n\0") or any(char in self.base for char in " \n\0"):
            return "the configured path or base is not usable"
        return None

    def row(self, problem: str, path: bytes | str | None = None) -> Worktree:
        shown = clean(path or self.path, limit=PATH_LIMIT)
        return Worktree(clean(self.repo), shown, problem=problem)


def _places(machine: Machine, repos: Sequence[Repo]) -> Iterator[_Place]:
    """Where the configuration says that clones are; on this machine the user's own, too."""
    for repo in repos:
        paths = [repo.path] if machine.local else []
        if (clone := repo.clones.get(machine.name)) is not None and clone not in paths:
            paths.append(clone)
        for path in paths:
            yield _Place(repo.name, repo.base, path)


def _told_clones(raw: bytes) -> tuple[Clone, ...]:
    if raw == b"no git":
        raise ReadError("git is not installed on this machine", "install git 2.39 or newer")
    if raw == b"no place":
        raise ReadError("no folder for temporary files", "make ~/.cache or /tmp writable")
    return clones(fields(raw))


def _rows(place: _Place, clone: Clone | None, everyone: tuple[Guess, ...]) -> Iterator[Worktree]:
    if clone is None:
        yield place.row("not read: the list of worktrees is too long")
        return
    if clone.problem:
        yield place.row(clone.problem, clone.path)
        return
    folders = tuple(tree.real for tree in clone.trees if tree.real)
    for tree in clone.trees:
        yield _row(place, tree, agent_in(tree.real, everyone, folders))
    if clone.more is not None:
        more = plural(clone.more.number, "more worktree is", "more worktrees are")
        yield place.row(f"{more} not read", clone.more.folder)


def _row(place: _Place, tree: Tree, agent: AgentAt | None) -> Worktree:
    return Worktree(
        repo=clean(place.repo),
        path=clean(tree.path, limit=PATH_LIMIT),
        branch=None if tree.branch is None else clean(tree.branch),
        task=task_of(tree.branch),
        head=tree.head,
        ahead=tree.counts.ahead,
        behind=tree.counts.behind,
        dirty=tree.dirty,
        last_commit_at=tree.counts.committed_at,
        agent=agent,
        problem=tree.problem or tree.locked or None,
    )
