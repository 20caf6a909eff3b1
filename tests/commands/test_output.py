"""What reaches the terminal, and how."""

import asyncio
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO

import pytest

from fleettui.commands.output import (
    ReaderGone,
    Style,
    columns,
    drawable,
    emit,
    in_colour,
    is_terminal,
    paint,
    reader_gone,
    settle,
    write,
)
from fleettui.model.errors import OperationFailed


def test_only_our_own_escape_sequences_come_out() -> None:
    line = (("ok", Style.OK), (" ", Style.DIM), ("\x1b]52;c;x\x07", Style.BAD))
    assert paint(line, colour=True) == "\x1b[32mok\x1b[0m \x1b[31m␛]52;c;x␇\x1b[0m"
    assert paint(line, colour=False) == "ok ␛]52;c;x␇"


def test_clean_text_stays_as_it_is() -> None:
    assert drawable("a<U+202E>b") == "a<U+202E>b"


def test_colour_needs_a_terminal_and_nobody_who_minds() -> None:
    leader, terminal = os.openpty()
    with open(leader, "wb"), open(terminal, "w") as stream:
        assert is_terminal(stream)
        assert in_colour(stream, {"TERM": "xterm-256color"})
        assert in_colour(stream, {"NO_COLOR": ""})
        assert not in_colour(stream, {"NO_COLOR": "1"})
        assert not in_colour(stream, {"TERM": "dumb"})
        assert columns(stream) == 80
        os.system(f"stty columns 133 < {os.ttyname(terminal)}")
        assert columns(stream) == 133
    assert not in_colour(io.StringIO(), {})
    assert not is_terminal(None)
    assert columns(None) == 80
    assert not is_terminal(stream)


@contextmanager
def pipe() -> Iterator[tuple[BinaryIO, TextIO]]:
    """Both ends of a pipe: what reads, and what we write to."""
    read_end, write_end = os.pipe()
    with open(read_end, "rb") as reader, open(write_end, "w", encoding="utf-8") as writer:
        yield reader, writer


async def test_everything_arrives_however_slowly_it_is_read() -> None:
    text = "".join(f"{number} ● \ud800\n" for number in range(40_000))
    with pipe() as (reader, writer):
        reading = asyncio.get_running_loop().run_in_executor(None, reader.read)
        await emit(writer, text)
        writer.close()
        assert (await reading).decode() == text.replace("\ud800", "\\ud800")


async def test_a_stalled_reader_does_not_stall_the_loop() -> None:
    with pipe() as (_, writer), pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await emit(writer, "x" * 1_000_000)


async def test_a_closed_pipe_is_its_own_kind_of_end() -> None:
    with pipe() as (reader, writer):
        assert not reader_gone(writer)
        reader.close()
        assert reader_gone(writer)
        with pytest.raises(ReaderGone):
            await emit(writer, "x")
        with pytest.raises(ReaderGone):
            write(writer, "x")
        assert settle(writer)


async def test_an_encoding_without_our_glyphs_gets_escapes() -> None:
    memory = io.BytesIO()
    stream = io.TextIOWrapper(memory, encoding="ascii")
    await emit(stream, "● 1\n")
    assert memory.getvalue() == b"\\u25cf 1\n"


def test_a_file_takes_everything(tmp_path: Path) -> None:
    with (tmp_path / "out").open("w+") as stream:
        stream.write("first ")
        asyncio.run(emit(stream, "second\n" * 9000))
        stream.seek(0)
        assert stream.read() == "first " + "second\n" * 9000
        assert not reader_gone(stream)


def test_what_cannot_be_written_is_told() -> None:
    with pytest.raises(OperationFailed, match="standard output is closed"):
        write(None, "x")
    with open("/dev/full", "w") as full:
        with pytest.raises(OperationFailed, match="No space left on device"):
            asyncio.run(emit(full, "x"))
        with pytest.raises(OperationFailed, match="No space left on device"):
            write(full, "x")
        assert not settle(full)
