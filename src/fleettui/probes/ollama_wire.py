"""What Ollama's HTTP API says, decoded: pure functions of bytes.

The shapes are those of Ollama's `api/types.go`, from v0.1.38 on. Unknown keys are ignored, of a
key given twice the last one counts. A row without a usable name makes the whole answer
Malformed, because leaving it out would hide a model; any other bad field is only that field's
None. Sizes are bytes.
"""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from fleettui.model.errors import Malformed
from fleettui.model.ollama import Activity, InstalledModel, LoadedModel
from fleettui.model.text import clean

ROWS_CAP = 2000
"""Models of one answer that are kept."""

FOREVER = timedelta(days=20 * 365)
"""A model that is to stay longer than this stays for ever: the rule of `ollama ps`."""

UNLOAD_S = 10.0
"""Seconds in which an idle model is gone after its time; the server waits at most 5 for memory."""

_NAME_CAP = 256
_NUMBER_CAP = 2**53
_CAPABILITIES_CAP = 32
_FIRST_PS = datetime(2024, 5, 1, tzinfo=UTC)
"""When /api/ps came into the world: no server's clock that is right says less."""

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)", re.ASCII)
_NOT_OLLAMA = "check that this is the address of an Ollama server"

Json = dict[str, Any]
M = TypeVar("M")


def parse_version(body: bytes) -> str:
    """The version in an answer of /api/version, such as `0.32.4`. Raises Malformed."""
    version = _text(_answer(body, "/api/version").get("version"), limit=64)
    if version is None:
        raise Malformed("/api/version tells no version", _NOT_OLLAMA)
    return version


def parse_ps(body: bytes, *, server_now: datetime | None) -> tuple[LoadedModel, ...]:
    """The models in memory, from an answer of /api/ps. Raises Malformed.

    `server_now` is the server's own clock (its Date header): against ours, a timer of a machine
    whose clock is wrong would mean nothing. Without it no activity is guessed.
    """
    return _models(body, "/api/ps", lambda name, row: _loaded(name, row, server_now))


def parse_tags(body: bytes) -> tuple[InstalledModel, ...]:
    """The models on disk and the stubs of cloud models, from /api/tags. Raises Malformed.

    The stub of a cloud model has no size: it takes no disk worth counting.
    """
    return _models(body, "/api/tags", _installed)


def parse_error(body: bytes) -> str | None:
    """The server's own words for a failure (`{"error": …}` or plain text), clean, on one line."""
    try:
        said = _decode(body).get("error")
    except (ValueError, RecursionError):
        said = None
        if body.lstrip()[:1] not in (b"", b"<", b"{", b"["):
            said = body[:512].decode("utf-8", "surrogateescape").strip()
    return _text(said, limit=200, cut=True)


def activity_at(expires_at: datetime | None, now: datetime | None) -> Activity:
    """What a model does at `now` (the server's clock), as far as its timer shows it.

    The timer stands still while a request runs (`server/sched.go`), so `idle` means no sign of
    work. An idle model past its time is gone within seconds: `stopping`; one that is still there
    later is held by a request: `busy`. Ollama itself prints “Stopping...” for both.
    """
    if expires_at is None or now is None:
        return Activity.UNKNOWN
    overdue = (now - expires_at).total_seconds()
    if overdue <= 0:
        return Activity.IDLE
    return Activity.STOPPING if overdue <= UNLOAD_S else Activity.BUSY


def _loaded(name: str, row: Json, now: datetime | None) -> LoadedModel:
    details = _details(row)
    expires_at = _moment(row.get("expires_at"))
    size_vram = _number(row.get("size_vram"))
    if "size_vram" not in row and "modified_at" in row:
        size_vram = 0  # v0.1.38 to v0.1.41 left a zero out, and are known by modified_at
    return LoadedModel(
        name=name,
        size=_number(row.get("size")) or None,
        size_vram=size_vram,
        context_length=_number(row.get("context_length")) or None,
        parameter_size=_text(details.get("parameter_size"), limit=32),
        quantization=_quantization(details),
        expires_at=expires_at,
        forever=expires_at is not None and expires_at - (now or _FIRST_PS) > FOREVER,
        activity=activity_at(expires_at, now),
        digest=_text(row.get("digest"), limit=128),
    )


