"""Which colour of the theme a tone has."""

from collections.abc import Mapping

from rich.style import Style
from textual.color import Color

from fleettui.tui.draw.paint import Tone

_VARIABLES: Mapping[Tone, str] = {
    Tone.TEXT: "foreground",
    Tone.DIM: "fleet-dim",
    Tone.FAINT: "fleet-faint",
    Tone.STRONG: "foreground",
    Tone.OK: "success",
    Tone.WARN: "warning",
    Tone.BAD: "error",
    Tone.ACCENT: "accent",
    Tone.WORK: "secondary",
    Tone.CHOSEN: "accent",
    Tone.BORDER: "fleet-border",
    Tone.CPU: "fleet-cpu",
    Tone.GPU: "fleet-gpu",
    Tone.TITLE: "foreground",
    Tone.KEY: "accent",
    Tone.BANNER: "error",
    Tone.KEYWORD: "fleet-keyword",
    Tone.STRING: "fleet-string",
    Tone.NUMBER: "fleet-number",
    Tone.NAME: "fleet-name",
    Tone.TYPE: "fleet-type",
}
_BOLD = frozenset({Tone.ACCENT, Tone.CHOSEN, Tone.TITLE, Tone.KEY, Tone.BANNER})
_REVERSE = frozenset({Tone.BANNER})
_CURSOR = "fleet-cursor"


def tone_styles(variables: Mapping[str, str]) -> dict[Tone, Style]:
    """The style of each tone under a theme's variables.

    Component classes of each widget would say the same, at a third of the time to first frame.
    """
    return {
        tone: Style(
            color=Color.parse(variables[name]).rich_color,
            bold=tone in _BOLD or None,
            reverse=tone in _REVERSE or None,
        )
        for tone, name in _VARIABLES.items()
    }


def cursor_style(variables: Mapping[str, str]) -> Style:
    """What lies under the chosen line."""
    return Style(bgcolor=Color.parse(variables[_CURSOR]).rich_color)
