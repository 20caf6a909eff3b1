"""How open changes get on with each other: conflicts, overlaps, and the best order to land in.

`A` stands in the way of `B` where merging `B` conflicts once `A` has landed. That is tried with
real merges whose results are thrown away; only pairs that cannot meet (see `touched`) are not
tried. What is known stays known until a head or the target moves.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from fleettui.git.runner import Git
from fleettui.model.change import ChangeKey, Evaluation, Forecast
from fleettui.review.forecast.chains import (
    EXACT,
    Search,
    Wish,
    chained,
    components,
    search,
    together,
)
from fleettui.review.forecast.touched import Touched, entangled, meet, read_touched
from fleettui.review.forecast.trials import Trials
from fleettui.review.reading.merging import scratch

Pair = tuple[str, str]
"""Two heads: the first has landed, the second is merged."""


@dataclass(slots=True)
class Cache:
    """What is known about the open changes of one repository, for the next forecast.

    `orders` are clean chains, as places in the tuple of heads that they were searched for.
    """

    target: str = ""
    touched: dict[str, Touched] = field(default_factory=dict)
    near: dict[Pair, bool] = field(default_factory=dict)
    clean: dict[Pair, bool] = field(default_factory=dict)
    orders: dict[tuple[str, ...], tuple[int, ...]] = field(default_factory=dict)

    def keep(self, target: str, heads: set[str]) -> None:
        """Forget what is about another target or other heads."""
        if target != self.target:
            self.target = target
            self.touched, self.near, self.clean, self.orders = {}, {}, {}, {}
        self.touched = {head: it for head, it in self.touched.items() if head in heads}
        self.near = {pair: it for pair, it in self.near.items() if heads.issuperset(pair)}
        self.clean = {pair: it for pair, it in self.clean.items() if heads.issuperset(pair)}
        self.orders = {group: it for group, it in self.orders.items() if heads.issuperset(group)}


@dataclass(frozen=True, slots=True)
class Outlook:
    """A forecast for each change, and the order in which most of them land cleanly."""

    forecasts: Mapping[ChangeKey, Forecast]
    order: tuple[ChangeKey, ...]


async def forecast(
    q: Git, target: str, heads: Mapping[ChangeKey, Evaluation], cache: Cache
) -> Outlook:
    """The forecast for the open changes of a repository, the longest waiting first in `heads`.

    Evaluations for another target are left out. A change that conflicts with the target itself
    is in no order, and in nobody's way. Raises GitFailed.
    """
    known = {key: one for key, one in heads.items() if one.target == target}
    keys = [key for key, one in known.items() if _lands(one)]
    changes = [known[key] for key in keys]
    await asyncio.to_thread(cache.keep, target, {one.head for one in changes})
    new = [one for one in changes if one.head not in cache.touched]
    cache.touched |= zip((one.head for one in new), await read_touched(q, new), strict=True)
    async with scratch(q) as folder:
        trials = Trials(folder, target)
        landed = await trials.land([(one.head, one.tree or "") for one in changes])
        await _try_pairs(changes, landed, trials, cache)
        order = await _find_order(changes, landed, trials, cache)
    return await asyncio.to_thread(_outlook, known, keys, order, cache.clean)


def _lands(one: Evaluation) -> bool:
    return one.tree is not None and one.too_large is None and bool(one.files)


async def _try_pairs(
    changes: Sequence[Evaluation], landed: Sequence[str], trials: Trials, cache: Cache
) -> None:
    """Merge each change onto each other one that it can meet."""
    wishes = await asyncio.to_thread(_unknown_pairs, changes, cache)
    merged = await trials.merge([(landed[one], changes[other].head) for one, other in wishes])
    for (one, other), outcome in zip(wishes, merged, strict=True):
        pair = changes[one].head, changes[other].head
        if not outcome.problem:
            cache.clean[pair] = outcome.clean
            if _mirrored(changes[one], changes[other], cache):
                cache.clean[pair[::-1]] = outcome.clean


def _unknown_pairs(changes: Sequence[Evaluation], cache: Cache) -> list[tuple[int, int]]:
    """Numbers of changes that must be merged: the first has landed."""
    wishes = []
    for one, first in enumerate(changes):
        for other, then in enumerate(changes):
            pair = first.head, then.head
            if first.head == then.head or pair in cache.clean:
                continue
            if pair not in cache.near:
                near = meet(cache.touched[first.head], cache.touched[then.head])
                cache.near[pair] = cache.near[pair[::-1]] = near
            if not cache.near[pair] and cache.touched[then.head].certain:
                cache.clean[pair] = True
            elif one < other or not _mirrored(first, then, cache):
                wishes.append((one, other))
    return wishes


def _mirrored(one: Evaluation, other: Evaluation, cache: Cache) -> bool:
    """Whether both orders are the same merge with its sides exchanged: both stand on the target
    and share nothing else."""
    touched = cache.touched[one.head], cache.touched[other.head]
    return (
        one.behind == other.behind == 0
        and all(it.certain for it in touched)
        and touched[0].commits.isdisjoint(touched[1].commits)
    )


async def _find_order(
    changes: Sequence[Evaluation], landed: Sequence[str], trials: Trials, cache: Cache
) -> tuple[int, ...]:
    numbers = range(len(changes))
    near, after = await asyncio.to_thread(_relations, changes, cache)
    first = dict(zip(numbers, landed, strict=True))
    groups = components(numbers, near)
    touched = [[cache.touched[changes[one].head] for one in group] for group in groups]
    # Where more decides than who meets whom, only the whole chain is a proof.
    alone = all(one.certain for group in touched for one in group) and not entangled(touched)
    if not alone and len(changes) <= EXACT:
        groups = [list(numbers)]
    chains = await _searched(
        groups, lambda group: search(group, first, after), changes, trials, cache
    )
    order = together(chains)
    if alone or len(groups) < 2:
        return order
    everyone = [*order, *(one for one in numbers if one not in order)]
    (order,) = await _searched(
        [everyone], lambda _: chained(order, first, spare=numbers), changes, trials, cache
    )
    return order


def _relations(
    changes: Sequence[Evaluation], cache: Cache
) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
    """By number: the changes that one has to do with, and those that conflict after it."""
    near: dict[int, set[int]] = {number: set() for number in range(len(changes))}
    after: dict[int, set[int]] = {number: set() for number in range(len(changes))}
    for one, first in enumerate(changes):
        for other, then in enumerate(changes):
            pair = first.head, then.head
            conflict = first.head != then.head and not cache.clean.get(pair, False)
            if conflict:
                after[one].add(other)
            if one != other and (conflict or cache.near.get(pair, True)):
                near[one].add(other)
                near[other].add(one)
    return near, after


async def _searched(
    groups: Sequence[Sequence[int]],
    begin: Callable[[Sequence[int]], Search],
    changes: Sequence[Evaluation],
    trials: Trials,
    cache: Cache,
) -> list[tuple[int, ...]]:
    """The clean chain of each group. All groups are searched side by side."""
    names = [tuple(changes[one].head for one in group) for group in groups]
    new = [place for place, name in enumerate(names) if name not in cache.orders]
    chains = await _run([begin(groups[place]) for place in new], changes, trials)
    found = dict(zip(new, chains, strict=True))
    for place, chain in found.items():
        if not trials.doubtful:
            cache.orders[names[place]] = tuple(map(groups[place].index, chain))
    return [
        found[place]
        if place in found
        else tuple(group[number] for number in cache.orders[names[place]])
        for place, group in enumerate(groups)
    ]


async def _run(
    searches: Sequence[Search], changes: Sequence[Evaluation], trials: Trials
) -> list[tuple[int, ...]]:
    """Give all searches what they want, step by step, in one batch a step."""
    answers: dict[int, list[str | None] | None] = dict.fromkeys(range(len(searches)))
    ends: dict[int, tuple[int, ...]] = {}
    while answers:
        wanted = await asyncio.to_thread(_step, searches, answers, ends)
        asked = [
            (commit, changes[one].head) for wishes in wanted.values() for commit, one in wishes
        ]
        came = iter(await trials.after(asked))
        answers = {number: [next(came) for _ in wishes] for number, wishes in wanted.items()}
    return [ends[number] for number in range(len(searches))]


def _step(
    searches: Sequence[Search],
    answers: Mapping[int, list[str | None] | None],
    ends: dict[int, tuple[int, ...]],
) -> dict[int, list[Wish]]:
    """What each search wants next; those that have found their chain are put into `ends`."""
    wanted = {}
    for number, answer in answers.items():
        try:
            wanted[number] = searches[number].send(answer) if answer else next(searches[number])
        except StopIteration as end:
            ends[number] = end.value
    return wanted


def _outlook(
    known: Mapping[ChangeKey, Evaluation],
    keys: Sequence[ChangeKey],
    order: Sequence[int],
    clean: Mapping[Pair, bool],
) -> Outlook:
    overlaps = _overlaps(known)
    position = {keys[number]: place for place, number in enumerate(order, 1)}
    often = Counter(key.branch for key in known)
    forecasts = {}
    for key, one in known.items():
        against = [other for other in keys if clean.get((known[other].head, one.head)) is False]
        near = [other for other in known if other in overlaps[key]]
        forecasts[key] = Forecast(_named(against, often), _named(near, often), position.get(key))
    return Outlook(forecasts, tuple(keys[number] for number in order))


def _overlaps(known: Mapping[ChangeKey, Evaluation]) -> defaultdict[ChangeKey, set[ChangeKey]]:
    touching: defaultdict[bytes, list[ChangeKey]] = defaultdict(list)
    for key, one in known.items():
        for file in one.files:
            touching[file.raw_path].append(key)
    found: defaultdict[ChangeKey, set[ChangeKey]] = defaultdict(set)
    for together_here in {tuple(keys) for keys in touching.values() if len(keys) > 1}:
        for key in together_here:
            found[key].update(other for other in together_here if other != key)
    return found


def _named(keys: Sequence[ChangeKey], often: Mapping[str, int]) -> tuple[str, ...]:
    """Their branches; with the machine where more than one has a branch of that name."""
    return tuple(
        key.branch if often[key.branch] == 1 else f"{key.branch} on {key.machine}" for key in keys
    )
