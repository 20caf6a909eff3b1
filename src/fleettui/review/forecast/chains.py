"""In which order most changes land cleanly: searching, with git's merges from outside.

A search is a generator. It yields merges that it wants, each a commit and the number of a change
to be landed on it, and is sent the commits that come out, None where a merge conflicts. So many
searches go on side by side, and what they want at one time is one git process.

Changes are numbered by how long they wait: the lower the number, the longer.
"""

from collections.abc import Collection, Generator, Mapping, Sequence, Set

EXACT = 7
"""Up to so many changes that have to do with each other, every order is tried."""

Wish = tuple[str, int]
"""Land the change of that number on the commit."""

Search = Generator[list[Wish], list[str | None], tuple[int, ...]]
"""Ends with the numbers of the changes in the order in which they land."""


def search(
    members: Sequence[int], landed: Mapping[int, str], after: Mapping[int, Set[int]]
) -> Search:
    """The longest clean chain of some changes.

    `landed[n]` is the target with change `n` alone; `after[n]` are the changes that conflict
    once `n` has landed. Exact for few, else the best that could be found; always really merged.
    """
    peaceful = all(after[one].isdisjoint(members) for one in members)
    if peaceful or len(members) > EXACT:
        found = yield from chained(choice(members, after), landed, spare=members)
        if len(found) == len(members) or len(members) > EXACT:
            return found
    return (yield from every_order(members, landed))


def every_order(members: Sequence[int], landed: Mapping[int, str]) -> Search:
    """Try all orders, step by step: what gives the same commit is followed only once."""
    states: dict[str, tuple[int, ...]] = {landed[one]: (one,) for one in reversed(members)}
    while True:
        wishes = [
            (commit, one) for commit, done in states.items() for one in members if one not in done
        ]
        outcome = (yield wishes) if wishes else []
        longer: dict[str, tuple[int, ...]] = {}
        for (commit, one), result in zip(wishes, outcome, strict=True):
            if result is not None:
                chain = (*states[commit], one)
                longer[result] = min(longer.get(result, chain), chain)
        if not longer:
            return min(states.values())
        states = longer


def chained(
    order: Sequence[int], landed: Mapping[int, str], *, spare: Collection[int] = ()
) -> Search:
    """Land changes in this order, without those that conflict; then those of `spare` that can."""
    chain, tip = list(order[:1]), landed[order[0]]
    for one in order[1:]:
        (result,) = yield [(tip, one)]
        if result is not None:
            chain.append(one)
            tip = result
    while left := [one for one in sorted(spare) if one not in chain]:
        outcome = yield [(tip, one) for one in left]
        fits = [(one, result) for one, result in zip(left, outcome, strict=True) if result]
        if not fits:
            break
        chain.append(fits[0][0])
        tip = fits[0][1]
    return tuple(chain)


def choice(members: Sequence[int], after: Mapping[int, Set[int]]) -> tuple[int, ...]:
    """As many changes as possible of which, two by two, each lands cleanly after the other."""
    hostile = {
        one: {other for other in members if other in after[one] and one in after[other]}
        for one in members
    }
    chosen = _improved(_greedy(members, hostile), members, hostile)
    return _ordered(chosen, after)


def together(chains: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """Chains that have nothing to do with each other as one; the longest waiting come first."""
    waiting = [list(chain) for chain in chains if chain]
    order = []
    while waiting:
        first = min(waiting)
        order.append(first.pop(0))
        waiting = [chain for chain in waiting if chain]
    return tuple(order)


def components(members: Sequence[int], near: Mapping[int, Set[int]]) -> list[list[int]]:
    """Groups of changes that have to do with each other, directly or through others."""
    left, groups = set(members), []
    for start in members:
        group, edge = [], [start] if start in left else []
        left.discard(start)
        while edge:
            one = edge.pop()
            group.append(one)
            new = left.intersection(near[one])
            left -= new
            edge += new
        if group:
            groups.append(sorted(group))
    return groups


def _greedy(members: Sequence[int], hostile: Mapping[int, set[int]]) -> set[int]:
    chosen: set[int] = set()
    left = set(members)
    while left:
        best = min(left, key=lambda one: (len(hostile[one] & left), one))
        chosen.add(best)
        left -= hostile[best] | {best}
    return chosen


def _improved(
    chosen: set[int], members: Sequence[int], hostile: Mapping[int, set[int]]
) -> set[int]:
    """Give one up for two, as long as there is such a one."""
    while swap := _swap(chosen, members, hostile):
        out, pair = swap
        chosen = (chosen - {out}) | set(pair)
    return chosen


def _swap(
    chosen: set[int], members: Sequence[int], hostile: Mapping[int, set[int]]
) -> tuple[int, tuple[int, int]] | None:
    held: dict[int, list[int]] = {}
    for one in members:
        enemies = hostile[one] & chosen
        if one not in chosen and len(enemies) == 1:
            held.setdefault(enemies.pop(), []).append(one)
    for out in sorted(held):
        for place, one in enumerate(held[out]):
            for other in held[out][place + 1 :]:
                if other not in hostile[one]:
                    return out, (one, other)
    return None


def _ordered(chosen: set[int], after: Mapping[int, Set[int]]) -> tuple[int, ...]:
    """The longest waiting first, but none before what would conflict after it."""
    left, order = sorted(chosen), []
    while left:
        order.append(next((one for one in left if after[one].isdisjoint(left)), left[0]))
        left.remove(order[-1])
    return tuple(order)
