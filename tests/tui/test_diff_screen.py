"""What of a diff reaches the screen: safe text, and colours of every theme."""

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.theme import BUILTIN_THEMES

from fleettui.model.patch import Row
from fleettui.model.text import is_clean
from fleettui.review.reading.listing import list_files
from fleettui.review.reading.patch import read_patch
from fleettui.tui.draw.diff_pairs import NOWHERE
from fleettui.tui.draw.diff_text import Ground
from fleettui.tui.draw.paint import Tone
from fleettui.tui.widgets.diff_colours import DiffColours
from fleettui.tui.widgets.diff_view import DiffView
from tests.lab.histories import History
from tests.review.reading.test_listing import q
from tests.tui import patches
from tests.tui.diff_scene import Small, comment, lines_of, play, sample, settle

HOSTILE: list[bytes] = [
    b"\x1b]52;c;ZXZpbA==\x07",
    b"\x1b[2J\x9b31m",
    "c1 \x9b2J \x85 \x90".encode(),
    "bidi \u202e\u2066 zw\u200b tag\U000e0041".encode(),
    b"HIDDEN\rvisible\r",
    b"\xff\xfe\x00",
    ("e" + "\u0301" * 30).encode(),
]


@pytest.mark.parametrize("split", [False, True])
async def test_nothing_that_acts_reaches_the_screen(split: bool) -> None:
    rows = [(kind, line) for line in HOSTILE for kind in (Row.REMOVED, Row.ADDED, Row.CONTEXT)]
    patch = patches.patch_of(rows, path="a\x1b[2J\u202e.py")
    patch.counts.clear()

    async def scene(app: Small, view: DiffView, pilot: Pilot[None]) -> None:
        view.split = split
        view.mark(comments=[comment(1, 3, text="\x1b[2J\u202e")])
        await settle(pilot, lambda: not view._inks.wanted.is_set())
        for y in range(24):
            strip = view.render_line(y)
            assert is_clean(strip.text)
            assert strip.cell_length == 80
            assert all(segment.control is None for segment in strip)
        assert any("␍" in line for line in lines_of(app))

    await play(scene, patch=patch)


@pytest.mark.parametrize("theme", ["fleet-light", "fleet-contrast", "ansi-dark"])
async def test_a_diff_in_other_colours(theme: str) -> None:
    app = Small(theme)
    async with app.run_test(size=(80, 24)) as pilot:
        view = app.query_one(DiffView)
        view.show(sample())
        await settle(pilot, lambda: not view._inks.wanted.is_set())
        added = next(s for y in range(24) if "await" in (s := view.render_line(y)).text)
        word = next(segment for segment in added if segment.text == "await")
        assert word.style is not None
        assert word.style.bold
        app.theme = "fleet-forest"
        await pilot.pause()
        again = next(s for y in range(24) if "await" in (s := view.render_line(y)).text)
        other = next(segment for segment in again if segment.text == "await")
        assert other.style != word.style


@pytest.mark.parametrize("name", list(BUILTIN_THEMES))
def test_every_theme_has_colours_for_a_diff(name: str) -> None:
    app = Small()
    app.theme = name
    colours = DiffColours({**app.get_css_variables()})
    styles = {
        colours.style(tone, ground, cursor=cursor)
        for tone in Tone
        for ground in Ground
        for cursor in (False, True)
    }
    assert len(styles) > 10


async def test_what_git_streams_of_a_real_repository(tmp_path: Path) -> None:
    history = History(tmp_path / "repo", 11)
    history.commits(25)
    oids = list(history.write().values())
    files = await list_files(q(history.place), oids[0], oids[-1], renames=False)

    async def scene(app: Small, view: DiffView, pilot: Pilot[None]) -> None:
        async for patch in read_patch(q(history.place), oids[0], oids[-1], files):
            if patch is view.patch:
                view.grew()
            else:
                view.show(patch)
            await pilot.pause()
        assert view.patch.complete
        assert {file.change.path for file in view.patch.files} == {file.path for file in files}
        for split in (False, True):
            view.split = split
            view.move_to_end(-1)
            seen: set[int] = set()
            while True:
                await pilot.pause()
                strips = [view.render_line(y) for y in range(24)]
                assert all(is_clean(strip.text) and strip.cell_length == 80 for strip in strips)
                seen.update(view._rows_on_screen())
                if view.scroll_y >= view.max_scroll_y:
                    break
                view.move_page(1)
            assert seen - {NOWHERE} == set(range(len(view.patch)))

    await play(scene)


async def test_code_is_coloured_when_there_is_time() -> None:
    rows = [
        (Row.CONTEXT, b"def run(rows):"),
        (Row.REMOVED, b"    row.run()"),
        (Row.ADDED, b"    row.start()"),
        (Row.NOTE, b" No newline at end of file"),
    ]

    async def scene(app: Small, view: DiffView, pilot: Pilot[None]) -> None:
        await settle(pilot, lambda: not view._inks.wanted.is_set())
        keyword = next(segment for segment in view.render_line(2) if segment.text == "def")
        plain = next(segment for segment in view.render_line(2) if "(rows):" in segment.text)
        assert keyword.style is not None
        assert plain.style is not None
        assert keyword.style.color != plain.style.color

    await play(scene, patch=patches.patch_of(rows))
