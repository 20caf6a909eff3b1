"""The files of a diff in one line."""

from collections.abc import Sequence
from dataclasses import dataclass

from fleettui.model.change import FileChange
from fleettui.model.review_port import Against
from fleettui.tui.draw.grid import Drawing
from fleettui.tui.draw.paint import Line, Span, Tone, joined, line_cells, spread, tame
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
    done = sum(file.path in value.reviewed for file in value.files) if value.reviewed else 0
    end: list[Line] = []
    if value.loading:
        end.append(((value.loading, Tone.WORK),))
    if done:
        tone = Tone.OK if done == len(value.files) else Tone.DIM
        end.append(((f"✓ {done} of {len(value.files)}", tone),))
    end.append(((_AGAINST[value.against], Tone.ACCENT),))
    tail: Line = (*joined(end), (" ", Tone.TEXT))
    return Drawing((spread(_files(value, width - line_cells(tail) - 2), tail, width),))


def _files(value: Strip, width: int) -> Line:
    """The file of the cursor, and as many after it as fit whole."""
    if not value.files:
        return ((" no files" if not value.loading else "", Tone.DIM),)
    at = min(value.at, len(value.files) - 1)
    line: list[Span] = [*_file(value, at)]
    for index in range(at + 1, len(value.files)):
        file = _file(value, index)
        if line_cells((*line, *file)) > width - 3:
            return (*line, ("   …", Tone.FAINT))
        line += file
    return tuple(line)


def _file(value: Strip, index: int) -> Sequence[Span]:
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
