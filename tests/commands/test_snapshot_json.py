"""The snapshot as JSON: valid against the schema that is shipped, whatever machines say."""

import json
from copy import deepcopy
from functools import cache
from importlib import resources
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from fleettui.commands.output import json_text
from fleettui.commands.snapshots.document import as_json
from fleettui.model.overview import Overview
from fleettui.model.view import FleetView
from tests.lab.fleets import NOW, busy, fleets, home, overviews

Json = dict[str, Any]


@cache
def schema() -> Json:
    text = resources.files("fleettui.commands").joinpath("snapshot.schema.json").read_text()
    loaded: Json = json.loads(text)
    return loaded


@cache
def closed() -> Draft202012Validator:
    """The schema without its promise that keys may be added: finds keys that it does not know."""
    strict = deepcopy(schema())
    for part in [strict, *strict["$defs"].values()]:
        _close(part)
    return Draft202012Validator(strict)


def _close(part: Any) -> None:
    if isinstance(part, list):
        for each in part:
            _close(each)
    if isinstance(part, dict):
        if "properties" in part:
            part["additionalProperties"] = False
        for each in part.values():
            _close(each)


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(schema())
    assert schema()["properties"]["schema"]["const"] == "fleettui.snapshot/1"


@settings(deadline=None, max_examples=40)
@given(fleets(), overviews())
def test_every_snapshot_is_valid(view: FleetView, overview: Overview) -> None:
    text = json_text(as_json(view, overview, duration_ms=12.5), compact=True)
    assert text.isascii()
    assert text.isprintable()
    closed().validate(json.loads(text))


def test_every_key_of_the_contract_is_there() -> None:
    document = as_json(home(), busy(), duration_ms=12.3456)
    closed().validate(document)
    engine, brain, mini = document["machines"]
    assert document["schema"] == "fleettui.snapshot/1"
    assert document["taken_at"] == "2026-11-05T10:42:07.000Z"
    assert document["duration_ms"] == 12.346
    assert engine["sources"]["system"] == {
        "state": "ok", "observed_at": "2026-11-05T10:42:07.000Z", "age_s": 0.1,
        "latency_ms": 3.0, "reason": None, "next_try_s": None,
    }  # fmt: skip
    assert engine["ollama"]["loaded"][0] == {
        "name": "qwen2.5-coder:32b", "size": 21_500_000_000, "size_vram": 21_500_000_000,
        "context_length": 32768, "parameter_size": "32.8B", "quantization": "Q4_K_M",
        "expires_at": "2026-11-05T10:46:19.000Z", "forever": False, "activity": "busy",
    }  # fmt: skip
    assert brain["services"][1]["state"] == "degraded"
    assert brain["worktrees"][0]["agent"] == {
        "state": "running", "agent": "claude", "since": "2026-11-05T10:30:07.000Z",
        "source": "runner",
    }  # fmt: skip
    assert brain["cost"] == {"today_usd": 1.94, "month_usd": 23.4}
    assert mini["state"] == "down"
    assert [mini[part] for part in ("system", "ollama", "services", "worktrees")] == [None] * 4
    assert document["tasks"]["open"][0]["context_used"] == 0.31
    assert document["cost"]["by_tier"] == {"local": 0.0, "sonnet": 23.41}
    assert document["alerts"][0]["since"] == "2026-11-05T10:38:07.000Z"


def test_without_queue_and_ledger_counts_are_zero_and_the_rest_is_unknown() -> None:
    document = as_json(FleetView("home", "desk", NOW), duration_ms=None)
    tasks, cost = document["tasks"], document["cost"]
    assert [tasks[word] for word in ("queued", "running", "waiting", "review", "failed")] == [0] * 5
    assert (tasks["last_day"]["done"], tasks["last_day"]["error_rate"]) == (0, None)
    assert (document["reviews"], document["alerts"], document["machines"]) == ([], [], [])
    assert {cost[word] for word in ("today_usd", "month_usd", "budget_usd", "saved_usd")} == {None}
    assert document["duration_ms"] is None


def test_nan_never_gets_out() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_text({"cpu_percent": float("nan")})


def test_compact_is_one_line_and_the_other_is_for_people() -> None:
    document = as_json(home(), busy(), duration_ms=1.0)
    assert "\n" not in json_text(document, compact=True)
    assert json_text(document).startswith('{\n  "schema": "fleettui.snapshot/1",\n')
    assert json.loads(json_text(document)) == json.loads(json_text(document, compact=True))
