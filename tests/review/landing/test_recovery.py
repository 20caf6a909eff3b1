"""What a crash leaves behind, made by hand, and what becomes of it."""

import asyncio
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from fleettui.model.errors import OperationFailed, Refused
from fleettui.model.landing import Landing, LandingState
from fleettui.review.intake import quarantine
from fleettui.review.landing import user_clone
from fleettui.review.landing.journal_rows import Move, MovedPath
from fleettui.review.landing.lock import holding
from fleettui.review.landing.obstacles import changed, shortage
from fleettui.review.landing.recovery import recover
from fleettui.review.landing.stale_locks import drop, gone
from fleettui.review.landing.work_files import mark
from tests.lab.repos import commit, executable, git
from tests.review.landing_lab import Lab, lab_at

FILES = {f"f{n}": f"old {n}\n" * 50 for n in range(8)}


@pytest.fixture
async def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    return await lab_at(tmp_path, monkeypatch)


def dead_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


async def change(lab: Lab) -> tuple[str, str]:
    """A head that changes, adds and removes files, on a target that has them."""
    before = commit(lab.user, FILES)
    git(lab.agent, "pull", "-q", str(lab.user), "main")
    for name in ("f6", "f7"):
        (lab.agent / name).unlink()
    new = {f"f{n}": f"new {n}\n" * 60 for n in range(6)}
    after = await lab.made(new | {"added/one": "1\n" * 90, "added/two": "2\n" * 90})
    return before, after


async def interrupted(
    lab: Lab, before: str, after: str, *, pid: int | None = None, undo: bool = False
) -> Move:
    """The journal as a crash leaves it after the move from one commit to another began."""
    await quarantine.take_target(lab.ws, str(lab.user / ".git"))
    git(lab.user, "fetch", "-q", str(lab.agent), "agent/t-1")
    landing = await lab.begun(before, after)
    files = await changed(lab.ws.q(), before, after)
    paths = [
        MovedPath(f.path, f.old_mode, f.new_mode, f.old, f.new, mark(str(lab.user), f.path))
        for f in files
    ]
    done = (LandingState.LANDED, LandingState.FAILED)
    if undo:
        done = (LandingState.UNDONE, LandingState.LANDED)
    pid = pid or dead_pid()
    started = psutil.Process(pid).create_time() if psutil.pid_exists(pid) else 1.0
    move = Move(
        *(0, landing.id, lab.ws.target_ref, before, after, *done),
        *(str(lab.user / ".git"), str(lab.user), pid, started, time.time()),
    )
    return await lab.journal.start(move, paths)


def half_written(lab: Lab) -> None:
    """Files as a git leaves them that was killed while it wrote."""
    (lab.user / "f0").unlink()
    (lab.user / "f0").write_text("new 0\n" * 60)
    (lab.user / "f1").unlink()
    (lab.user / "f1").write_text("new 1\n" * 20)
    (lab.user / "f2").unlink()
    (lab.user / "f2").touch()
    (lab.user / "f3").unlink()
    (lab.user / "f6").unlink()
    (lab.user / "added").mkdir()
    (lab.user / "added/one").write_text("1\n" * 40)
    (lab.user / ".git/index.lock").touch()


async def recovered(lab: Lab) -> tuple[str, ...]:
    return await recover(lab.ws, await lab.clone(), lab.journal)


async def last(lab: Lab) -> Landing:
    assert await lab.journal.unfinished() == ()
    return (await lab.journal.landings())[0]


async def test_half_written_files_are_put_back_and_it_lands(lab: Lab) -> None:
    before, after = await change(lab)
    await interrupted(lab, before, after)
    half_written(lab)
    (said,) = await recovered(lab)
    assert "begun anew (6 files put back) and is complete now" in said
    assert (lab.tip, lab.status(), (await last(lab)).state) == (after, "", LandingState.LANDED)
    assert lab.whole()
    assert await recovered(lab) == ()


async def test_what_the_user_wrote_since_is_kept_and_copied(lab: Lab) -> None:
    before, after = await change(lab)
    move = await interrupted(lab, before, after)
    half_written(lab)
    (lab.user / "f1").write_text("mine\n")
    (lab.user / "added/two").write_text("mine, too\n")
    (said,) = await recovered(lab)
    assert "taken back" in said
    assert "added/two, f1 changed meanwhile: copied to" in said
    assert lab.tip == before
    assert lab.status() == " M f1\n?? added/two\n"
    saved = lab.ws.folder / "saved" / str(move.id)
    assert (saved / "f1").read_text() == "mine\n"
    assert (saved / "added/two").read_text() == "mine, too\n"
    assert (await last(lab)).state is LandingState.FAILED


async def test_what_the_user_staged_since_is_kept(lab: Lab) -> None:
    before, after = await change(lab)
    await interrupted(lab, before, after)
    half_written(lab)
    (lab.user / ".git/index.lock").unlink()
    (lab.user / "f1").write_text("mine\n")
    git(lab.user, "add", "f1")
    await recovered(lab)
    assert lab.status() == "M  f1\n"
    assert git(lab.user, "show", ":f1") == b"mine\n"


