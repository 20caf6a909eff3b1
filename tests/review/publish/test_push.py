"""Pushing to real bare repositories, beside others who push."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from fleettui.git.safety import ENVIRONMENT
from fleettui.model.errors import OperationFailed, Refused
from fleettui.model.text import is_clean
from fleettui.review.publish.push import preview_push, push, unpushed
from tests.lab.repos import arm, commit, executable, git
from tests.review.pushing import Place, global_config, place_at, reject, tip

Make = Callable[..., Awaitable[Place]]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    def made(url: str = "") -> Awaitable[Place]:
        return place_at(tmp_path, monkeypatch, url)

    return made


def other(place: Place, tmp_path: Path, name: str = "other") -> Path:
    """Somebody else's clone of the remote."""
    folder = tmp_path / name
    git(tmp_path, "clone", "-q", str(place.bare), str(folder))
    return folder


async def test_shows_what_the_remote_would_gain_and_pushes_exactly_that(make: Make) -> None:
    place = await make()
    before = place.there
    seen = await preview_push(place.ws, place.clone, place.journal)
    assert (seen.remote, seen.ref, seen.blocked) == ("origin", "refs/heads/main", ())
    assert (seen.before, seen.after, seen.count) == (before, place.here, 1)
    assert (seen.url, seen.commits) == (str(place.bare), ("Add new",))
    assert place.there == before
    said: list[str] = []
    done = await push(place.ws, place.clone, place.journal, seen, progress=said.append)
    assert place.there == done.after == place.here
    assert (done.before, done.count) == (before, 1)
    assert any(words.startswith("writing objects ") for words in said)
    assert tip(place.user, "refs/remotes/origin/main") == done.after
    assert await unpushed(place.ws, place.clone) == 0
    again = await preview_push(place.ws, place.clone, place.journal)
    assert again.blocked == ("origin/main has everything already",)
    with pytest.raises(Refused, match="has everything already"):
        await push(place.ws, place.clone, place.journal, again)


async def test_makes_a_branch_that_the_remote_lacks(make: Make) -> None:
    place = await make()
    git(place.bare, "update-ref", "-d", "refs/heads/main")
    git(place.user, "update-ref", "-d", "refs/remotes/origin/main")
    assert await unpushed(place.ws, place.clone) is None
    seen = await preview_push(place.ws, place.clone, place.journal)
    assert (seen.before, seen.count, seen.blocked) == (None, 2, ())
    await push(place.ws, place.clone, place.journal, seen)
    assert place.there == place.here


async def test_a_new_branch_is_not_pushed_over_one_that_appears(make: Make) -> None:
    place = await make()
    gone = place.there
    git(place.bare, "update-ref", "-d", "refs/heads/main")
    git(place.user, "update-ref", "-d", "refs/remotes/origin/main")
    seen = await preview_push(place.ws, place.clone, place.journal)
    git(place.bare, "update-ref", "refs/heads/main", gone)
    with pytest.raises(Refused, match="moved to"):
        await push(place.ws, place.clone, place.journal, seen)
    assert place.there == gone


async def test_notes_which_landings_the_remote_has(make: Make) -> None:
    place = await make()
    first = await place.landed(place.there, place.here)
    before = place.here
    second = await place.landed(before, place.commit("b"))
    git(place.user, "push", "-q", str(place.bare), f"{first.after}:refs/heads/main")
    seen = await preview_push(place.ws, place.clone, place.journal)
    assert [one.pushed for one in await place.journal.landings()] == [False, True]
    await push(place.ws, place.clone, place.journal, seen)
    assert [one.pushed for one in await place.journal.landings()] == [True, True]
    assert second.after == place.there


async def test_says_what_is_missing(make: Make, tmp_path: Path) -> None:
    place = await make()
    git(place.user, "remote", "rename", "origin", "upstream")
    with pytest.raises(Refused, match="no remote called origin"):
        await preview_push(place.ws, place.clone, place.journal)
    git(place.user, "remote", "rename", "upstream", "origin")
    place.bare.rename(tmp_path / "away")
    with pytest.raises(OperationFailed, match=r"origin cannot be asked: .*app\.git"):
        await preview_push(place.ws, place.clone, place.journal)


async def test_does_not_push_over_what_others_pushed(make: Make, tmp_path: Path) -> None:
    place = await make()
    theirs = other(place, tmp_path)
    commit(theirs, {"their.txt": "x"})
    git(theirs, "push", "-q", "origin", "main")
    seen = await preview_push(place.ws, place.clone, place.journal)
    assert seen.blocked == ("origin/main has commits that main lacks: fetch and merge them first",)
    assert seen.count == 0


