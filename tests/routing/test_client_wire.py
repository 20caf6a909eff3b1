"""Decoding what Ollama answers to a chat."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleettui.model.errors import Malformed
from fleettui.model.text import is_clean
from fleettui.routing.client_wire import ChatAnswer, ToolCall, Usage, decode, parse_chat, real
from tests.lab import chats

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


def octets(row: Any) -> bytes:
    return json.dumps(row).encode()


def test_an_answer_in_full() -> None:
    body = octets(chats.chat("yes", tool_calls=[chats.call("read", {"path": "a.py"})]))
    assert parse_chat(body) == ChatAnswer(
        content="yes",
        calls=(ToolCall("read", {"path": "a.py"}),),
        cut=False,
        usage=Usage(412, 20, 0.4),
    )


def test_figures_that_are_left_out_are_not_known() -> None:
    row = chats.chat("yes")
    for key in ("eval_count", "eval_duration", "prompt_eval_count"):
        del row[key]
    assert parse_chat(octets(row)).usage is None
    assert parse_chat(octets(row | {"eval_count": 5, "eval_duration": 10**9})).usage == Usage(
        None, 5, 1.0
    )


@pytest.mark.parametrize("count", [0, -1, True, "20", 1.5, None, 2**40])
def test_a_count_that_is_none_makes_no_usage(count: object) -> None:
    assert parse_chat(octets(chats.chat("yes", eval_count=count))).usage is None


def test_an_answer_that_hit_its_limit_is_cut() -> None:
    assert parse_chat(octets(chats.chat("ye", done_reason="length"))).cut


def test_arguments_in_a_string_are_none() -> None:
    row = chats.chat(tool_calls=[chats.call("read", '{"path": "a.py"}')])
    assert parse_chat(octets(row)).calls == (ToolCall("read", None),)


@pytest.mark.parametrize("calls", [None, {}, "x", [None], [{"function": []}], [{"function": {}}]])
def test_calls_that_are_none_are_left_out(calls: Any) -> None:
    assert parse_chat(octets(chats.chat("x", tool_calls=calls))).calls == ()


@pytest.mark.parametrize(
    "body, reason",
    [
        (b"", "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b"[]", "no JSON object"),
        (b"null", "no JSON object"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"done":true,"x":' + b"9" * 5000 + b"}", "no JSON"),
        (b'{"done":true,"x":NaN}', "no JSON"),
        (b'{"done":true,"done":false}', "no JSON"),
        (b'{"message":{},"done":true}\n{"done":true}', "no JSON"),
        (b'{"error":"out of \\u001b[2Jmemory"}', "gave up: out of \u241b[2Jmemory"),
        (b'{"error":{}}', "gave up: no reason"),
        (octets(chats.chat("x", done=False)), "not complete"),
        (octets(chats.chat("x", done=1)), "not complete"),
        (octets(chats.chat("x", message=None)), "no message"),
        (octets(chats.chat("x", message={"content": 5})), "no text"),
    ],
)
def test_what_is_no_answer_is_refused_with_a_reason(body: bytes, reason: str) -> None:
    with pytest.raises(Malformed, match=r"^the ") as caught:
        parse_chat(body)
    assert reason in caught.value.text


@given(st.binary() | JSON.map(octets) | JSON.map(lambda it: octets(chats.chat("x", message=it))))
def test_whatever_the_bytes_there_is_an_answer_or_a_reason(body: bytes) -> None:
    found: ChatAnswer | str
    try:
        found = parse_chat(body)
    except Malformed as error:
        found = error.text
    assert is_clean(found) if isinstance(found, str) else isinstance(found.content, str)


@given(JSON)
def test_no_number_gets_through_that_is_none(value: Any) -> None:
    number = real(value, 0.0, 1.0)
    assert number is None or (0.0 <= number <= 1.0 and not isinstance(value, bool))


def test_infinity_is_no_number() -> None:
    assert real(decode("1e999"), 0.0, float("inf")) is None
