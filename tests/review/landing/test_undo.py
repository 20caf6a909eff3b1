"""Taking landings back in real clones, pushed and not, under the hands of a user who works on."""

from dataclasses import replace
from pathlib import Path

import pytest

from fleettui.model.errors import Refused
from fleettui.model.landing import LandingState, Strategy, UndoPreview
from fleettui.review.landing import lock, user_clone
from fleettui.review.landing.undo import preview_undo, undo
from fleettui.review.publish.push import preview_push, push
from tests.lab.repos import arm, commit, git
from tests.lab.times import NOW
from tests.review.agents import files, key, land, made
from tests.review.pushing import Place, place_at, tip


@pytest.fixture
async def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    return await place_at(tmp_path, monkeypatch)


async def look(place: Place) -> UndoPreview:
    return await preview_undo(place.ws, place.clone, place.journal, now=NOW)


async def take_back(place: Place) -> UndoPreview:
    seen = await look(place)
    assert seen.blocked == ()
    done = await undo(place.ws, place.clone, place.journal, seen)
    assert done.state is LandingState.UNDONE
    assert place.here == seen.after
    return seen


def status(place: Place) -> bytes:
    return git(place.user, "status", "--porcelain")


async def pushed(place: Place) -> None:
    await push(
        place.ws,
        place.clone,
        place.journal,
        await preview_push(place.ws, place.clone, place.journal),
    )


@pytest.mark.parametrize("strategy", list(Strategy))
async def test_goes_back_with_the_files_where_nobody_has_it(
    place: Place, strategy: Strategy
) -> None:
    before, were = place.here, files(place.user)
    head = await made(place, "t1", {"a.txt": "a", "src/app.py": "2\n", "README": None}, times=2)
    landed = await land(place, "t1", head, strategy)
    (place.user / "mine.txt").write_text("mine")
    (place.user / "new.txt").write_text("changed by me\n")
    git(place.user, "add", "mine.txt")
    seen = await take_back(place)
    assert (seen.landing.id, seen.revert) == (landed.id, False)
    assert (seen.before, seen.after, place.here) == (landed.after, before, before)
    assert status(place) == b"A  mine.txt\n M new.txt\n"
    assert files(place.user) == were | {"mine.txt": "mine", "new.txt": "changed by me\n"}
    assert git(place.user, "fsck", "--no-dangling") == b""


async def test_only_the_branch_goes_back_where_it_is_checked_out_nowhere(place: Place) -> None:
    before = place.here
    git(place.user, "checkout", "-q", "-b", "elsewhere")
    await land(place, "t1", await made(place, "t1", {"a.txt": "a"}))
    seen = await take_back(place)
    assert (seen.revert, place.here) == (False, before)
    assert status(place) == b""


async def test_one_after_the_other_and_then_none(place: Place) -> None:
    start = place.here
    first = await land(place, "t1", await made(place, "t1", {"a.txt": "a"}))
    await land(place, "t2", await made(place, "t2", {"b.txt": "b"}))
    assert (await take_back(place)).after == first.after
    assert (await take_back(place)).after == start
    with pytest.raises(Refused, match="no landing that could be taken back"):
        await look(place)
    states = [one.state for one in await place.journal.landings()]
    assert states == [LandingState.UNDONE, LandingState.UNDONE]
    again = await land(place, "t1", first.head)
    assert (await look(place)).landing.id == again.id


async def test_what_was_pushed_is_reverted(place: Place) -> None:
    were = files(place.user)
    landed = await land(place, "t1", await made(place, "t1", {"a.txt": "a", "README": None}))
    await pushed(place)
    seen = await take_back(place)
    assert (seen.revert, seen.before) == (True, landed.after)
    assert files(place.user) == were
    assert status(place) == b""
    told = git(place.user, "log", "-1", "--format=%P%n%an%n%B").decode()
    assert told.startswith(f"{landed.after}\nAda\nTake back agent/t1 from m0\n")
    assert f"This reverts commit {landed.after}." in told
    await pushed(place)
    assert place.there == place.here


async def test_what_the_user_pushed_by_hand_is_reverted(place: Place) -> None:
    landed = await land(place, "t1", await made(place, "t1", {"a.txt": "a"}))
    seen = await look(place)
    assert not seen.revert
    git(place.user, "push", "-q", "origin", "main")
    with pytest.raises(Refused, match="was pushed meanwhile"):
        await undo(place.ws, place.clone, place.journal, seen)
    assert place.here == landed.after
    assert (await take_back(place)).revert


@pytest.mark.parametrize("strategy", list(Strategy))
async def test_what_the_user_built_upon_is_kept(place: Place, strategy: Strategy) -> None:
    head = await made(place, "t1", {"a.txt": "a", "src/app.py": "2\n"})
    await land(place, "t1", head, strategy)
    commit(place.user, {"mine.txt": "mine", "new.txt": "newer\n"})
    were = files(place.user)
    seen = await take_back(place)
    assert seen.revert
    assert files(place.user) == {
        **{name: text for name, text in were.items() if name != "a.txt"},
        "src/app.py": "print(1)\n",
    }
    assert status(place) == b""


async def test_the_landing_below_another_one_can_be_taken_back_after_it(place: Place) -> None:
    await land(place, "t1", await made(place, "t1", {"a.txt": "a"}))
    await land(place, "t2", await made(place, "t2", {"b.txt": "b"}))
    await pushed(place)
    assert (await take_back(place)).landing.key == key("t2")
    assert (await take_back(place)).landing.key == key("t1")
    assert not {"a.txt", "b.txt"} & set(files(place.user))


