"""Replies of a stand-in Ollama server to /api/chat and /api/show: models with a script.

The bytes are those of a real server (`api/types.go`), the wit is the test's: a model that knows
the right answers shows whether the path to and from it is right.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

from tests.lab.ollama_stand_in import Reply, Request, Row, StandIn, says, send

Script = Callable[[Row], Row]
"""From the body of a request to the body of its answer."""


def chat(content: str = "", *, tool_calls: list[Row] | None = None, **changes: Any) -> Row:
    """An answer of /api/chat in one piece, as `stream: false` asks for it."""
    message: Row = {"role": "assistant", "content": content}
    if tool_calls is not None:
        message["tool_calls"] = tool_calls
    row: Row = {
        "model": "qwen3:8b",
        "created_at": "2026-11-21T12:40:02.118273Z",
        "message": message,
        "done": True,
        "done_reason": "stop",
        "total_duration": 4183200417,
        "load_duration": 61200834,
        "prompt_eval_count": 412,
        "prompt_eval_duration": 398112000,
        "eval_count": 20,
        "eval_duration": 400000000,
    }
    return row | changes


def opinion(kind: str, confidence: float = 0.9) -> Row:
    """An answer that names a kind of task."""
    return chat(json.dumps({"kind": kind, "confidence": confidence}))


def call(name: str, arguments: object) -> Row:
    """One entry of `tool_calls`."""
    return {"id": "call_ab12cd34", "function": {"index": 0, "name": name, "arguments": arguments}}


def show(
    *,
    capabilities: list[str] | None = None,
    context_length: int = 40960,
    parameters: str = 'num_ctx                        8192\nstop    "<|im_end|>"',
    **changes: Any,
) -> Row:
    """An answer of /api/show; without `capabilities` as before v0.6.4."""
    row: Row = {
        "license": "Apache License\n" * 400,
        "modelfile": "# Modelfile\n",
        "parameters": parameters,
        "template": "{{ .Prompt }}",
        "details": {"family": "qwen3", "parameter_size": "8.2B", "quantization_level": "Q4_K_M"},
        "model_info": {
            "general.architecture": "qwen3",
            "general.parameter_count": 8190735360,
            "qwen3.context_length": context_length,
            "qwen3.rope.freq_base": 1e6,
            "tokenizer.ggml.tokens": None,
        },
        "modified_at": "2026-10-02T08:15:44.91823+02:00",
    }
    if capabilities is not None:
        row["capabilities"] = capabilities
    return row | changes


def scripted(script: Script) -> Reply:
    """Answers each request with what the script makes of it."""

    async def reply(server: StandIn, request: Request, writer: asyncio.StreamWriter) -> None:
        answer = script(json.loads(request.body))
        await send(server, writer, json.dumps(answer).encode())

    return reply


def knows(labels: Mapping[str, str]) -> Script:
    """A model that knows the kind of each of these texts, and of no other."""

    def script(body: Row) -> Row:
        return opinion(labels[task_in(body)])

    return script


def task_in(body: Row) -> str:
    """The text of the task that a question is about, as a careful model reads it."""
    said = body["messages"][-1]["content"]
    quoted = said.removeprefix("Task: ").partition("\n")[0]
    text = json.loads(quoted)
    assert isinstance(text, str)
    return text


def in_turn(*replies: Reply) -> Reply:
    """Gives one reply after the other, the last one again and again."""
    left = list(replies)

    async def reply(server: StandIn, request: Request, writer: asyncio.StreamWriter) -> None:
        now = left.pop(0) if len(left) > 1 else left[0]
        await now(server, request, writer)

    return reply


def not_found(model: str) -> Reply:
    """What Ollama says to a model that is not installed."""
    return says({"error": f"model '{model}' not found"}, 404)


def no_tools(model: str) -> Reply:
    """What Ollama says to tools for a model whose template has none."""
    error = f"registry.ollama.ai/library/{model} does not support tools"
    return says({"error": error}, 400)


busy = says({"error": "server busy, please try again.  maximum pending requests exceeded"}, 503)
crashed = says({"error": "llama runner process has terminated: signal: killed"}, 500)


async def long_winded(server: StandIn, request: Request, writer: asyncio.StreamWriter) -> None:
    """Answers with ten megabytes of a model's thoughts."""
    body = json.dumps(chat("I think " * 1_310_720)).encode()
    await send(server, writer, body)
