"""Landing what was approved in a user's clone."""

import asyncio
import dataclasses
from pathlib import Path

import pytest

from fleettui.model.errors import Refused
from fleettui.model.landing import LandingState, Strategy
from fleettui.review.landing.landing import land
from fleettui.review.landing.moving import MANY
from tests.lab.repos import arm, commit, git, make_repo
from tests.review.landing_lab import Lab, lab_at, lab_in, yes


@pytest.fixture
async def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    return await lab_at(tmp_path, monkeypatch)


async def test_a_merge_has_both_parents_and_is_signed_by_the_user(lab: Lab) -> None:
    before, head = lab.tip, await lab.made({"new": "1\n"})
    landing = await lab.land(head)
    assert landing.state is LandingState.LANDED
    assert git(lab.user, "rev-list", "--parents", "-1", "main").decode().split()[1:] == [
        before,
        head,
    ]
    told = git(lab.user, "log", "-1", "--format=%an <%ae> %cn <%ce>", "main").decode()
    assert told == "Ada <ada@example.org> Ada <ada@example.org>\n"
    assert lab.status() == ""
    assert lab.whole()


async def test_what_lands_is_what_was_shown(lab: Lab) -> None:
    head = await lab.made({"new": "1\n"})
    first, second = await lab.shown(head), await lab.shown(head)
    assert first == second
    assert (first.files, first.additions, first.deletions, first.blocked) == (1, 1, 0, ())
    assert first.checked_out == str(lab.user)
    landing = await lab.land(head)
    assert (landing.after, lab.tip) == (first.after, first.after)
    assert lab.at("main^{tree}") == first.tree


async def test_both_sides_are_merged(lab: Lab) -> None:
    head = await lab.made({"new": "1\n"})
    commit(lab.user, {"mine": "1\n"})
    await lab.land(head)
    assert (lab.read("new"), lab.read("mine"), lab.status()) == (b"1\n", b"1\n", "")


async def test_a_squash_has_one_parent_and_the_approved_tree(lab: Lab) -> None:
    before = lab.tip
    await lab.made({"new": "1\n"})
    head = await lab.made({"new": "2\n"})
    shown = await lab.shown(head, Strategy.SQUASH)
    await lab.land(head, Strategy.SQUASH)
    assert git(lab.user, "rev-list", "--parents", "-1", "main").decode().split()[1:] == [before]
    assert lab.at("main^{tree}") == shown.tree


async def test_a_rebase_keeps_the_line_straight(lab: Lab) -> None:
    await lab.made({"new": "1\n"}, "First, fixes #1")
    head = await lab.made({"new": "1\n", "more": "2\n"}, "Second")
    before = commit(lab.user, {"mine": "1\n"})
    await lab.land(head, Strategy.REBASE)
    assert git(lab.user, "rev-list", "--merges", "main") == b""
    assert lab.at("main~2") == before
    subjects = git(lab.user, "log", "-2", "--format=%s", "main").decode().splitlines()
    assert subjects == [
        "Land agent/t-1 from brain (2 of 2)",
        "Land agent/t-1 from brain (1 of 2)",
    ]
    assert b"> First, fixes no. 1" in git(lab.user, "log", "-1", "--format=%B", "main~1")


async def test_a_history_with_merges_is_not_rebased(lab: Lab) -> None:
    git(lab.agent, "checkout", "-q", "-b", "side", "main")
    commit(lab.agent, {"side": "1\n"})
    git(lab.agent, "checkout", "-q", "agent/t-1")
    commit(lab.agent, {"new": "1\n"})
    git(lab.agent, "merge", "-q", "--no-edit", "side")
    head = await lab.take(git(lab.agent, "rev-parse", "HEAD").decode().strip())
    with pytest.raises(Refused, match="merges of its own"):
        await lab.shown(head, Strategy.REBASE)


async def test_a_rebase_that_gives_other_files_is_refused(lab: Lab) -> None:
    await lab.made({"README": "one\n"})
    head = await lab.made({"README": "hello\n", "new": "1\n"})
    commit(lab.user, {"README": "mine\n"})
    with pytest.raises(Refused, match="conflicts when it is rebased"):
        await lab.shown(head, Strategy.REBASE)


