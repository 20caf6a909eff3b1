"""The quarantine on real git: made, killed, broken, mended."""

import asyncio
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fleettui.git.runner import GitFailed
from fleettui.model.errors import Malformed, OperationFailed, ReadError
from fleettui.model.repo import Repo
from fleettui.review.intake import quarantine, quarantine_files
from fleettui.review.workspace import BACKUPS, PINS, TARGET, Workspace, workspace
from tests.lab.repos import arm, commit, git, make_repo


@pytest.fixture
def user(tmp_path: Path) -> Path:
    """The user's clone."""
    return make_repo(tmp_path / "user")


@pytest.fixture
def ws(tmp_path: Path, user: Path) -> Workspace:
    return workspace(Repo("app", str(user)), tmp_path / "state")


def git_dir(user: Path) -> str:
    return str(user / ".git")


def refs_of(ws: Workspace) -> dict[str, str]:
    told = git(ws.quarantine, "for-each-ref", "--format=%(refname) %(objectname)").decode()
    return dict(line.split(" ") for line in told.splitlines())


def do_harm(ws: Workspace, script: str) -> None:
    subprocess.run(["sh", "-c", script], cwd=ws.quarantine, check=False, capture_output=True)


async def seeded(ws: Workspace, user: Path) -> str:
    await quarantine.prepare(ws)
    return await quarantine.seed(ws, git_dir(user))


