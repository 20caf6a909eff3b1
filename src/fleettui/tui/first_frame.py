"""The dashboard's first frame, painted before Textual is imported.

The same drawing functions fill the same cells that the dashboard will fill, so that what comes
after it paints over it and nothing jumps. Only where standard error, which Textual draws on, is
a terminal.
"""

import os
import signal
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from fleettui.model.view import FleetView
from fleettui.tui.draw.grid import Shown, grid
from fleettui.tui.draw.header import header_line
from fleettui.tui.draw.paint import Line, Tone, line_cells, tame

_ENTER = "\x1b[?1049h\x1b[?25l"
_LEAVE = "\x1b[0m\x1b[?25h\x1b[?1049l"
_TONES: Mapping[Tone, str] = {
    Tone.TEXT: "foreground",
    Tone.DIM: "fleet-dim",
    Tone.FAINT: "fleet-faint",
    Tone.STRONG: "foreground",
    Tone.ACCENT: "accent",
    Tone.CHOSEN: "accent",
    Tone.BORDER: "fleet-border",
    Tone.TITLE: "foreground",
}
"""The tones of a fleet that was not read yet; any other is drawn as plain text."""

_BOLD = frozenset({Tone.ACCENT, Tone.CHOSEN, Tone.TITLE})


@contextmanager
def first_frame(view: FleetView, theme: str, folders: Iterable[Path]) -> Iterator[None]:
    """Show the frame while the body imports what it needs; typed keys wait unseen.

    If the body fails, the terminal is as it was before. If not, it stays on the alternate
    screen, which Textual enters again and leaves in the end.
    """
    screen = sys.__stderr__
    if screen is None or not screen.isatty() or os.environ.get("TERM", "dumb") == "dumb":
        yield
        return
    with _keys_unseen():
        try:
            size = os.get_terminal_size(screen.fileno())
            screen.write(_ENTER + frame(view, size.columns, size.lines, colours(theme, folders)))
            screen.flush()
            yield
        except BaseException:
            screen.write(_LEAVE)
            screen.flush()
            raise


def frame(view: FleetView, width: int, height: int, palette: Mapping[str, str]) -> str:
    """Escape sequences that paint the dashboard on an empty screen of that size."""
    first = view.machines[0].name if view.machines else None
    shown = Shown(view, view.machines, first)
    lines = [header_line(view, width), *grid(shown, width, height - 2).lines]
    grounds = ["panel"] + ["background"] * (height - 2) + ["panel"]
    rows = []
    for row, ground in enumerate(grounds, start=1):
        line = lines[row - 1] if row <= len(lines) and row < height else ()
        rows.append(f"\x1b[{row};1H{_painted(line, width, ground, palette)}")
    return "".join(rows) + "\x1b[0m"


def _painted(line: Line, width: int, ground: str, palette: Mapping[str, str]) -> str:
    back = _colour(48, palette.get(ground))
    spans = []
    for text, tone in line:
        front = _colour(38, palette.get(_TONES.get(tone, "foreground")))
        bold = "\x1b[1m" if tone in _BOLD else ""
        spans.append(f"\x1b[0m{back}{front}{bold}{tame(text)}")
    return "".join(spans) + f"\x1b[0m{back}" + " " * max(0, width - line_cells(line))


def _colour(kind: int, value: str | None) -> str:
    if value is None:
        return ""
    red, green, blue = bytes.fromhex(value[1:])
    return f"\x1b[{kind};2;{red};{green};{blue}m"


def colours(theme: str, folders: Iterable[Path]) -> dict[str, str]:
    """The hexadecimal colours of a theme file; none where colours are not wanted or not shown.

    Anything else, a built-in theme or a wrong file, is left to the theme's real loader.
    """
    environ = os.environ
    if environ.get("NO_COLOR") or environ.get("COLORTERM") not in ("truecolor", "24bit"):
        return {}
    files = [file for folder in folders if (file := folder / f"{theme}.toml").is_file()]
    if not files or Path(theme).name != theme:
        return {}
    try:
        table = tomllib.loads(files[-1].read_text())
    except (OSError, ValueError):
        return {}
    variables = table.get("variables")
    named = {**table, **(variables if isinstance(variables, dict) else {})}
    return {name: value for name, value in named.items() if _is_hex(value)}


def _is_hex(value: object) -> bool:
    if not isinstance(value, str) or len(value) != 7 or value[0] != "#":
        return False
    with suppress(ValueError):
        return len(bytes.fromhex(value[1:])) == 3
    return False


@contextmanager
def _keys_unseen() -> Iterator[None]:
    """Neither echo keys nor wait for whole lines; a plain end by SIGTERM tidies up as well."""
    try:
        import termios
    except ImportError:  # Windows
        yield
        return
    before_term = signal.signal(signal.SIGTERM, _leave)
    try:
        keyboard = sys.__stdin__.fileno() if sys.__stdin__ else -1
        before = termios.tcgetattr(keyboard)
    except (termios.error, ValueError, OSError):
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, before_term)
        return
    now = [*before]
    now[3] = before[3] & ~(termios.ECHO | termios.ICANON)
    try:
        termios.tcsetattr(keyboard, termios.TCSANOW, now)
        yield
    finally:
        termios.tcsetattr(keyboard, termios.TCSANOW, before)
        signal.signal(signal.SIGTERM, before_term)


def _leave(number: int, at: FrameType | None) -> None:
    raise SystemExit(128 + number)