async def test_renames_of_later_commits_are_followed(place: Place) -> None:
    text = "".join(f"line {number}\n" for number in range(30))
    commit(place.user, {"long.txt": text})
    head = await made(place, "t1", {"long.txt": text.replace("line 7\n", "line seven\n")})
    await land(place, "t1", head)
    git(place.user, "mv", "long.txt", "longer.txt")
    commit(place.user, {})
    await take_back(place)
    assert files(place.user)["longer.txt"] == text


async def test_what_later_commits_changed_too_is_refused_by_name(place: Place) -> None:
    await land(place, "t1", await made(place, "t1", {"a.txt": "a\n", "b.txt": "b\n"}))
    mine = commit(place.user, {"a.txt": "mine\n"})
    seen = await look(place)
    assert seen.blocked == ("agent/t1 cannot be taken back: later commits changed a.txt",)
    assert (seen.before, seen.after) == (mine, mine)
    with pytest.raises(Refused, match=r"later commits changed a\.txt"):
        await undo(place.ws, place.clone, place.journal, seen)
    assert place.here == mine


async def test_what_is_gone_already_is_told(place: Place) -> None:
    landed = await land(place, "t1", await made(place, "t1", {"a.txt": "a\n"}))
    git(place.user, "revert", "--no-edit", "-m", "1", landed.after)
    assert (await look(place)).blocked == ("main has nothing of agent/t1 any more",)


async def test_a_landing_that_the_user_took_away_is_passed_over(place: Place) -> None:
    first = await land(place, "t1", await made(place, "t1", {"a.txt": "a"}))
    await land(place, "t2", await made(place, "t2", {"b.txt": "b"}))
    git(place.user, "reset", "-q", "--hard", first.after)
    assert (await look(place)).landing.id == first.id


async def test_files_of_the_user_in_the_way_stop_it_and_stay(place: Place) -> None:
    landed = await land(
        place, "t1", await made(place, "t1", {"new.txt": "theirs\n", "README": None})
    )
    seen = await look(place)
    (place.user / "new.txt").write_text("mine\n")
    (place.user / "README").write_text("mine, and unknown to git\n")
    blocked = (await look(place)).blocked
    assert any("new.txt has changes that are not committed" in why for why in blocked)
    assert any("README" in why for why in blocked)
    with pytest.raises(Refused, match=r"new\.txt"):
        await undo(place.ws, place.clone, place.journal, seen)
    assert place.here == landed.after
    assert (place.user / "new.txt").read_text() == "mine\n"
    assert (place.user / "README").read_text() == "mine, and unknown to git\n"
    assert (await place.journal.landings())[0].state is LandingState.LANDED


async def test_a_commit_between_look_and_undo_stops_it(place: Place) -> None:
    await land(place, "t1", await made(place, "t1", {"a.txt": "a"}))
    seen = await look(place)
    mine = commit(place.user, {"mine.txt": "x"})
    with pytest.raises(Refused, match="main moved to"):
        await undo(place.ws, place.clone, place.journal, seen)
    assert place.here == mine


async def test_a_landing_between_look_and_undo_stops_it(place: Place) -> None:
    await land(place, "t1", await made(place, "t1", {"a.txt": "a"}))
    seen = await look(place)
    second = await land(place, "t2", await made(place, "t2", {"b.txt": "b"}))
    with pytest.raises(Refused, match="another landing is the last one now"):
        await undo(place.ws, place.clone, place.journal, seen)
    assert place.here == second.after


async def test_a_preview_that_takes_back_something_else_is_refused(place: Place) -> None:
    landed = await land(place, "t1", await made(place, "t1", {"a.txt": "a"}))
    await pushed(place)
    seen = await look(place)
    forged = UndoPreview(seen.landing, seen.ref, seen.before, landed.before, True)
    with pytest.raises(Refused, match="does not take the landing back"):
        await undo(place.ws, place.clone, place.journal, forged)
    for after, why in (("main~1", "was pushed meanwhile"), ("main~2", "does not take")):
        forged = UndoPreview(seen.landing, seen.ref, seen.before, tip(place.user, after), False)
        with pytest.raises(Refused, match=why):
            await undo(place.ws, place.clone, place.journal, forged)
    assert place.here == landed.after


async def test_waits_for_nobody_who_lands(place: Place) -> None:
    await land(place, "t1", await made(place, "t1", {"a.txt": "a"}))
    seen = await look(place)
    async with lock.holding(place.ws, "landing"):
        with pytest.raises(Refused, match="another fleettui is at work"):
            await undo(place.ws, place.clone, place.journal, seen)


async def test_nothing_of_the_users_clone_is_run(place: Place, tmp_path: Path) -> None:
    await land(place, "t1", await made(place, "t1", {"a.txt": "a"}))
    await pushed(place)
    await land(place, "t2", await made(place, "t2", {"b.txt": "b"}))
    marker = tmp_path / "mark"
    arm(place.user / ".git", marker)
    git(place.user, "config", "--unset", "core.fsmonitor")
    marker.unlink(missing_ok=True)
    place = replace(place, clone=await user_clone.find(str(place.user)))
    assert not (await take_back(place)).revert
    assert (await take_back(place)).revert
    assert not marker.exists()
