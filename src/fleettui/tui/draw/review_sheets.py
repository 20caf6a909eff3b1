"""What the sheets say before something is done: exactly what will be, and what stays."""

from collections.abc import Iterable, Sequence

from fleettui.model import fmt
from fleettui.model.change import Change
from fleettui.model.landing import Preview, PushPreview, Removal, Strategy, Train, UndoPreview
from fleettui.review.said.prompt import compose
from fleettui.tui.draw.paint import BLANK, Line, Span, Tone, cut, joined, tame
from fleettui.tui.draw.review_marks import added_removed, gates_line, short
from fleettui.tui.draw.wrap import indented, wrapped

_COLUMN = 11
_MOST_NAMES = 6

STRATEGIES = {
    Strategy.MERGE: "a merge commit; the agent's commits stay as they are",
    Strategy.SQUASH: "one commit with all of it",
    Strategy.REBASE: "the agent's commits, one after the other, without a merge commit",
}


def fact(word: str, *spans: Span) -> Line:
    """A word in its column, and what there is to say."""
    return ((f"{word:<{_COLUMN}}", Tone.DIM), *spans)


def facts(word: str, text: str, width: int, tone: Tone = Tone.TEXT, most: int = 6) -> list[Line]:
    """The same, wrapped."""
    lines = wrapped(text, max(8, width - _COLUMN), most=most)
    return [fact(word if not index else "", (line, tone)) for index, line in enumerate(lines)]


def blocked_lines(reasons: Iterable[str], width: int) -> list[Line]:
    """Why it cannot be done now."""
    lines: list[Line] = []
    for reason in reasons:
        told = wrapped(reason, max(8, width - 2), most=6)
        lines += [
            ((f"{'✕' if not index else ' '} ", Tone.BAD), (line, Tone.BAD))
            for index, line in enumerate(told)
        ]
    return [BLANK, *lines] if lines else []


def becomes(ref: str, before: str | None, after: str, *rest: Span) -> Line:
    """`main       3fa9c1e → 9c1d22f`."""
    return fact(
        tame(ref),
        (short(before) if before else "new", Tone.TEXT),
        (" → ", Tone.FAINT),
        (short(after), Tone.ACCENT),
        *rest,
    )


def merge_lines(preview: Preview, width: int) -> list[Line]:
    """What landing does."""
    size: list[Span] = [
        (f"   {fmt.plural(preview.files, 'file')} ", Tone.DIM),
        *added_removed(preview.additions, preview.deletions),
    ]
    lines: list[Line] = [
        becomes(preview.target, preview.before, preview.after, *size),
        fact("tree", (short(preview.tree), Tone.TEXT), ("  exactly what you approved", Tone.DIM)),
        *strategy_lines(preview.strategy, width),
    ]
    folder = preview.checked_out
    where = (
        f"{folder} changes" if folder else f"no folder changes: {preview.target} is not checked out"
    )
    lines += facts("files", where, width)
    lines += _kept(preview.keeps, width)
    commands = [" ".join(command) for command in preview.gates]
    lines += facts("runs", ", ".join(commands), width) if commands else []
    lines += _notes(preview.notes, width)
    lines += [BLANK, *_message(preview.message, width)]
    return lines + blocked_lines(preview.blocked, width)


def strategy_lines(chosen: Strategy, width: int) -> list[Line]:
    """The strategies, the chosen one with what it means."""
    names: list[Line] = [
        ((f"▸{each.value}", Tone.CHOSEN),) if each is chosen else ((f" {each.value}", Tone.DIM),)
        for each in Strategy
    ]
    return [
        fact(
            "strategy", *joined(names, ("  ", Tone.TEXT)), ("    s", Tone.KEY), (" next", Tone.DIM)
        ),
        *facts("", STRATEGIES[chosen], width, Tone.DIM),
    ]


def _kept(names: Sequence[str], width: int) -> list[Line]:
    if not names:
        return []
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return facts(
        "untouched", f"your unsaved {', '.join(names[:_MOST_NAMES])}{more}", width, Tone.OK
    )


def _notes(notes: Iterable[str], width: int) -> list[Line]:
    return [line for note in notes for line in facts("note", note, width, Tone.WARN)]


def _message(message: str, width: int, most: int = 14) -> list[Line]:
    lines = wrapped(message, max(8, width - 2), most=most)
    return [
        (("│ ", Tone.BORDER), (line, Tone.TEXT if index else Tone.STRONG))
        for index, line in enumerate(lines)
    ]