async def test_a_head_that_moved_after_the_approval_stays_out(lab: Lab) -> None:
    shown = await lab.shown(await lab.made({"new": "1\n"}))
    await lab.made({"evil": "1\n"}, "evil")
    await land(*(lab.ws, await lab.clone(), lab.journal, shown), yes(shown))
    assert (lab.user / "new").exists()
    assert not (lab.user / "evil").exists()


async def test_a_target_that_moved_after_the_approval_is_refused(lab: Lab) -> None:
    shown = await lab.shown(await lab.made({"new": "1\n"}))
    mine = commit(lab.user, {"mine": "1\n"})
    with pytest.raises(Refused, match=f"main moved to {mine[:10]}"):
        await land(*(lab.ws, await lab.clone(), lab.journal, shown), yes(shown))
    assert (lab.tip, lab.status()) == (mine, "")
    assert (await lab.journal.landings())[0].state is LandingState.FAILED


async def test_another_approval_or_another_commit_is_refused(lab: Lab) -> None:
    shown = await lab.shown(await lab.made({"new": "1\n"}))
    other = await lab.shown(await lab.made({"new": "2\n"}))
    clone = await lab.clone()
    with pytest.raises(Refused, match="not approved as it is now"):
        await land(lab.ws, clone, lab.journal, shown, yes(other))
    swapped = dataclasses.replace(shown, after=other.after)
    with pytest.raises(Refused, match="not the one that was approved"):
        await land(lab.ws, clone, lab.journal, swapped, yes(shown))
    assert await lab.journal.landings() == ()
    assert lab.status() == ""


async def test_a_tree_that_git_does_not_merge_does_not_land(lab: Lab) -> None:
    head = await lab.made({"new": "1\n"})
    shown = await lab.shown(head)
    git(lab.agent, "checkout", "-q", "--detach")
    other = commit(lab.agent, {"evil": "1\n"})
    tree = git(lab.agent, "rev-parse", f"{other}^{{tree}}").decode().strip()
    forged = git(lab.agent, "commit-tree", "-m", "x", "-p", shown.before, "-p", head, tree)
    after = await lab.take(forged.decode().strip())
    shown = dataclasses.replace(shown, after=after, tree=tree)
    with pytest.raises(Refused, match="merging gives other files than those approved"):
        await land(*(lab.ws, await lab.clone(), lab.journal, shown), yes(shown))
    assert lab.tip == shown.before


async def test_a_conflict_never_becomes_a_commit(lab: Lab) -> None:
    head = await lab.made({"README": "theirs\n"})
    commit(lab.user, {"README": "mine\n"})
    with pytest.raises(Refused, match="conflicts with main"):
        await lab.shown(head)


