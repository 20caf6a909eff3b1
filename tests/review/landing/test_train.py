"""Trains: several changes, each landed on the result of the one before, with gates between."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from fleettui.model.change import ChangeKey, Gate
from fleettui.model.errors import OperationFailed, Refused
from fleettui.model.landing import LandingState, Strategy, Train, TrainResult
from fleettui.model.repo import Repo
from fleettui.review.landing import train
from fleettui.review.landing.train import Passenger
from fleettui.review.landing.undo import preview_undo, undo
from tests.lab.repos import arm, commit, git
from tests.lab.times import NOW
from tests.review.agents import BY, files, key, made, subject
from tests.review.pushing import Place, place_at

TEXT = "".join(f"line {number}\n" for number in range(40))


@pytest.fixture
async def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    made_one = await place_at(tmp_path, monkeypatch)
    commit(made_one.user, {"long.txt": TEXT})
    return made_one


class Gates:
    """A gate runner that reads the commit which it is given, and fails where a file says so."""

    def __init__(self, then: Callable[[str], None] = lambda commit: None) -> None:
        self.ran: list[str] = []
        self._then = then

    async def run(self, repo: Repo, quarantine: str, commit: str) -> Sequence[Gate]:
        self.ran.append(commit)
        names = git(Path(quarantine), "ls-tree", "-r", "--name-only", commit).decode().split()
        self._then(commit)
        if "unrunnable.txt" in names:
            raise OperationFailed("no machine can run gates")
        return [Gate(command, 1 if "broken.txt" in names else 0) for command in repo.gates]


def gated(place: Place) -> Place:
    repo = replace(place.ws.repo, gates=(("make", "test"),))
    return replace(place, ws=replace(place.ws, repo=repo))


async def three(place: Place, **more: str) -> list[Passenger]:
    """Three changes of the same file that get on, from the same base; `t2` has more files."""
    heads = {
        "t1": await made(place, "t1", {"long.txt": TEXT.replace("line 3\n", "three\n")}),
        "t2": await made(
            place,
            "t2",
            {"long.txt": TEXT.replace("line 20\n", "twenty\n")}
            | {f"{name}.txt": text for name, text in more.items()},
        ),
        "t3": await made(place, "t3", {"long.txt": TEXT.replace("line 37\n", "37\n"), "c": "c"}),
    }
    return [Passenger(subject(task, head), f"Do {task}") for task, head in heads.items()]


async def plan(
    place: Place, passengers: Sequence[Passenger], strategy: Strategy = Strategy.MERGE
) -> Train:
    return await train.plan(place.ws, place.clone, passengers, strategy=strategy, now=NOW)


async def land(place: Place, whole: Train, gates: Gates | None = None) -> TrainResult:
    return await train.land(
        place.ws, place.clone, place.journal, whole, now=NOW, by=BY, gates=gates
    )


@pytest.mark.parametrize("strategy", list(Strategy))
async def test_each_lands_on_the_result_of_the_one_before(place: Place, strategy: Strategy) -> None:
    start, passengers = place.here, await three(place)
    whole = await plan(place, passengers, strategy)
    assert (place.here, whole.blocked) == (start, ())
    assert [car.key for car in whole.cars] == [key("t1"), key("t2"), key("t3")]
    assert [car.blocked for car in whole.cars] == ["", "", ""]
    assert whole.cars[0].before == start
    assert [car.before for car in whole.cars[1:]] == [car.after for car in whole.cars[:-1]]
    (place.user / "mine.txt").write_text("mine")
    done = await land(place, whole)
    assert (done.stopped, len(done.landed)) == ("", 3)
    assert [one.after for one in done.landed] == [car.after for car in whole.cars]
    assert place.here == whole.cars[-1].after
    expected = TEXT
    for old, new in (("line 3\n", "three\n"), ("line 20\n", "twenty\n"), ("line 37\n", "37\n")):
        expected = expected.replace(old, new)
    assert files(place.user)["long.txt"] == expected
    assert git(place.user, "status", "--porcelain") == b"?? mine.txt\n"
    for car in whole.cars:
        tree = git(place.user, "rev-parse", f"{car.after}^{{tree}}").decode().strip()
        assert tree == car.tree
    states = [one.state for one in await place.journal.landings()]
    assert states == [LandingState.LANDED] * 3


async def test_the_last_car_can_be_taken_back_alone(place: Place) -> None:
    whole = await plan(place, await three(place))
    await land(place, whole)
    seen = await preview_undo(place.ws, place.clone, place.journal, now=NOW)
    await undo(place.ws, place.clone, place.journal, seen)
    assert place.here == whole.cars[1].after


async def test_a_conflict_stops_the_plan_there_with_its_paths(place: Place) -> None:
    one, two, three_ = await three(place)
    bad = await made(place, "t4", {"long.txt": TEXT.replace("line 3\n", "drei\n")})
    whole = await plan(place, [one, Passenger(subject("t4", bad)), two, three_])
    assert [car.blocked for car in whole.cars] == [
        "",
        "it conflicts in long.txt",
        "the train stops at agent/t4",
        "the train stops at agent/t4",
    ]
    done = await land(place, whole)
    assert [landed.key for landed in done.landed] == [key("t1")]
    assert done.stopped == "agent/t4: it conflicts in long.txt"
    assert place.here == whole.cars[0].after


async def test_what_must_not_land_or_is_there_already_stops_it(place: Place) -> None:
    one, two, three_ = await three(place)
    whole = await plan(place, [replace(one, blocked="a signal is not acknowledged"), two])
    assert [car.blocked for car in whole.cars] == [
        "a signal is not acknowledged",
        "the train stops at agent/t1",
    ]
    again = await plan(place, [three_, Passenger(subject("t9", three_.about.head))])
    assert [car.blocked for car in again.cars] == ["", "nothing of it is left to land"]
    done = await land(place, whole)
    assert (done.landed, done.stopped) == ((), "agent/t1: a signal is not acknowledged")


async def test_a_rebase_that_is_not_possible_stops_it(place: Place) -> None:
    one, two, _ = await three(place)
    clone = place.user.parent / "m0" / "app"
    git(clone, "checkout", "-q", "-B", "agent/t5", "origin/main")
    git(clone, "merge", "-q", "--no-ff", "-m", "Join", "agent/t2")
    head = await made(
        place, "t5", {"x": "x"}, base=git(clone, "rev-parse", "HEAD").decode().strip()
    )
    whole = await plan(place, [one, Passenger(subject("t5", head)), two], Strategy.REBASE)
    assert "merges of its own" in whole.cars[1].blocked
    assert whole.cars[2].blocked == "the train stops at agent/t5"


async def test_the_users_files_stop_the_car_that_they_are_in_the_way_of(place: Place) -> None:
    passengers = await three(place)
    (place.user / "c").write_text("mine\n")
    whole = await plan(place, passengers)
    assert whole.blocked == ()
    assert [bool(car.blocked) for car in whole.cars] == [False, False, True]
    assert "c is unknown to git" in whole.cars[2].blocked
    (place.user / "long.txt").write_text("mine\n")
    whole = await plan(place, passengers)
    assert any("long.txt" in why for why in whole.blocked)
    with pytest.raises(Refused, match=r"long\.txt"):
        await land(place, whole)


async def test_a_file_that_appears_on_the_way_stops_it_there(place: Place) -> None:
    place = gated(place)
    whole = await plan(place, await three(place))

    def then(commit: str) -> None:
        if commit == whole.cars[2].after:
            (place.user / "c").write_text("mine\n")

    done = await land(place, whole, Gates(then))
    assert len(done.landed) == 2
    assert "c is unknown to git" in done.stopped
    assert (place.user / "c").read_text() == "mine\n"
    assert place.here == whole.cars[1].after


async def test_gates_run_on_exactly_what_lands_and_stop_it(place: Place) -> None:
    place = gated(place)
    whole = await plan(place, await three(place, broken="x"))
    gates = Gates()
    told: list[tuple[ChangeKey, Sequence[Gate]]] = []
    done = await train.land(
        place.ws,
        place.clone,
        place.journal,
        whole,
        now=NOW,
        by=BY,
        gates=gates,
        checked=lambda key, outcomes: told.append((key, outcomes)),
    )
    assert gates.ran == [car.after for car in whole.cars[:2]]
    assert [one.key for one in done.landed] == [key("t1")]
    assert done.stopped == "agent/t2: the gate `make test` says no (exit 1)"
    assert [one for one, _ in told] == [key("t1"), key("t2")]
    assert place.here == whole.cars[0].after


async def test_gates_that_cannot_run_stop_it(place: Place) -> None:
    place = gated(place)
    whole = await plan(place, await three(place, unrunnable="x"))
    done = await land(place, whole, Gates())
    assert len(done.landed) == 1
    assert done.stopped == "agent/t2: no machine can run gates"


async def test_a_commit_of_the_user_on_the_way_stops_it(place: Place) -> None:
    place = gated(place)
    whole = await plan(place, await three(place))
    mine: list[str] = []

    def then(made_commit: str) -> None:
        if made_commit == whole.cars[1].after:
            mine.append(commit(place.user, {"mine.txt": "x"}))

    done = await land(place, whole, Gates(then))
    assert [one.key for one in done.landed] == [key("t1")]
    assert "main moved to" in done.stopped
    assert [place.here] == mine


async def test_a_train_that_was_changed_does_not_land(place: Place) -> None:
    start = place.here
    whole = await plan(place, await three(place))
    first, second, third = whole.cars
    for forged in (
        replace(first, tree=second.tree),
        replace(first, after=second.after, tree=second.tree),
        replace(first, head=second.head),
    ):
        done = await land(place, replace(whole, cars=(forged, second, third)))
        assert done.landed == ()
        assert done.stopped.startswith("agent/t1: ")
        assert place.here == start


async def test_an_empty_train_does_not_begin(place: Place) -> None:
    with pytest.raises(Refused, match="nothing is approved in app"):
        await land(place, await plan(place, []))


async def test_arrivals_are_told_one_by_one_and_nothing_of_the_clone_is_run(
    place: Place, tmp_path: Path
) -> None:
    whole = await plan(place, await three(place))
    marker = tmp_path / "mark"
    arm(place.user / ".git", marker)
    arrived: list[ChangeKey] = []
    done = await train.land(
        place.ws,
        place.clone,
        place.journal,
        whole,
        now=NOW,
        by=BY,
        arrived=lambda landing: arrived.append(landing.key),
    )
    assert (done.stopped, arrived) == ("", [car.key for car in whole.cars])
    assert not marker.exists()
