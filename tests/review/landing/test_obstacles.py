"""What stands in the way of a landing is named, and nothing of the user's is touched."""

import os
from pathlib import Path

import pytest

from fleettui.model.errors import Refused
from tests.lab.repos import commit, git
from tests.review.landing_lab import Lab, lab_at


@pytest.fixture
async def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    return await lab_at(tmp_path, monkeypatch)


async def refused(lab: Lab, head: str) -> str:
    """Why a head cannot land: said by the preview, then by the act; nothing is changed."""
    tip, status = lab.tip, lab.status()
    (why,) = (await lab.shown(head)).blocked
    with pytest.raises(Refused) as error:
        await lab.land(head)
    assert why in error.value.text
    assert (lab.tip, lab.status()) == (tip, status)
    return why


async def test_unrelated_changes_are_kept(lab: Lab) -> None:
    (lab.user / "README").write_text("mine\n")
    (lab.user / "staged").write_text("staged\n")
    git(lab.user, "add", "staged")
    (lab.user / "notes").write_text("notes\n")
    head = await lab.made({"src/app.py": "print(2)\n"})
    shown = await lab.shown(head)
    assert (shown.keeps, shown.blocked) == (("README", "staged", "notes"), ())
    await lab.land(head)
    assert lab.status() == " M README\nA  staged\n?? notes\n"
    assert lab.read("README") == b"mine\n"


async def test_a_changed_file_is_not_overwritten(lab: Lab) -> None:
    (lab.user / "README").write_text("mine\n")
    why = await refused(lab, await lab.made({"README": "theirs\n"}))
    assert why.startswith("README has changes that are not committed")
    assert lab.read("README") == b"mine\n"


async def test_a_staged_file_is_not_overwritten(lab: Lab) -> None:
    (lab.user / "README").write_text("mine\n")
    git(lab.user, "add", "README")
    why = await refused(lab, await lab.made({"README": "theirs\n"}))
    assert why.startswith("README has changes that are not committed")


async def test_a_file_that_was_removed_does_not_come_back(lab: Lab) -> None:
    (lab.user / "README").unlink()
    why = await refused(lab, await lab.made({"README": "theirs\n"}))
    assert why.startswith("README has changes that are not committed")


async def test_a_file_unknown_to_git_is_not_overwritten(lab: Lab) -> None:
    (lab.user / "new").write_text("mine\n")
    why = await refused(lab, await lab.made({"new": "theirs\n"}))
    assert why.startswith("new is unknown to git, and the change has a file there")
    assert lab.read("new") == b"mine\n"


async def test_an_ignored_file_is_not_overwritten(lab: Lab) -> None:
    (lab.user / ".git/info/exclude").write_text(".env\n")
    (lab.user / ".env").write_text("SECRET=1\n")
    why = await refused(lab, await lab.made({".env": "SECRET=theirs\n"}))
    assert why.startswith(".env is ignored by git, and the change has a file there")
    assert lab.read(".env") == b"SECRET=1\n"


async def test_a_folder_and_a_file_in_the_way_are_named(lab: Lab) -> None:
    (lab.user / "new").mkdir()
    (lab.user / "new/note").write_text("mine\n")
    assert (await refused(lab, await lab.made({"new": "1\n"}))).startswith("new/note is unknown")
    git(lab.agent, "reset", "-q", "--hard", "main")
    (lab.user / "over").write_text("mine\n")
    assert (await refused(lab, await lab.made({"over/a": "1\n"}))).startswith("over is unknown")