async def test_of_two_that_push_at_once_one_is_refused(make: Make, tmp_path: Path) -> None:
    place = await make()
    theirs = other(place, tmp_path)
    their_commit = commit(theirs, {"their.txt": "x"})
    seen = await preview_push(place.ws, place.clone, place.journal)
    git(theirs, "push", "-q", "origin", "main")
    with pytest.raises(Refused, match=f"main of origin moved to {their_commit[:10]} meanwhile"):
        await push(place.ws, place.clone, place.journal, seen)
    assert place.there == their_commit


async def test_two_copies_that_push_the_same_both_succeed(make: Make) -> None:
    place = await make()
    seen = await preview_push(place.ws, place.clone, place.journal)
    done = await asyncio.gather(
        *(push(place.ws, place.clone, place.journal, seen) for _ in range(3))
    )
    assert {one.after for one in done} == {place.there}


async def test_does_not_bring_back_what_is_taken_away_during_the_look(make: Make) -> None:
    place = await make()
    await push(
        place.ws,
        place.clone,
        place.journal,
        await preview_push(place.ws, place.clone, place.journal),
    )
    old = tip(place.bare, "refs/heads/main~1")
    place.commit("more")
    seen = await preview_push(place.ws, place.clone, place.journal)
    git(place.bare, "update-ref", "refs/heads/main", old)
    with pytest.raises(Refused, match="meanwhile"):
        await push(place.ws, place.clone, place.journal, seen)
    assert place.there == old


async def test_does_not_bring_back_what_was_taken_away_before(make: Make) -> None:
    place = await make()
    await push(
        place.ws,
        place.clone,
        place.journal,
        await preview_push(place.ws, place.clone, place.journal),
    )
    place.commit("more")
    git(place.bare, "update-ref", "refs/heads/main", "refs/heads/main~1")
    (why,) = (await preview_push(place.ws, place.clone, place.journal)).blocked
    assert why.startswith(f"origin/main went back there to {place.there[:10]} since ")
    assert "`git fetch --prune origin` accepts" in why
    git(place.user, "fetch", "-q", "--prune", "origin")
    seen = await preview_push(place.ws, place.clone, place.journal)
    assert (seen.blocked, seen.count) == ((), 2)
    git(place.bare, "update-ref", "-d", "refs/heads/main")
    (why,) = (await preview_push(place.ws, place.clone, place.journal)).blocked
    assert why.startswith("origin/main is gone there since ")


async def test_does_not_push_what_was_undone_since_the_look(make: Make) -> None:
    place = await make()
    before = place.there
    seen = await preview_push(place.ws, place.clone, place.journal)
    git(place.user, "reset", "-q", "--hard", "HEAD~1")
    with pytest.raises(Refused, match="main moved to"):
        await push(place.ws, place.clone, place.journal, seen)
    assert place.there == before


async def test_tells_why_the_remote_says_no_and_nothing_of_it_acts(make: Make) -> None:
    place = await make()
    before = place.there
    reject(place.bare, r"error: GH006: Protected branch \033]52;c;eA==\007 main\n\233 no\n")
    seen = await preview_push(place.ws, place.clone, place.journal)
    with pytest.raises(OperationFailed) as told:
        await push(place.ws, place.clone, place.journal, seen)
    assert "pre-receive hook declined" in told.value.text
    assert "GH006: Protected branch" in told.value.text
    assert is_clean(str(told.value))
    assert place.there == before
    assert tip(place.user, "refs/remotes/origin/main") == before


async def test_an_answer_that_is_lost_after_the_push_is_looked_up(make: Make) -> None:
    place = await make()
    hook = place.bare / "hooks" / "post-receive"
    executable(hook, "#!/bin/sh\nkill -9 $PPID\n")
    seen = await preview_push(place.ws, place.clone, place.journal)
    done = await push(place.ws, place.clone, place.journal, seen)
    assert place.there == done.after == place.here


async def test_a_push_that_breaks_before_it_arrives_is_tried_again(
    make: Make, tmp_path: Path
) -> None:
    place = await make()
    once = tmp_path / "once"
    hook = place.bare / "hooks" / "pre-receive"
    executable(hook, f'#!/bin/sh\nif mkdir "{once}" 2>/dev/null; then kill -9 $PPID; fi\n')
    seen = await preview_push(place.ws, place.clone, place.journal)
    await push(place.ws, place.clone, place.journal, seen)
    assert once.is_dir()
    assert place.there == place.here


async def test_gives_up_on_a_remote_that_always_breaks(make: Make) -> None:
    place = await make()
    before = place.there
    executable(place.bare / "hooks" / "pre-receive", "#!/bin/sh\nkill -9 $PPID\n")
    seen = await preview_push(place.ws, place.clone, place.journal)
    with pytest.raises(OperationFailed, match="origin did not take it"):
        await push(place.ws, place.clone, place.journal, seen)
    assert place.there == before