async def test_staged_files_elsewhere_survive(lab: Lab) -> None:
    before, after = await change(lab)
    (lab.user / "README").write_text("staged\n")
    git(lab.user, "add", "README")
    await interrupted(lab, before, after)
    half_written(lab)
    await recovered(lab)
    assert (lab.tip, lab.status()) == (after, "M  README\n")


async def test_line_endings_do_not_make_files_the_users(lab: Lab, tmp_path: Path) -> None:
    with (tmp_path / "home" / ".gitconfig").open("a") as config:
        config.write("[core]\n\tautocrlf = true\n")
    before, after = await change(lab)
    await interrupted(lab, before, after)
    half_written(lab)
    (lab.user / "f4").unlink()
    (lab.user / "f4").write_bytes(b"new 4\r\n" * 30 + b"new 4\r")
    (said,) = await recovered(lab)
    assert "begun anew" in said
    assert lab.read("f4") == b"new 4\r\n" * 60
    assert lab.tip == after


async def test_an_index_that_was_written_only_lacks_the_branch(lab: Lab) -> None:
    before, after = await change(lab)
    (lab.user / "README").write_text("dirty\n")
    await interrupted(lab, before, after)
    git(lab.user, "read-tree", "-m", "-u", before, after)
    (lab.user / ".git/refs/heads/main.lock").touch()
    (said,) = await recovered(lab)
    assert said.endswith("was interrupted, and is complete now")
    assert (lab.tip, lab.status()) == (after, " M README\n")


async def test_a_move_that_was_complete_is_only_noted(lab: Lab) -> None:
    before, after = await change(lab)
    await interrupted(lab, before, after)
    git(lab.user, "pull", "-q", "--ff-only", str(lab.agent), "agent/t-1")
    (lab.user / "f0").write_text("mine\n")
    await recovered(lab)
    assert (lab.tip, lab.status()) == (after, " M f0\n")
    assert (await last(lab)).state is LandingState.LANDED


async def test_a_branch_that_the_user_moved_since_stays_there(lab: Lab) -> None:
    before, after = await change(lab)
    await interrupted(lab, before, after)
    half_written(lab)
    (lab.user / ".git/index.lock").unlink()
    git(lab.user, "commit", "-q", "--allow-empty", "-m", "mine")
    mine = lab.tip
    (said,) = await recovered(lab)
    assert f"the branch moved to {mine[:10]} meanwhile" in said
    assert (lab.tip, lab.status()) == (mine, "")


async def test_an_undo_is_completed_the_other_way(lab: Lab) -> None:
    before, after = await change(lab)
    await lab.move(before, after)
    await interrupted(lab, after, before, undo=True)
    (lab.user / "f0").unlink()
    (lab.user / "f0").write_text(FILES["f0"])
    (lab.user / "added/one").unlink()
    (lab.user / ".git/index.lock").touch()
    (said,) = await recovered(lab)
    assert said.startswith("the undo of agent/t-1 of brain was interrupted; it was begun anew")
    assert (lab.tip, lab.status(), (await last(lab)).state) == (before, "", LandingState.UNDONE)


async def test_an_approval_that_never_began_is_given_up(lab: Lab) -> None:
    before, after = await change(lab)
    await lab.begun(before, after)
    assert await recovered(lab) == ("agent/t-1 of brain was approved, but did not begin to land",)
    assert (lab.tip, (await last(lab)).state) == (before, LandingState.FAILED)


async def test_a_folder_of_the_users_is_not_taken_away(lab: Lab) -> None:
    before = lab.tip
    (lab.agent / "README").unlink()
    after = await lab.made({"README/inner": "1\n"})
    await interrupted(lab, before, after)
    (lab.user / "README").unlink()
    (lab.user / "README").mkdir()
    (lab.user / "README/inner").touch()
    (lab.user / "README/note").write_text("mine\n")
    (said,) = await recovered(lab)
    assert "README changed meanwhile" in said
    assert lab.read("README/note") == b"mine\n"
    assert lab.tip == before


async def test_a_link_in_place_of_a_folder_is_not_followed(lab: Lab, tmp_path: Path) -> None:
    before = commit(lab.user, {"dir/file": "old\n"})
    git(lab.agent, "pull", "-q", str(lab.user), "main")
    after = await lab.made({"dir/file": "new\n"})
    await interrupted(lab, before, after)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_text("new\n")
    (lab.user / "dir/file").unlink()
    (lab.user / "dir").rmdir()
    (lab.user / "dir").symlink_to(outside)
    await recovered(lab)
    assert (outside / "file").read_text() == "new\n"
    assert lab.tip == before


async def test_an_older_lock_is_not_ours(lab: Lab) -> None:
    before, after = await change(lab)
    await interrupted(lab, before, after)
    lock = lab.user / ".git/index.lock"
    lock.touch()
    os.utime(lock, (1, 1))
    with pytest.raises(Refused, match=r"index.lock is there: remove it if no git runs"):
        await recovered(lab)
    assert lock.exists()
    lock.unlink()
    await recovered(lab)
    assert lab.tip == after