def _installed(name: str, row: Json) -> InstalledModel:
    details = _details(row)
    remote_host = _text(row.get("remote_host"))
    return InstalledModel(
        name=name,
        size=None if remote_host else _number(row.get("size")),
        digest=_text(row.get("digest"), limit=128),
        family=_text(details.get("family"), limit=64),
        parameter_size=_text(details.get("parameter_size"), limit=32),
        quantization=_quantization(details),
        context_length=_number(details.get("context_length")) or None,
        capabilities=_words(row.get("capabilities")),
        remote_host=remote_host,
    )


def _models(body: bytes, path: str, model: Callable[[str, Json], M]) -> tuple[M, ...]:
    """The rows under `models`, in the server's order, one a name."""
    rows = _answer(body, path).get("models", ...)
    if rows is None:
        return ()
    if not isinstance(rows, list):
        raise Malformed(f"{path} lists no models", _NOT_OLLAMA)
    found: dict[str, M] = {}
    for number, row in enumerate(rows[:ROWS_CAP], start=1):
        name = _name(row, f"{path}: model {number}")
        if name not in found:
            found[name] = model(name, row)
    return tuple(found.values())


def _answer(body: bytes, path: str) -> Json:
    try:
        return _decode(body)
    except RecursionError:
        raise Malformed(f"{path} is nested too deeply", _NOT_OLLAMA) from None
    except ValueError:
        start = clean(body[:40].strip(), limit=40)
        raise Malformed(f"{path} is not Ollama's JSON: “{start}”", _NOT_OLLAMA) from None


def _decode(body: bytes) -> Json:
    """One JSON object. Raises ValueError, RecursionError when it is nested too deeply."""
    value = json.loads(body.decode("utf-8", "surrogateescape"))
    if not isinstance(value, dict):
        raise ValueError
    return value


def _name(row: object, what: str) -> str:
    """Clean text; two names that differ within the limit stay different."""
    if not isinstance(row, dict):
        raise Malformed(f"{what} is no object")
    name = row.get("name") or row.get("model")
    if not isinstance(name, str) or not name.strip():
        raise Malformed(f"{what} has no name")
    if len(name) > _NAME_CAP:
        raise Malformed(f"{what} has a name of {len(name)} characters")
    return clean(name)


def _details(row: Json) -> Json:
    details = row.get("details")
    return details if isinstance(details, dict) else {}


def _quantization(details: Json) -> str | None:
    level = _text(details.get("quantization_level"), limit=32)
    return None if level == "unknown" else level


def _text(value: object, *, limit: int = _NAME_CAP, cut: bool = False) -> str | None:
    """Clean text of at most `limit` characters; None where it is empty, no text or too long."""
    if not isinstance(value, str) or not value.strip() or (len(value) > limit and not cut):
        return None
    return clean(value, limit=limit)


def _words(value: object) -> tuple[str, ...] | None:
    if not isinstance(value, list) or len(value) > _CAPABILITIES_CAP:
        return None
    words = [_text(word, limit=32) for word in value]
    return tuple(word for word in words if word is not None)


def _number(value: object) -> int | None:
    """A whole number from 0 to 2^53, as every size and length of Ollama is."""
    if type(value) is not int or not 0 <= value < _NUMBER_CAP:
        return None
    return value


def _moment(value: object) -> datetime | None:
    """A time in UTC; None for Go's zero time (0001-01-01) and for anything but RFC 3339."""
    if not isinstance(value, str) or not _RFC3339.fullmatch(value):
        return None
    try:
        moment = datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if moment.year > 1 else None
