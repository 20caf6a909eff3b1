"""The kept connection, with connections that live in this process (a stand-in) and set time."""

import asyncio
from collections.abc import Callable

import pytest

from fleettui.hosts.link import Link
from fleettui.hosts.timing import Timing
from fleettui.model.errors import AuthRefused, HostKeyChanged, ReadError, Unreachable
from tests.hosts.clocks import Hands

DEADLINE = 30


class Wire:
    """A connection that is up until somebody ends it."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.alive = True
        self.let_go = asyncio.Event()
        self._lost: Callable[[], None] = lambda: None

    def watch(self, lost: Callable[[], None]) -> None:
        self._lost = lost

    def retire(self) -> None:
        self.let_go.set()

    def abort(self) -> None:
        if self.alive:
            self.alive = False
            self._lost()

    async def close(self) -> None:
        self.abort()


class Exchange:
    """Dials; `faults` says which addresses fail, and how."""

    def __init__(self) -> None:
        self.faults: dict[str, ReadError] = {}
        self.dialled: list[str] = []
        self.mended = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def dial(self, address: str) -> Wire:
        self.dialled.append(address)
        await self.gate.wait()
        if address in self.faults:
            raise self.faults[address]
        return Wire(address)

    async def traces(self) -> tuple[object, ...]:
        return (self.mended,)


class Lab:
    """A link, who dials for it, and the time."""

    def __init__(self, *addresses: str, return_s: float = 3600.0) -> None:
        self.hands = Hands()
        self.exchange = Exchange()
        timing = Timing(head_start_s=0.01, return_s=return_s)
        self.link = Link[Wire](addresses, self.exchange, self.hands.clock, timing)

    async def fails(self) -> ReadError:
        with pytest.raises(ReadError) as error:
            await self.link.connection()
        return error.value


async def test_concurrent_callers_share_one_attempt() -> None:
    lab = Lab("box")
    wires = await asyncio.gather(*(lab.link.connection() for _ in range(20)))
    assert lab.exchange.dialled == ["box"]
    assert len(set(map(id, wires))) == 1
    assert lab.link.address == "box"


async def test_a_cancelled_caller_leaves_the_attempt_to_the_others() -> None:
    lab = Lab("box")
    lab.exchange.gate.clear()
    first = asyncio.create_task(lab.link.connection())
    second = asyncio.create_task(lab.link.connection())
    await asyncio.sleep(0.01)
    first.cancel()
    await asyncio.wait([first])
    lab.exchange.gate.set()
    assert (await second).address == "box"
    assert first.cancelled()
    assert lab.exchange.dialled == ["box"]


async def test_after_a_failure_callers_are_told_at_once_until_the_pause_ends() -> None:
    lab = Lab("box")
    lab.exchange.faults["box"] = Unreachable("gone")
    failure = await lab.fails()
    assert lab.link.next_try_s is not None
    assert 1 <= lab.link.next_try_s <= 2
    assert await lab.fails() is failure
    assert len(lab.exchange.dialled) == 1
    lab.hands.pass_by(2.1)
    assert lab.link.next_try_s == 0
    del lab.exchange.faults["box"]
    assert (await lab.link.connection()).alive
    assert lab.link.next_try_s is None


async def test_pauses_grow_to_a_minute() -> None:
    lab = Lab("box")
    lab.exchange.faults["box"] = Unreachable("gone")
    for _ in range(40):
        await lab.fails()
        pause = lab.link.next_try_s
        assert pause is not None
        assert 1 <= pause <= 60
        lab.hands.pass_by(60)
    assert len(lab.exchange.dialled) == 40


async def test_a_connection_that_lived_a_minute_is_made_again_at_once() -> None:
    lab = Lab("box")
    wire = await lab.link.connection()
    lab.hands.pass_by(61)
    wire.abort()
    assert (await lab.link.connection()) is not wire


async def test_a_connection_that_breaks_at_once_counts_as_a_failure() -> None:
    lab = Lab("box")
    (await lab.link.connection()).abort()
    assert isinstance(await lab.fails(), Unreachable)
    assert lab.link.next_try_s is not None
    lab.hands.pass_by(3)
    assert (await lab.link.connection()).alive


@pytest.mark.parametrize("fault", [AuthRefused("no"), HostKeyChanged("other")])
async def test_refusals_are_not_retried_until_something_was_mended(fault: ReadError) -> None:
    lab = Lab("box")
    lab.exchange.faults["box"] = fault
    assert await lab.fails() is fault
    for _ in range(50):
        lab.hands.pass_by(100)
        assert await lab.fails() is fault
    assert lab.link.next_try_s is None
    assert len(lab.exchange.dialled) == 1
    del lab.exchange.faults["box"]
    lab.exchange.mended += 1
    lab.hands.pass_by(100)
    assert (await lab.link.connection()).alive


async def test_the_user_may_retry_a_refusal_or_a_pause_at_once() -> None:
    lab = Lab("box")
    for fault in (AuthRefused("no"), Unreachable("gone")):
        lab.exchange.faults["box"] = fault
        lab.link.retry_now()
        assert await lab.fails() is fault
    lab.exchange.faults.clear()
    lab.link.retry_now()
    assert lab.link.next_try_s is None
    assert (await lab.link.connection()).alive


async def test_sleep_aborts_and_connects_anew() -> None:
    lab = Lab("box")
    wire = await lab.link.connection()
    lab.link.mark_suspended()
    assert not wire.alive
    assert lab.link.next_try_s is None
    assert (await lab.link.connection()).alive


async def test_sleep_during_an_attempt_starts_another() -> None:
    lab = Lab("box")
    lab.exchange.gate.clear()
    caller = asyncio.create_task(lab.link.connection())
    await asyncio.sleep(0.01)
    lab.link.mark_suspended()
    await asyncio.sleep(0.01)
    lab.exchange.gate.set()
    async with asyncio.timeout(DEADLINE):
        assert (await caller).alive
    assert lab.exchange.dialled == ["box", "box"]


async def test_closing_ends_attempts_and_later_calls() -> None:
    lab = Lab("box")
    lab.exchange.gate.clear()
    caller = asyncio.create_task(lab.link.connection())
    await asyncio.sleep(0.01)
    async with asyncio.timeout(DEADLINE):
        await lab.link.close()
        with pytest.raises(Unreachable):
            await caller
    assert isinstance(await lab.fails(), Unreachable)


async def test_a_worse_address_is_left_when_the_better_one_answers_again() -> None:
    lab = Lab("lan", "vpn", return_s=0.01)
    lab.exchange.faults["lan"] = Unreachable("not at home")
    worse = await lab.link.connection()
    assert lab.link.address == "vpn"
    await asyncio.sleep(0.05)
    assert not worse.let_go.is_set()
    del lab.exchange.faults["lan"]
    async with asyncio.timeout(DEADLINE):
        await worse.let_go.wait()
    assert (await lab.link.connection()).address == "lan"
    await lab.link.close()


async def test_a_strangers_key_at_the_better_address_is_looked_at_once() -> None:
    lab = Lab("lan", "vpn", return_s=0.01)
    lab.exchange.faults["lan"] = HostKeyChanged("a stranger in the café")
    await lab.link.connection()
    await asyncio.sleep(0.2)
    assert lab.link.address == "vpn"
    assert lab.exchange.dialled.count("lan") == 2
    await lab.link.close()


async def test_the_pause_ends_the_search_for_a_better_address() -> None:
    lab = Lab("lan", "vpn", return_s=0.01)
    lab.exchange.faults["lan"] = Unreachable("not at home")
    wire = await lab.link.connection()
    wire.abort()
    assert lab.link.address is None
    await asyncio.sleep(0.1)
    tried = len(lab.exchange.dialled)
    await asyncio.sleep(0.1)
    assert len(lab.exchange.dialled) == tried
    await lab.link.close()


async def test_while_an_attempt_is_under_way_no_next_one_is_planned() -> None:
    lab = Lab("box")
    lab.exchange.faults["box"] = Unreachable("no route")
    await lab.fails()
    lab.hands.pass_by(2)
    assert planned(lab) == 0
    lab.exchange.gate.clear()
    async with asyncio.timeout(DEADLINE):
        calling = asyncio.create_task(lab.link.connection())
        for _ in range(20):
            await asyncio.sleep(0)
        assert lab.exchange.dialled == ["box", "box"]
        assert planned(lab) is None
        lab.exchange.gate.set()
        with pytest.raises(Unreachable):
            await calling
    assert planned(lab) is not None


def planned(lab: Lab) -> float | None:
    return lab.link.next_try_s
