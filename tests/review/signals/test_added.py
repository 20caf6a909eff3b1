"""The added lines of a diff, however it arrives."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleettui.review.signals.added import PIECE, Piece, Pieces, header_path, whole
from tests.lab.repos import git
from tests.review.signals.made import commit, quarantine

TRICKY = {
    "a b/c.txt": "@@ -1 +1 @@\ndiff --git a/x b/x\n--- a\n+++ b\n-- x\n++ y\n\\ No newline\n",
    'quote"\n\t\\.txt': "one\ntwo\nthree",
    "ünï/é.txt": "one\ntwo\n\nthree\n",
    "empty": "",
}


def added(pieces: list[Piece]) -> list[tuple[bytes, int, bytes]]:
    """Path, number and text of each added line."""
    found = []
    for piece in pieces:
        at = piece.text.find(b"\n+")
        while at >= 0:
            end = piece.text.find(b"\n", at + 1)
            line = piece.text[at + 2 : end if end >= 0 else len(piece.text)]
            assert piece.added(at + 1)
            found.append((piece.path, piece.number(at + 1), line))
            at = piece.text.find(b"\n+", at + 1)
    return found


def read(diff: bytes, step: int) -> list[Piece]:
    """The pieces of a diff that arrives in steps."""
    pieces = Pieces()
    found = [p for at in range(0, len(diff), step) for p in pieces.feed(diff[at : at + step])]
    return [*found, *pieces.end()]


def diff_of(place: Path, before: dict[str, str], after: dict[str, str]) -> bytes:
    """What git prints for two trees."""
    quarantine(place)
    old, new = commit(place, before), commit(place, after)
    asked = ["diff-tree", "-r", "-p", "-U0", "-D", "--no-renames", old, new]
    return git(place, *asked)


def test_every_line_has_its_file_and_number(tmp_path: Path) -> None:
    before = {name: "two\nend\n" for name in TRICKY}
    diff = diff_of(tmp_path, before, TRICKY)
    numbered = [
        (name.encode(), number, line)
        for name, text in TRICKY.items()
        for number, line in enumerate(text.encode().split(b"\n"), 1)
    ]
    for step in (1, 7, 100, 100_000):
        found = added(read(diff, step))
        assert found
        assert set(found) <= set(numbered)
        assert (b'quote"\n\t\\.txt', 3, b"three") in found
        assert (b"a b/c.txt", 2, b"diff --git a/x b/x") in found


def test_the_steps_make_no_difference(tmp_path: Path) -> None:
    text = "".join(f"line {number}\n" for number in range(3000))
    diff = diff_of(
        tmp_path,
        {"a": text, "b": "x\n", "c": "gone\n"},
        {"a": text.replace("7\n", "seven\nnew\n"), "b": "x\ny\n"},
    )
    once = added(read(diff, len(diff)))
    assert len(once) == 601
    assert all(added(read(diff, step)) == once for step in (3, 64, 1000, 4096))


def test_a_line_without_end_is_read_in_parts() -> None:
    long = b"x" * (6 * PIECE) + b"needle" + b"y" * (3 * PIECE)
    diff = b"diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -0,0 +1,2 @@\n+" + long + b"\n+end\n"
    pieces = read(diff, PIECE)
    assert max(len(piece.text) for piece in pieces) < 4 * PIECE
    assert any(b"needle" in piece.text for piece in pieces)
    last = [(piece, len(piece.text) - 1) for piece in pieces]
    assert {piece.number(at) for piece, at in last if piece.added(at)} == {1, 2}
    assert added(pieces)[-1] == (b"f", 2, b"end")


def test_a_needle_on_the_cut_of_a_long_line_is_whole_somewhere() -> None:
    for at in range(2 * PIECE - 40, 2 * PIECE + 40, 7):
        diff = b"diff --git a/f b/f\n@@ -0,0 +1 @@\n+" + b"x" * at + b"needle" + b"y" * PIECE * 3
        assert any(b"needle" in piece.text for piece in read(diff, 4096))


def test_a_file_without_diff_is_read_as_added() -> None:
    content = b"".join(b"line %d\n" % number for number in range(9_000)) + b"end"
    found = added(list(whole(b"f", content)))
    assert [line for _, _, line in found] == content.split(b"\n")
    assert [number for _, number, _ in found] == list(range(1, 9_002))


@pytest.mark.parametrize(
    "line, path",
    [
        (b"diff --git a/x b/x", b"x"),
        (b"diff --git a/a b/a b/a b/a", b"a b/a"),
        (b'diff --git "a/\\303\\274\\"\\\\\\n" "b/\\303\\274\\"\\\\\\n"', b'\xc3\xbc"\\\n'),
        (b"diff --git a/x b/y", None),
        (b'diff --git "a/x', None),
        (b"diff --git ", None),
    ],
)
def test_the_path_is_read_from_the_header(line: bytes, path: bytes | None) -> None:
    assert header_path(line) == path


@given(st.lists(st.binary(max_size=60), max_size=8))
def test_any_bytes_are_read(chunks: list[bytes]) -> None:
    pieces = Pieces()
    found = [piece for chunk in chunks for piece in pieces.feed(chunk)]
    assert all(piece.text.startswith(b"\n") for piece in [*found, *pieces.end()])


@given(st.binary(max_size=80))
def test_any_header_is_read(line: bytes) -> None:
    path = header_path(b"diff --git " + line)
    assert path is None or isinstance(path, bytes)