async def test_says_that_it_does_not_know_when_the_remote_is_gone(make: Make) -> None:
    place = await make()
    away = place.bare.with_name("away.git")
    hook = place.bare / "hooks" / "post-receive"
    executable(hook, f'#!/bin/sh\nmv "{place.bare}" "{away}"\nkill -9 $PPID\n')
    seen = await preview_push(place.ws, place.clone, place.journal)
    with pytest.raises(OperationFailed, match="it is not known whether origin has it") as told:
        await push(place.ws, place.clone, place.journal, seen)
    assert told.value.remedy == "push again: it asks the remote first"
    away.rename(place.bare)
    again = await preview_push(place.ws, place.clone, place.journal)
    assert again.blocked == ("origin/main has everything already",)


async def test_a_remote_that_never_ends_is_given_up_once(make: Make, tmp_path: Path) -> None:
    place = await make()
    before = place.there
    count = tmp_path / "count"
    hook = place.bare / "hooks" / "pre-receive"
    executable(hook, f"#!/bin/sh\necho x >>'{count}'\nexec sleep 600\n")
    seen = await preview_push(place.ws, place.clone, place.journal)
    with pytest.raises(OperationFailed, match="git push took longer than 3 s") as told:
        await push(place.ws, place.clone, place.journal, seen, deadline=3)
    assert told.value.remedy == "push again: it asks the remote first"
    assert (place.there, count.read_text()) == (before, "x\n")


async def test_what_may_have_been_pushed_counts_as_pushed(make: Make, tmp_path: Path) -> None:
    place = await make()
    await place.landed(place.there, place.here)
    hook = place.bare / "hooks" / "post-receive"
    executable(hook, f'#!/bin/sh\nmv "{place.bare}" "{tmp_path}/away"\nkill -9 $PPID\n')
    seen = await preview_push(place.ws, place.clone, place.journal)
    with pytest.raises(OperationFailed, match="not known"):
        await push(place.ws, place.clone, place.journal, seen)
    assert [one.pushed for one in await place.journal.landings()] == [True]


async def test_nothing_that_the_users_clone_names_is_run(make: Make, tmp_path: Path) -> None:
    place = await make()
    marker = tmp_path / "mark"
    arm(place.user / ".git", marker)
    git(place.user, "config", "--unset-all", "remote.origin.url", "ext::.*")
    git(place.user, "config", "--unset", "core.sshCommand")
    git(place.user, "config", "remote.origin.receivepack", str(tmp_path / "mark.sh"))
    marker.unlink(missing_ok=True)
    seen = await preview_push(place.ws, place.clone, place.journal)
    await push(place.ws, place.clone, place.journal, seen)
    assert place.there == seen.after
    assert not marker.exists()


async def test_hooks_of_a_remote_on_this_computer_run_as_after_a_push_by_hand(
    make: Make, tmp_path: Path
) -> None:
    place = await make()
    told = tmp_path / "told"
    hook = place.bare / "hooks" / "post-receive"
    executable(hook, f"#!/bin/sh\n{{ git config user.name; env | grep '^GIT_'; }} >'{told}'\n")
    seen = await preview_push(place.ws, place.clone, place.journal)
    await push(place.ws, place.clone, place.journal, seen)
    lines = told.read_text().splitlines()
    assert lines[0] == "Ada"
    assert not {line.partition("=")[0] for line in lines} & set(ENVIRONMENT)


async def test_goes_where_the_users_git_would_push(make: Make, tmp_path: Path) -> None:
    place = await make("https://git.example.org/app.git")
    global_config(f"url.{place.bare.parent}/.pushInsteadOf", "https://git.example.org/")
    seen = await preview_push(place.ws, place.clone, place.journal)
    assert seen.url == str(place.bare)
    await push(place.ws, place.clone, place.journal, seen)
    assert place.there == place.here


async def test_refuses_when_the_remote_changed_its_address(make: Make, tmp_path: Path) -> None:
    place = await make()
    before = place.there
    seen = await preview_push(place.ws, place.clone, place.journal)
    git(place.user, "remote", "set-url", "origin", str(tmp_path / "elsewhere.git"))
    with pytest.raises(Refused, match="not the one that was shown"):
        await push(place.ws, place.clone, place.journal, seen)
    assert place.there == before


async def test_subjects_are_clean(make: Make) -> None:
    place = await make()
    commit(place.user, {"x": "y"}, "\x1b]0;title\x07 \u202ereversed")
    seen = await preview_push(place.ws, place.clone, place.journal)
    assert len(seen.commits) == 2
    assert all(is_clean(subject) for subject in seen.commits)