def undo_lines(preview: UndoPreview, width: int) -> list[Line]:
    """What taking back does."""
    landing = preview.landing
    target = preview.ref.removeprefix("refs/heads/")
    how = (
        f"a new commit on {target} takes it back: other work came after it, or it was pushed"
        if preview.revert
        else f"{target} goes back to where it was before"
    )
    return [
        fact("takes back", (tame(landing.key.branch), Tone.STRONG), *_from(landing.key.machine)),
        becomes(target, preview.before, preview.after),
        *facts("how", how, width),
        *blocked_lines(preview.blocked, width),
    ]


def _from(machine: str) -> tuple[Span, ...]:
    return ((" from ", Tone.DIM), (tame(machine), Tone.TEXT))


def push_lines(preview: PushPreview, width: int) -> list[Line]:
    """What the remote gains."""
    target = preview.ref.removeprefix("refs/heads/")
    gains = fmt.plural(preview.count, "commit")
    lines: list[Line] = [
        fact("remote", (tame(preview.remote), Tone.STRONG), (f"  {tame(preview.url)}", Tone.DIM)),
        becomes(target, preview.before, preview.after, (f"   gains {gains}", Tone.DIM)),
        *facts("only if", f"{target} there is still {short(preview.before)}", width, Tone.DIM)
        * bool(preview.before),
        BLANK,
    ]
    lines += [(("+ ", Tone.OK), (tame(subject), Tone.TEXT)) for subject in preview.commits]
    if preview.count > len(preview.commits):
        lines.append(((f"  and {preview.count - len(preview.commits)} more", Tone.DIM),))
    return lines + blocked_lines(preview.blocked, width)


def train_lines(train: Train, width: int) -> list[Line]:
    """The chain of target, head and tree; where it stops."""
    lines = strategy_lines(train.strategy, width)
    goes = [car for car in train.cars if not car.blocked]
    if goes:
        what = fmt.plural(len(goes), "change")
        lines += [becomes(train.target, goes[0].before, goes[-1].after, (f"   {what}", Tone.DIM))]
    lines += _notes(train.notes, width)
    for index, car in enumerate(train.cars, start=1):
        glyph, tone = ("✕", Tone.BAD) if car.blocked else (str(index), Tone.OK)
        lines.append(BLANK)
        lines.append(
            (
                (f"{glyph:>2} ", tone),
                (tame(car.key.branch), Tone.STRONG),
                (f"  {tame(car.title)}", Tone.TEXT),
            )
        )
        lines.append(
            (
                ("   head ", Tone.DIM),
                (short(car.head), Tone.TEXT),
                (f"   {tame(train.target)} ", Tone.DIM),
                (short(car.before), Tone.TEXT),
                (" → ", Tone.FAINT),
                (short(car.after), Tone.ACCENT),
                ("   tree ", Tone.DIM),
                (short(car.tree), Tone.TEXT),
                *((("   ", Tone.TEXT), *gates_line(car.gates)) if car.gates else ()),
            )
        )
        if car.blocked:
            lines += indented(f"the train stops here: {car.blocked}", width, Tone.BAD, indent="   ")
    return lines + blocked_lines(train.blocked, width)


def removal_lines(removal: Removal, width: int) -> list[Line]:
    """What is deleted, and what keeps it."""
    machine = tame(removal.key.machine)
    lines: list[Line] = [
        fact(
            "deletes",
            (tame(removal.key.branch), Tone.STRONG),
            (f" on {machine}", Tone.DIM),
            (f"  {short(removal.head)}", Tone.DIM),
        ),
    ]
    for folder in removal.worktrees or ():
        lines += facts("", f"folder {folder}", width)
    lines += facts(
        "keeps", f"{removal.backup} ({short(removal.head)}), to get it back", width, Tone.OK
    )
    return lines + blocked_lines(removal.blocked, width)


def send_lines(change: Change, width: int) -> list[Line]:
    """The comments as the numbered prompt that the agent gets."""
    lines: list[Line] = [
        fact("to", (change.agent or "the agent", Tone.STRONG), *_from(change.key.machine)),
        fact(
            "branch",
            (tame(change.key.branch), Tone.TEXT),
            (f"  a new attempt on {short(change.head)}", Tone.DIM),
        ),
    ]
    for number, comment in enumerate(change.drafts, start=1):
        place = comment.path if not comment.line else f"{comment.path}:{comment.line}"
        lines += [BLANK, ((f"{number}. ", Tone.KEY), (tame(place), Tone.STRONG))]
        lines += indented(comment.text, width, Tone.TEXT, indent="   ", most=6)
    lines += [BLANK, (("the whole prompt", Tone.ACCENT),)]
    told = compose(change.key.branch, change.head, change.drafts)
    prompt = wrapped(told, max(8, width - 2), most=400)
    return [*lines, *((("│ ", Tone.BORDER), (line, Tone.TEXT)) for line in prompt)]


def fitted(lines: Sequence[Line], width: int) -> tuple[Line, ...]:
    """All lines within the width."""
    return tuple(cut(line, width) for line in lines)
