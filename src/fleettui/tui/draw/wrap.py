"""Long text on several lines."""

from textwrap import wrap

from fleettui.tui.draw.paint import Line, Tone, cells, fit, tame


def wrapped(text: str, room: int, *, most: int = 100) -> tuple[str, ...]:
    """Text, with its own line breaks, in lines of at most `room` cells; the last of `most` lines
    ends in an ellipsis where more would follow."""
    if room <= 0:
        return ()
    lines: list[str] = []
    for paragraph in text.split("\n"):
        paragraph = tame(paragraph)
        # Wide characters take two cells, the wrapper counts characters.
        narrow = room if cells(paragraph) == len(paragraph) else max(1, room // 2)
        lines += wrap(paragraph, narrow, drop_whitespace=True) or [""]
    if len(lines) > most:
        kept = lines[:most]
        return (*kept[:-1], fit(f"{kept[-1]} …", room) if kept else "")
    return tuple(lines)


def indented(
    text: str, room: int, tone: Tone, *, indent: str = "  ", most: int = 100
) -> list[Line]:
    """The wrapped text as lines that start with `indent`."""
    lines = wrapped(text, room - cells(indent), most=most)
    return [((indent, Tone.TEXT), (line, tone)) for line in lines]
