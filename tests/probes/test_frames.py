"""The grammar of the frames, without a process."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleettui.model.errors import Malformed
from fleettui.model.text import is_clean
from fleettui.probes.frames import FRAME_BYTES, FRAME_LINES, NOISE_BYTES, Frame, Preamble

TAG = "7.00ff"


def lines(text: bytes) -> list[bytes]:
    return text.splitlines(keepends=True)


def framed(*sections: tuple[bytes, bytes], tag: bytes = b"7.00ff") -> bytes:
    body = b"".join(b"\n@%s %s\n%s" % (tag, name, text) for name, text in sections)
    return b"@@fleet1 begin %s%s\n@@fleet1 end %s\n" % (tag, body, tag)


def read(text: bytes, *names: str) -> dict[str, bytes]:
    frame = Frame(TAG, names)
    done = [frame.feed(line) for line in lines(text)]
    assert done == [False] * (len(done) - 1) + [True]
    return frame.sections


def test_sections_come_back_as_they_were_printed() -> None:
    text = framed((b"a", b"one\ntwo\n"), (b"b", b""), (b"c", b"no newline"), (b"d", b"\n\n"))
    assert read(text, "a", "b", "c", "d") == {
        "a": b"one\ntwo\n",
        "b": b"",
        "c": b"no newline",
        "d": b"\n\n",
    }


def test_windows_line_ends_become_newlines() -> None:
    assert read(framed((b"a", b"x\r\ny\r\n")).replace(b"\n@", b"\r\n@"), "a") == {"a": b"x\ny\n"}


@pytest.mark.parametrize(
    "text,reason",
    [
        (b"@@fleet2 begin 7.00ff\n", "version 2"),
        (b"@@fleet1 begin 6.00ff\n", "another question"),
        (b"@@fleet1 begin 7.00ff \n", "another question"),
        (b"@@fleet1 end 7.00ff\n", "out of order"),
        (b"left over from before\n", "begins with: left over from before"),
        (b"@@fleet1 begin 7.00ff\nx\n", "before its first section"),
        (b"@@fleet1 begin 7.00ff\n@7.00ff b\n", "nobody asked for: b"),
        (b"@@fleet1 begin 7.00ff\n@@fleet1 begin 7.00ff\n", "out of order"),
        (b"@@fleet1 begin 7.00ff\n@7.00ff a\n@@fleet1 ready\n", "another question"),
        (b"@@fleet1 begin 7.00ff\n@7.00ff a\n@@fleet1 end 8.00ff\n", "another question"),
        (b"@@fleet1 begin 7.00ff\n@7.00ff a\n@7.00ff a\n", "nobody asked for: a"),
        (b"@@fleet1 begin 7.00ff\n@@fleet1 end 7.00ff\n", "lacks its section a"),
        (b"@@fleet1 begin 7.00ff\n@7.00ff a\nhalf a li", "breaks off"),
        (b"@@fleet1 begin 7.00ff\n@7.00ff \x1b[2J\n", "nobody asked for: ␛[2J"),
    ],
)
def test_anything_else_is_malformed(text: bytes, reason: str) -> None:
    frame = Frame(TAG, ["a"])
    with pytest.raises(Malformed, match=r".") as failure:
        [frame.feed(line) for line in lines(text)]
    assert reason in failure.value.text
    assert is_clean(failure.value.text)


@pytest.mark.parametrize(
    "line,most", [(b"x\n", FRAME_LINES), (b"x" * 4095 + b"\n", FRAME_BYTES // 4096)]
)
def test_a_flood_is_cut_off(line: bytes, most: int) -> None:
    frame = Frame(TAG, ["a"])
    frame.feed(b"@@fleet1 begin 7.00ff\n")
    frame.feed(b"@7.00ff a\n")
    with pytest.raises(Malformed, match="too long"):
        [frame.feed(line) for _ in range(most + 1)]


@settings(deadline=None)
@given(st.lists(st.binary(max_size=40), max_size=30))
def test_any_lines_end_in_sections_or_malformed(parts: list[bytes]) -> None:
    frame = Frame(TAG, ["a", "b"])
    with suppress(Malformed):
        assert not any([frame.feed(part) for part in parts])


@settings(deadline=None)
@given(st.binary(max_size=200).filter(lambda raw: b"\r" not in raw and b"@@fleet" not in raw))
def test_any_bytes_survive_a_section(raw: bytes) -> None:
    assert read(framed((b"a", raw)), "a") == {"a": raw}


def test_noise_before_the_first_marker_is_skipped() -> None:
    preamble = Preamble()
    for line in (b"Welcome to @@fleet1 ready\n", b"\x1b[31m\xff\n", b"\n"):
        assert not preamble.feed(line)
    assert preamble.last_words == "␛[31m\\xff"
    assert preamble.feed(b"@@fleet1 ready\r\n")


def test_a_byte_order_mark_is_no_noise() -> None:
    assert Preamble().feed(b"\xef\xbb\xbf@@fleet1 ready\n")


def test_another_version_is_refused_at_once() -> None:
    with pytest.raises(Malformed, match="version 12"):
        Preamble().feed(b"@@fleet12 ready\n")


def test_endless_noise_is_cut_off() -> None:
    preamble = Preamble()
    with pytest.raises(Malformed, match="without end"):
        [preamble.feed(b"y\n") for _ in range(NOISE_BYTES)]