async def test_a_link_in_the_way_leads_nowhere(lab: Lab, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (lab.user / "link").symlink_to(outside)
    why = await refused(lab, await lab.made({"link/file": "1\n"}))
    assert why.startswith("link is unknown to git")
    assert list(outside.iterdir()) == []


async def test_a_file_may_become_a_folder_and_back(lab: Lab) -> None:
    before = lab.tip
    (lab.agent / "README").unlink()
    head = await lab.made({"README/inner": "1\n"})
    await lab.land(head)
    assert (lab.read("README/inner"), lab.status()) == (b"1\n", "")
    git(lab.user, "reset", "-q", "--hard", before)
    (lab.agent / "README/inner").unlink()
    (lab.agent / "README").rmdir()
    assert (await lab.shown(await lab.made({"README": "2\n"}))).blocked == ()


async def start_rebase(lab: Lab) -> None:
    git(lab.user, "checkout", "-q", "-b", "other")
    commit(lab.user, {"README": "one\n"})
    git(lab.user, "checkout", "-q", "main")
    commit(lab.user, {"README": "two\n"})
    git(lab.user, "rebase", "other", check=False)
    assert git(lab.user, "symbolic-ref", "-q", "HEAD", check=False) == b""


async def test_a_rebase_hides_the_branch_and_is_found(lab: Lab) -> None:
    head = await lab.made({"new": "1\n"})
    await start_rebase(lab)
    assert (await refused(lab, head)).startswith(f"a rebase is under way in {lab.user}")
    git(lab.user, "rebase", "--abort")
    await lab.land(head)


async def test_a_cherry_pick_is_found(lab: Lab) -> None:
    git(lab.user, "checkout", "-q", "-b", "other")
    other = commit(lab.user, {"README": "one\n"})
    git(lab.user, "checkout", "-q", "main")
    commit(lab.user, {"README": "two\n"})
    head = await lab.made({"new": "1\n"})
    git(lab.user, "cherry-pick", other, check=False)
    blocked = (await lab.shown(head)).blocked
    assert blocked[0].startswith("a cherry-pick is under way")
    assert "README has a conflict that is not resolved" in blocked


async def test_a_merge_in_a_linked_worktree_is_found(lab: Lab, tmp_path: Path) -> None:
    linked = tmp_path / "linked"
    git(lab.user, "worktree", "add", "-q", "-b", "other", str(linked))
    commit(linked, {"README": "one\n"})
    commit(lab.user, {"README": "two\n"})
    git(linked, "merge", "-q", "main", check=False)
    why = await refused(lab, await lab.made({"new": "1\n"}))
    assert why.startswith(f"a merge is under way in {linked}")


async def test_a_bisection_is_found(lab: Lab) -> None:
    head = await lab.made({"new": "1\n"})
    git(lab.user, "bisect", "start")
    assert (await refused(lab, head)).startswith("a bisection is under way")


@pytest.mark.parametrize("name", ["index.lock", "HEAD.lock", "refs/heads/main.lock"])
async def test_a_lock_of_somebody_elses_stays(lab: Lab, name: str) -> None:
    head = await lab.made({"new": "1\n"})
    lock = lab.user / ".git" / name
    lock.touch()
    blocked = (await lab.shown(head)).blocked
    assert blocked == (f"git is at work, or crashed: {lock} is there; remove it if no git runs",)
    with pytest.raises(Refused, match="is there; remove it"):
        await lab.land(head)
    assert lock.exists()


async def test_a_branch_in_two_places_is_refused(lab: Lab, tmp_path: Path) -> None:
    git(lab.user, "worktree", "add", "-q", "-f", str(tmp_path / "twin"), "main")
    why = await refused(lab, await lab.made({"new": "1\n"}))
    assert why == f"main is checked out in {lab.user} and {tmp_path / 'twin'}"


async def test_a_folder_that_is_gone_is_refused(lab: Lab, tmp_path: Path) -> None:
    git(lab.user, "checkout", "-q", "--detach")
    git(lab.user, "worktree", "add", "-q", str(tmp_path / "linked"), "main")
    os.rename(tmp_path / "linked", tmp_path / "elsewhere")
    head = await lab.made({"new": "1\n"})
    assert (await lab.shown(head)).blocked == (
        f"the folder {tmp_path / 'linked'} of main is not there",
    )


async def test_a_branch_that_only_points_to_another_is_refused(lab: Lab) -> None:
    git(lab.user, "branch", "-m", "main", "trunk")
    git(lab.user, "symbolic-ref", "refs/heads/main", "refs/heads/trunk")
    why = await refused(lab, await lab.made({"new": "1\n"}))
    assert why == "the branch is only another name of refs/heads/trunk"


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
async def test_what_git_was_told_not_to_look_at_is_not_overwritten(lab: Lab, flag: str) -> None:
    git(lab.user, "update-index", flag, "README")
    (lab.user / "README").write_text("mine\n")
    why = await refused(lab, await lab.made({"README": "theirs\n", "a": "1\n"}))
    assert why == "README has changes that git was told not to look at"
    assert lab.read("README") == b"mine\n"


async def test_what_git_does_not_look_at_and_is_the_same_is_no_obstacle(lab: Lab) -> None:
    git(lab.user, "update-index", "--assume-unchanged", "README")
    await lab.land(await lab.made({"README": "theirs\n"}))
    assert lab.read("README") == b"theirs\n"
