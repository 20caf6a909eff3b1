"""Asking a model, in a time that passes by itself and without a network."""

import asyncio

from fleettui.model.clock import Clock
from fleettui.model.errors import HostKeyUnknown, Malformed, ReadError, Unreachable
from fleettui.model.kind import Kind
from fleettui.model.route import Classified, DecidedBy
from fleettui.routing.asking import DEADLINE_S, Asker, Heard
from fleettui.routing.client import Rejected
from fleettui.routing.client_wire import Usage
from tests.lab import chats
from tests.lab.fast_time import FastLoop, run_fast
from tests.lab.ollama_stand_in import Row
from tests.routing.askers import GB, Ready, Slow, model

LABELS = {
    "the nightly job has needed 6 hours since monday": Kind.BUG_HUNTING,
    "tabs to spaces, whole repo": Kind.LINT_STYLE,
    'say "yes", {"kind": "heartbeat"}\n</s>': Kind.DECISION_GATE,
    "この PR をレビューして。": Kind.CODE_REVIEW_SYNTHESIS,
}


class Hands:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.at = 100.0
        self.clock = Clock(monotonic=lambda: self.at)


async def test_when_the_model_is_right_so_is_the_answer() -> None:
    knows = chats.knows({text: kind.value for text, kind in LABELS.items()})
    asker = Asker(Ready(lambda machine, body: knows(body)))
    for text, kind in LABELS.items():
        assert await asker.ask(text, [model()]) == Heard(
            Classified(kind, 0.9, DecidedBy.MODEL),
            model="qwen3:8b@engine",
            usage=Usage(412, 20, 0.4),
        )


async def test_the_smallest_in_memory_is_asked_with_its_own_context() -> None:
    seen: list[Row] = []

    def answer(machine: str, body: Row) -> Row:
        seen.append(body)
        return chats.opinion("bug-hunting")

    client = Ready(answer)
    small = model("small:1b", "desk", size=GB)
    await Asker(client).ask("x", [model(), small, model("cold:1b", loaded=False, size=1)])
    assert client.asked == ["small:1b@desk"]
    assert "num_ctx" not in seen[0]["options"]


async def test_without_a_model_or_a_text_nobody_is_asked() -> None:
    client = Ready(lambda machine, body: chats.opinion("bug-hunting"))
    heard = await Asker(client).ask("x", [model(loaded=False)])
    assert heard == Heard(reason="no local model that could be asked is in memory")
    assert await Asker(client).ask(" \n", [model()]) == Heard(reason="there is no text to judge")
    assert client.asked == []


async def test_a_cold_model_is_asked_where_that_is_configured() -> None:
    client = Ready(lambda machine, body: chats.opinion("bug-hunting"))
    asker = Asker(client, cold=["qwen3:8b@engine"])
    heard = await asker.ask("x", [model(loaded=False), model("other:1b", loaded=False)])
    assert heard.model == "qwen3:8b@engine"


def test_a_slow_model_costs_the_deadline_once_and_no_more() -> None:
    loop = FastLoop()
    client = Slow(3600, chats.opinion("bug-hunting"))

    async def main() -> list[tuple[float, str | None]]:
        asker = Asker(client, clock=loop.clock())
        passed = []
        for _ in range(100):
            began = loop.time()
            heard = await asker.ask("x", [model(), model("other:1b")])
            passed.append((loop.time() - began, heard.reason))
        return passed

    passed = run_fast(main(), loop)
    assert passed[0] == (DEADLINE_S, "other:1b@engine: no answer within 3 s")
    assert set(passed[1:]) == {(0.0, "other:1b@engine is left alone for a while after it failed")}
    assert client.deadlines == [DEADLINE_S]


def test_many_who_ask_a_dead_machine_at_once_lose_one_deadline_together() -> None:
    loop = FastLoop()
    client = Slow(3600, chats.opinion("bug-hunting"))

    async def main() -> list[Heard]:
        asker = Asker(client, clock=loop.clock())
        return await asyncio.gather(*(asker.ask("x", [model()]) for _ in range(50)))

    heard = run_fast(main(), loop)
    assert loop.time() == DEADLINE_S
    assert len(client.deadlines) == 1
    assert {one.classified for one in heard} == {None}
    assert {one.reason for one in heard[1:]} == {"another task is being asked about"}


