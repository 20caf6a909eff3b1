"""A stand-in for Ollama: its wire format, with made-up models."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from fleettui.commands.demo.cast import Model, Part, Stay
from fleettui.commands.demo.http import Reply
from fleettui.commands.demo.motion import Time, within_cycle

VERSION = "0.32.15"
KEEP_ALIVE_S = 300.0

_FOREVER = timedelta(microseconds=(2**63 - 1) // 1000)
"""What Ollama adds to the present for a model that is to stay: the most that its integer holds."""


def in_memory(part: Part, at: float) -> Iterator[Stay]:
    """The models that are loaded `at` seconds after the start."""
    return (stay for stay in part.stays if stay.cycle is None or within_cycle(at, *stay.cycle))


def answer(part: Part, path: str, at: float, started: datetime) -> dict[str, Any] | None:
    """The body for a path, `at` seconds after the start; None where Ollama has no such path.

    The shapes are those of Ollama's api/types.go.
    """
    if path == "/api/version":
        return {"version": VERSION}
    if path == "/api/ps":
        rows = [_running(stay, at, started) for stay in in_memory(part, at)]
        return {"models": sorted(rows, key=lambda row: str(row["expires_at"]), reverse=True)}
    if path == "/api/tags":
        return {"models": [_installed(model) for model in part.installed]}
    return None


def _running(stay: Stay, at: float, started: datetime) -> dict[str, Any]:
    model = stay.model
    requested = started + timedelta(seconds=at // stay.request_s * stay.request_s)
    expires = requested + (_FOREVER if stay.forever else timedelta(seconds=KEEP_ALIVE_S))
    return _listed(model) | {
        "size": model.size_loaded,
        "size_vram": model.size_loaded,
        "context_length": model.context_length,
        "expires_at": expires.isoformat(),
    }


def _installed(model: Model) -> dict[str, Any]:
    row = _listed(model)
    row["details"] |= {"context_length": 131072, "embedding_length": 5120}
    return row | {
        "modified_at": "2026-02-11T08:15:44.91823+01:00",
        "size": model.size,
        "capabilities": ["completion", "tools"],
    }


def _listed(model: Model) -> dict[str, Any]:
    return {
        "name": model.name,
        "model": model.name,
        "digest": sha256(model.name.encode()).hexdigest(),
        "details": {
            "parent_model": "",
            "format": "gguf",
            "family": model.family,
            "families": [model.family],
            "parameter_size": model.parameter_size,
            "quantization_level": model.quantization,
        },
    }


def reply_of(part: Part, time: Time) -> Reply:
    """What the machine's server answers now."""

    def reply(path: str) -> bytes | None:
        found = answer(part, path, time.at(), time.started)
        return None if found is None else json.dumps(found).encode()

    return reply
