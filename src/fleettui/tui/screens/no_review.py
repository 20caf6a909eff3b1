"""The review screen of a fleet without a repository."""

from collections.abc import Iterable

from textual.widget import Widget

from fleettui.tui.draw.grid import Drawing
from fleettui.tui.draw.paint import BLANK, Line, Tone, cut
from fleettui.tui.screens.fleet_screen import REVIEW, FleetScreen
from fleettui.tui.widgets.lines import Lines

_EXAMPLE = (
    "[[repos]]",
    'name = "app"',
    'path = "~/src/app"        # your clone: review and merge happen here',
    'base = "main"',
    "[repos.clones]            # where agents work, per machine",
    'brain = "~/src/app"',
)


def draw_none(value: None, width: int, height: int) -> Drawing:
    """What is missing, and what to write."""
    lines: list[Line] = [
        BLANK,
        (("  no repository is configured, so there is nothing to review", Tone.STRONG),),
        BLANK,
        (("  write into fleet.toml:", Tone.DIM),),
        *(((f"    {line}", Tone.ACCENT),) for line in _EXAMPLE),
        BLANK,
        (("  then every branch agent/… of those clones shows up here", Tone.DIM),),
        (("  fleettui init finds repositories and writes a first fleet.toml", Tone.DIM),),
    ]
    return Drawing(tuple(cut(line, width) for line in lines))


class NoReview(FleetScreen):
    """Says how to get one."""

    @property
    def place(self) -> str:
        """The word in the header."""
        return REVIEW

    def body(self) -> Iterable[Widget]:
        """A few lines."""
        yield Lines(draw_none, None, id="none")
