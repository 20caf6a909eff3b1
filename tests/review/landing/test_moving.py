"""Moving the target branch in real clones of a user's."""

from pathlib import Path

import pytest

from fleettui.model.errors import FleettuiError, Refused
from fleettui.model.landing import LandingState
from tests.lab.repos import commit, git
from tests.review.landing_lab import Lab, lab_at


@pytest.fixture
async def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    return await lab_at(tmp_path, monkeypatch)


async def test_files_go_with_the_branch(lab: Lab) -> None:
    before, after = lab.tip, await lab.made({"new/one": "1\n", "README": "other\n"})
    landing = await lab.move(before, after)
    assert landing.state is LandingState.LANDED
    assert (lab.tip, lab.status()) == (after, "")
    assert (lab.read("new/one"), lab.read("README")) == (b"1\n", b"other\n")
    assert await lab.journal.unfinished() == ()


async def test_a_branch_that_is_checked_out_nowhere_moves_alone(lab: Lab) -> None:
    git(lab.user, "checkout", "-q", "-b", "other")
    before, after = lab.tip, await lab.made({"README": "other\n"})
    await lab.move(before, after)
    assert lab.tip == after
    assert (lab.status(), lab.read("README")) == ("", b"hello\n")
    assert git(lab.user, "reflog", "-1", "main").startswith(after[:7].encode())


async def test_files_go_back_with_the_branch(lab: Lab) -> None:
    before, after = lab.tip, await lab.made({"new/one": "1\n", "README": "other\n"})
    await lab.move(before, after)
    (lab.user / "src/app.py").write_text("mine\n")
    landing = await lab.move(after, before, LandingState.UNDONE)
    assert landing.state is LandingState.UNDONE
    assert lab.tip == before
    assert lab.status() == " M src/app.py\n"
    assert not (lab.user / "new").exists()


async def test_a_target_that_moved_is_left_alone(lab: Lab) -> None:
    before, after = lab.tip, await lab.made({"README": "other\n"})
    moved = commit(lab.user, {"mine": "1\n"})
    with pytest.raises(Refused, match="main moved to"):
        await lab.move(before, after)
    assert (lab.tip, lab.status()) == (moved, "")
    assert (await lab.journal.landings())[0].state is LandingState.FAILED


async def test_going_back_overwrites_nothing(lab: Lab) -> None:
    before = lab.tip
    (lab.agent / "README").unlink()
    after = await lab.made({"src/app.py": "print(2)\n"})
    await lab.move(before, after)
    (lab.user / ".git/info/exclude").write_text("README\n")
    (lab.user / "README").write_text("mine\n")
    with pytest.raises(Refused, match="README is ignored by git"):
        await lab.move(after, before, LandingState.UNDONE)
    (lab.user / "README").unlink()
    (lab.user / "src/app.py").write_text("mine\n")
    with pytest.raises(Refused, match=r"src/app\.py has changes that are not committed"):
        await lab.move(after, before, LandingState.UNDONE)
    assert (lab.tip, lab.status()) == (after, " M src/app.py\n")


async def test_what_is_there_already_is_only_noted(lab: Lab) -> None:
    before, after = lab.tip, await lab.made({"README": "other\n"})
    git(lab.user, "pull", "-q", "--ff-only", str(lab.agent), "agent/t-1")
    landing = await lab.move(before, after)
    assert (landing.state, lab.tip) == (LandingState.LANDED, after)


async def test_a_lock_that_a_crash_left_on_our_own_ref_is_dropped(lab: Lab) -> None:
    before, after = lab.tip, await lab.made({"README": "other\n"})
    own = lab.user / f".git/refs/fleettui/landed/{after}.lock"
    own.parent.mkdir(parents=True)
    own.touch()
    await lab.move(before, after)
    assert lab.tip == after


async def test_a_commit_that_quarantine_lacks_does_not_land(lab: Lab) -> None:
    before = lab.tip
    with pytest.raises(FleettuiError):
        await lab.move(before, "1" * 40)
    assert (lab.tip, lab.status()) == (before, "")
    assert (await lab.journal.landings())[0].state is LandingState.FAILED
    assert await lab.journal.unfinished() == ()
