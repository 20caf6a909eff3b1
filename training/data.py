"""The texts that the classifier learns from, as they lie in training/tasks."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fleettui.model.kind import Kind

TASKS = Path(__file__).with_name("tasks")


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
                Task(entry["text"], Kind(entry["kind"]), entry.get("language", "?"), entry["source"])
            )
    return tasks


def own() -> list[Task]:
    """All of the project's own tasks, one of each text."""
    tasks = {task.text: task for task in read(sorted(TASKS.glob("*.jsonl")))}
    return list(tasks.values())