async def test_the_lock_of_a_git_at_work_is_left_alone(lab: Lab, tmp_path: Path) -> None:
    before, after = await change(lab)
    move = await interrupted(lab, before, after)
    at_work = executable(tmp_path / "git", "#!/bin/sh\necho x\nread line\n")
    process = await asyncio.create_subprocess_exec(
        str(at_work), cwd=lab.user, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout
    await process.stdout.readline()
    (lab.user / ".git/index.lock").touch()
    with pytest.raises(Refused, match=f"git \\(process {process.pid}\\) is at work"):
        await drop(await lab.clone(), move, patience=0)
    await process.communicate(b"\n")
    await drop(await lab.clone(), move, patience=0)
    assert not (lab.user / ".git/index.lock").exists()


async def test_a_lock_that_cannot_be_ours_is_waited_for(lab: Lab) -> None:
    before, after = await change(lab)
    move = await interrupted(lab, before, after)
    lock = lab.user / ".git/index.lock"
    lock.touch()
    with pytest.raises(Refused, match=r"index\.lock is there: let git come to its end"):
        await gone(await lab.clone(), move, patience=0)
    assert lock.exists()
    lock.unlink()
    await gone(await lab.clone(), move, patience=0)
    assert len(await lab.journal.unfinished()) == 1


async def test_a_lander_that_lives_is_left_alone(lab: Lab) -> None:
    before, after = await change(lab)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "input()"), stdin=subprocess.PIPE
    )
    await interrupted(lab, before, after, pid=process.pid)
    with pytest.raises(Refused, match=f"process {process.pid} is still moving main"):
        await recovered(lab)
    await process.communicate(b"\n")
    await recovered(lab)
    assert lab.tip == after


@contextmanager
def files_up_to(octets: int) -> Iterator[None]:
    """No process may write a larger file: to git it is what a full disk is."""
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (octets, old[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)


async def test_a_disk_that_is_full_in_the_middle_leaves_nothing(lab: Lab) -> None:
    (lab.user / "README").write_text("dirty\n")
    before, many = lab.tip, {f"a/{n}": f"{n}\n" for n in range(100)}
    after = await lab.made(many | {"src/app.py": "new\n", "z": "z" * 2_000_000})
    with files_up_to(1_000_000), pytest.raises(OperationFailed, match="git merge"):
        await lab.move(before, after)
    assert (lab.tip, lab.status()) == (before, " M README\n")
    assert not (lab.user / "a").exists()
    assert (await last(lab)).state is LandingState.FAILED
    git(lab.user, "checkout", "README")
    await lab.move(before, after)
    assert (lab.tip, lab.status()) == (after, "")


async def test_files_that_cannot_be_put_back_yet_wait_in_the_journal(lab: Lab) -> None:
    before = commit(lab.user, {"big": "b" * 2_000_000, "small": "old\n"})
    git(lab.agent, "pull", "-q", str(lab.user), "main")
    after = await lab.made({"big": "c" * 2_500_000, "small": "new\n"})
    await interrupted(lab, before, after)
    (lab.user / "big").write_text("ccc")
    (lab.user / "small").unlink()
    with files_up_to(1_000_000), pytest.raises(OperationFailed, match="cannot be put back yet"):
        await recovered(lab)
    assert len(await lab.journal.unfinished()) == 1
    await recovered(lab)
    assert (lab.tip, lab.status()) == (after, "")


def test_a_full_disk_is_seen_before(tmp_path: Path) -> None:
    (said,) = shortage([str(tmp_path)], 2**60, 1)
    assert said.startswith(f"the disk of {tmp_path} has ")
    (said,) = shortage([str(tmp_path)], 1, 2**60)
    assert said.endswith(f"has no room for {2**60} more files")
    assert shortage([str(tmp_path)], 1, 1) == []


async def test_of_two_processes_one_lands(lab: Lab) -> None:
    heads = [await lab.made({"one": "1\n"}), await lab.made({"two": "1\n"})]
    landers = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.review.lander", str(lab.user)),
            *(str(lab.ws.folder.parents[1]), head),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for head in heads
    ]
    for lander in landers:
        assert lander.stdout
        assert await lander.stdout.readline() == b"ready\n"
    told = await asyncio.gather(*(lander.communicate(b"go\n") for lander in landers))
    assert sorted(out.split(b":")[0].strip() for out, _ in told) == [b"landed", b"refused"]
    states = sorted(landing.state for landing in await lab.journal.landings())
    assert states in ([LandingState.FAILED, LandingState.LANDED], [LandingState.LANDED])
    assert lab.status() == ""


async def test_the_lock_is_held_while_a_crash_is_cleaned_up(lab: Lab) -> None:
    before, after = await change(lab)
    await interrupted(lab, before, after)
    async with holding(lab.ws) as held:
        clone = await user_clone.find(str(lab.user))
        said = await recover(lab.ws, clone, lab.journal, held)
    assert len(said) == 1
    assert lab.tip == after
