"""What the human asked for is done once, is told, and outlives its screen."""

import asyncio

from fleettui.model.errors import Refused
from fleettui.tui.acts import Acts
from fleettui.tui.said import Manner, Said


class Heard:
    """Counts what acts tell."""

    def __init__(self) -> None:
        self.changes = 0
        self.crashes: list[BaseException] = []

    def changed(self) -> None:
        """Something began or ended."""
        self.changes += 1


async def test_an_act_is_not_begun_twice() -> None:
    heard = Heard()
    acts = Acts(heard.changed, heard.crashes.append)
    go_on, runs = asyncio.Event(), []

    async def work() -> str:
        runs.append(1)
        await go_on.wait()
        return "merged"

    assert acts.start("main", "merging", work)
    assert not acts.start("main", "merging", work)
    assert acts.start("other", "", work)
    await asyncio.sleep(0)
    assert acts.doing == ("merging",)
    assert acts.under("main") == "merging"
    go_on.set()
    await acts.close(5)
    assert len(runs) == 2
    assert acts.under("main") == ""
    assert acts.said == Said(Manner.DONE, "merged")
    assert acts.start("main", "merging", work)
    await acts.close(5)


async def test_a_refusal_is_told_and_stays() -> None:
    heard = Heard()
    acts = Acts(heard.changed, heard.crashes.append)

    async def work() -> str:
        raise Refused("the branch moved", "look again")

    acts.start("main", "merging", work)
    await acts.close(5)
    assert acts.said == Said(Manner.FAILED, "the branch moved: look again")
    acts.hush()
    assert acts.said == Said(Manner.FAILED, "the branch moved: look again")
    acts.hush(failures=True)
    assert not acts.said


async def test_a_bug_is_handed_on() -> None:
    heard = Heard()
    acts = Acts(heard.changed, heard.crashes.append)

    async def work() -> str:
        raise RuntimeError("a bug")

    acts.start("main", "merging", work)
    await acts.close(5)
    await asyncio.sleep(0)
    assert [str(error) for error in heard.crashes] == ["a bug"]


async def test_what_takes_too_long_is_ended() -> None:
    heard = Heard()
    acts = Acts(heard.changed, heard.crashes.append)

    async def work() -> str:
        await asyncio.Event().wait()
        return ""

    acts.start("main", "merging", work)
    await acts.close(0.01)
    assert acts.doing == ()
