"""What is asked to find out what a model can do, and what the answers mean: pure functions."""

import json
import re
from dataclasses import dataclass
from typing import Any

from fleettui.model.errors import Malformed
from fleettui.model.text import clean
from fleettui.routing.client_wire import ChatAnswer, Json, decode, whole

TOOL = "note_number"

_TOKENS = 256
"""Tokens that the answer may have, thinking included."""

_CONTEXT_CAP = 2**31
_WORDS_CAP = 32
_WORD_CAP = 32
_NUM_CTX = re.compile(r"^num_ctx[ \t]+(\d{1,10})[ \t]*$", re.ASCII | re.MULTILINE)

_ASK = {
    "type": "function",
    "function": {
        "name": TOOL,
        "description": "Notes a number.",
        "parameters": {
            "type": "object",
            "properties": {"number": {"type": "integer", "description": "the number"}},
            "required": ["number"],
        },
    },
}


@dataclass(frozen=True, slots=True)
class Shown:
    """What a server says of a model; the fields are those of `Abilities`.

    `cloud`: the server has only a stub of it, and sends what it is asked elsewhere.
    """

    words: tuple[str, ...] | None = None
    context_length: int | None = None
    num_ctx: int | None = None
    cloud: bool = False


def show_question(model: str) -> bytes:
    """The body of POST /api/show."""
    return json.dumps({"model": model}).encode("ascii")


def tool_question(
    model: str, *, context_length: int | None = None, think: bool | str = False
) -> bytes:
    """The body of POST /api/chat that gives the model one harmless tool and asks for its use.

    `context_length` is the one that it is loaded with: any other would load it anew.
    """
    options: dict[str, Any] = {"temperature": 0, "seed": 1, "num_predict": _TOKENS}
    if context_length is not None:
        options["num_ctx"] = context_length
    asked = {
        "model": model,
        "messages": [{"role": "user", "content": f"Note the number 7 by calling {TOOL}."}],
        "tools": [_ASK],
        "stream": False,
        "think": think,
        "options": options,
    }
    return json.dumps(asked, allow_nan=False).encode("ascii")


def parse_show(body: bytes) -> Shown:
    """What an answer of /api/show says (`ShowResponse` in `api/types.go`). Raises Malformed.

    `capabilities` are told from v0.6.4 on. The context length stands in `model_info`, under a
    name that begins with the model's architecture.
    """
    answer = decode(body.decode("utf-8", "surrogateescape"))
    if not isinstance(answer, dict):
        raise Malformed("the answer is no JSON object")
    info = answer.get("model_info")
    remote = answer.get("remote_host")
    return Shown(
        words=_words(answer.get("capabilities")),
        context_length=_context(info) if isinstance(info, dict) else None,
        num_ctx=_num_ctx(answer.get("parameters")),
        cloud=isinstance(remote, str) and bool(remote.strip()),
    )


def verdict(answer: ChatAnswer) -> tuple[bool | None, str]:
    """Whether the model used its tool, and how one can tell; None: it was stopped too early."""
    call = next((call for call in answer.calls if call.name == TOOL), None)
    if call is not None and call.arguments is not None:
        return True, "called the tool that it was given"
    if call is not None:
        return False, "called its tool without arguments that can be read"
    if answer.calls:
        return False, f"called a tool that there is not: “{clean(answer.calls[0].name, limit=40)}”"
    if answer.cut:
        return None, "was stopped before it called its tool"
    if TOOL in answer.content:
        return False, "wrote its call as text"
    return False, "answered without calling its tool"


def _context(info: Json) -> int | None:
    architecture = info.get("general.architecture")
    if not isinstance(architecture, str):
        return None
    return whole(info.get(f"{architecture}.context_length"), _CONTEXT_CAP) or None


def _num_ctx(parameters: object) -> int | None:
    """The last one counts, as in a Modelfile."""
    found = _NUM_CTX.findall(parameters) if isinstance(parameters, str) else []
    return whole(int(found[-1]), _CONTEXT_CAP) or None if found else None


def _words(value: object) -> tuple[str, ...] | None:
    if not isinstance(value, list) or len(value) > _WORDS_CAP:
        return None
    return tuple(
        clean(word) for word in value if isinstance(word, str) and 0 < len(word) <= _WORD_CAP
    )
