"""What every command prints: data on standard output, everything else on standard error."""

import os
import select
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from enum import StrEnum
from typing import Any, TextIO

from fleettui.model.errors import OperationFailed
from fleettui.model.text import clean, is_clean

PIECE = 512
"""Bytes that a pipe takes without blocking once it is writable (the least PIPE_BUF of POSIX)."""

USUAL_COLUMNS = 80
TEXT_LIMIT = 4096


class ReaderGone(Exception):
    """Nobody reads standard output any more (`fleettui … | head`): end quietly."""


class Style(StrEnum):
    """How a piece of text looks; the value is its SGR parameter (ECMA-48)."""

    PLAIN = ""
    STRONG = "1"
    DIM = "2"
    BAD = "31"
    OK = "32"
    WARN = "33"
    WORK = "36"


Span = tuple[str, Style]
Line = tuple[Span, ...]


def paint(line: Iterable[Span], *, colour: bool) -> str:
    """One line of text. Whatever a span holds, only our own escape sequences come out."""
    return "".join(_painted(drawable(text), style, colour) for text, style in line).rstrip()


def _painted(text: str, style: Style, colour: bool) -> str:
    return f"\x1b[{style}m{text}\x1b[0m" if colour and style and text.strip() else text


def drawable(text: str) -> str:
    """`text` itself where it is safe to draw, else the same with everything made visible."""
    return text if is_clean(text) else clean(text, limit=TEXT_LIMIT)


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a person looks at `stream`."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False


def in_colour(stream: TextIO | None, environment: Mapping[str, str] | None = None) -> bool:
    """Whether to colour: on a terminal, unless `NO_COLOR` is set (no-color.org) or it is dumb."""
    variables = os.environ if environment is None else environment
    plain = bool(variables.get("NO_COLOR")) or variables.get("TERM") == "dumb"
    return is_terminal(stream) and not plain


def columns(stream: TextIO | None) -> int:
    """Cells of a line on `stream`; 80 where it is no terminal."""
    if stream is None or not is_terminal(stream):
        return USUAL_COLUMNS
    try:
        return os.get_terminal_size(stream.fileno()).columns or USUAL_COLUMNS
    except (OSError, ValueError):
        return USUAL_COLUMNS


def json_text(data: object, *, compact: bool = False) -> str:
    """JSON in pure ASCII, so that nothing in a value acts on a terminal; never NaN."""
    import json

    if compact:
        return json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return json.dumps(data, ensure_ascii=True, allow_nan=False, indent=2)


def write(stream: TextIO | None, text: str) -> None:
    """Write and flush. Raises ReaderGone, and OperationFailed where nothing can be written."""
    if stream is None:
        raise OperationFailed("standard output is closed", "give it somewhere to go")
    try:
        stream.write(_bytes(stream, text).decode(_encoding(stream)))
        stream.flush()
    except BrokenPipeError:
        raise ReaderGone from None
    except (OSError, ValueError) as error:
        raise _unwritable(error) from None


async def emit(stream: TextIO | None, text: str) -> None:
    """As `write`, but a reader that has stalled holds up neither the event loop nor its end."""
    descriptor = _descriptor(stream)
    if stream is None or descriptor is None:
        write(stream, text)
        return
    data = memoryview(_bytes(stream, text))
    write(stream, "")
    try:
        while data:
            await _writable(descriptor)
            with suppress(BlockingIOError):
                data = data[os.write(descriptor, data[:PIECE]) :]
    except BrokenPipeError:
        raise ReaderGone from None
    except OSError as error:
        raise _unwritable(error) from None


def reader_gone(stream: TextIO | None) -> bool:
    """Whether the other end of a pipe was closed, found out without writing to it."""
    descriptor = _descriptor(stream)
    if descriptor is None or not hasattr(select, "poll"):
        return False
    poll = select.poll()
    poll.register(descriptor, 0)
    return any(events & (select.POLLERR | select.POLLHUP) for _, events in poll.poll(0))


def say(text: str, stream: TextIO | None = None) -> None:
    """One line on standard error, under the program's name."""
    tell(f"fleettui: {text}", stream)


def tell(text: str, stream: TextIO | None = None) -> None:
    """One line on standard error, which need not be readable for the command to succeed."""
    to = sys.stderr if stream is None else stream
    with suppress(ReaderGone, OperationFailed):
        write(to, f"{drawable(text)}\n")


def settle(stream: TextIO | None) -> bool:
    """Flush for the last time; False where that failed and what was left had to be dropped.

    The interpreter flushes again when it ends, and would complain of what cannot be written.
    """
    try:
        if stream is not None:
            stream.flush()
    except BrokenPipeError:
        _drop(stream)
    except (OSError, ValueError):
        _drop(stream)
        return False
    return True


def _drop(stream: TextIO | None) -> None:
    descriptor = _descriptor(stream)
    if descriptor is not None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, descriptor)
        os.close(nowhere)


def _encoding(stream: TextIO) -> str:
    return getattr(stream, "encoding", None) or "utf-8"


def _bytes(stream: TextIO, text: str) -> bytes:
    return text.encode(_encoding(stream), "backslashreplace")


def _descriptor(stream: TextIO | None) -> int | None:
    """The file descriptor below `stream`; None where it is memory."""
    try:
        return None if stream is None else stream.fileno()
    except (OSError, ValueError):
        return None


async def _writable(descriptor: int) -> None:
    """Wait until a pipe, socket or terminal takes bytes; plain files always do."""
    import asyncio

    loop = asyncio.get_running_loop()
    ready: asyncio.Future[Any] = loop.create_future()
    try:
        loop.add_writer(descriptor, _resolve, ready)
    except (OSError, NotImplementedError):
        return
    try:
        await ready
    finally:
        loop.remove_writer(descriptor)


def _resolve(ready: Any) -> None:
    if not ready.done():
        ready.set_result(None)


def _unwritable(error: Exception) -> OperationFailed:
    why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return OperationFailed(
        f"cannot write to standard output: {why}", "make room, or write it elsewhere"
    )
