"""Which row of a patch stands where: every row once, however the patch came and whatever folds."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from fleettui.model.change import Comment, Side
from fleettui.model.patch import Patch, Row
from fleettui.tui.draw.diff_cursor import (
    Spot,
    find_row,
    moved,
    next_file,
    next_hunk,
    spot_at,
    y_of,
)
from fleettui.tui.draw.diff_layout import Layout, Part, Remark
from fleettui.tui.draw.diff_pairs import NOWHERE
from tests.tui import patches

LINES = st.sampled_from([Row.CONTEXT, Row.ADDED, Row.REMOVED, Row.NOTE])
FILES = st.lists(st.lists(st.lists(LINES, max_size=12), max_size=3), min_size=1, max_size=5)
CHUNKS = st.lists(st.integers(1, 9), max_size=40)


def patch_of(files: list[list[list[Row]]]) -> Patch:
    """Files of hunks of rows."""
    patch = patches.empty()
    for number, hunks in enumerate(files):
        patches.add_file(patch, patches.change(f"f{number}.py"))
        for place, rows in enumerate(hunks):
            patches.add_hunk(patch, (place * 50 + 1, 9), (place * 50 + 1, 9))
            lines = [(row, b"x") for row in rows]
            patches.add_rows(patch, lines, place * 50 + 1, place * 50 + 1)
        if not hunks:
            patches.add_row(patch, Row.BINARY)
    patch.complete = True
    return patch


def whole(patch: Patch, *, split: bool = False) -> Layout:
    """A layout of all rows."""
    layout = Layout(patch, split=split)
    layout.grow(len(patch))
    return layout


def comment(number: int) -> Comment:
    """A draft."""
    return Comment(number, "f0.py", Side.NEW, 1, "why?", datetime.now(UTC), "1" * 40)


def lines_of(layout: Layout) -> list[tuple[Part, int, int]]:
    """What stands on each line."""
    places = [layout.at(y) for y in range(layout.height)]
    return [(place.part, place.left, place.right) for place in places]


@given(FILES)
def test_every_row_has_one_line_and_every_line_its_row(files: list[list[list[Row]]]) -> None:
    layout = whole(patch_of(files))
    assert [row for _, row, _ in lines_of(layout)] == list(range(len(layout.patch)))
    assert [layout.y_of(row) for row in range(len(layout.patch))] == list(range(layout.height))


@given(FILES)
def test_side_by_side_every_row_is_on_exactly_one_line(files: list[list[list[Row]]]) -> None:
    layout = whole(patch_of(files), split=True)
    seen: list[int] = []
    for y, (_, left, right) in enumerate(lines_of(layout)):
        rows = {left, right} - {NOWHERE}
        assert rows
        assert all(layout.y_of(row) == y for row in rows)
        if left != right and left != NOWHERE:
            assert layout.patch.kinds[left] in (Row.REMOVED, Row.NOTE)
        if left != right and right != NOWHERE:
            assert layout.patch.kinds[right] in (Row.ADDED, Row.NOTE)
        seen += rows
    assert sorted(seen) == list(range(len(layout.patch)))


@given(FILES, CHUNKS, st.booleans(), st.sets(st.integers(0, 4)))
def test_growing_ends_where_taking_all_at_once_does(
    files: list[list[list[Row]]], chunks: list[int], split: bool, folded: set[int]
) -> None:
    patch = patch_of(files)
    growing = patches.empty()
    layout = Layout(growing, split=split)
    for size in [*chunks, len(patch)]:
        patches.copy_of(patch, min(len(patch), len(growing) + size), growing)
        layout.grow(size, lambda file: file.index in folded)
    whole_layout = whole(patch, split=split)
    whole_layout.fold_all(lambda file: file.index in folded)
    assert lines_of(layout) == lines_of(whole_layout)
    assert layout.digits == whole_layout.digits


@given(FILES, st.booleans(), st.lists(st.tuples(st.integers(0, 60), st.integers(1, 4))))
def test_remarks_stand_below_their_rows_and_move_nothing_else(
    files: list[list[list[Row]]], split: bool, wanted: list[tuple[int, int]]
) -> None:
    layout = whole(patch_of(files), split=split)
    before = lines_of(layout)
    for file in range(layout.files):
        remarks = [
            Remark(comment(number), layout.first(file) + row, height)
            for number, (row, height) in enumerate(wanted)
            if layout.first(file) + row < layout.end(file)
        ]
        layout.remark(file, remarks)
        for remark in layout.remarks(file):
            y = layout.y_of_remark(file, remark.comment.id)
            assert y is not None
            assert layout.at(y).part is Part.REMARK
            assert layout.at(y).line == 0
            assert layout.at(y + remark.height - 1).line == remark.height - 1
            assert layout.y_of(remark.row) < y
    assert [line for line in lines_of(layout) if line[0] is not Part.REMARK] == before
    layout.split = not split
    layout.split = split
    assert [line for line in lines_of(layout) if line[0] is not Part.REMARK] == before


@given(FILES, st.lists(st.integers(0, 4)))
def test_folding_leaves_one_line_and_unfolding_all(
    files: list[list[list[Row]]], toggles: list[int]
) -> None:
    layout = whole(patch_of(files))
    for file in toggles:
        if file < layout.files:
            layout.fold(file, not layout.is_folded(file))
    shown = [row for _, row, _ in lines_of(layout)]
    expected = [
        row
        for row in range(len(layout.patch))
        if not layout.is_folded(layout.file_of(row)) or row == layout.first(layout.file_of(row))
    ]
    assert shown == expected
    assert all(layout.y_of(row) == shown.index(row) for row in shown)


@given(FILES, st.booleans(), st.integers(-70, 70), st.integers(0, 200))
def test_moving_never_leaves_the_view(
    files: list[list[list[Row]]], split: bool, lines: int, start: int
) -> None:
    layout = whole(patch_of(files), split=split)
    spot = spot_at(layout, start, Side.NEW)
    y = y_of(layout, spot)
    there = y_of(layout, moved(layout, spot, lines))
    assert there == max(0, min(layout.height - 1, y + lines))


def three_files() -> Layout:
    """Two hunks, then none, then one."""
    row = [Row.CONTEXT, Row.REMOVED, Row.ADDED, Row.ADDED]
    return whole(patch_of([[row, row], [], [row]]))


def test_hunks_and_files_come_one_after_the_other() -> None:
    layout = three_files()
    spot: Spot | None = Spot(0)
    hunks = []
    while spot is not None and (spot := next_hunk(layout, spot, 1)):
        hunks.append(spot.row)
    assert hunks == list(layout.patch.hunks)
    back = next_hunk(layout, Spot(hunks[2]), -1)
    assert back is not None
    assert back.row == hunks[1]
    assert next_hunk(layout, Spot(0), -1) is None
    first = next_file(layout, Spot(4), -1)
    second = next_file(layout, Spot(4), 1)
    assert first is not None
    assert first.row == 0
    assert second is not None
    assert second.row == layout.first(1)
    assert next_file(layout, Spot(0), -1) is None
    assert next_file(layout, Spot(layout.first(2)), 1) is None


def test_hunks_of_folded_files_are_passed_over() -> None:
    layout = three_files()
    layout.fold(0, True)
    spot = next_hunk(layout, Spot(0), 1)
    assert spot is not None
    assert layout.file_of(spot.row) == 2
    layout.fold(2, True)
    assert next_hunk(layout, Spot(0), 1) is None
    assert next_hunk(layout, Spot(layout.first(2)), -1) is None


def test_a_line_number_is_found_on_its_side_only() -> None:
    layout = three_files()
    patch = layout.patch
    row = find_row(layout, 0, Side.NEW, 52)
    assert row is not None
    assert (patch.kinds[row], patch.new[row]) == (Row.ADDED, 52)
    row = find_row(layout, 0, Side.OLD, 51)
    assert row is not None
    assert (patch.kinds[row], patch.old[row]) == (Row.CONTEXT, 51)
    assert find_row(layout, 0, Side.NEW, 30) is None
    assert find_row(layout, 0, Side.NEW, 0) is None
    assert find_row(layout, 1, Side.NEW, 1) is None


def test_a_place_outside_is_the_tail_and_an_empty_patch_has_no_lines() -> None:
    layout = whole(patches.empty())
    assert layout.height == 0
    assert layout.at(0).part is Part.TAIL
    assert spot_at(layout, 3, Side.OLD) == Spot(side=Side.OLD)
    assert next_file(layout, Spot(), 1) is None
    assert three_files().at(-1).part is Part.TAIL
