"""Asking over HTTP, with servers that do anything."""

import asyncio
from typing import Any

import pytest

from fleettui.hosts.http import HttpAddress, HttpReader
from fleettui.model.kind import Kind
from fleettui.model.text import is_clean
from fleettui.routing.asking import Asker
from fleettui.routing.client import OllamaClient
from tests.lab import chats
from tests.lab import ollama_stand_in as lab
from tests.lab.ollama_stand_in import StandIn
from tests.routing.askers import PATIENCE, clients, model


def server(reply: lab.Reply) -> StandIn:
    return StandIn(behaviour={"/api/chat": reply})


async def test_a_kind_comes_back_over_http() -> None:
    knows = chats.scripted(chats.knows({"tabs to spaces — «überall»": "lint-style"}))
    async with clients(engine=server(knows)) as client:
        asker = Asker(client, deadline_s=PATIENCE)
        for _ in range(2):
            heard = await asker.ask("tabs to spaces — «überall»", [model()])
            assert heard.classified is not None
            assert (heard.classified.kind, heard.reason) == (Kind.LINT_STYLE, None)


@pytest.mark.parametrize(
    "reply, reason",
    [
        (lab.says(chats.opinion("bug-hunting", 7)), "gave a confidence that is no number"),
        (lab.says(chats.opinion("rm -rf /")), "named a kind that there is not: “rm -rf /”"),
        (lab.says(chats.chat('<think>…</think>{"kind":"x"}')), "wrote something else"),
        (lab.says(chats.chat("")), "said nothing"),
        (lab.says(chats.chat('{"kind":', done_reason="length")), "did not come to an end"),
        (lab.says({"error": "an error was encountered"}), "the server gave up"),
        (lab.says(b'{"done":false}\n{"done":true}\n'), "is no JSON"),
        (lab.says(b""), "is no JSON"),
        (lab.says(b"\x00\xff" * 1000), "is no JSON"),
        (lab.says(b"[" * 100_000), "nested too deeply"),
        (chats.not_found("qwen3:8b"), "HTTP 404: model 'qwen3:8b' not found"),
        (chats.crashed, "HTTP 500: llama runner process has terminated"),
        (chats.busy, "HTTP 503: server busy"),
        (lab.refuses_name, "refuses the host name"),
        (lab.redirect, "redirects (HTTP 302)"),
        (lab.captive_portal, "is no JSON"),
        (lab.gzip_bomb, "the answer is packed"),
        (lab.huge, "the answer is longer than"),
        (lab.endless, "the answer is longer than"),
        (chats.long_winded, "the answer is longer than"),
        (lab.hangs_up, "closed the connection"),
        (lab.says_raw(b"220 mail ready\r\n\r\n"), "no HTTP"),
        (lab.says_raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"), "cut short"),
    ],
)
async def test_whatever_the_server_does_is_a_reason(reply: lab.Reply, reason: str) -> None:
    async with clients(engine=server(reply)) as client:
        heard = await Asker(client, deadline_s=PATIENCE).ask("x", [model()])
    assert heard.classified is None
    assert heard.reason is not None
    assert heard.reason.startswith("qwen3:8b@engine: ")
    assert reason in heard.reason
    assert is_clean(heard.reason)


@pytest.mark.parametrize("reply", [lab.silent, lab.drips])
async def test_a_server_that_does_not_come_to_an_end_is_given_up(reply: lab.Reply) -> None:
    stand_in = server(reply)
    async with clients(engine=stand_in) as client:
        asker = Asker(client, deadline_s=0.4)
        assert (await asker.ask("x", [model()])).reason == (
            "qwen3:8b@engine: no answer within 0.4 s"
        )
        assert "left alone" in ((await asker.ask("x", [model()])).reason or "")
    assert stand_in.asked["/api/chat"] == 1


async def test_a_server_that_takes_no_connection_is_a_reason() -> None:
    async with StandIn() as gone:
        pass
    client = OllamaClient({"engine": HttpReader([HttpAddress(gone.url)])})
    asker = Asker(client, deadline_s=PATIENCE)
    heard = await asker.ask("x", [model(), model("other:1b", "nowhere")])
    assert heard.model == "other:1b@nowhere"
    assert heard.reason == "other:1b@nowhere: no Ollama is configured there"
    heard = await asker.ask("x", [model()])
    assert heard.reason is not None
    assert heard.reason.startswith("qwen3:8b@engine: ")
    await client.close()


async def test_a_kept_connection_that_died_is_no_failure() -> None:
    right = lab.says(chats.opinion("bug-hunting"))
    stand_in = server(chats.in_turn(right, lab.hangs_up, right))
    async with clients(engine=stand_in) as client:
        asker = Asker(client, deadline_s=PATIENCE)
        for _ in range(2):
            assert (await asker.ask("x", [model()])).classified is not None
    assert stand_in.asked["/api/chat"] == 3


async def test_the_address_that_answers_is_found_also_when_it_changes() -> None:
    first, second = (server(lab.says(chats.opinion("bug-hunting"))) for _ in range(2))
    async with first, second:
        reader = HttpReader([HttpAddress(first.url), HttpAddress(second.url)])
        client = OllamaClient({"engine": reader})
        asker = Asker(client, deadline_s=PATIENCE)
        assert (await asker.ask("x", [model()])).classified is not None
        assert reader.address == first.url
        await first.stop()
        assert (await asker.ask("x", [model()])).classified is not None
        assert reader.address == second.url
        await client.close()
        await first.start()
    assert second.asked["/api/chat"] == 1


async def test_who_goes_away_ends_the_request_too() -> None:
    came, gone = asyncio.Event(), asyncio.Event()

    async def waits(server: StandIn, request: Any, writer: asyncio.StreamWriter) -> None:
        await lab.send(server, writer, b'{"model":', length=100_000)
        came.set()
        try:
            while not writer.transport.is_closing():
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.01)
        finally:
            gone.set()

    async with clients(engine=server(waits)) as client:
        typing = asyncio.create_task(Asker(client, deadline_s=PATIENCE).ask("x", [model()]))
        await asyncio.wait_for(came.wait(), PATIENCE)
        typing.cancel()
        await asyncio.wait([typing])
        await asyncio.wait_for(gone.wait(), PATIENCE)
    assert typing.cancelled()
