"""The file in which what was found out about models outlives the program.

It is a cache: one that is not as it was written is ignored, told about, and written anew.
"""

import json
import os
import stat
import tempfile
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fleettui.model.errors import Malformed
from fleettui.model.text import clean, is_clean
from fleettui.routing.client_wire import Json, decode, real, whole
from fleettui.routing.probing_values import FASTEST, Abilities, Known, Speed, digest_key

SCHEMA = "fleettui.capabilities/1"
FILE_CAP = 4 * 1024 * 1024
MODELS_CAP = 500
"""Models that are kept, those that were asked last."""

_SPEEDS_CAP = 2000
_TEXT_CAP = 256
_NUMBER_CAP = 2**31
_TIME_CAP = 2.0**40


def place(state_dir: str) -> Path:
    """Where the file is."""
    return Path(state_dir) / "routing" / "capabilities.json"


def load(path: Path) -> tuple[Known, str | None]:
    """What the file says, and in one clean line why nothing is known although it is there."""
    try:
        return parse(_read(path)), None
    except FileNotFoundError:
        return Known(), None
    except OSError as error:
        reason = clean(error.strerror or str(error))
    except Malformed as error:
        reason = error.text
    return Known(), f"{clean(str(path))} is ignored: {reason}"


def save(path: Path, known: Known) -> None:
    """Write the file anew, for its owner alone; whole or not at all. Raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".capabilities.")
    try:
        with open(descriptor, "wb") as stream:
            stream.write(written(known))
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def merged(older: Known, newer: Known) -> Known:
    """What both know; where they differ, `newer` is right."""
    return Known({**older.models, **newer.models}, {**older.speeds, **newer.speeds})


def written(known: Known) -> bytes:
    """The bytes of a file that says this."""
    newest = sorted(known.models.values(), key=lambda model: (-model.asked_at, model.digest))
    kept = {model.digest: model for model in newest[:MODELS_CAP]}
    speeds = [
        {"machine": machine, "digest": digest, **asdict(speed)}
        for (machine, digest), speed in sorted(known.speeds.items())
        if digest in kept
    ]
    models = [asdict(model) for model in kept.values()]
    value = {"schema": SCHEMA, "models": models, "speeds": speeds[:_SPEEDS_CAP]}
    return json.dumps(value, allow_nan=False, indent=1).encode("ascii") + b"\n"


def parse(body: bytes) -> Known:
    """What the bytes of a file say. Raises Malformed where any of it is not as `written`."""
    try:
        value = decode(body.decode("utf-8", "surrogateescape"))
    except Malformed:
        raise Malformed("it is not as it was written") from None
    if not isinstance(value, dict) or value.get("schema") != SCHEMA:
        raise Malformed("it is of another kind")
    models = [_abilities(row) for row in _rows(value.get("models"), MODELS_CAP)]
    speeds = [_speed(row) for row in _rows(value.get("speeds"), _SPEEDS_CAP)]
    return Known({model.digest: model for model in models}, dict(speeds))


def _read(path: Path) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(descriptor, "rb") as stream:
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode):
            raise Malformed("it is no file")
        if about.st_size > FILE_CAP:
            raise Malformed("it is too large")
        return stream.read(FILE_CAP)


def _rows(value: object, most: int) -> list[Json]:
    if not isinstance(value, list) or len(value) > most:
        raise Malformed("a list is missing or too long")
    if not all(isinstance(row, dict) for row in value):
        raise Malformed("a row is no object")
    return value


def _abilities(row: Json) -> Abilities:
    tools = row.get("tools")
    if tools is not None and not isinstance(tools, bool):
        raise Malformed("`tools` is neither yes nor no")
    return Abilities(
        digest=_digest(row),
        name=_text(row.get("name")),
        tools=tools,
        why=_text(row.get("why")),
        words=_words(row.get("words")),
        context_length=_length(row.get("context_length")),
        num_ctx=_length(row.get("num_ctx")),
        asked_at=_real(row.get("asked_at"), _TIME_CAP),
    )


def _speed(row: Json) -> tuple[tuple[str, str], Speed]:
    tokens, seconds = _real(row.get("tokens"), _TIME_CAP), _real(row.get("seconds"), _TIME_CAP)
    if tokens > FASTEST * seconds:
        raise Malformed("a speed is impossible")
    return (_text(row.get("machine")), _digest(row)), Speed(tokens, seconds)


def _digest(row: Json) -> str:
    digest = row.get("digest")
    if not isinstance(digest, str) or digest_key(digest) != digest:
        raise Malformed("a digest is none")
    return digest


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > _TEXT_CAP or not is_clean(value):
        raise Malformed("a text is none")
    return value


def _words(value: object) -> tuple[str, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list):
        raise Malformed("`words` is no list")
    return tuple(_text(word) for word in value)


def _length(value: object) -> int | None:
    if value is not None and not whole(value, _NUMBER_CAP):
        raise Malformed("a length is none")
    return whole(value, _NUMBER_CAP)


def _real(value: Any, most: float) -> float:
    number = real(value, 0.0, most)
    if number is None:
        raise Malformed("a number is none")
    return number
