"""Removing worktrees and branches from agents' clones, peaceful, broken and hostile."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from fleettui.hosts.host import OUTPUT_CAP, Host, Output, Shell
from fleettui.model.change import ChangeKey
from fleettui.model.errors import Malformed, OperationFailed, Refused
from fleettui.model.landing import Removal
from fleettui.model.machine import Platform
from fleettui.model.repo import Repo
from fleettui.model.text import is_clean
from fleettui.review.intake import fetch, quarantine
from fleettui.review.intake.fetch import CloneAt
from fleettui.review.publish.remove import preview_remove, remove
from fleettui.review.workspace import Workspace, workspace
from tests.lab.repos import add_worktree, arm, commit, git, make_repo
from tests.lab.sshd import running_sshd
from tests.probes.shells import SHELLS, ShellHost
from tests.real.labs import ssh_host

KEY = ChangeKey("app", "m.0", "t1")


@dataclass(frozen=True)
class Place:
    """`clone` is the agents'; `tree` the worktree of `agent/t1` with one commit, `head`."""

    ws: Workspace
    clone: Path
    tree: Path
    head: str
    host: Host | None = None

    @property
    def at(self) -> CloneAt:
        return CloneAt("m.0", str(self.clone), self.host)

    @property
    def admin(self) -> Path:
        return self.clone / ".git" / "worktrees" / self.tree.name

    def branches(self) -> list[str]:
        told = git(self.clone, "for-each-ref", "--format=%(refname)", "refs/heads")
        return told.decode().split()

    async def look(self) -> Removal:
        return await preview_remove(self.ws, self.at, KEY, self.head, settled=True)

    async def why(self) -> str:
        """The only reason why it must stay."""
        seen = await self.look()
        (why,) = seen.blocked
        with pytest.raises(Refused):
            await remove(self.ws, self.at, seen)
        assert git(self.clone, "rev-parse", "refs/heads/agent/t1")
        return why

    async def backup(self, seen: Removal) -> str:
        told = await self.ws.q().run(["rev-parse", "--verify", seen.backup])
        return told.stdout.decode().strip()

    def gone(self) -> bool:
        left = [path.name for path in self.tree.parent.iterdir() if "fleettui" in path.name]
        return (
            not self.tree.exists()
            and not self.admin.exists()
            and not left
            and self.branches() == ["refs/heads/main"]
        )


Make = Callable[..., Awaitable[Place]]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    async def made(host: Host | None = None) -> Place:
        user = make_repo(tmp_path / "user")
        clone = tmp_path / "m0" / "app"
        git(tmp_path, "clone", "-q", str(user), str(clone))
        tree = add_worktree(clone, tmp_path / "m0" / "work" / "t1", "agent/t1")
        head = commit(tree, {"made.txt": "x\n"})
        ws = workspace(Repo("app", str(user)), tmp_path / "state")
        await quarantine.prepare(ws)
        await quarantine.seed(ws, str(user / ".git"))
        place = Place(ws, clone, tree, head, host)
        assert (await fetch.fetch(ws, place.at)).heads == {"t1": head}
        return place

    return made


async def test_shows_what_goes_and_removes_exactly_that_after_a_backup(make: Make) -> None:
    place = await make()
    (place.tree / ".gitignore").write_text("*.log\n")
    head = commit(place.tree, {})
    await fetch.fetch(place.ws, place.at)
    place = Place(place.ws, place.clone, place.tree, head)
    (place.tree / "noise.log").write_text("ignored\n")
    (place.tree / "kept").mkdir(mode=0o555)
    seen = await place.look()
    assert (seen.head, seen.worktrees, seen.blocked) == (head, (str(place.tree),), ())
    assert place.tree.exists()
    await remove(place.ws, place.at, seen)
    assert place.gone()
    assert not (place.clone / ".git" / "logs" / "refs" / "heads" / "agent" / "t1").exists()
    assert await place.backup(seen) == head
    assert ("m.0", "t1") not in await quarantine.incoming(place.ws)
    assert git(place.clone, "status", "--porcelain") == b""
    assert git(place.clone, "fsck", "--no-dangling") == b""


