"""What Ollama answers to a chat, decoded: pure functions of bytes.

The shapes are those of `ChatResponse` and `ToolCall` in Ollama's `api/types.go`, for a question
with `stream: false`. Unknown keys are ignored.
"""

import json
import math
from dataclasses import dataclass, field
from typing import Any, NoReturn

from fleettui.model.errors import Malformed
from fleettui.model.text import clean

Json = dict[str, Any]

_TOKENS_CAP = 2**31
_SECONDS_CAP = 7 * 24 * 3600.0
_CALLS_CAP = 16


@dataclass(frozen=True, slots=True)
class Usage:
    """What an answer took: tokens read (None where the server's cache had them all), and
    tokens written in `seconds`.
    """

    tokens_in: int | None
    tokens_out: int
    seconds: float


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call that the model asks for; `arguments` None: they are no JSON object."""

    name: str
    arguments: Json | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class ChatAnswer:
    """A whole answer. `content` is as the model wrote it: not clean, and never to be shown.

    `cut` tells that the model was stopped at its limit before it was done.
    """

    content: str = field(repr=False)
    calls: tuple[ToolCall, ...] = ()
    cut: bool = False
    usage: Usage | None = None


def parse_chat(body: bytes) -> ChatAnswer:
    """The answer in the body of an HTTP 200 of /api/chat. Raises Malformed."""
    answer = _object(body)
    error = answer.get("error")
    if error is not None:
        said = clean(error, limit=160) if isinstance(error, str) else "no reason"
        raise Malformed(f"the server gave up: {said}")
    if answer.get("done") is not True:
        raise Malformed("the answer is not complete")
    message = answer.get("message")
    if not isinstance(message, dict):
        raise Malformed("the answer has no message")
    content = message.get("content")
    if content is not None and not isinstance(content, str):
        raise Malformed("the answer's content is no text")
    return ChatAnswer(
        content=content or "",
        calls=_calls(message.get("tool_calls")),
        cut=answer.get("done_reason") == "length",
        usage=_usage(answer),
    )


def decode(text: str) -> Any:
    """One JSON value, without the numbers that JSON does not have. Raises Malformed."""
    try:
        return json.loads(text, parse_constant=_no_number, object_pairs_hook=_pairs)
    except RecursionError:
        raise Malformed("the answer is nested too deeply") from None
    except ValueError:
        raise Malformed("the answer is no JSON") from None


def whole(value: object, most: int) -> int | None:
    """A whole number from 0 to `most`."""
    return value if type(value) is int and 0 <= value <= most else None


def real(value: object, least: float, most: float) -> float | None:
    """A finite number between `least` and `most`."""
    if type(value) not in (int, float) or not least <= value <= most:  # type: ignore[operator]
        return None
    return float(value) if math.isfinite(value) else None  # type: ignore[arg-type]


def _object(body: bytes) -> Json:
    value = decode(body.decode("utf-8", "surrogateescape"))
    if not isinstance(value, dict):
        raise Malformed("the answer is no JSON object")
    return value


def _pairs(pairs: list[tuple[str, Any]]) -> Json:
    """An object; a key given twice would let two readers see two answers."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is given twice")
    return found


def _no_number(word: str) -> NoReturn:
    raise ValueError(word)


def _calls(value: object) -> tuple[ToolCall, ...]:
    if not isinstance(value, list):
        return ()
    calls = []
    for row in value[:_CALLS_CAP]:
        function = row.get("function") if isinstance(row, dict) else None
        name = function.get("name") if isinstance(function, dict) else None
        if isinstance(function, dict) and isinstance(name, str):
            arguments = function.get("arguments")
            calls.append(ToolCall(name, arguments if isinstance(arguments, dict) else None))
    return tuple(calls)


def _usage(answer: Json) -> Usage | None:
    """Each figure is left out where it is 0."""
    tokens = whole(answer.get("eval_count"), _TOKENS_CAP)
    nanoseconds = whole(answer.get("eval_duration"), int(_SECONDS_CAP * 1e9))
    if not tokens or not nanoseconds:
        return None
    tokens_in = whole(answer.get("prompt_eval_count"), _TOKENS_CAP)
    return Usage(tokens_in or None, tokens, nanoseconds / 1e9)
