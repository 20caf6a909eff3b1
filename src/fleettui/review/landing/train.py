"""Several approved changes landing one after the other, each on the result of the one before.

The whole chain is made in quarantine first: the commits that are shown are the commits that
land. It stops at the first that cannot land; what landed before stays, and is told.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from fleettui.git.runner import Git
from fleettui.model.change import Approval, ChangeKey, Gate, Signal
from fleettui.model.errors import FleettuiError, Refused
from fleettui.model.landing import Car, Landing, Preview, Strategy, Train, TrainResult
from fleettui.model.text import clean
from fleettui.review import signals
from fleettui.review.intake import quarantine
from fleettui.review.landing import commits, landing, message, obstacles
from fleettui.review.landing.journal import Journal
from fleettui.review.landing.message import Subject
from fleettui.review.landing.user_clone import UserClone
from fleettui.review.ports import GateRunner
from fleettui.review.reading import merging
from fleettui.review.reading.evaluate import evaluate
from fleettui.review.workspace import Workspace

_NAMED = 5


@dataclass(frozen=True, slots=True)
class Passenger:
    """An approved change that wants to land. `blocked`: why it must not, "" where it may.

    `acknowledged` are the keys of signals that the human has looked at, `signals` those of
    landing it on the target as it is now.
    """

    about: Subject
    title: str = ""
    blocked: str = ""
    acknowledged: frozenset[str] = frozenset()
    signals: tuple[Signal, ...] | None = None

    @property
    def key(self) -> ChangeKey:
        """Which change."""
        return self.about.key


async def plan(
    ws: Workspace,
    clone: UserClone,
    passengers: Sequence[Passenger],
    *,
    strategy: Strategy = Strategy.MERGE,
    now: datetime,
) -> Train:
    """The chain, in the order given; every commit of it exists in quarantine then.

    From the first car that cannot land on, all cars say why they stay.
    """
    tip = await quarantine.take_target(ws, clone.common_dir)
    await quarantine.pin(ws, tip, *(one.about.head for one in passengers))
    cars: list[Car] = []
    stopped = ""
    for one in passengers:
        car = _stays(one, tip, stopped or one.blocked)
        if not car.blocked:
            first = not any(not car.blocked for car in cars)
            car = await _joined(ws.q(), clone, one, tip, strategy, now, first=first)
        if car.blocked and not stopped:
            stopped = _behind(one.key)
        cars.append(car)
        tip = car.after
    whole = Train(ws.repo.name, clean(ws.repo.base), strategy, tuple(cars))
    return await _with_obstacles(ws, clone, whole)


async def land(
    ws: Workspace,
    clone: UserClone,
    journal: Journal,
    train: Train,
    *,
    now: datetime,
    by: str,
    gates: GateRunner | None = None,
    checked: Callable[[ChangeKey, Sequence[Gate]], None] | None = None,
    arrived: Callable[[Landing], None] | None = None,
) -> TrainResult:
    """Land the cars until one cannot: the human `by` said yes to exactly these trees.

    The gates of the repository run on exactly the commit that lands, just before it does;
    `checked` gets their outcomes, `arrived` each landing when it is over. Never raises for what
    a car meets: that is why the train `stopped`. Raises Refused where it may not even begin.
    """
    if train.blocked:
        raise Refused("; ".join(train.blocked))
    if not train.cars:
        raise Refused(f"nothing is approved in {clean(train.repo)}")
    landed: list[Landing] = []
    for car in train.cars:
        try:
            if car.blocked:
                raise Refused(car.blocked)
            await _pass_gates(ws, car, gates, checked)
            yes = Approval(car.before, car.head, car.tree, now, by)
            shown = _shown(train, car)
            landed.append(await landing.land(ws, clone, journal, shown, yes))
        except FleettuiError as error:
            return TrainResult(tuple(landed), f"{car.key.branch}: {error}")
        if arrived is not None:
            arrived(landed[-1])
    return TrainResult(tuple(landed))


async def _pass_gates(
    ws: Workspace,
    car: Car,
    gates: GateRunner | None,
    checked: Callable[[ChangeKey, Sequence[Gate]], None] | None,
) -> None:
    if gates is None or not ws.repo.gates:
        return
    outcomes = await gates.run(ws.repo, str(ws.quarantine), car.after)
    if checked is not None:
        checked(car.key, outcomes)
    for gate in outcomes:
        if not gate.passed:
            words = clean(" ".join(gate.command), limit=80)
            ended = "did not end" if gate.exit is None else f"says no (exit {gate.exit})"
            raise Refused(f"the gate `{words}` {ended}")
    if len(outcomes) < len(ws.repo.gates):
        raise Refused("not all gates were run")


def _shown(train: Train, car: Car) -> Preview:
    """A car as landing takes it; the numbers are only for a human, who has seen the train."""
    return Preview(
        key=car.key,
        target=train.target,
        before=car.before,
        after=car.after,
        tree=car.tree,
        head=car.head,
        strategy=train.strategy,
        message=car.message,
        files=0,
        additions=0,
        deletions=0,
    )


async def _joined(
    q: Git,
    clone: UserClone,
    one: Passenger,
    tip: str,
    strategy: Strategy,
    now: datetime,
    *,
    first: bool,
) -> Car:
    merged = await merging.merge(q, tip, one.about.head)
    if merged.tree is None:
        return _stays(one, tip, _conflict(merged))
    if merged.tree == (await commits.read(q, tip)).tree:
        return _stays(one, tip, "nothing of it is left to land")
    if missing := await _unacknowledged(q, one, tip, merged, first=first):
        return _stays(one, tip, f"not acknowledged: {', '.join(missing)}")
    words = message.write(one.about, strategy)
    try:
        after = await commits.build(
            q,
            target=tip,
            head=one.about.head,
            tree=merged.tree,
            strategy=strategy,
            message=words,
            identity=clone.identity(),
            when=now,
            base=await _base(q, tip, one.about.head),
        )
    except Refused as error:
        return _stays(one, tip, str(error))
    return Car(one.key, one.title, one.about.head, tip, after, merged.tree, words)


async def _unacknowledged(
    q: Git, one: Passenger, tip: str, merged: merging.Merged, *, first: bool
) -> list[str]:
    """Blocking signals of exactly the tree that lands: the cars before may have made new ones."""
    found = one.signals
    if found is None or not first:
        found = await signals.find(q, await evaluate(q, tip, one.about.head, merged=merged))
    keys = dict.fromkeys(signal.key for signal in found if signal.blocking)
    return [key for key in keys if key not in one.acknowledged]


def _stays(one: Passenger, tip: str, why: str) -> Car:
    return Car(one.key, one.title, one.about.head, tip, tip, "", "", blocked=why)


def _conflict(merged: merging.Merged) -> str:
    if merged.problem:
        return merged.problem
    paths = [clean(path) for path in merged.conflicts[:_NAMED]]
    more = len(merged.conflicts) - len(paths)
    return f"it conflicts in {', '.join(paths) or 'folders'}" + (
        f" and {more} more" if more else ""
    )


async def _base(q: Git, target: str, head: str) -> str | None:
    told = await q.run(["merge-base", "--end-of-options", target, head], ok=(0, 1))
    return told.stdout.decode("ascii").strip() or None


async def _with_obstacles(ws: Workspace, clone: UserClone, train: Train) -> Train:
    """Say which car the user's own files stop; only looked for where they stop any."""
    going = [car for car in train.cars if not car.blocked]
    if not going:
        return train
    first = going[0].before
    if not (await obstacles.look(ws, clone, first, going[-1].after)).blocked:
        return train
    for number, car in enumerate(going):
        found = (await obstacles.look(ws, clone, first, car.after)).blocked
        if found and number == 0:
            return replace(train, blocked=found)
        if found:
            rest = [replace(car, blocked="; ".join(found))]
            rest += [replace(one, blocked=_behind(car.key)) for one in train.cars[number + 1 :]]
            return replace(train, cars=(*train.cars[:number], *rest))
    return train


def _behind(key: ChangeKey) -> str:
    return f"the train stops at {key.branch}"