async def test_nothing_that_the_clone_names_is_run(lab: Lab, tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    arm(lab.user / ".git", marker)
    head = await lab.made({"new": "1\n", ".gitattributes": "* filter=evil diff=evil\n"})
    landing = await lab.land(head)
    assert landing.state is LandingState.LANDED
    assert lab.read("new") == b"1\n"
    assert not marker.exists()


async def test_options_of_the_branch_do_not_turn_the_merge(lab: Lab) -> None:
    git(lab.user, "config", "branch.main.mergeOptions", "--squash --no-ff -s ours")
    head = await lab.made({"new": "1\n"})
    landing = await lab.land(head)
    assert (lab.tip, lab.status()) == (landing.after, "")


async def test_a_linked_worktree_is_where_it_lands(lab: Lab, tmp_path: Path) -> None:
    git(lab.user, "checkout", "-q", "--detach")
    linked = tmp_path / "linked"
    git(lab.user, "worktree", "add", "-q", str(linked), "main")
    shown = await lab.shown(await lab.made({"README": "new\n"}))
    assert shown.checked_out == str(linked)
    await lab.land(shown.head)
    assert (linked / "README").read_bytes() == b"new\n"
    assert git(linked, "status", "--porcelain") == b""
    assert lab.read("README") == b"hello\n"


async def test_line_endings_are_those_of_the_user(lab: Lab, tmp_path: Path) -> None:
    with (tmp_path / "home" / ".gitconfig").open("a") as config:
        config.write("[core]\n\tautocrlf = true\n")
    await lab.land(await lab.made({"new": "1\n2\n"}))
    assert lab.read("new") == b"1\r\n2\r\n"
    assert git(lab.user, "-c", "core.autocrlf=true", "status", "--porcelain") == b""


async def test_large_files_of_lfs_land_as_pointers_and_it_is_said(lab: Lab, tmp_path: Path) -> None:
    with (tmp_path / "home" / ".gitconfig").open("a") as config:
        config.write(f'[filter "lfs"]\n\tsmudge = touch {tmp_path}/ran\n\trequired = true\n')
    head = await lab.made({".gitattributes": "*.bin filter=lfs\n", "a.bin": "version 1\n"})
    shown = await lab.shown(head)
    assert shown.notes == ("1 file will be a pointer of Git LFS at first: git lfs pull",)
    landing = await lab.land(head)
    assert landing.note == shown.notes[0]
    assert lab.read("a.bin") == b"version 1\n"
    assert not (tmp_path / "ran").exists()


async def test_a_sparse_checkout_stays_sparse(lab: Lab) -> None:
    git(lab.user, "sparse-checkout", "set", "--no-cone", "/README")
    await lab.land(await lab.made({"README": "new\n", "src/app.py": "print(2)\n"}))
    assert lab.read("README") == b"new\n"
    assert not (lab.user / "src").exists()
    assert lab.status() == ""


async def test_a_split_index_is_no_obstacle(lab: Lab) -> None:
    git(lab.user, "update-index", "--split-index")
    (lab.user / "README").write_text("mine\n")
    await lab.land(await lab.made({"new": "1\n"}))
    assert lab.status() == " M README\n"


async def test_a_submodule_moves_only_in_the_index(lab: Lab) -> None:
    git(lab.agent, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},sub")
    git(lab.agent, "commit", "-q", "-m", "bump")
    head = await lab.take(git(lab.agent, "rev-parse", "HEAD").decode().strip())
    shown = await lab.shown(head)
    assert shown.notes == ("sub is a submodule: git submodule update",)
    landing = await lab.land(head)
    assert lab.tip == landing.after
    assert list((lab.user / "sub").iterdir()) == []


async def test_a_cancelled_landing_comes_to_its_end(lab: Lab) -> None:
    shown = await lab.shown(await lab.made({"new": "1\n"}))
    clone = await lab.clone()
    act = asyncio.create_task(land(lab.ws, clone, lab.journal, shown, yes(shown)))
    async with asyncio.timeout(60):
        while not await lab.journal.landings():  # noqa: ASYNC110 - the journal is a file
            await asyncio.sleep(0.001)
    act.cancel()
    with pytest.raises(asyncio.CancelledError):
        await act
    assert (await lab.journal.landings())[0].state is LandingState.LANDED
    assert (lab.tip, lab.status()) == (shown.after, "")


async def test_a_status_that_may_not_write_finds_nothing_to_do(lab: Lab) -> None:
    await lab.land(await lab.made({f"many/{n}": f"{n}\n" for n in range(MANY + 1)}))
    index = lab.user / ".git" / "index"
    before = index.stat().st_ino
    assert lab.status() == ""
    assert index.stat().st_ino == before


async def test_a_filter_of_one_worktree_or_branch_is_not_run(lab: Lab, tmp_path: Path) -> None:
    git(lab.user, "checkout", "-q", "--detach")
    linked = tmp_path / "linked"
    git(lab.user, "worktree", "add", "-q", str(linked), "main")
    evil = f"touch {tmp_path}/ran; cat"
    git(lab.user, "config", "extensions.worktreeConfig", "true")
    git(linked, "config", "--worktree", "filter.one.smudge", evil)
    (tmp_path / "more").write_text(f'[filter "two"]\n\tsmudge = {evil}\n')
    git(lab.user, "config", "includeIf.onbranch:main.path", str(tmp_path / "more"))
    head = await lab.made({".gitattributes": "a filter=one\nb filter=two\n", "a": "1", "b": "2"})
    assert (await lab.shown(head)).notes == (
        "1 file will be as git stores it: the filter one is not run",
        "1 file will be as git stores it: the filter two is not run",
    )
    await lab.land(head)
    assert (linked / "b").read_text() == "2"
    assert not (tmp_path / "ran").exists()


async def test_another_object_format_and_a_branch_with_an_odd_name(
    lab: Lab, tmp_path: Path
) -> None:
    there = tmp_path / "there"
    user = there / "user"
    user.mkdir(parents=True)
    git(user, "init", "-q", "-b", "release/1.0=rc", "--object-format=sha256")
    commit(user, {"README": "hello\n"})
    other = await lab_in(there, user)
    landing = await other.land(await other.made({"new": "1\n"}))
    assert len(landing.after) == 64
    assert git(user, "rev-parse", "release/1.0=rc").decode().strip() == landing.after
    assert other.status() == ""


async def test_odd_names_of_files_land(lab: Lab) -> None:
    names = ("a\nb", ":100644 x", "-q", "ü\u202e", "sp ace", '"quoted"', "a\udcffb")
    git(lab.agent, "rm", "-q", "README")
    head = await lab.made({name: f"{name!r}\n" for name in names})
    await lab.land(head)
    assert all((lab.user / name).read_text() == f"{name!r}\n" for name in names)
    assert (lab.status(), (lab.user / "README").exists()) == ("", False)


async def test_what_a_crash_left_is_told_with_the_next_landing(lab: Lab) -> None:
    head = await lab.made({"new": "1\n"})
    await lab.begun(lab.tip, head)
    landing = await lab.land(head)
    assert landing.note == "agent/t-1 of brain was approved, but did not begin to land"


async def test_a_shallow_clone_stays_shallow(lab: Lab, tmp_path: Path) -> None:
    commit(lab.user, {"README": "two\n"})
    there = tmp_path / "there"
    there.mkdir()
    git(there, "clone", "-q", "--depth=1", lab.user.as_uri(), "user")
    other = await lab_in(there, there / "user")
    landing = await other.land(await other.made({"new": "1\n"}))
    assert (other.tip, other.status()) == (landing.after, "")
    assert (there / "user/.git/shallow").exists()


async def test_a_submodule_as_clone_gets_files_and_its_repository_none(
    lab: Lab, tmp_path: Path
) -> None:
    above = make_repo(tmp_path / "above", {"a": "a\n"})
    git(above, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(lab.user), "lib")
    home, before = above / ".git/modules/lib", lab.tip
    lab.user = above / "lib"
    head = await lab.made({"hooks/post-commit": "#!/bin/sh\n", "info/attributes": "* -diff\n"})
    await lab.land(head)
    assert lab.at("main^1") == before
    assert lab.read("hooks/post-commit") == b"#!/bin/sh\n"
    assert lab.status() == ""
    assert not (home / "hooks/post-commit").exists()
    assert not (home / "info/attributes").exists()


async def test_a_tag_or_a_replacement_of_the_same_name_means_nothing(lab: Lab) -> None:
    before, head = lab.tip, await lab.made({"new": "1\n"})
    git(lab.user, "checkout", "-q", "--detach")
    evil = commit(lab.user, {"evil": "1\n"})
    git(lab.user, "tag", "main", evil)
    git(lab.user, "symbolic-ref", "HEAD", "refs/heads/main")
    git(lab.user, "reset", "-q", "--hard")
    git(lab.user, "replace", before, evil)
    await lab.land(head)
    git(lab.user, "replace", "-d", before)
    assert lab.at("refs/heads/main^1") == before
    assert lab.at("refs/tags/main") == evil
    assert not (lab.user / "evil").exists()
    assert (lab.read("new"), lab.status()) == (b"1\n", "")


async def test_a_worktree_that_points_to_another_repository_is_not_followed(
    lab: Lab, tmp_path: Path
) -> None:
    git(lab.user, "checkout", "-q", "--detach")
    linked = tmp_path / "linked"
    git(lab.user, "worktree", "add", "-q", str(linked), "main")
    head = await lab.made({"new": "1\n"})
    fake = make_repo(tmp_path / "fake")
    arm(fake / ".git", tmp_path / "marker")
    before = git(fake, "rev-parse", "HEAD", check=False)
    (linked / ".git").write_text(f"gitdir: {fake}/.git\n")
    await lab.land(head)
    assert (linked / "new").read_bytes() == b"1\n"
    assert (fake / ".git/refs/heads/main").read_bytes() == before
    assert not (tmp_path / "marker").exists()
