"""Which colours of the theme a diff has."""

from collections.abc import Mapping

from rich.style import Style
from textual.color import Color

from fleettui.tui.draw.diff_text import WORDS, Ground
from fleettui.tui.draw.paint import Tone
from fleettui.tui.widgets.tones import tone_styles

_GROUNDS: Mapping[Ground, str] = {
    Ground.PLAIN: "background",
    Ground.ADDED: "fleet-added",
    Ground.ADDED_WORD: "fleet-added-word",
    Ground.REMOVED: "fleet-removed",
    Ground.REMOVED_WORD: "fleet-removed-word",
    Ground.FILE: "panel",
    Ground.HUNK: "surface",
    Ground.REMARK: "surface",
    Ground.EMPTY: "surface",
    Ground.MATCH: "accent",
}
_CURSOR_SHARE = 0.45
"""How much of the cursor's colour goes into a ground that has one of its own."""
_SELECTED_SHARE = 0.25


class DiffColours:
    """Styles of tones on grounds; one object per pair, so that equal pieces stay equal."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._tones = tone_styles(variables)
        self._grounds = {ground: Color.parse(variables[name]) for ground, name in _GROUNDS.items()}
        self._cursor = Color.parse(variables["fleet-cursor"])
        self._front = Color.parse(variables["foreground"])
        self._back = Color.parse(variables["background"])
        self._made: dict[tuple[Tone, Ground, bool, bool], Style] = {}

    def style(
        self, tone: Tone, ground: Ground, *, cursor: bool = False, chosen: bool = False
    ) -> Style:
        """The style of a tone on a ground, under the cursor or in a chosen range."""
        key = (tone, ground, cursor, chosen)
        style = self._made.get(key)
        if style is None:
            style = self._made[key] = self._make(*key)
        return style

    def _make(self, tone: Tone, ground: Ground, cursor: bool, chosen: bool) -> Style:
        back = self._grounds[ground]
        if ground is Ground.MATCH:
            return Style(color=self._back.rich_color, bgcolor=back.rich_color, bold=True)
        if (cursor or chosen) and back.ansi is None:
            back = self._lit(ground, back, cursor)
        if ground in WORDS:
            tone = Tone.TEXT if tone in (Tone.DIM, Tone.FAINT) else tone
        style = self._tones[tone] + Style(bgcolor=back.rich_color)
        # Where the theme has no shades, a changed word is still told from the others.
        if ground in WORDS:
            style += Style(bold=True, underline=back.ansi is not None)
        return style

    def _lit(self, ground: Ground, back: Color, cursor: bool) -> Color:
        if ground is Ground.PLAIN:
            return self._cursor if cursor else self._back.blend(self._cursor, 0.6, 1)
        share = _CURSOR_SHARE if cursor else _SELECTED_SHARE
        return back.blend(self._cursor.blend(self._front, 0.12, 1), share, 1)
