"""The models that a machine has in memory, one line each, in columns."""

from datetime import datetime, timedelta

from fleettui.model import fmt
from fleettui.model.ollama import LoadedModel
from fleettui.model.view import MachineView
from fleettui.tui.draw import marks
from fleettui.tui.draw.paint import Line, Span, Tone, cells, cut, left, line_cells, right, tame

_LONGEST_NAME = 44


def model_lines(view: MachineView, now: datetime, room: int) -> tuple[Line, ...]:
    """`● qwen2.5-coder:32b  21.5 GB  gpu 100 %  32k  4:12`, or that nothing is loaded."""
    ollama = view.ollama
    if ollama is None or ollama.loaded is None:
        return ()
    if not ollama.loaded:
        return (((f"{marks.NOTHING} no model loaded", Tone.DIM),),)
    longest = max(cells(tame(model.name)) for model in ollama.loaded)
    return tuple(
        _model(model, now, ollama.skew_s, room, min(longest, _LONGEST_NAME))
        for model in ollama.loaded
    )


def _model(
    model: LoadedModel, now: datetime, skew_s: float | None, room: int, longest: int
) -> Line:
    mark = marks.activity(model.activity)
    size, share, context, time_left = (
        (right(fmt.size(model.size), 9), Tone.TEXT),
        _share(model),
        (right(fmt.context(model.context_length), 6), Tone.DIM),
        (right(until(model, now, skew_s), 9), Tone.TEXT),
    )
    wide: Line = (size, share, context, time_left)
    tail = next(
        (
            line
            for line in (wide, (size, share, time_left), (size, time_left))
            if _leaves(line, room)
        ),
        (time_left,),
    )
    taken = line_cells(tail) + 2
    name_room = max(4, min(longest, room - taken))
    return cut(
        ((f"{mark.glyph} ", mark.tone), (left(model.name, name_room), Tone.STRONG), *tail), room
    )


def _leaves(tail: Line, room: int) -> bool:
    """Whether beside these columns a name of usual length has room."""
    return room - line_cells(tail) - 2 >= 14


def _share(model: LoadedModel) -> Span:
    share = model.gpu_share
    if share is None:
        return right(fmt.UNKNOWN, 11), Tone.DIM
    if share == 0:
        return right("cpu", 11), Tone.WARN
    tone = Tone.DIM if share >= 0.995 else Tone.WARN
    return right(f"gpu {share * 100:.0f} %", 11), tone


def until(model: LoadedModel, now: datetime, skew_s: float | None) -> str:
    """How long the model stays in memory, by the server's own clock."""
    if model.forever:
        return fmt.FOREVER
    if model.expires_at is None:
        return fmt.UNKNOWN
    left_s = (model.expires_at - now - timedelta(seconds=skew_s or 0.0)).total_seconds()
    return fmt.countdown(left_s)