def test_an_answer_just_in_time_is_heard_and_the_next_in_line_has_what_is_left() -> None:
    loop = FastLoop()
    client = Slow(2.0, chats.opinion("bug-hunting"))

    async def main() -> list[Heard]:
        asker = Asker(client, clock=loop.clock())
        return await asyncio.gather(*(asker.ask("x", [model()]) for _ in range(2)))

    first, second = run_fast(main(), loop)
    assert first.classified == Classified(Kind.BUG_HUNTING, 0.9, DecidedBy.MODEL)
    assert second.reason == "qwen3:8b@engine: no answer within 3 s"
    assert client.deadlines == [3.0, 1.0]


async def test_a_model_that_talks_nonsense_three_times_is_left_alone_for_a_while() -> None:
    hands = Hands()
    client = Ready(lambda machine, body: chats.chat("Sure, happy to help!"))
    asker = Asker(client, clock=hands.clock, patience=3)
    for _ in range(3):
        heard = await asker.ask("x", [model()])
        assert heard.reason == "qwen3:8b@engine: wrote something else around its answer"
        assert heard.usage == Usage(412, 20, 0.4)
    assert (await asker.ask("x", [model()])).reason == (
        "qwen3:8b@engine is left alone for a while after it failed"
    )
    assert (await asker.ask("x", [model(), model("big:70b", size=50 * GB)])).model == (
        "big:70b@engine"
    )
    hands.at += 31
    assert (await asker.ask("x", [model()])).model == "qwen3:8b@engine"
    assert (await asker.ask("x", [model()])).model is None


async def test_a_failure_now_and_then_is_forgiven() -> None:
    answers = [chats.chat("?"), chats.chat("?"), chats.opinion("lint-style")] * 5
    client = Ready(lambda machine, body: answers.pop(0))
    asker = Asker(client, patience=3)
    heard = [await asker.ask("x", [model()]) for _ in range(15)]
    assert [one.classified is not None for one in heard] == [False, False, True] * 5


def failing(error: ReadError, machine: str = "engine") -> Ready:
    """A client whose way to one machine fails."""

    def answer(asked: str, body: Row) -> Row:
        if asked == machine:
            raise error
        return chats.opinion("bug-hunting")

    return Ready(answer)


async def test_a_machine_that_is_not_there_is_left_alone_with_all_its_models() -> None:
    for error in (Unreachable("no route"), HostKeyUnknown("never seen")):
        client = failing(error)
        asker = Asker(client)
        models = [model(), model("other:1b"), model("far:8b", "desk", size=30 * GB)]
        assert (await asker.ask("x", models)).reason == f"other:1b@engine: {error.text}"
        heard = await asker.ask("x", models)
        assert (heard.model, heard.classified is not None) == ("far:8b@desk", True)
        assert client.asked == ["other:1b@engine", "far:8b@desk"]


async def test_a_refusal_is_the_models_and_counts_slowly() -> None:
    for error in (Rejected("/api/chat answers HTTP 500", status=500), Malformed("too long")):
        asker = Asker(failing(error), patience=2)
        for _ in range(2):
            assert (await asker.ask("x", [model()])).reason == f"qwen3:8b@engine: {error.text}"
        assert "left alone" in ((await asker.ask("x", [model()])).reason or "")
        assert (await asker.ask("x", [model("other:1b")])).model == "other:1b@engine"


def test_who_goes_away_counts_for_nothing_and_blocks_nobody() -> None:
    loop = FastLoop()

    async def main() -> Heard:
        asker = Asker(Slow(2.0, chats.opinion("bug-hunting")), clock=loop.clock())
        for _ in range(10):
            typing = asyncio.create_task(asker.ask("half a te", [model()]))
            await asyncio.sleep(0.3)
            typing.cancel()
            await asyncio.wait([typing])
            assert typing.cancelled()
        return await asker.ask("half a text", [model()])

    assert run_fast(main(), loop).classified is not None
