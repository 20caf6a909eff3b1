"""Moving the target branch in real clones of a user's."""

from pathlib import Path

import pytest

from fleettui.model.errors import Refused
from fleettui.model.landing import LandingState
from tests.lab.repos import commit, git
from tests.review.landing_lab import Lab, lab_at


@pytest.fixture()
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
