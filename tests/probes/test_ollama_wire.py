"""Ollama's answers, as the versions of it send them, and as nobody should."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleettui.model.errors import Malformed
from fleettui.model.ollama import Activity, InstalledModel, LoadedModel
from fleettui.model.text import is_clean
from fleettui.probes.ollama_wire import (
    ROWS_CAP,
    parse_error,
    parse_ps,
    parse_tags,
    parse_version,
)
from tests.lab import ollama_stand_in as lab

NOW = datetime(2026, 11, 21, 13, 2, 31, tzinfo=UTC)


def ps(*rows: object, now: datetime | None = NOW) -> tuple[LoadedModel, ...]:
    return parse_ps(json.dumps({"models": list(rows)}).encode(), server_now=now)


def tags(*rows: object) -> tuple[InstalledModel, ...]:
    return parse_tags(json.dumps({"models": list(rows)}).encode())


def one(**changes: Any) -> LoadedModel:
    (model,) = ps(lab.loaded("qwen3:8b", expires_at=NOW) | changes)
    return model


def test_a_current_server_s_loaded_model_in_full() -> None:
    row = lab.loaded("qwen3:8b", size=100, size_vram=75, context_length=32768)
    row["expires_at"] = "2026-11-21T14:07:31.204518+01:00"
    (model,) = ps(row)
    assert model == LoadedModel(
        name="qwen3:8b",
        size=100,
        size_vram=75,
        context_length=32768,
        parameter_size="8.2B",
        quantization="Q4_K_M",
        expires_at=datetime(2026, 11, 21, 13, 7, 31, 204518, tzinfo=UTC),
        forever=False,
        activity=Activity.IDLE,
        digest=row["digest"],
    )
    assert model.gpu_share == 0.75


def test_a_server_before_context_lengths() -> None:
    (model,) = ps(lab.loaded("qwen3:8b", expires_at=NOW, context_length=None))
    assert model.context_length is None
    assert one(context_length=0).context_length is None


@pytest.mark.parametrize("sent, read", [(0, 0), (500, 500)])
def test_the_oldest_servers_leave_out_a_zero_size_in_gpu_memory(sent: int, read: int) -> None:
    (model,) = ps(lab.oldest_loaded("llama3:latest", expires_at=NOW, size_vram=sent))
    assert model.size_vram == read


def test_gpu_memory_that_no_server_told_is_unknown() -> None:
    row = lab.loaded("a", expires_at=NOW)
    del row["size_vram"]
    assert ps(row)[0].size_vram is None


def test_more_in_gpu_memory_than_there_is_makes_the_share_unknown() -> None:
    assert one(size=10, size_vram=11).gpu_share is None


@pytest.mark.parametrize(
    "ahead, activity",
    [
        (timedelta(minutes=5), Activity.IDLE),
        (timedelta(0), Activity.IDLE),
        (timedelta(seconds=-3), Activity.STOPPING),
        (timedelta(minutes=-3), Activity.BUSY),
    ],
)
def test_what_a_timer_tells(ahead: timedelta, activity: Activity) -> None:
    assert one(expires_at=lab.rfc3339(NOW + ahead)).activity is activity


@pytest.mark.parametrize("ahead, forever", [(lab.FOREVER, True), (timedelta(days=365), False)])
def test_forever_is_more_than_twenty_years_ahead(ahead: timedelta, forever: bool) -> None:
    model = one(expires_at=lab.rfc3339(NOW + ahead))
    assert (model.forever, model.activity) == (forever, Activity.IDLE)


def test_without_the_server_s_clock_forever_is_still_seen_but_no_activity() -> None:
    (model,) = ps(lab.loaded("a", expires_at=NOW + lab.FOREVER), now=None)
    assert (model.forever, model.activity) == (True, Activity.UNKNOWN)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21T14:07:31.204518123+01:00",
        "2026-11-21T14:07:31.2045181+01:00",
        "2026-11-21T08:07:31.204518-05:00",
        "2026-11-21T13:07:31.204518Z",
    ],
)
def test_every_way_go_prints_a_time(text: str) -> None:
    assert one(expires_at=text).expires_at == datetime(2026, 11, 21, 13, 7, 31, 204518, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+05:00",
        "9999-12-31T23:59:59-05:00",
        "2026-11-21T14:07:31",
        "2026-11-21",
        "2026-02-30T00:00:00Z",
        "٢٠٢٦-11-21T14:07:31Z",
        "soon",
        "",
        None,
        17,
        ["2026-11-21T13:07:31Z"],
    ],
)
def test_a_time_that_is_none(text: object) -> None:
    model = one(expires_at=text)
    assert (model.expires_at, model.forever, model.activity) == (None, False, Activity.UNKNOWN)


@pytest.mark.parametrize(
    "number", [-1, 2**53, 10**400, 1.5, 1e300, True, "12", None, [], {}, float("nan")]
)
@pytest.mark.parametrize("key", ["size", "size_vram", "context_length"])
def test_a_number_that_is_none_costs_only_itself(key: str, number: object) -> None:
    model = one(**{key: number})
    assert getattr(model, key) is None
    assert model.name == "qwen3:8b"


def test_an_infinite_number_costs_only_itself() -> None:
    body = b'{"models":[{"name":"a","size":1e999,"size_vram":-1e999,"context_length":NaN}]}'
    assert parse_ps(body, server_now=NOW) == (LoadedModel(name="a"),)


@pytest.mark.parametrize("details", [None, [], "x", {"quantization_level": "unknown"}, {}])
def test_details_that_say_nothing(details: object) -> None:
    model = one(details=details)
    assert (model.parameter_size, model.quantization) == (None, None)


def test_the_first_of_two_rows_with_one_name_counts() -> None:
    assert [m.size for m in ps({"name": "a", "size": 1}, {"name": "a", "size": 2})] == [1]


def test_a_name_may_stand_under_model_only() -> None:
    assert ps({"model": "qwen3:8b"})[0].name == "qwen3:8b"


def test_of_a_key_given_twice_the_last_counts() -> None:
    body = b'{"models":[{"name":"a"}],"models":[{"name":"b","name":"c"}]}'
    assert [model.name for model in parse_ps(body, server_now=NOW)] == ["c"]


def test_a_current_server_s_installed_models_in_full() -> None:
    on_disk, stub = tags(lab.installed("qwen3:8b"), lab.cloud_stub("gpt-oss:120b-cloud"))
    assert on_disk == InstalledModel(
        name="qwen3:8b",
        size=5_225_000_000,
        digest=lab.installed("x")["digest"],
        family="qwen3",
        parameter_size="8.2B",
        quantization="Q4_K_M",
        context_length=40960,
        capabilities=("completion", "tools", "thinking"),
    )
    assert (stub.remote_host, stub.size) == ("https://ollama.com:443", None)


@pytest.mark.parametrize(
    "sent, read",
    [
        (None, None),
        ([], ()),
        (["tools", 7, "", None, "vision"], ("tools", "vision")),
        (["x"] * 1000, None),
        ("tools", None),
    ],
)
def test_capabilities(sent: object, read: object) -> None:
    assert tags(lab.installed("a", capabilities=sent))[0].capabilities == read


def test_the_version() -> None:
    assert parse_version(b'{"version":"0.5.4-ipexllm-20250407"}') == "0.5.4-ipexllm-20250407"


@pytest.mark.parametrize("body", [b"{}", b'{"version":7}', b'{"version":""}', b'{"version":null}'])
def test_a_version_that_is_none(body: bytes) -> None:
    with pytest.raises(Malformed, match="tells no version"):
        parse_version(body)


@pytest.mark.parametrize("body", [b'{"models":[]}', b'{"models":null}'])
def test_nothing_loaded_and_nothing_installed(body: bytes) -> None:
    assert parse_ps(body, server_now=NOW) == ()
    assert parse_tags(body) == ()


WRONG = {
    "html": (b"<!doctype html><title>Hi</title>", "“<!doctype html>"),
    "empty": (b"", "not Ollama's JSON"),
    "a list": (b"[]", "not Ollama's JSON"),
    "null": (b"null", "not Ollama's JSON"),
    "cut off": (b'{"models":[{"name":"a"', "not Ollama's JSON"),
    "utf-16": ('{"models":[]}'.encode("utf-16"), "not Ollama's JSON"),
    "no models": (b"{}", "lists no models"),
    "models is an object": (b'{"models":{}}', "lists no models"),
    "deep": (b'{"models":' + b"[" * 200_000, "nested too deeply"),
    "deep object": (b'{"a":' * 200_000, "nested too deeply"),
    "5000 digits": (b'{"models":[{"name":"a","size":' + b"9" * 5000 + b"}]}", "not Ollama's JSON"),
    "row is no object": (b'{"models":[{"name":"a"},7]}', "model 2 is no object"),
    "row is null": (b'{"models":[null]}', "model 1 is no object"),
    "no name": (b'{"models":[{"name":"a"},{"size":1}]}', "model 2 has no name"),
    "name is a number": (b'{"models":[{"name":7,"model":"a"}]}', "model 1 has no name"),
    "blank name": (b'{"models":[{"name":" "}]}', "model 1 has no name"),
    "long name": (b'{"models":[{"name":"' + b"x" * 10_000 + b'"}]}', "10000 characters"),
    "escape in html": (b"\x1b]52;c;eA==\x07", "␛]52"),
}


@pytest.mark.parametrize("body, reason", WRONG.values(), ids=WRONG.keys())
def test_what_makes_a_whole_answer_malformed(body: bytes, reason: str) -> None:
    for parse in (partial(parse_ps, server_now=NOW), parse_tags):
        with pytest.raises(Malformed) as caught:
            parse(body)
        assert reason in caught.value.text
        assert is_clean(caught.value.text)


@pytest.mark.parametrize("name", lab.hostile_names())
def test_hostile_names_come_out_clean_and_distinct(name: str) -> None:
    (loaded,) = ps({"name": name, "details": {"quantization_level": name}, "digest": name})
    (on_disk,) = tags({"name": name, "remote_host": name, "capabilities": [name]})
    for text in (loaded.name, loaded.quantization, loaded.digest, on_disk.name):
        assert text is not None
        assert is_clean(text)
    assert ps({"name": "a"})[0].name != loaded.name


def test_rows_beyond_the_cap_are_left_out() -> None:
    rows = [{"name": f"m{number}"} for number in range(ROWS_CAP + 5)]
    assert len(tags(*rows)) == ROWS_CAP


@pytest.mark.parametrize(
    "body, words",
    [
        (b'{"error":"model \'x\' not found"}', "model 'x' not found"),
        (b'{"StatusCode":502,"Status":"502","error":"no upstream"}', "no upstream"),
        (b"404 page not found", "404 page not found"),
        (b'{"error":{"message":"x"}}', None),
        (b"<html>502 Bad Gateway</html>", None),
        (b"[" * 200_000, None),
        (b"", None),
        (b" \n", None),
        (b"\x1b[31mred", "␛[31mred"),
    ],
)
def test_the_server_s_own_words_for_a_failure(body: bytes, words: str | None) -> None:
    assert parse_error(body) == words


def test_long_words_for_a_failure_are_cut() -> None:
    words = parse_error(json.dumps({"error": "x" * 10_000}).encode())
    assert words is not None
    assert len(words) == 200


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
FIELDS = "size size_vram context_length expires_at details digest modified_at capabilities"
ROW = st.fixed_dictionaries(
    {"name": st.text(min_size=1) | JSON}, optional={key: JSON for key in FIELDS.split()}
)


def told(parse: Callable[[bytes], object], body: bytes) -> object:
    """The value, or the clean reason why there is none."""
    try:
        return parse(body)
    except Malformed as failure:
        return failure.text


@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_a_value_or_a_clean_reason(body: bytes) -> None:
    for parse in (partial(parse_ps, server_now=NOW), parse_tags, parse_version):
        value = told(parse, body)
        assert isinstance(value, tuple) or is_clean(str(value))


@given(st.lists(ROW, max_size=4))
def test_any_rows_are_clean_values_or_a_clean_reason(rows: list[object]) -> None:
    body = json.dumps({"models": rows}).encode()
    for parse in (partial(parse_ps, server_now=NOW), parse_tags):
        value = told(parse, body)
        for model in value if isinstance(value, tuple) else ():
            assert is_clean(model.name)
            assert model.size is None or 0 <= model.size < 2**53
        assert isinstance(value, tuple) or is_clean(str(value))
