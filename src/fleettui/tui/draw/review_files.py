"""The files of a diff in one line."""

from dataclasses import dataclass

from fleettui.model.change import FileChange
from fleettui.model.review_port import Against
from fleettui.tui.draw.grid import Drawing
from fleettui.tui.draw.paint import Line, Tone, joined, line_cells, spread, tame
from fleettui.tui.draw.review_marks import added_removed


@dataclass(frozen=True, slots=True)
class Strip:
    """The files of a diff in one line, from that of the cursor on."""

    files: tuple[FileChange, ...] = ()
    at: int = 0
    reviewed: frozenset[str] = frozenset()
    against: Against = Against.LANDS
    loading: str = ""


_AGAINST = {
    Against.LANDS: "what lands",
    Against.MADE: "what the agent did",
    Against.SINCE: "since your last look",
}


def draw_strip(value: Strip, width: int, height: int) -> Drawing:
    """` 1/5 ✓ src/queue.py +61 −20   2   src/retry.py +9 −4   …   what lands`."""
    tail = _tail(value)
    return Drawing((spread(_files(value, width - line_cells(tail) - 2), tail, width),))


def file_at(value: Strip, width: int, x: int) -> int | None:
    """Which of the files is drawn at a cell."""
    start = 0
    for index in _fitting(value, width - line_cells(_tail(value)) - 2):
        end = start + line_cells(_file(value, index))
        if start <= x < end:
            return index
        start = end
    return None


def _tail(value: Strip) -> Line:
    done = sum(file.path in value.reviewed for file in value.files) if value.reviewed else 0
    end: list[Line] = []
    if value.loading:
        end.append(((value.loading, Tone.WORK),))
    if done:
        tone = Tone.OK if done == len(value.files) else Tone.DIM
        end.append(((f"✓ {done} of {len(value.files)}", tone),))
    end.append(((_AGAINST[value.against], Tone.ACCENT),))
    return (*joined(end), (" ", Tone.TEXT))


def _files(value: Strip, width: int) -> Line:
    """The file of the cursor, and as many after it as fit whole."""
    if not value.files:
        return ((" no files" if not value.loading else "", Tone.DIM),)
    shown = _fitting(value, width)
    line = [span for index in shown for span in _file(value, index)]
    more = [("   …", Tone.FAINT)] if shown[-1] < len(value.files) - 1 else []
    return (*line, *more)


def _fitting(value: Strip, width: int) -> list[int]:
    """That of the cursor, and those after it that fit whole."""
    if not value.files:
        return []
    shown, room = [min(value.at, len(value.files) - 1)], width - 3
    room -= line_cells(_file(value, shown[0]))
    for index in range(shown[0] + 1, len(value.files)):
        room -= line_cells(_file(value, index))
        if room < 0:
            break
        shown.append(index)
    return shown


def _file(value: Strip, index: int) -> Line:
    here = index == min(value.at, len(value.files) - 1)
    file = value.files[index]
    number = f" {index + 1}/{len(value.files)}" if here else f"   {index + 1}"
    check = "✓" if file.path in value.reviewed else ("▸" if here else " ")
    return (
        (number, Tone.DIM if here else Tone.FAINT),
        (f" {check} ", Tone.OK if file.path in value.reviewed else Tone.CHOSEN),
        (tame(file.path), Tone.TITLE if here else Tone.DIM),
        (" ", Tone.TEXT),
        *added_removed(file.additions, file.deletions),
    )
