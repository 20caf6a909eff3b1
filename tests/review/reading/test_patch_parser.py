"""The text of a diff in pieces: the same rows wherever it is cut, and nothing that impersonates."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleettui.model.change import FileChange
from fleettui.model.errors import Malformed
from fleettui.model.patch import Patch, Row
from fleettui.review.reading import patch_parser
from fleettui.review.reading.patch_parser import LINE_CAP, PatchParser

ONE, TWO, NONE = "1" * 40, "2" * 40, "0" * 40


def changed(path: bytes = b"f", status: str = "M", old: str = ONE, new: str = TWO) -> FileChange:
    return FileChange(path, path.decode("latin-1"), status, 0o100644, 0o100644, old, new, 1, 1)


def header(old: str = ONE, new: str = TWO) -> bytes:
    index = f"index {old}..{new} 100644\n".encode()
    return b"diff --git a/f b/f\n" + index + b"--- a/f\n+++ b/f\n"


def parsed(raw: bytes, *files: FileChange, size: int = 0) -> Patch:
    parser = PatchParser(list(enumerate(files or (changed(),))))
    for start in range(0, len(raw), size or len(raw) or 1):
        parser.feed(raw[start : start + (size or len(raw))])
    parser.finish()
    return parser.patch


def rows(patch: Patch) -> list[tuple[Row, int, int, bytes]]:
    return [
        (Row(patch.kinds[row]), patch.old[row], patch.new[row], patch.line(row))
        for row in range(len(patch))
    ]


def test_a_hunk() -> None:
    raw = header() + b"@@ -3,3 +3,2 @@ def f():\n a\n-b\r\n-c\n+d\n\\ No newline at end of file\n"
    patch = parsed(raw)
    assert patch.complete
    assert rows(patch) == [
        (Row.FILE, 0, 0, b"f"),
        (Row.HUNK, 3, 3, b"def f():"),
        (Row.CONTEXT, 3, 3, b"a"),
        (Row.REMOVED, 4, 0, b"b\r"),
        (Row.REMOVED, 5, 0, b"c"),
        (Row.ADDED, 0, 4, b"d"),
        (Row.NOTE, 0, 0, b" No newline at end of file"),
    ]
    assert patch.counts == {1: (3, 2)}
    assert list(patch.hunks) == [1]
    assert (patch.files[0].first, patch.files[0].end) == (0, 7)


def test_content_cannot_pass_for_a_header() -> None:
    fakes = [b"diff --git a/x b/x", b"@@ -1 +1 @@", b"--- a/x", b"+++ b/x", b"\\ No", b""]
    body = b"".join(b"-" + fake + b"\n" for fake in fakes)
    patch = parsed(header() + b"@@ -1,6 +0,0 @@\n" + body)
    assert [text for kind, _, _, text in rows(patch) if kind is Row.REMOVED] == fakes
    assert len(patch.files) == 1


def test_a_change_of_type_is_two_parts_of_one_file() -> None:
    raw = header(ONE, NONE) + b"@@ -1 +0,0 @@\n-x\n" + header(NONE, TWO) + b"@@ -0,0 +1 @@\n+y\n"
    patch = parsed(raw, changed(status="T"))
    assert [(file.index, file.first, file.end) for file in patch.files] == [(0, 0, 3), (0, 3, 6)]


def test_a_line_that_is_too_long_is_remarked() -> None:
    long = b"x" * (LINE_CAP + 1234)
    raw = header() + b"@@ -1 +1,2 @@\n-old\n+" + long + b"\n+end\n"
    for size in (0, 1000, 16_384):
        patch = parsed(raw, size=size)
        kinds = [kind for kind, *_ in rows(patch)]
        assert kinds[2:] == [Row.REMOVED, Row.ADDED, Row.NOTE, Row.ADDED]
        assert len(patch.line(3)) == LINE_CAP - 1
        assert patch.line(4) == b" 1,235 more bytes in this line"
        assert (patch.line(5), patch.new[5]) == (b"end", 2)


@pytest.mark.parametrize(
    "raw",
    [
        b"@@ -1 +1 @@\n",
        b"+x\n",
        header() + b"@@ -1 +1 @@\n-x\n+y\n+z\n",
        header() + b"@@ -1 +1 @@\n-x\n",
        header() + b"@@ -1 +1 @@\n-x\n+y",
        header() + b"@@ -1,2 +1 @@\n-x\nnothing\n",
        header() + b"@@ -1,2 +1 @@\n-x\n\n",
        header() + b"@@ -99999999999 +1 @@\n",
        header() + b"@@ -x +1 @@\n",
        header() + b"@@ -1 +1 @@\n-x\n-y\n",
        header() + b"similarity index 90%\n",
        header(TWO, ONE),
        header() + header(),
        b"",
    ],
)
def test_what_git_does_not_print(raw: bytes) -> None:
    with pytest.raises(Malformed):
        parsed(raw)


def test_binary_files_tell_their_sizes() -> None:
    raw = b"diff --git a/f b/f\n" + f"index {ONE}..{TWO}\n".encode()
    raw += b"Binary files a/f and b/f differ\n"
    for sizes, told in (
        ({}, "binary"),
        ({ONE: 1000}, "binary, 1.0 kB → –"),
        ({ONE: 1000, TWO: 2_000_000}, "binary, 1.0 kB → 2.0 MB"),
        ({ONE: 1000, TWO: 300_000_000}, "too large to show, 1.0 kB → 300 MB"),
    ):
        parser = PatchParser([(0, changed())], sizes)
        parser.feed(raw)
        assert rows(parser.patch)[1] == (Row.BINARY, 0, 0, told.encode())


def test_a_patch_that_never_ends_is_cut() -> None:
    parser = PatchParser([(0, changed())])
    parser.feed(header() + b"@@ -0,0 +1,900000000 @@\n")
    block = b"+\n" * 8192
    for _ in range(patch_parser.ROW_CAP // 8192 + 2):
        parser.feed(block)
    assert "1,000,000 lines" in parser.patch.cut
    assert patch_parser.ROW_CAP <= len(parser.patch) < patch_parser.ROW_CAP + 8192
    assert not parser.patch.complete


PIECES = st.sampled_from(
    [
        header(),
        header(NONE, TWO),
        b"@@ -1,3 +1,3 @@ x\n",
        b"@@ -1 +1 @@\n",
        b"@@ -0,0 +1 @@\n",
        b" a\n",
        b"+b\n",
        b"-c\r\n",
        b"\\ No newline at end of file\n",
        b"\n",
        b"Binary files a/f and b/f differ\n",
        b"old mode 100644\nnew mode 100755\n",
        b"+" + b"y" * (LINE_CAP + 5) + b"\n",
        b"\xff",
        b"-",
    ]
)
RAW = st.binary() | st.lists(PIECES, max_size=30).map(b"".join)
FILES = [(0, changed()), (3, changed(b"g", "T", NONE, TWO)), (4, changed())]


@given(raw=RAW)
def test_any_bytes_are_rows_or_malformed(raw: bytes) -> None:
    parser = PatchParser(FILES)
    with suppress(Malformed):
        parser.feed(raw)
        parser.finish()
    patch = parser.patch
    assert len(patch.kinds) == len(patch.old) == len(patch.new) == len(patch.starts) - 1
    assert list(patch.starts) == sorted(patch.starts)
    assert patch.starts[-1] == len(patch.text)
    assert {patch.kinds[row] for row in patch.hunks} <= {Row.HUNK}
    assert set(patch.counts) == set(patch.hunks)


@st.composite
def diffs(draw: st.DrawFn) -> bytes:
    """A diff as git prints it, of random lines."""
    raw = header()
    old = new = 1
    for _ in range(draw(st.integers(1, 3))):
        short = st.binary(max_size=12).map(lambda line: line.replace(b"\n", b""))
        text = st.tuples(short, st.integers(1, 20)).map(lambda line: line[0] * line[1])
        lines = draw(st.lists(st.tuples(st.sampled_from(b" +-"), text), min_size=1, max_size=30))
        before = sum(mark != ord("+") for mark, _ in lines)
        after = sum(mark != ord("-") for mark, _ in lines)
        raw += b"@@ -%d,%d +%d,%d @@\n" % (old, before, new, after)
        raw += b"".join(bytes([mark]) + line + b"\n" for mark, line in lines)
        old, new = old + before + 5, new + after + 5
    return raw


@given(
    raw=diffs(),
    cap=st.integers(100, 200),
    sizes=st.lists(st.integers(1, 200), min_size=1, max_size=5),
)
def test_pieces_may_end_anywhere(raw: bytes, cap: int, sizes: list[int]) -> None:
    whole = PatchParser([(0, changed())], line_cap=cap)
    whole.feed(raw)
    whole.finish()
    parser, start, turn = PatchParser([(0, changed())], line_cap=cap), 0, 0
    while start < len(raw):
        size = sizes[turn % len(sizes)]
        parser.feed(raw[start : start + size])
        start, turn = start + size, turn + 1
    parser.finish()
    assert parser.patch == whole.patch
    assert whole.patch.complete
