"""Finding out what models can do, over HTTP from stand-in servers."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fleettui.model.clock import Clock
from fleettui.model.ollama import InstalledModel, LoadedModel, Ollama
from fleettui.model.text import is_clean
from fleettui.routing import probing_file
from fleettui.routing.asking_choice import LocalModel
from fleettui.routing.client_wire import Usage
from fleettui.routing.probing import LIGHT, Probed, Prober
from fleettui.routing.probing_values import Known
from fleettui.routing.probing_wire import TOOL
from tests.lab import chats
from tests.lab import ollama_stand_in as lab
from tests.lab.ollama_stand_in import StandIn
from tests.routing.askers import GB, PATIENCE, clients

A, B, C = "a" * 64, "b" * 64, "c" * 64
MODEL = LocalModel("qwen3:8b", "engine", loaded=True, size=7 * GB, digest=A, context_length=32768)
CALLS = lab.says(chats.chat(tool_calls=[chats.call(TOOL, {"number": 7})]))
WRITES = lab.says(chats.chat(json.dumps({"name": TOOL, "arguments": {"number": 7}})))
SHOWS = lab.says(chats.show(capabilities=["completion", "tools", "thinking"]))
SHOWS_OLD = lab.says(chats.show())


class Hands:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.at = 1000.0
        self.clock = Clock(wall=lambda: self.at, monotonic=lambda: self.at)


def server(chat: lab.Reply = CALLS, show: lab.Reply = SHOWS) -> StandIn:
    return StandIn(behaviour={"/api/chat": chat, "/api/show": show})


@asynccontextmanager
async def probing(
    stand_in: StandIn, folder: Path, *, hands: Hands | None = None, chat_s: float = PATIENCE
) -> AsyncIterator[Prober]:
    async with clients(engine=stand_in) as client:
        file = probing_file.place(str(folder))
        yield Prober(client, file, clock=(hands or Hands()).clock, chat_s=chat_s)


async def test_a_model_that_calls_its_tool(tmp_path: Path) -> None:
    stand_in = server()
    async with probing(stand_in, tmp_path) as prober:
        found = await prober.look(MODEL)
    assert found.reason is None
    assert found.abilities is not None
    assert (found.abilities.tools, found.abilities.why) == (
        True,
        "called the tool that it was given",
    )
    assert found.abilities.words == ("completion", "tools", "thinking")
    assert (found.abilities.context_length, found.abilities.num_ctx) == (40960, 8192)
    assert prober.known.per_s("engine", A) == 50.0
    asked = json.loads(next(one.body for one in stand_in.requests if one.path == "/api/chat"))
    assert asked["options"]["num_ctx"] == 32768
    assert "keep_alive" not in asked


@pytest.mark.parametrize(
    "chat, show, why",
    [
        (chats.no_tools("x"), SHOWS_OLD, "HTTP 400: registry.ollama.ai/library/x does not"),
        (WRITES, SHOWS, "wrote its call as text"),
        (lab.says(chats.chat("Noted.")), SHOWS_OLD, "answered without calling"),
        (CALLS, lab.says(chats.show(capabilities=["completion"])), "its template has no tools"),
        (CALLS, lab.says(chats.show(capabilities=["embedding"])), "its template has no tools"),
    ],
)
async def test_a_model_without_tools(
    tmp_path: Path, chat: lab.Reply, show: lab.Reply, why: str
) -> None:
    async with probing(server(chat, show), tmp_path) as prober:
        found = await prober.look(MODEL)
    assert found.abilities is not None
    assert found.abilities.tools is False
    assert why in found.abilities.why
    assert found.reason is None


async def test_each_digest_is_asked_once_whatever_its_name_and_machine(tmp_path: Path) -> None:
    stand_in = server()
    async with probing(stand_in, tmp_path) as prober:
        for name in ("qwen3:8b", "a-copy:latest", "qwen3:8b"):
            assert (await prober.look(replace(MODEL, name=name))).abilities is not None
        assert stand_in.asked["/api/chat"] == 1
        stand_in.behaviour["/api/chat"] = WRITES
        pulled_again = await prober.look(replace(MODEL, digest=B))
        assert pulled_again.abilities is not None
        assert pulled_again.abilities.tools is False
        assert stand_in.asked == {"/api/version": 1, "/api/show": 2, "/api/chat": 2}
        assert [prober.known.models[one].tools for one in (A, B)] == [True, False]


async def test_what_was_found_out_outlives_the_program(tmp_path: Path) -> None:
    stand_in = server()
    async with probing(stand_in, tmp_path) as prober:
        await prober.look(MODEL)
        before = prober.known
    async with probing(stand_in, tmp_path) as prober:
        assert prober.known == before
        assert (await prober.look(MODEL)).abilities == before.abilities(A)
    assert (stand_in.asked["/api/show"], stand_in.asked["/api/chat"]) == (1, 1)


async def test_two_programs_do_not_forget_each_other_s_models(tmp_path: Path) -> None:
    async with probing(server(), tmp_path) as first, probing(server(), tmp_path) as second:
        await first.look(MODEL)
        await second.look(replace(MODEL, digest=B))
    known, problem = probing_file.load(probing_file.place(str(tmp_path)))
    assert (set(known.models), problem) == ({A, B}, None)


async def test_a_file_that_is_not_ours_is_told_about_and_replaced(tmp_path: Path) -> None:
    file = probing_file.place(str(tmp_path))
    file.parent.mkdir(parents=True)
    file.write_bytes(b'{"schema": "fleettui.capabilities/1", "models": [{"digest"')
    async with probing(server(), tmp_path) as prober:
        assert prober.known == Known()
        problem = prober.problem
        assert problem == f"{file} is ignored: it is not as it was written"
        await prober.look(MODEL)
        assert prober.problem is None
    assert set(probing_file.load(file)[0].models) == {A}


async def test_a_file_that_cannot_be_written_is_a_problem_and_no_failure(tmp_path: Path) -> None:
    (tmp_path / "routing").write_text("in the way")
    async with probing(server(), tmp_path) as prober:
        found = await prober.look(MODEL)
        assert found.abilities is not None
        assert prober.problem is not None
        assert "cannot be written" in prober.problem
        assert is_clean(prober.problem)


async def test_a_model_on_disk_is_not_loaded_unless_one_says_so(tmp_path: Path) -> None:
    stand_in = server(show=SHOWS)
    cold = replace(MODEL, loaded=False, size=20 * GB)
    async with probing(stand_in, tmp_path) as prober:
        for _ in range(3):
            found = await prober.look(cold)
            assert found.abilities is not None
            assert (found.abilities.tools, found.abilities.context_length) == (None, 40960)
            assert found.reason == "whether it uses tools is not known: it is not in memory"
        assert (stand_in.asked["/api/show"], stand_in.asked["/api/chat"]) == (1, 0)
        found = await prober.look(cold, cold=True)
        assert found.abilities is not None
        assert found.abilities.tools is True
    asked = json.loads(next(one.body for one in stand_in.requests if one.path == "/api/chat"))
    assert "num_ctx" not in asked["options"]


async def test_a_model_that_comes_into_memory_later_is_asked_then(tmp_path: Path) -> None:
    async with probing(server(), tmp_path) as prober:
        assert (await prober.look(replace(MODEL, loaded=False))).reason is not None
        assert (await prober.look(MODEL)).reason is None


async def test_a_cloud_model_is_taken_at_its_word_and_never_asked(tmp_path: Path) -> None:
    stand_in = server(show=lab.says(chats.show(capabilities=["completion", "tools"])))
    async with probing(stand_in, tmp_path) as prober:
        found = await prober.look(replace(MODEL, cloud=True, loaded=False), cold=True)
        assert found.abilities is not None
        assert found.abilities.tools is True
        stand_in.behaviour["/api/show"] = lab.says(
            chats.show(capabilities=["completion", "tools"], remote_host="https://ollama.com:443")
        )
        assert (await prober.look(replace(MODEL, digest=B))).abilities is not None
    assert stand_in.asked["/api/chat"] == 0


@pytest.mark.parametrize(
    "chat, show, reason",
    [
        (chats.not_found("x"), SHOWS, "HTTP 404: model 'x' not found"),
        (chats.crashed, SHOWS, "HTTP 500"),
        (chats.busy, SHOWS, "HTTP 503"),
        (lab.hangs_up, SHOWS, "closed the connection"),
        (chats.long_winded, SHOWS, "longer than"),
        (lab.says(b"]"), SHOWS, "no JSON"),
        (lab.says(chats.chat("", done_reason="length")), SHOWS, "was stopped before"),
        (CALLS, chats.not_found("x"), "HTTP 404"),
        (CALLS, lab.says(b"<html>"), "no JSON"),
        (CALLS, lab.huge, "longer than"),
        (CALLS, lab.endless, "longer than"),
        (CALLS, lab.gzip_bomb, "packed"),
    ],
)
async def test_what_goes_wrong_is_a_reason_and_is_not_tried_again_at_once(
    tmp_path: Path, chat: lab.Reply, show: lab.Reply, reason: str
) -> None:
    hands = Hands()
    stand_in = server(chat, show)
    async with probing(stand_in, tmp_path, hands=hands) as prober:
        found = await prober.look(MODEL)
        assert found.abilities is None or found.abilities.tools is None
        assert found.reason is not None
        assert reason in found.reason
        assert is_clean(found.reason)
        asked = stand_in.asked["/api/show"]
        again = await prober.look(MODEL)
        assert again.reason is not None
        assert "left alone" in again.reason
        assert stand_in.asked["/api/show"] == asked
        hands.at += 4000
        stand_in.behaviour = server().behaviour
        healed = await prober.look(MODEL)
    assert healed.abilities is not None
    assert healed.abilities.tools is True


async def test_a_silent_machine_costs_one_deadline_and_not_one_a_model(tmp_path: Path) -> None:
    stand_in = server(lab.silent)
    async with probing(stand_in, tmp_path, chat_s=0.3) as prober:
        first = await prober.look(MODEL)
        second = await prober.look(replace(MODEL, name="other:1b", digest=B))
    assert first.reason == "qwen3:8b@engine: no answer within 0.3 s"
    assert second.reason == "other:1b@engine is left alone for a while after it failed"
    assert stand_in.asked["/api/chat"] == 1


async def test_one_model_at_a_time_on_each_machine_and_machines_beside_each_other(
    tmp_path: Path,
) -> None:
    both = asyncio.Event()
    at_work: dict[int, int] = {}
    most: dict[int, int] = {}

    async def waits(stand_in: StandIn, *rest: Any) -> None:
        at_work[stand_in.port] = at_work.get(stand_in.port, 0) + 1
        most[stand_in.port] = max(most.get(stand_in.port, 0), at_work[stand_in.port])
        if len(at_work) == 2:
            both.set()
        await both.wait()
        await asyncio.sleep(0.02)
        at_work[stand_in.port] -= 1
        await CALLS(stand_in, *rest)

    engine, desk = server(waits), server(waits)
    models = [
        replace(MODEL, machine=machine, digest=digest)
        for machine in ("engine", "desk")
        for digest in (A if machine == "engine" else "d" * 64, B if machine == "engine" else C)
    ]
    async with clients(engine=engine, desk=desk) as client:
        prober = Prober(client, probing_file.place(str(tmp_path)), chat_s=PATIENCE)
        found = await asyncio.gather(*(prober.look(model) for model in models))
    assert [one.reason for one in found] == [None] * 4
    assert list(most.values()) == [1, 1]


async def test_a_reading_of_a_machine_is_looked_at_as_a_whole(tmp_path: Path) -> None:
    stand_in = server()
    reading = Ollama(
        loaded=(LoadedModel("qwen3:8b", digest=A),),
        installed=(
            InstalledModel("qwen3:8b", digest=A),
            InstalledModel("small:1b", size=GB, digest=B),
            InstalledModel("nobody:1b"),
        ),
    )
    async with probing(stand_in, tmp_path) as prober:
        found = await prober.look_at("engine", reading)
    assert [one.abilities and one.abilities.tools for one in found] == [True, None, None]
    assert found[2].reason == "nobody:1b@engine: the server tells no digest of it"
    assert stand_in.asked["/api/chat"] == 1


async def test_where_nothing_is_in_memory_one_small_model_is_loaded_at_a_time(
    tmp_path: Path,
) -> None:
    stand_in = server()
    installed = (
        InstalledModel("large:70b", size=LIGHT + 1, digest=A),
        InstalledModel("small:1b", size=LIGHT, digest=B),
        InstalledModel("tiny:1b", size=1, digest=C),
        InstalledModel("unknown:1b", digest="d" * 64),
    )
    async with probing(stand_in, tmp_path) as prober:
        tools = [
            [one.abilities and one.abilities.tools for one in await prober.look_at("engine", seen)]
            for seen in [Ollama(installed=installed)] * 3
        ]
        assert tools == [
            [None, True, None, None],
            [None, True, True, None],
            [None, True, True, None],
        ]
        assert stand_in.asked["/api/chat"] == 2
        told = await prober.look_at("engine", Ollama(installed=installed), cold=True)
    assert [one.abilities and one.abilities.tools for one in told] == [True] * 4


async def test_real_answers_measure_the_speed_of_a_model_on_a_machine(tmp_path: Path) -> None:
    async with probing(server(), tmp_path) as prober:
        await prober.look(MODEL)
        prober.heard("engine", A, Usage(None, 180, 1.6))
        prober.heard("desk", f"sha256:{A}", Usage(None, 100, 10.0))
        prober.heard("desk", None, Usage(None, 100, 1.0))
        prober.heard("desk", A, None)
        await prober.save()
    known, _ = probing_file.load(probing_file.place(str(tmp_path)))
    assert (known.per_s("engine", A), known.per_s("desk", A)) == (100.0, 10.0)
    assert known.per_s("nowhere", A) is None


async def test_who_goes_away_while_a_model_is_looked_at_leaves_nothing_locked(
    tmp_path: Path,
) -> None:
    came = asyncio.Event()

    async def waits(*request: Any) -> None:
        came.set()
        await lab.silent(*request)

    stand_in = server(waits)
    async with probing(stand_in, tmp_path) as prober:
        looking = asyncio.create_task(prober.look(MODEL))
        await came.wait()
        looking.cancel()
        await asyncio.wait([looking])
        assert looking.cancelled()
        stand_in.behaviour["/api/chat"] = CALLS
        assert await prober.look(MODEL) == Probed(prober.known.abilities(A))