async def test_is_private_bare_and_configured_by_us_alone(
    ws: Workspace, user: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".gitconfig").write_text("[init]\n\ttemplateDir = /tmp\n[core]\n\tpager = x\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    await seeded(ws, user)
    assert stat.S_IMODE(ws.quarantine.stat().st_mode) == 0o700
    assert stat.S_IMODE(ws.folder.stat().st_mode) == 0o700
    assert (ws.quarantine / "config").read_bytes() == quarantine_files.CONFIG["sha1"]
    assert not (ws.quarantine / "hooks").exists()
    assert git(ws.quarantine, "symbolic-ref", "HEAD") == b"refs/heads/unborn\n"
    assert git(ws.quarantine, "rev-parse", "--is-bare-repository") == b"true\n"
    assert git(ws.quarantine, "rev-parse", "-q", "--verify", "HEAD", check=False) == b""


async def test_only_the_target_is_copied(ws: Workspace, user: Path) -> None:
    git(user, "tag", "v1")
    git(user, "tag", "-a", "-m", "x", "v2")
    git(user, "branch", "other")
    git(user, "update-ref", "refs/remotes/origin/main", "HEAD")
    git(user, "replace", "HEAD", commit(user, {"evil": "x"}))
    head = await seeded(ws, user)
    assert refs_of(ws) == {TARGET: head}
    assert head == git(user, "rev-parse", "refs/heads/main").decode().strip()


async def test_preparing_again_changes_nothing(ws: Workspace, user: Path) -> None:
    head = await seeded(ws, user)
    await quarantine.pin(ws, head)
    before = refs_of(ws)
    for _ in range(2):
        await quarantine.prepare(ws)
    assert refs_of(ws) == before
    left = sorted(path.name for path in ws.folder.iterdir())
    assert left == ["packing", "preparing", "quarantine.git"]


async def test_the_target_follows_the_users_branch(ws: Workspace, user: Path) -> None:
    first = await seeded(ws, user)
    second = commit(user, {"new": "1"})
    assert await quarantine.take_target(ws, git_dir(user)) == second
    git(user, "reset", "-q", "--hard", first)
    assert await quarantine.take_target(ws, git_dir(user)) == first
    assert refs_of(ws)[TARGET] == first


async def test_many_may_read_the_target_at_once(ws: Workspace, user: Path) -> None:
    await seeded(ws, user)
    head = commit(user, {"new": "1"})
    told = await asyncio.gather(*(quarantine.take_target(ws, git_dir(user)) for _ in range(6)))
    assert set(told) == {head}


async def test_old_history_that_a_check_would_refuse_is_the_users_own(
    ws: Workspace, user: Path
) -> None:
    blob = git(user, "hash-object", "-w", "README").decode().strip()
    tree = git(user, "mktree", stdin=f"100644 blob {blob}\t.git\n".encode()).decode().strip()
    bad = git(user, "commit-tree", "-p", "HEAD", "-m", "old", tree).decode().strip()
    git(user, "update-ref", "refs/heads/main", bad)
    assert await seeded(ws, user) == bad


async def test_a_shallow_clone_of_the_user_is_enough(ws: Workspace, user: Path) -> None:
    commit(user, {"a": "1"})
    head = commit(user, {"b": "1"})
    shallow = user.with_name("shallow")
    git(user.parent, "clone", "-q", "--depth", "1", f"file://{user}", str(shallow))
    assert await seeded(ws, shallow) == head


async def test_a_partial_clone_of_the_user_is_told(ws: Workspace, tmp_path: Path) -> None:
    origin = Path(ws.repo.path)
    git(origin, "config", "uploadpack.allowFilter", "true")
    commit(origin, {"README": "once\n"})
    commit(origin, {"README": "now\n"})
    partial = tmp_path / "partial"
    asked = ["clone", "-q", "--filter=blob:none", "--no-local", str(origin), str(partial)]
    git(tmp_path, *asked)
    await quarantine.prepare(ws)
    with pytest.raises(OperationFailed, match="is a partial clone and lacks files of main"):
        await quarantine.seed(ws, git_dir(partial))
    git(partial, "fetch", "-q", "--refetch", "--no-filter")
    assert await quarantine.seed(ws, git_dir(partial))


async def test_a_repository_with_long_object_names(ws: Workspace, tmp_path: Path) -> None:
    place = tmp_path / "long"
    place.mkdir()
    git(place, "init", "-q", "-b", "main", "--object-format=sha256")
    head = commit(place, {"a": "1"})
    assert len(head) == 64
    assert await seeded(ws, place) == head
    await quarantine.prepare(ws)
    assert refs_of(ws) == {TARGET: head}


async def test_says_that_the_target_branch_is_not_there(ws: Workspace, user: Path) -> None:
    git(user, "branch", "-m", "trunk")
    await quarantine.prepare(ws)
    with pytest.raises(ReadError, match=r"has no branch main: correct base of app"):
        await quarantine.seed(ws, git_dir(user))
    with pytest.raises(OperationFailed, match="not a git repository"):
        await quarantine.seed(ws, str(user / "nowhere"))


async def test_nothing_of_an_armed_user_clone_runs(
    ws: Workspace, user: Path, tmp_path: Path
) -> None:
    marker = tmp_path / "marker"
    arm(user / ".git", marker)
    await seeded(ws, user)
    git(user, "-c", "core.hooksPath=/dev/null", "update-ref", "refs/heads/main", "HEAD")
    await quarantine.take_target(ws, git_dir(user))
    assert not marker.exists()


async def test_pins_outlive_what_they_came_from(ws: Workspace, user: Path) -> None:
    first = await seeded(ws, user)
    await quarantine.pin(ws, first)
    await quarantine.pin(ws, first, first)
    git(user, "checkout", "-q", "--orphan", "fresh")
    git(user, "branch", "-D", "-q", "main")
    git(user, "checkout", "-q", "-b", "main")
    commit(user, {"other": "x"})
    await quarantine.take_target(ws, git_dir(user))
    git(ws.quarantine, "gc", "-q", "--prune=now")
    assert git(ws.quarantine, "cat-file", "-t", first) == b"commit\n"
    assert f"{PINS}/{first}" in refs_of(ws)
    await quarantine.unpin(ws, first, "0" * 39 + "1")
    assert f"{PINS}/{first}" not in refs_of(ws)
    with pytest.raises(GitFailed):
        await quarantine.pin(ws, "1" * 40)
    with pytest.raises(Malformed):
        await quarantine.pin(ws, "main\ndelete refs/fleet/target")


NAMES = ["box", "brain.local", "x.lock", "..", ".", "@", "-", "a b", "Box", "büro", "a%2Fb", "[x]*"]


async def test_any_machine_name_has_its_own_ref(ws: Workspace, user: Path) -> None:
    head = await seeded(ws, user)
    for name in NAMES:
        git(ws.quarantine, "update-ref", quarantine.incoming_ref(name, "fix.1"), head)
    assert await quarantine.incoming(ws) == {(name, "fix.1"): head for name in NAMES}
    folded = {quarantine.incoming_ref(name, "t").casefold() for name in NAMES}
    assert len(folded) == len(NAMES)


async def test_a_pinned_head_that_is_gone_keeps_a_backup(ws: Workspace, user: Path) -> None:
    head = await seeded(ws, user)
    for task in ("t1", "t2"):
        git(ws.quarantine, "update-ref", quarantine.incoming_ref("x.lock", task), head)
    await quarantine.forget(ws, "x.lock", "t1")
    await quarantine.forget(ws, "x.lock", "t1")
    assert not [name for name in refs_of(ws) if name.startswith(BACKUPS)]
    await quarantine.pin(ws, head)
    await quarantine.forget(ws, "x.lock", "t2")
    assert [name for name in refs_of(ws) if name.startswith(BACKUPS)] == [
        f"{BACKUPS}/x%2Elock/t2/{head}"
    ]
    assert await quarantine.incoming(ws) == {}


@pytest.mark.parametrize(
    "harm",
    [
        "rm HEAD",
        "printf 'ref: refs/heads/main' >HEAD",
        "rm config",
        "printf '[core]\\n\\tfsmonitor = touch x\\n' >>config",
        ": >config",
        "rm -r objects/info refs/heads; chmod 755 .",
        "touch -d '1 hour ago' packed-refs.lock refs/fleet/target.lock",
        "mkdir hooks info; touch hooks/post-commit info/grafts; echo / >objects/info/alternates",
        "mkdir -p ../quarantine.git.new/objects; touch ../quarantine.git.new/x",
    ],
)
async def test_what_a_crash_left_is_mended(ws: Workspace, user: Path, harm: str) -> None:
    head = await seeded(ws, user)
    await quarantine.pin(ws, head)
    do_harm(ws, harm)
    await quarantine.prepare(ws)
    assert (ws.quarantine / "config").read_bytes() == quarantine_files.CONFIG["sha1"]
    assert (ws.quarantine / "HEAD").read_bytes() == quarantine_files.HEAD
    assert stat.S_IMODE(ws.quarantine.stat().st_mode) == 0o700
    assert not [name for name in ("hooks", "info") if (ws.quarantine / name).exists()]
    assert refs_of(ws) == {TARGET: head, f"{PINS}/{head}": head}
    new = commit(user, {"new": "1"})
    assert await quarantine.take_target(ws, git_dir(user)) == new


async def test_refs_that_power_loss_emptied_come_back(ws: Workspace, user: Path) -> None:
    head = await seeded(ws, user)
    await quarantine.pin(ws, head)
    for name in (TARGET, f"{PINS}/{head}"):
        (ws.quarantine / name).write_bytes(b"")
    await quarantine.prepare(ws)
    assert refs_of(ws) == {f"{PINS}/{head}": head}
    assert await quarantine.take_target(ws, git_dir(user)) == head


async def test_refs_whose_objects_are_gone_are_dropped(ws: Workspace, user: Path) -> None:
    head = await seeded(ws, user)
    (ws.quarantine / "refs/fleet/pin").mkdir()
    (ws.quarantine / "refs/fleet/pin" / ("1" * 40)).write_text("1" * 40 + "\n")
    await quarantine.prepare(ws)
    assert refs_of(ws) == {TARGET: head}


async def test_one_beyond_mending_is_made_anew_with_what_can_be_read(
    ws: Workspace, user: Path
) -> None:
    first = await seeded(ws, user)
    await quarantine.pin(ws, first)
    commit(user, {"new": "1"})
    await quarantine.take_target(ws, git_dir(user))
    (ws.quarantine / "packed-refs").write_bytes(b"\xff\xfe nonsense\n")
    await quarantine.prepare(ws)
    assert set(refs_of(ws)) <= {TARGET, f"{PINS}/{first}"}
    new = commit(user, {"newer": "1"})
    assert await quarantine.take_target(ws, git_dir(user)) == new
    left = sorted(path.name for path in ws.folder.iterdir())
    assert left == ["packing", "preparing", "quarantine.git"]


async def test_remaking_keeps_pins(ws: Workspace, user: Path) -> None:
    first = await seeded(ws, user)
    await quarantine.pin(ws, first)
    (ws.quarantine / "refs/fleet/bad").write_text("2" * 40 + "\n")
    await quarantine.remake(ws)
    assert refs_of(ws) == {TARGET: first, f"{PINS}/{first}": first}
    git(ws.quarantine, "fsck", "--strict")


async def test_a_state_folder_that_cannot_be_written_is_one_line(ws: Workspace) -> None:
    ws.folder.parent.parent.mkdir()
    ws.folder.parent.write_text("a file")
    with pytest.raises(OperationFailed, match="cannot be used"):
        await quarantine.prepare(ws)


async def test_two_copies_prepare_the_same_quarantine(ws: Workspace, user: Path) -> None:
    await asyncio.gather(*(quarantine.prepare(ws) for _ in range(4)))
    assert await seeded(ws, user)


SEEDING = """
import asyncio, sys
from pathlib import Path
from fleettui.model.repo import Repo
from fleettui.review.intake import quarantine
from fleettui.review.workspace import workspace
async def main():
    ws = workspace(Repo("app", sys.argv[1]), Path(sys.argv[2]))
    print("begin", flush=True)
    await quarantine.prepare(ws)
    await quarantine.pin(ws, await quarantine.seed(ws, sys.argv[1] + "/.git"))
asyncio.run(main())
"""


async def test_killed_at_any_moment_it_goes_on(ws: Workspace, user: Path) -> None:
    for number in range(30):
        (user / f"file{number}").write_bytes(os.urandom(20_000))
    head = commit(user, {"last": "1"})
    began = time.monotonic()
    _seed_in_another_process(ws, user, None)
    whole = time.monotonic() - began
    for step in range(10):
        quarantine_files.remove(ws.folder)
        _seed_in_another_process(ws, user, whole * step / 10)
        assert await seeded(ws, user) == head
        git(ws.quarantine, "fsck", "--strict")


def _seed_in_another_process(ws: Workspace, user: Path, kill_after: float | None) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", SEEDING, str(user), str(ws.folder.parent.parent)],
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert child.stdout is not None
    with child.stdout:
        assert child.stdout.readline() == b"begin\n"
        if kill_after is None:
            assert child.wait() == 0
        else:
            time.sleep(kill_after)
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


async def test_many_packs_are_joined(ws: Workspace, user: Path) -> None:
    await seeded(ws, user)
    assert not await quarantine.tidy(ws)
    old = ws.quarantine / "objects/pack/tmp_pack_x"
    old.write_bytes(b"x" * 100)
    os.utime(old, (1, 1))
    tree = git(ws.quarantine, "rev-parse", f"{TARGET}^{{tree}}").strip()
    for number in range(quarantine.PACKS + 1):
        made = git(ws.quarantine, "commit-tree", "-m", str(number), tree).strip()
        pack = ["pack-objects", "-q", "objects/pack/pack"]
        git(ws.quarantine, *pack, stdin=made + b"\n")
        git(ws.quarantine, "update-ref", f"{PINS}/{made.decode()}", made)
    before = refs_of(ws)
    assert await quarantine.tidy(ws)
    assert not old.exists()
    assert quarantine_files.packs(ws.quarantine) == 1
    assert refs_of(ws) == before
    git(ws.quarantine, "fsck", "--strict")