async def test_a_branch_without_a_worktree_and_one_that_is_gone_already(make: Make) -> None:
    place = await make()
    git(place.clone, "worktree", "remove", str(place.tree))
    git(place.clone, "pack-refs", "--all")
    seen = await place.look()
    assert (seen.worktrees, seen.blocked) == ((), ())
    await remove(place.ws, place.at, seen)
    assert place.gone()
    await remove(place.ws, place.at, seen)
    assert await place.backup(seen) == place.head


async def test_a_worktree_that_is_left_of_a_branch_is_removed(make: Make) -> None:
    place = await make()
    git(place.tree, "checkout", "-q", "--detach")
    git(place.clone, "branch", "-D", "agent/t1")
    seen = await place.look()
    await remove(place.ws, place.at, seen)
    assert place.gone()


async def test_over_ssh(make: Make, tmp_path: Path) -> None:
    with running_sshd(tmp_path / "sshd") as server:
        async with ssh_host(server) as host:
            place = await make(host)
            (place.tree / "mine.txt").write_text("x")
            assert await place.why() == f"unsaved files: 1: {place.tree}"
            (place.tree / "mine.txt").unlink()
            await remove(place.ws, place.at, await place.look())
            assert place.gone()


@dataclass
class ThroughShell(ShellHost):
    """This machine through one shell. Its script's input comes from a file: shells read ahead."""

    data: Path = Path()

    async def run(
        self,
        script: bytes,
        *,
        stdin: bytes = b"",
        shell: Shell = Shell.SH,
        deadline: float = 10.0,
        cap: int = OUTPUT_CAP,
    ) -> Output:
        self.data.write_bytes(stdin)
        whole = b"{\nexec <'%b'\n%b\nexit $?\n}\n" % (bytes(self.data), script)
        return await ShellHost.run(self, whole, deadline=deadline, cap=cap)


@pytest.mark.parametrize("shell", sorted(SHELLS))
async def test_with_every_shell(make: Make, tmp_path: Path, shell: str) -> None:
    place = await make()
    place = replace(place, host=ThroughShell(SHELLS[shell], data=tmp_path / "input"))
    (place.tree / "mine.txt").write_text("x")
    assert await place.why() == f"unsaved files: 1: {place.tree}"
    (place.tree / "mine.txt").unlink()
    await remove(place.ws, place.at, await place.look())
    assert place.gone()


@dataclass
class Liar(ShellHost):
    """A machine that answers what it likes."""

    says: bytes = b""

    async def run(
        self,
        script: bytes,
        *,
        stdin: bytes = b"",
        shell: Shell = Shell.SH,
        deadline: float = 10.0,
        cap: int = OUTPUT_CAP,
    ) -> Output:
        return Output(self.says, b"", 0)


@pytest.mark.parametrize(
    "says",
    [
        b"",
        b"branch",
        b"nonsense\0",
        b"branch\0x\0tree",
        b"branch\0x\0tree\0",
        b"branch\0x\0blocked\0why\0",
    ],
)
async def test_answers_that_make_no_sense_are_told(make: Make, says: bytes) -> None:
    place = replace(await make(), host=Liar(says=says))
    with pytest.raises(Malformed):
        await place.look()


async def test_what_a_machine_says_is_only_shown(make: Make) -> None:
    place = replace(
        await make(),
        host=Liar(says=b"branch\0\x1b]52;c;x\x07\0tree\0/a\nb\0blocked\0\x9b\0/\x1b\0"),
    )
    seen = await place.look()
    assert all(is_clean(text) for text in (*seen.worktrees, *seen.blocked))
    assert len(seen.blocked) == 1
    gone = replace(place, host=Liar(says=b"branch\0\0"))
    with pytest.raises(OperationFailed, match="only in part"):
        await remove(gone.ws, gone.at, await gone.look())


