"""What is asked to find out what a model can do, and what the answers mean."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleettui.model.errors import Malformed
from fleettui.model.text import is_clean
from fleettui.routing.client_wire import ChatAnswer, ToolCall
from fleettui.routing.probing_wire import (
    TOOL,
    Shown,
    parse_show,
    show_question,
    tool_question,
    verdict,
)
from tests.lab import chats

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


def shown(**changes: Any) -> Shown:
    return parse_show(json.dumps(chats.show(**changes)).encode())


def test_what_a_server_says_of_a_model() -> None:
    assert shown(capabilities=["completion", "tools", "thinking"]) == Shown(
        words=("completion", "tools", "thinking"), context_length=40960, num_ctx=8192
    )


def test_an_old_server_tells_no_capabilities() -> None:
    assert shown(parameters="") == Shown(words=None, context_length=40960)


def test_the_stub_of_a_cloud_model() -> None:
    answer = shown(remote_host="https://ollama.com:443", model_info={}, parameters="")
    assert answer == Shown(cloud=True)


@pytest.mark.parametrize(
    "info",
    [
        None,
        [],
        {},
        {"general.architecture": 5, "5.context_length": 10},
        {"general.architecture": "qwen3"},
        {"general.architecture": "qwen3", "qwen3.context_length": "40960"},
        {"general.architecture": "qwen3", "qwen3.context_length": -1},
        {"general.architecture": "qwen3", "qwen3.context_length": 0},
        {"general.architecture": "qwen3", "qwen3.context_length": True},
        {"general.architecture": "qwen3", "qwen3.context_length": 1e9},
        {"general.architecture": "qwen3", "qwen3.context_length": 2**60},
    ],
)
def test_a_context_length_that_is_none_is_not_known(info: Any) -> None:
    assert shown(model_info=info).context_length is None


@pytest.mark.parametrize(
    "parameters, num_ctx",
    [
        ("num_ctx 4096", 4096),
        ('stop "x"\nnum_ctx\t\t65536  \ntemperature 1', 65536),
        ("num_ctx 4096\nnum_ctx 8192", 8192),
        ("num_ctx", None),
        ("num_ctx 0", None),
        ("num_ctx -5", None),
        ("num_ctx 99999999999999999999", None),
        ("num_ctx \u0664\u0660", None),
        ("x num_ctx 5", None),
        (None, None),
        (5, None),
    ],
)
def test_the_context_of_the_recipe(parameters: Any, num_ctx: int | None) -> None:
    assert shown(parameters=parameters).num_ctx == num_ctx


@pytest.mark.parametrize(
    "words, kept",
    [
        ([], ()),
        (["completion", 5, None, "", "x" * 40], ("completion",)),
        (["\x1b[31m"], ("\u241b[31m",)),
        (["x"] * 33, None),
        ("completion", None),
        ({"completion": 1}, None),
    ],
)
def test_capabilities_are_bounded_and_clean(words: Any, kept: tuple[str, ...] | None) -> None:
    assert parse_show(json.dumps({"capabilities": words}).encode()).words == kept


@pytest.mark.parametrize("body", [b"", b"[]", b"nope", b"{" * 100_000, b'{"a":1e999}{', b"\xff"])
def test_what_is_no_answer_is_refused(body: bytes) -> None:
    with pytest.raises(Malformed):
        parse_show(body)


@given(st.binary() | JSON.map(json.dumps).map(str.encode) | JSON.map(
    lambda it: json.dumps({"model_info": it, "parameters": it, "capabilities": [it]}).encode()
))  # fmt: skip
def test_whatever_the_bytes_there_is_a_value_or_a_reason(body: bytes) -> None:
    found: Shown | str
    try:
        found = parse_show(body)
    except Malformed as error:
        found = error.text
    texts = (found,) if isinstance(found, str) else found.words or ()
    assert all(is_clean(text) for text in texts)


def test_the_questions() -> None:
    assert json.loads(show_question("qwen3:8b")) == {"model": "qwen3:8b"}
    body = json.loads(tool_question("qwen3:8b", context_length=32768, think="low"))
    assert body["tools"][0]["function"]["name"] == TOOL
    assert (body["stream"], body["think"], body["options"]["num_ctx"]) == (False, "low", 32768)
    assert "keep_alive" not in body
    assert "num_ctx" not in json.loads(tool_question("qwen3:8b"))["options"]


@pytest.mark.parametrize(
    "answer, tools, why",
    [
        (ChatAnswer("", (ToolCall(TOOL, {"number": 7}),)), True, "called the tool"),
        (ChatAnswer("Noted!", (ToolCall("x", {}), ToolCall(TOOL, {}))), True, "called the tool"),
        (ChatAnswer("", (ToolCall(TOOL, None),)), False, "without arguments"),
        (ChatAnswer("", (ToolCall("rm\x1b", {}),)), False, "there is not: “rm\u241b”"),
        (ChatAnswer(f'{{"name": "{TOOL}", "arguments": {{}}}}'), False, "as text"),
        (ChatAnswer("I noted 7."), False, "without calling"),
        (ChatAnswer(""), False, "without calling"),
        (ChatAnswer("Let me think", cut=True), None, "was stopped"),
    ],
)
def test_the_verdict(answer: ChatAnswer, tools: bool | None, why: str) -> None:
    found, reason = verdict(answer)
    assert found is tools
    assert why in reason
    assert is_clean(reason)
