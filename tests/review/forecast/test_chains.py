"""The search alone, on made-up conflicts; with git's own merges see test_forecast."""

import itertools
from collections.abc import Callable, Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from fleettui.review.forecast.chains import EXACT, Search, choice, components, search, together

Conflicts = frozenset[tuple[int, int]]


@st.composite
def _conflicts(draw: st.DrawFn, *, count: int, both: bool) -> Conflicts:
    pairs = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1))
    found = {pair for pair in draw(st.frozensets(pairs, max_size=count * 2)) if pair[0] != pair[1]}
    return frozenset(found | {pair[::-1] for pair in found} if both else found)


def _run(asked: Search, lands: Callable[[frozenset[int], int], bool]) -> tuple[int, ...]:
    """Commits are named by what is in them."""
    answer: list[str | None] | None = None
    while True:
        try:
            wishes = next(asked) if answer is None else asked.send(answer)
        except StopIteration as end:
            return tuple(end.value)
        answer = []
        for commit, one in wishes:
            done = frozenset(map(int, commit.split()))
            fits = lands(done, one)
            answer.append(" ".join(map(str, sorted(done | {one}))) if fits else None)


def _after(conflicts: Conflicts, count: int) -> Mapping[int, set[int]]:
    return {one: {then for first, then in conflicts if first == one} for one in range(count)}


def _search(count: int, conflicts: Conflicts) -> tuple[int, ...]:
    landed = {number: str(number) for number in range(count)}
    return _run(
        search(range(count), landed, _after(conflicts, count)),
        lambda done, one: not any((other, one) in conflicts for other in done),
    )


def _clean(order: tuple[int, ...], conflicts: Conflicts) -> bool:
    return not any(pair in conflicts for pair in itertools.combinations(order, 2))


@settings(max_examples=40, deadline=None)
@given(_conflicts(count=6, both=False))
def test_few_land_in_the_best_of_all_orders(conflicts: Conflicts) -> None:
    found = _search(6, conflicts)
    longest = next(
        size
        for size in range(6, 0, -1)
        if any(_clean(order, conflicts) for order in itertools.permutations(range(6), size))
    )
    best = min(
        order for order in itertools.permutations(range(6), longest) if _clean(order, conflicts)
    )
    assert found == best


@settings(max_examples=25, deadline=None)
@given(_conflicts(count=10, both=True))
def test_many_land_nearly_as_well_as_they_can(conflicts: Conflicts) -> None:
    found = _search(10, conflicts)
    assert _clean(found, conflicts)
    assert len(set(found)) == len(found)
    best = max(
        sum(1 for _ in group)
        for group in _subsets(10)
        if not any(pair in conflicts for pair in itertools.combinations(group, 2))
    )
    assert len(found) >= best - 1


def _subsets(count: int) -> list[tuple[int, ...]]:
    return [
        tuple(number for number in range(count) if mask >> number & 1)
        for mask in range(1, 2**count)
    ]


@given(_conflicts(count=30, both=False))
def test_the_choice_conflicts_nowhere_both_ways(conflicts: Conflicts) -> None:
    found = choice(range(30), _after(conflicts, 30))
    mutual = {pair for pair in conflicts if pair[::-1] in conflicts}
    assert not any(pair in mutual for pair in itertools.combinations(found, 2))
    left = set(range(30)) - set(found)
    assert all(any((one, other) in mutual for other in found) for one in left)


def test_one_that_must_come_first_does() -> None:
    conflicts = frozenset({(0, number) for number in range(1, EXACT + 3)})
    assert _search(EXACT + 3, conflicts) == (*range(1, EXACT + 3), 0)


def test_three_that_land_in_pairs_only_are_found_out() -> None:
    landed = {number: str(number) for number in range(3)}
    after: dict[int, set[int]] = {0: set(), 1: set(), 2: set()}
    found = _run(search(range(3), landed, after), lambda done, one: len(done) < 2)
    assert found == (0, 1)


def test_one_that_another_one_makes_possible_lands() -> None:
    """0 and 1 conflict, but not once 2 has settled it."""
    landed = {number: str(number) for number in range(3)}
    after: dict[int, set[int]] = {0: {1}, 1: {0}, 2: set()}
    found = _run(search(range(3), landed, after), lambda done, one: one == 2 or 2 in done)
    assert sorted(found) == [0, 1, 2]
    many = range(EXACT + 2)
    landed = {number: str(number) for number in many}
    after = {number: set() for number in many} | {0: {1}, 1: {0}}
    found = _run(
        search(many, landed, after), lambda done, one: one > 1 or not done & {0, 1} or 2 in done
    )
    assert sorted(found) == list(many)


def test_groups_and_their_chains_come_together_by_waiting() -> None:
    near = {0: {2}, 1: set(), 2: {0, 4}, 3: set(), 4: {2}}
    assert components(range(5), near) == [[0, 2, 4], [1], [3]]
    assert together([(2, 0), (1, 3), ()]) == (1, 2, 0, 3)