async def test_what_is_not_settled_or_still_worked_on_stays(make: Make) -> None:
    place = await make()
    seen = await preview_remove(
        place.ws, place.at, KEY, place.head, settled=False, running="claude"
    )
    assert seen.blocked == (
        "agent/t1 has neither landed nor been rejected",
        "claude works on it",
    )


async def test_unsaved_work_stays(make: Make) -> None:
    place = await make()
    (place.tree / "made.txt").write_text("changed\n")
    (place.tree / "new\nfile.txt").write_text("x")
    assert await place.why() == f"unsaved files: 2: {place.tree}"
    git(place.tree, "add", "--all")
    assert await place.why() == f"unsaved files: 2: {place.tree}"
    newer = commit(place.tree, {})
    assert await place.why() == "newer commits are on the branch"
    git(place.tree, "checkout", "-q", "--detach")
    git(place.clone, "update-ref", "refs/heads/agent/t1", place.head)
    assert await place.why() == f"it has commits that are not on the branch: {place.tree}"
    assert git(place.tree, "rev-parse", "HEAD").decode().strip() == newer


async def test_work_that_is_saved_between_look_and_removal_stays(make: Make) -> None:
    place = await make()
    seen = await place.look()
    (place.tree / "late.txt").write_text("x")
    with pytest.raises(Refused, match="unsaved files: 1"):
        await remove(place.ws, place.at, seen)
    (place.tree / "late.txt").unlink()
    add_worktree(place.clone, place.tree.parent / "second", "other")
    git(place.tree.parent / "second", "checkout", "-q", "--ignore-other-worktrees", "agent/t1")
    with pytest.raises(Refused, match="other worktrees now"):
        await remove(place.ws, place.at, seen)
    assert place.tree.exists()


async def test_who_works_in_it_is_named(make: Make) -> None:
    place = await make()
    folder = place.tree / "src"
    process = await asyncio.create_subprocess_exec("sleep", "60", cwd=folder)
    try:
        assert await place.why() == f"sleep ({process.pid}) works in it: {place.tree}"
    finally:
        process.kill()
        await process.wait()


@pytest.mark.parametrize(
    "name, why",
    [
        ("locked", "locked: mine"),
        ("MERGE_HEAD", "MERGE_HEAD: something is in progress"),
        ("BISECT_LOG", "BISECT_LOG: something is in progress"),
    ],
)
async def test_what_is_locked_or_in_progress_stays(make: Make, name: str, why: str) -> None:
    place = await make()
    (place.admin / name).write_text("mine\n" if name == "locked" else "")
    assert await place.why() == f"{why}: {place.tree}"


async def test_a_rebase_in_progress_stays(make: Make) -> None:
    place = await make()
    commit(place.clone, {"made.txt": "other\n"})
    git(place.tree, "rebase", "-q", "main", check=False)
    seen = await place.look()
    assert f"rebase-merge: something is in progress: {place.tree}" in seen.blocked


async def test_submodules_stay(make: Make) -> None:
    place = await make()
    (place.admin / "modules").mkdir()
    assert await place.why() == f"it has submodules: {place.tree}"


async def test_the_branch_that_the_clone_itself_is_on_stays(make: Make) -> None:
    place = await make()
    git(place.clone, "worktree", "remove", str(place.tree))
    git(place.clone, "checkout", "-q", "agent/t1")
    assert await place.why() == f"the clone itself is on the branch: {place.clone}"


async def test_a_folder_that_is_gone_leaves_nothing(make: Make) -> None:
    place = await make()
    shutil.rmtree(place.tree)
    seen = await place.look()
    assert (seen.worktrees, seen.blocked) == ((), ())
    await remove(place.ws, place.at, seen)
    assert place.gone()


