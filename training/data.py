"""The texts that the classifier learns from, as they lie in training/tasks."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fleettui.model.kind import Kind

TASKS = Path(__file__).with_name("tasks")
PATTERNS = Path(__file__).with_name("patterns.txt")
EACH = 3


@dataclass(frozen=True, slots=True)
class Task:
    """One text with the kind that it is; `source` is the batch that it was written in."""

    text: str
    kind: Kind
    language: str
    source: str


def read(paths: Iterable[Path]) -> list[Task]:
    """The tasks of JSON Lines files, in the order of the files and lines."""
    tasks: list[Task] = []
    for path in paths:
        for line in path.read_text("utf-8").splitlines():
            entry = json.loads(line)
            tasks.append(
                Task(
                    entry["text"], Kind(entry["kind"]), entry.get("language", "?"), entry["source"]
                )
            )
    return tasks


def own(each: int = EACH) -> list[Task]:
    """All of the project's own tasks, one of each text; every pattern is filled `each` times."""
    tasks = read(sorted(TASKS.glob("*.jsonl"))) + filled(PATTERNS.read_text("utf-8"), each)
    return list({task.text: task for task in tasks}.values())


def filled(patterns: str, each: int) -> list[Task]:
    """Tasks from sentences with gaps, every sentence `each` times with other things in it.

    The patterns of a kind are dealt to three batches, so that one can be held out.
    """
    parts = _parts(patterns)
    fillers = {name: lines for name, lines in parts.items() if name not in set(Kind)}
    turns = dict.fromkeys(fillers, 0)
    tasks: list[Task] = []
    for kind in Kind:
        for at, pattern in enumerate(parts.get(kind, ())):
            for _ in range(each if "{" in pattern else 1):
                text = pattern
                for name, lines in fillers.items():
                    if (gap := f"{{{name}}}") in text:
                        text = text.replace(gap, lines[turns[name] % len(lines)])
                        turns[name] += 7
                tasks.append(Task(text, kind, "en", f"patterns-{at % 3 + 1}"))
    return tasks


def _parts(patterns: str) -> dict[str, list[str]]:
    parts: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in patterns.splitlines():
        if line.startswith("## "):
            lines = parts.setdefault(line[3:], [])
        elif line and not line.startswith("# "):
            lines.append(line.replace("\\n", "\n"))
    return parts
