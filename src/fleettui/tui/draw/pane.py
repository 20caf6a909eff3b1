"""One machine in a frame: the pane of the dashboard."""

from datetime import datetime

from fleettui.model import fmt
from fleettui.model.reading import Source, SourceState
from fleettui.model.view import MachineView
from fleettui.tui.draw import marks
from fleettui.tui.draw.paint import Line, Span, Tone, cut, fit, line_cells, pad
from fleettui.tui.draw.sections import (
    Parts,
    Section,
    fitted,
    pane_graph_rows,
    pane_parts,
    pane_sections,
)

_ROUND = ("╭", "─", "╮", "│", "╰", "╯")
_HEAVY = ("┏", "━", "┓", "┃", "┗", "┛")


def pane_lines(
    view: MachineView,
    now: datetime,
    size: tuple[int, int],
    *,
    chosen: bool = False,
    number: int | None = None,
    parts: Parts | None = None,
    graph_rows: int | None = None,
) -> tuple[Line, ...]:
    """The pane as exactly `height` lines of exactly `width` cells (`size`).

    The chosen pane has a heavy frame. Where there is room to spare, graphs grow into it, unless
    `graph_rows` says how high they are. `parts` are the pane's, where they are known already.
    """
    width, height = size
    if not framed(size):
        return tuple(pad(title_spans(view, number), width) for _ in range(height))
    room, rows = width - 4, height - 2
    parts = parts or parts_of(view, now, size)
    body = body_lines(view, parts, room, rows, graph_rows)
    frame = _HEAVY if chosen else _ROUND
    tone = Tone.CHOSEN if chosen else Tone.BORDER
    top_left, across, top_right, down, bottom_left, bottom_right = frame
    side: Span = (f"{down} ", tone)
    end: Span = (f" {down}", tone)
    lines = [_top(view, number, width, (top_left, across, top_right), tone)]
    lines += [(side, *pad(line, room), end) for line in body]
    lines.append(((bottom_left + across * (width - 2) + bottom_right, tone),))
    return tuple(lines)


def framed(size: tuple[int, int]) -> bool:
    """Whether there is room for a frame and something in it."""
    return size[0] >= 8 and size[1] >= 3


def parts_of(view: MachineView, now: datetime, size: tuple[int, int]) -> Parts:
    """What stands inside the frame of a pane of that size, besides its graphs."""
    return pane_parts(view, now, size[0] - 4, size[1] - 2)


def body_lines(
    view: MachineView, parts: Parts, room: int, rows: int, graph_rows: int | None = None
) -> tuple[Line, ...]:
    """What stands inside the frame, exactly `rows` lines."""
    if marks.reading(view):
        first: tuple[Line, ...] = (marks.READING.line(),)
        return (*first[:rows], *[()] * (rows - 1))
    high = graph_rows or pane_graph_rows(view, parts) or 1
    sections = pane_sections(view, parts, room, high)
    if _never_seen(view):
        sections.append(Section(_what_to_do(view, room), 0))
    lines = fitted(sections, rows, room)
    return (*lines, *[()] * (rows - len(lines)))


def _never_seen(view: MachineView) -> bool:
    return all(source.age_s is None for source in view.sources.values())


def _what_to_do(view: MachineView, room: int) -> tuple[Line, ...]:
    keys: Line = (("R", Tone.KEY), (" tries again at once", Tone.DIM))
    command: Line = (("fleettui doctor ", Tone.KEY), (fit(view.name, 32), Tone.KEY))
    if view.state is SourceState.HOSTKEY:
        trust: Line = ((" --trust", Tone.KEY), (" shows the key and accepts it", Tone.DIM))
        return (cut((*command, *trust), room),)
    return cut(keys, room), cut((*command, (" checks everything", Tone.DIM)), room)


def title_spans(view: MachineView, number: int | None) -> Line:
    """`1 engine ● inference`: the key that chooses it, its name, state and roles."""
    mark = marks.machine(view)
    roles = " ".join(role.value for role in view.machine.roles)
    spans: list[Span] = []
    if number is not None and number <= 9:
        spans.append((f"{number} ", Tone.FAINT))
    spans.append((fit(view.name, 32), Tone.TITLE))
    spans.append((f" {mark.glyph}", mark.tone))
    if mark.word:
        spans.append((f" {mark.word}", mark.tone))
    if roles:
        spans.append((f" {roles}", Tone.DIM))
    return tuple(spans)


def title_facts(view: MachineView) -> Line:
    """`macOS · 3 ms` for the right end of the title."""
    parts = []
    platform = view.platform or view.machine.platform
    if platform is not None:
        parts.append(PLATFORMS.get(platform.value, platform.value))
    system = view.sources.get(Source.SYSTEM)
    if view.machine.local:
        parts.append("here")
    elif system is not None and system.latency_ms is not None and system.state.healthy:
        parts.append(fmt.latency(system.latency_ms))
    return ((" · ".join(parts), Tone.DIM),) if parts else ()


PLATFORMS = {"macos": "macOS", "linux": "Linux", "windows": "Windows"}


def _top(
    view: MachineView, number: int | None, width: int, frame: tuple[str, str, str], tone: Tone
) -> Line:
    first, across, last = frame
    inner = width - 6
    facts = title_facts(view)
    title = title_spans(view, number)
    if facts and line_cells(title) + line_cells(facts) + 3 <= inner:
        gap = inner - line_cells(title) - line_cells(facts) - 2
        middle: Line = (*title, (f" {across * gap} ", tone), *facts)
    else:
        title = cut(title, inner)
        gap = inner - line_cells(title)
        return ((f"{first}{across} ", tone), *title, (f" {across * (gap + 1)}{last}", tone))
    return ((f"{first}{across} ", tone), *middle, (f" {across}{last}", tone))