@pytest.mark.parametrize("part", ["commondir", "gitdir", "HEAD"])
@pytest.mark.parametrize("empty", [True, False])
async def test_a_worktree_that_was_killed_while_it_was_made(
    make: Make, part: str, empty: bool
) -> None:
    place = await make()
    for path in list(place.tree.iterdir()):
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != ".git":
            path.unlink()
    (place.admin / "index").unlink()
    (place.admin / part).write_bytes(b"")
    if not empty:
        (place.admin / part).unlink()
    await remove(place.ws, place.at, await place.look())
    assert not place.admin.exists()
    assert place.branches() == ["refs/heads/main"]
    assert git(place.clone, "worktree", "list").count(b"\n") == 1


@pytest.mark.parametrize(
    "part, why",
    [
        ("commondir", "its commondir file is missing or empty"),
        ("HEAD", "its HEAD file is missing or empty"),
    ],
)
async def test_a_broken_worktree_with_work_in_it_stays(make: Make, part: str, why: str) -> None:
    place = await make()
    (place.tree / "mine.txt").write_text("x")
    (place.admin / part).write_bytes(b"")
    assert await place.why() == f"{why}: {place.tree}"
    assert (place.tree / "mine.txt").exists()


async def test_a_removal_that_was_broken_off_is_ended(make: Make) -> None:
    place = await make()
    left = place.tree.with_name(".fleettui-removed-t1")
    place.tree.rename(left)
    (left / "made.txt").unlink()
    await remove(place.ws, place.at, await place.look())
    assert place.gone()
    assert not left.exists()


async def test_nothing_of_the_clone_is_run(make: Make, tmp_path: Path) -> None:
    place = await make()
    marker = tmp_path / "mark"
    arm(place.clone / ".git", marker)
    seen = await place.look()
    await remove(place.ws, place.at, seen)
    assert not place.tree.exists()
    assert not marker.exists()


async def test_folders_that_only_claim_to_be_the_worktree_stay(make: Make, tmp_path: Path) -> None:
    place = await make()
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "letter.txt").write_text("dear")
    (place.admin / "gitdir").write_text(f"{precious}/.git\n")
    assert await place.why() == f"its .git file is gone: {precious}"
    (precious / ".git").write_text(f"gitdir: {place.clone}/.git\n")
    assert await place.why() == f"its .git file points elsewhere: {precious}"
    (place.admin / "gitdir").write_text(f"{tmp_path}/link/.git\n")
    (tmp_path / "link").symlink_to(precious)
    assert "points elsewhere" in await place.why()
    assert (precious / "letter.txt").read_text() == "dear"


async def test_a_list_of_worktrees_that_lies_elsewhere_is_refused(
    make: Make, tmp_path: Path
) -> None:
    place = await make()
    trees = place.clone / ".git" / "worktrees"
    trees.rename(tmp_path / "elsewhere")
    trees.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OperationFailed, match="is a link"):
        await place.look()
    assert (tmp_path / "elsewhere" / "t1").exists()


async def test_the_branch_is_deleted_only_where_it_was_seen(make: Make) -> None:
    place = await make()
    seen = await place.look()
    lock = place.clone / ".git" / "refs" / "heads" / "agent" / "t1.lock"
    lock.write_text("")
    with pytest.raises(Refused, match=r"the branch stays: .*t1"):
        await remove(place.ws, place.at, seen)
    lock.unlink()
    again = await place.look()
    await remove(place.ws, place.at, again)
    assert place.gone()


async def test_what_cannot_be_looked_at_is_told(make: Make, tmp_path: Path) -> None:
    place = await make()
    nowhere = CloneAt("m.0", str(tmp_path / "nowhere"))
    with pytest.raises(OperationFailed, match="there is no such folder"):
        await preview_remove(place.ws, nowhere, KEY, place.head, settled=True)
    windows = CloneAt("m.0", "C:\\app", None, Platform.WINDOWS)
    with pytest.raises(Refused, match="it runs Windows"):
        await preview_remove(place.ws, windows, KEY, place.head, settled=True)
    with pytest.raises(Refused, match="not usable"):
        await preview_remove(place.ws, CloneAt("m.0", "/a\nb"), KEY, place.head, settled=True)
