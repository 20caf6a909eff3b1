"""Everything that is known of a change, for who wants to know more than the summary says."""

from datetime import datetime

from fleettui.model import fmt
from fleettui.model.change import Change, Gate
from fleettui.tui.draw.paint import BLANK, Line, Tone, tame
from fleettui.tui.draw.review_marks import ago, gate_span, mark, short
from fleettui.tui.draw.review_sheets import fact, facts
from fleettui.tui.draw.review_summary import signals_in_order
from fleettui.tui.draw.wrap import indented

_GATE_LINES = 20


def about_lines(change: Change, now: datetime, width: int) -> list[Line]:
    """Ids, what was asked, commits, gates with their output, signals, comments, prompts."""
    lines = _ids(change, width)
    for title, part in (
        ("asked", indented(change.text, width, Tone.TEXT) if change.text else []),
        ("commits, as the agent claims", _commits(change, now)),
        ("gates", [line for gate in change.gates for line in _gate(gate, width)]),
        ("signals", _signals(change, width)),
        ("comments", _comments(change, now, width)),
        ("sent to the agent", _prompts(change, now, width)),
    ):
        if part:
            lines += [BLANK, ((title, Tone.ACCENT),), *part]
    return lines


def _ids(change: Change, width: int) -> list[Line]:
    seen = change.evaluation
    lines = [
        *facts("title", change.title, width, Tone.STRONG),
        fact("state", *mark(change).line()),
        fact("head", (change.head, Tone.TEXT)),
        fact("target", (change.target, Tone.TEXT)),
    ]
    if seen is not None:
        lines += [fact("base", (seen.base or "nothing in common", Tone.TEXT))]
        lines += [fact("tree", (seen.tree or "conflicts", Tone.TEXT if seen.tree else Tone.BAD))]
        lines += facts("conflicts", ", ".join(seen.conflicts), width, Tone.BAD, 20) * bool(
            seen.conflicts
        )
    return lines


def _commits(change: Change, now: datetime) -> list[Line]:
    seen = change.evaluation
    if seen is None:
        return []
    lines: list[Line] = [
        (
            (f"  {short(commit.id)} ", Tone.DIM),
            (tame(commit.subject), Tone.TEXT),
            (f"  {tame(commit.author)}, {ago(commit.at, now)} ago", Tone.DIM),
            ("  merge", Tone.WARN) if commit.parents > 1 else ("", Tone.TEXT),
        )
        for commit in seen.commits
    ]
    if seen.ahead > len(seen.commits):
        lines.append(((f"  and {seen.ahead - len(seen.commits)} older ones", Tone.DIM),))
    return lines


def _gate(gate: Gate, width: int) -> list[Line]:
    glyph, tone = gate_span(gate)
    ended = "did not run" if gate.exit is None else f"exit {gate.exit}"
    took = f" after {fmt.age(gate.seconds)}" if gate.seconds is not None else ""
    lines: list[Line] = [
        (
            (f"  {glyph[0]} ", tone),
            (tame(" ".join(gate.command)), Tone.TEXT),
            (f"  {ended}{took}", Tone.DIM),
        )
    ]
    tail = "\n".join(gate.output.strip("\n").split("\n")[-_GATE_LINES:])
    return lines + (indented(tail, width, Tone.DIM, indent="    │ ") if tail else [])


def _signals(change: Change, width: int) -> list[Line]:
    lines: list[Line] = []
    for signal in signals_in_order(change):
        told = "acknowledged" if signal.key in change.acknowledged else "needs you"
        word = told if signal.blocking else "remark"
        tone = Tone.WARN if word == "needs you" else Tone.DIM
        lines.append(
            ((f"  {word:<13}", tone), (f"{signal.code}  ", Tone.DIM), (signal.path, Tone.STRONG))
        )
        lines += indented(signal.detail, width, Tone.TEXT, indent=" " * 15)
    return lines


def _comments(change: Change, now: datetime, width: int) -> list[Line]:
    lines: list[Line] = []
    for comment in change.comments:
        place = comment.path if not comment.line else f"{comment.path}:{comment.line}"
        state = "draft" if comment.sent is None else f"sent in {comment.sent}"
        state += ", outdated" if comment.outdated else ""
        when = ago(comment.at, now)
        lines.append(((f"  {tame(place)}", Tone.STRONG), (f"  {state}, {when} ago", Tone.DIM)))
        lines += indented(comment.text, width, Tone.TEXT, indent="    ")
    return lines


def _prompts(change: Change, now: datetime, width: int) -> list[Line]:
    lines: list[Line] = []
    for prompt in change.prompts:
        where = f"as {prompt.attempt}" if prompt.attempt else "stored until an agent takes it"
        head = f"  {prompt.id}, {ago(prompt.at, now)} ago, {where}"
        lines.append(((tame(head), Tone.DIM),))
        lines += indented(prompt.text, width, Tone.TEXT, indent="    ")
    return lines
