import asyncio

import pytest

from fleettui.hosts.addresses import Preference, first_to_answer, most_telling
from fleettui.model.errors import AuthRefused, HostKeyChanged, ProxyDown, TimedOut, Unreachable
from tests.hosts.clocks import Hands


def test_the_one_in_use_comes_first_and_then_the_users_order() -> None:
    preference = Preference(3, Hands().clock)
    assert preference.order() == (0, 1, 2)
    preference.choose(2)
    assert preference.order() == (2, 0, 1)
    preference.forget()
    assert preference.order() == (0, 1, 2)


def test_better_ones_are_looked_at_once_a_minute() -> None:
    hands = Hands()
    preference = Preference(3, hands.clock)
    assert preference.better() == ()
    preference.choose(2)
    assert preference.better() == ()
    hands.pass_by(60)
    assert preference.better() == (0, 1)
    assert preference.better() == ()
    hands.pass_by(59)
    preference.choose(2)
    assert preference.better() == ()
    hands.pass_by(1)
    assert preference.better() == (0, 1)
    preference.choose(0)
    hands.pass_by(600)
    assert preference.better() == ()


async def test_the_first_address_wins_when_it_answers() -> None:
    tried = []

    async def attempt(name: str) -> str:
        tried.append(name)
        return name.upper()

    assert await first_to_answer(["lan", "vpn"], attempt, head_start=5) == ("lan", "LAN")
    assert tried == ["lan"]


async def test_a_refused_address_costs_no_head_start() -> None:
    async def attempt(name: str) -> str:
        if name == "lan":
            raise Unreachable("refused")
        return name

    async with asyncio.timeout(30):
        assert await first_to_answer(["lan", "vpn"], attempt, head_start=3600) == ("vpn", "vpn")


async def test_a_silent_address_is_overtaken_and_let_go() -> None:
    let_go = []

    async def attempt(name: str) -> str:
        if name == "lan":
            try:
                await asyncio.Event().wait()
            finally:
                let_go.append(name)
        return name

    assert await first_to_answer(["lan", "vpn"], attempt, head_start=0.01) == ("vpn", "vpn")
    assert let_go == ["lan"]


async def test_a_slow_address_still_wins_where_the_others_are_dead() -> None:
    others_failed = asyncio.Event()

    async def attempt(name: str) -> str:
        if name == "slow":
            await others_failed.wait()
            return name
        others_failed.set()
        raise Unreachable(name)

    assert await first_to_answer(["slow", "dead"], attempt, head_start=0.01) == ("slow", "slow")


async def test_a_second_success_of_the_same_moment_is_discarded() -> None:
    both = asyncio.Event()
    spare: list[str] = []

    async def attempt(name: str) -> str:
        if name == "vpn":
            both.set()
        else:
            await both.wait()
            await asyncio.sleep(0)
        return name

    winner, _ = await first_to_answer(
        ["lan", "vpn"], attempt, head_start=0.01, discard=spare.append
    )
    assert [winner, *spare] in (["lan", "vpn"], ["vpn"])


async def test_when_all_fail_the_most_telling_failure_is_raised() -> None:
    async def attempt(failure: Exception) -> str:
        raise failure

    failures = [Unreachable("lan"), AuthRefused("vpn"), Unreachable("third")]
    with pytest.raises(AuthRefused, match="vpn"):
        await first_to_answer(failures, attempt, head_start=0.01)


def test_what_the_user_can_mend_is_more_telling() -> None:
    down, slow, proxy = Unreachable("a"), TimedOut("b"), ProxyDown("c")
    auth, changed = AuthRefused("d"), HostKeyChanged("e")
    assert most_telling([down, slow]) is down
    assert most_telling([down, proxy]) is proxy
    assert most_telling([down, auth, changed]) is changed


async def test_cancelling_cancels_every_attempt() -> None:
    ended: list[int] = []

    async def attempt(number: int) -> int:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(number)
        return number

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await first_to_answer([1, 2, 3], attempt, head_start=0.001)
    assert sorted(ended) == [1, 2, 3]


async def test_what_was_won_is_let_go_when_nobody_wants_it_any_more() -> None:
    """The winner is held until the others have ended; who gives up meanwhile must not lose it."""
    let_go: list[str] = []
    ending = asyncio.Event()

    async def attempt(name: str) -> str:
        if name == "vpn":
            return name
        try:
            await asyncio.Event().wait()
        finally:
            ending.set()
            await asyncio.sleep(0.05)
        raise AssertionError

    async with asyncio.timeout(30):
        racing = asyncio.create_task(
            first_to_answer(["lan", "vpn"], attempt, head_start=0.01, discard=let_go.append)
        )
        await ending.wait()
        racing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await racing
    assert let_go == ["vpn"]
