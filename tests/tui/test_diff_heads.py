"""What stands between the lines of a diff."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from fleettui.model.change import Comment, Side
from fleettui.model.patch import Row
from fleettui.tui.draw.diff_heads import (
    Head,
    binary_line,
    head_line,
    hunk_line,
    remark_lines,
    tail_line,
    wrapped,
)
from fleettui.tui.draw.diff_lines import Frame
from fleettui.tui.draw.diff_text import Pieces
from tests.tui import patches

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def text(pieces: Pieces | None) -> str:
    """What stands there, without the cells that fill up."""
    assert pieces is not None
    return "".join(piece[0] for piece in pieces).rstrip()


def words(pieces: Pieces | None) -> str:
    """What stands there, every run of spaces as one."""
    return " ".join(text(pieces).split())


@pytest.mark.parametrize(
    "head,expected",
    [
        (
            Head(patches.change(additions=61, deletions=20), 1, 5),
            "▾ M src/queue.py +61 −20 1/5",
        ),
        (
            Head(patches.change("a.py", status="A", old_mode=0, deletions=0), 1, None, True),
            "▾ ✓ A a.py +1 −0 new file 1",
        ),
        (
            Head(patches.change("run", new_mode=0o100755), 2, 2),
            "▾ M run +1 −1 mode 100644 → 100755 2/2",
        ),
        (
            Head(patches.change("l", status="A", old_mode=0, new_mode=0o120000), 1, 1),
            "▾ A l +1 −1 symbolic link 120000 new file 1/1",
        ),
        (
            Head(patches.change("sub", old_mode=0o160000, new_mode=0o160000), 1, 1),
            "▾ M sub +1 −1 submodule 1/1",
        ),
        (
            Head(patches.change("b", status="A", renamed_from="old/b", similarity=87), 1, 1),
            "▾ A b +1 −1 new file like old/b, 87 % the same 1/1",
        ),
        (
            Head(patches.change("uv.lock"), 3, 9, folded="lock file", comments=2),
            "▸ M uv.lock +1 −1 2 comments lock file · enter unfolds 3/9",
        ),
        (
            Head(patches.change("p.png", additions=None, deletions=None, status="D"), 1, 1),
            "▾ D p.png binary deleted 1/1",
        ),
        (
            Head(patches.change("odd", status="X", new_mode=0o100600, old_mode=0), 1, 1),
            "▾ X odd +1 −1 mode 100600 1/1",
        ),
    ],
)
def test_a_head_tells_what_became_of_a_file(head: Head, expected: str) -> None:
    assert words(head_line(head, Frame(100))) == expected


@given(st.text(min_size=1, max_size=200), st.integers(1, 150), st.booleans())
def test_a_head_fits_and_keeps_the_name(path: str, width: int, folded: bool) -> None:
    head = Head(patches.change(path), 1, 12, folded="generated" if folded else "")
    pieces = head_line(head, Frame(width))
    assert cell_len("".join(piece[0] for piece in pieces)) == width - 1


def test_a_long_path_is_cut_at_the_left() -> None:
    head = Head(patches.change("a/very/long/way/down/to/the/queue.py"), 1, 1)
    drawn = text(head_line(head, Frame(48)))
    assert "…" in drawn
    assert "/the/queue.py" in drawn
    assert "+1 −1" in drawn


def test_a_hunk_says_where_it_is() -> None:
    patch = patches.empty()
    patches.add_file(patch, patches.change())
    patches.add_hunk(patch, (118, 9), (118, 14), b"def dequeue(self,\x1b limit):")
    drawn = text(hunk_line(patch, 1, Frame(80)))
    assert drawn == "  @@ 118,9 → 118,14 @@  def dequeue(self,␛ limit):"
    assert len(text(hunk_line(patch, 1, Frame(20)))) <= 19


def test_a_binary_tells_sizes_objects_and_modes() -> None:
    change = patches.change("p.png", new_mode=0o100755, additions=None, deletions=None)
    patch = patches.empty()
    patches.add_file(patch, change)
    patches.add_row(patch, Row.BINARY, "binary, 1.2 kB → 34.5 kB".encode())
    assert words(binary_line(patch, 1, change, Frame(120))) == (
        "binary, 1.2 kB → 34.5 kB enter shows it as text "
        "111111111 → 222222222 · mode 100644 → 100755"
    )
    added = patches.change("p.png", old=patches.ZEROS, old_mode=0)
    patches.add_row(patch, Row.BINARY)
    drawn = words(binary_line(patch, 2, added, Frame(120)))
    assert drawn == "binary enter shows it as text 222222222 · mode 100644"


@pytest.mark.parametrize(
    "fields,expected",
    [
        ({}, ["┃ comment 4 · draft · not sent yet", "┃ why not", "┃ both?"]),
        ({"sent": 2}, ["┃ comment 4 · sent in prompt 2", "┃ why not", "┃ both?"]),
        ({"line": 0}, ["┃ comment 4 · on the file · draft · not sent yet", "┃ why not", "┃ both?"]),
        (
            {"line": None, "outdated": True, "quote": "  old()"},
            [
                "┃ comment 4 · outdated · the line changed since",
                "┃ why not",
                "┃ both?",
                "┃ was: old()",
            ],
        ),
    ],
)
def test_a_comment_says_what_became_of_it(fields: dict[str, object], expected: list[str]) -> None:
    values: dict[str, object] = {"line": 7, **fields}
    comment = Comment(4, "a", Side.NEW, text="why not\nboth?", at=NOW, head="1" * 40, **values)  # type: ignore[arg-type]
    lines = remark_lines(comment, Frame(90))
    assert [text(line).strip() for line in lines] == expected
    assert {cell_len("".join(piece[0] for piece in line)) for line in lines} == {89}


@given(st.text(max_size=120), st.integers(2, 40))
def test_wrapping_loses_nothing_and_fits(said: str, room: int) -> None:
    lines = wrapped(said, room)
    assert all(cell_len(line) <= room for line in lines)
    if said.isascii() and said.isprintable() and "\\" not in said and "<" not in said:
        assert "".join("".join(lines).split()) == "".join(said.split())


def test_the_end_says_what_is_missing() -> None:
    patch = patches.empty()
    frame = Frame(60)
    assert words(tail_line(patch, frame)) == "⟳ reading …"
    patches.add_file(patch, patches.change())
    patches.add_row(patch, Row.BINARY)
    assert words(tail_line(patch, frame)) == "⟳ reading · 2 rows so far"
    patch.cut = "more than 200 MB"
    assert words(tail_line(patch, frame)) == "▲ not all of it: more than 200 MB · 2 rows"
    patch.cut, patch.complete = "", True
    assert tail_line(patch, frame) is None
    nothing = patches.empty()
    nothing.complete = True
    assert words(tail_line(nothing, frame)) == "no changes: both sides are the same"
