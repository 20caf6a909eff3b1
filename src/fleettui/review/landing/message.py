"""The messages of commits that land: written by us, with an agent's words only as a quotation.

A message acts: hosts close issues, skip checks and call people for words in it, and trailers
are taken for signatures. So what others wrote is quoted, line by line, with all of that undone.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fleettui.model import fmt
from fleettui.model.change import ChangeKey, CommitInfo
from fleettui.model.landing import Strategy
from fleettui.model.text import ELLIPSIS, clean, is_clean

QUOTED = 20
"""Commits of an agent's that are quoted."""

_LINE = 120
_TITLE = 72

_TRAILER = re.compile(
    r"[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)+\s*:\s?\S|(?:cc|bug|issue|refs?)\s*:", re.I
)
_DIRECTIVE = re.compile(
    r"\[([^\[\]]*\b(?:skip|no|ci|only)\b[^\[\]]*)\]|\*\*\*\s*(no_ci)\s*\*\*\*", re.IGNORECASE
)
_REFERENCE = re.compile(r"[#!&](?=\w)")
_MENTION = re.compile(r"(?<![\w.+-])@(?=\w)")
_TICKET = re.compile(r"\b(GH)-(?=\d)", re.IGNORECASE)
_LINK = re.compile(r"\bhttps?://\S+", re.IGNORECASE)
_LINKED = re.compile(r"/(issues|pull|pulls|merge_requests|work_items|discussions)/(?=\d)", re.I)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a message is about. `text`, `agent`, `model`, `usd`: of the task, where known.

    `approver` is `Name <address>`. `commits` are the agent's, newest first.
    """

    key: ChangeKey
    head: str
    approver: str
    commits: Sequence[CommitInfo] = ()
    text: str | None = None
    agent: str | None = None
    model: str | None = None
    usd: float | None = None


def write(about: Subject, strategy: Strategy = Strategy.MERGE) -> str:
    """The message of the commit that lands: one subject line, quotations, trailers."""
    verb = "Merge" if strategy is Strategy.MERGE else "Land"
    title = f"{verb} {about.key.branch} from {clean(about.key.machine, limit=40)}"
    return _joined(title, [*_told(about.text), *_quotations(about.commits)], _trailers(about))


def part(message: str, number: int, count: int, commit: CommitInfo) -> str:
    """The message of one commit of several, made from that of all of them."""
    title, _, rest = message.partition("\n")
    trailers = rest.strip().rpartition("\n\n")[2]
    if count > 1:
        title += f" ({number} of {count})"
    return _joined(title, _quotations([commit]), trailers.splitlines())


def quoted(words: str, *, lines: int = 10) -> list[str]:
    """Somebody's words as lines `> …` that do nothing; what only acts is left out."""
    kept = [
        line for line in words.splitlines() if line.strip() and not _TRAILER.match(line.strip())
    ]
    return [f"> {defused(line)}" for line in kept[:lines]]


def defused(words: str) -> str:
    """One line of clean text in which nothing closes an issue, skips a check or calls anybody."""
    line = " ".join(words.split())
    # What is clean already is not escaped once more.
    line = line if is_clean(line) else clean(line, limit=_LINE)
    line = line if len(line) <= _LINE else line[: _LINE - 1] + ELLIPSIS
    line = _DIRECTIVE.sub(lambda found: f"({found[1] or found[2]})", line)
    line = _LINK.sub(lambda found: _LINKED.sub(r"/\1 ", found[0]), line)
    line = _TICKET.sub(r"\1 ", line)
    return _MENTION.sub("at ", _REFERENCE.sub("no. ", line))


def _told(text: str | None) -> list[str]:
    return quoted(text, lines=3) if text else []


def _quotations(commits: Sequence[CommitInfo]) -> list[str]:
    said = []
    for commit in commits[:QUOTED]:
        lines = quoted(commit.subject, lines=1) or ["> (no words)"]
        said.append(f"{lines[0]} ({defused(commit.author)})" if commit.author else lines[0])
    if len(commits) > QUOTED:
        said.append(f"> and {len(commits) - QUOTED} more")
    return said


def _trailers(about: Subject) -> list[str]:
    known = {
        "Task": about.key.task,
        "Machine": about.key.machine,
        "Agent": about.agent,
        "Model": about.model,
        "Cost": None if about.usd is None else fmt.money(about.usd),
        "Approved-by": about.approver,
        "Reviewed-head": about.head,
    }
    return [f"{name}: {clean(value, limit=200)}" for name, value in known.items() if value]


def _joined(title: str, body: Sequence[str], trailers: Sequence[str]) -> str:
    blocks = [title, "\n".join(body), "\n".join(trailers)]
    return "\n\n".join(filter(None, blocks)) + "\n"
