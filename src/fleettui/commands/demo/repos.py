"""Real repositories for the demo, with branches that agents seem to have made."""

import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_DEADLINE = 30.0


@dataclass(frozen=True, slots=True)
class Change:
    """A branch `agent/TASK` with one commit, in a worktree of its own.

    `agent`: the program that seems to work there; `dirty`: it has not committed everything.
    """

    task: str
    message: str
    files: Mapping[str, str]
    agent: str | None = None
    dirty: str | None = None


@dataclass(frozen=True, slots=True)
class Project:
    """A repository: what is on `main`, what came to `main` later, and the agents' changes."""

    name: str
    files: Mapping[str, str]
    later: Mapping[str, str]
    changes: tuple[Change, ...]


_QUEUE = """\
class Queue:
    def __init__(self, send, limit=5):
        self.send = send
        self.limit = limit
        self.waiting = []

    def push(self, hook):
        self.waiting.append(hook)

    def flush(self):
        for hook in self.waiting:
            self.send(hook)
        self.waiting.clear()
"""
_RETRIED = _QUEUE.replace(
    "            self.send(hook)\n        self.waiting.clear()\n",
    """\
            self._try(hook)
        self.waiting.clear()

    def _try(self, hook):
        for number in range(self.limit):
            try:
                return self.send(hook)
            except ConnectionError:
                time.sleep(2**number)
        raise ConnectionError(f"{hook} was refused {self.limit} times")
""",
)
_LIMITED = _QUEUE.replace(
    "        for hook in self.waiting:", "        for hook in self.waiting[:5]:"
)
_REPORT = """\
from dataclasses import dataclass

TITLE = "Webhooks sent"


@dataclass
class Row:
    name: str
    total: int


def report(rows):
    lines = [TITLE]
    for row in rows:
        lines.append(f"{row.name}: {row.total}")
    return lines


def total(rows):
    return sum(row.total for row in rows)
"""
_SINCE = """\
from dataclasses import dataclass
from datetime import datetime

TITLE = "Webhooks sent"


@dataclass
class Row:
    name: str
    total: int
    at: datetime | None = None


def report(rows, since=None):
    lines = [TITLE if since is None else f"{TITLE} since {since:%d %B}"]
    for row in newer(rows, since):
        lines.append(f"{row.name}: {row.total:>6}")
    return lines


def newer(rows, since):
    if since is None:
        return rows
    # A row that was never sent has no time.
    return [row for row in rows if row.at and row.at >= since]


def total(rows, since=None):
    return sum(row.total for row in newer(rows, since))
"""
_TESTS = """\
from src.report import Row, report, total


def test_a_line_for_each_row():
    assert report([Row("ci", 3)]) == ["Webhooks sent", "ci: 3"]


def test_the_total():
    assert total([Row("ci", 3), Row("chat", 4)]) == 7
"""
_NEW_TESTS = """\
from datetime import datetime

from src.report import Row, report, total

NOON = datetime(2026, 3, 14, 12)


def test_a_line_for_each_row():
    assert report([Row("ci", 3)]) == ["Webhooks sent", "ci:      3"]


def test_the_total():
    assert total([Row("ci", 3), Row("chat", 4)]) == 7


def test_only_what_was_sent_since():
    assert total([Row("ci", 3, NOON), Row("chat", 4)], NOON) == 3
"""
_CHECK = "on: push\njobs:\n  test:\n    steps:\n      - run: pytest -q\n"
_README = "# app\n\nSends webhooks.\n"
_PAGE = "<!doctype html>\n<title>Demo</title>\n<main>\n  <h1>Hello</h1>\n</main>\n"

_PUBLISH = """\
on:
  push:
    tags: ["v*"]
jobs:
  publish:
    runs-on: ubuntu-latest
    steps:
      - run: make publish
"""

PROJECTS = (
    Project(
        "app",
        {
            "README.md": _README,
            "src/queue.py": _QUEUE,
            "src/report.py": _REPORT,
            "tests/test_report.py": _TESTS,
            ".github/workflows/check.yml": _CHECK,
        },
        {"CHANGELOG.md": "## 1.2\n\n- Reports are sorted.\n"},
        (
            Change(
                "t-101",
                "Retry refused webhooks with back-off",
                {"src/queue.py": "import time\n\n\n" + _RETRIED},
                agent="claude",
                dirty="src/queue.py",
            ),
            Change(
                "t-102",
                "Add since to the report",
                {
                    ".github/workflows/check.yml": _CHECK + "      - run: python -m src.report\n",
                    "src/report.py": _SINCE,
                    "tests/test_report.py": _NEW_TESTS,
                },
            ),
            Change("t-103", "Send at most five at once", {"src/queue.py": _LIMITED}),
            Change(
                "t-106",
                "Say how to read the report",
                {"README.md": _README + "\nReports are read with `python -m app report`.\n"},
            ),
        ),
    ),
    Project(
        "web",
        {"index.html": _PAGE},
        {},
        (
            Change(
                "t-104",
                "Greet visitors by name",
                {"index.html": _PAGE.replace("Hello", "Hello, Ada")},
                agent="codex",
            ),
            Change(
                "t-105",
                "Publish when a version is tagged",
                {".github/workflows/publish.yml": _PUBLISH},
            ),
        ),
    ),
)


def make(projects: tuple[Project, ...], user: Path, home: Path) -> Iterator[tuple[str, Path]]:
    """Clones of each project in `user`, and in `home` with worktrees; blocks for a second.

    Yields the agents that seem to be at work, with their folders.
    """
    for project in projects:
        clone = home / "src" / project.name
        clone.mkdir(parents=True)
        _git(clone, "init", "-q", "-b", "main")
        _git(clone, "fast-import", "--quiet", stdin=_history(project))
        _git(clone, "reset", "-q", "--hard")
        user.mkdir(parents=True, exist_ok=True)
        _git(user, "clone", "-q", "--no-hardlinks", "-b", "main", "--single-branch", str(clone))
        _publish(user / project.name, user.parent / "remotes" / f"{project.name}.git")
        for change in project.changes:
            folder = home / "work" / change.task
            _git(clone, "worktree", "add", "-q", str(folder), f"agent/{change.task}")
            if change.dirty:
                with (folder / change.dirty).open("a") as file:
                    file.write("# TODO: say in the log when the next try is\n")
            if change.agent:
                yield change.agent, folder


def _publish(clone: Path, remote: Path) -> None:
    """Give the user's clone a remote to push to, and a name of its user's."""
    remote.parent.mkdir(exist_ok=True)
    _git(clone, "clone", "-q", "--bare", "--no-hardlinks", str(clone), str(remote))
    _git(clone, "remote", "set-url", "origin", str(remote))
    _git(clone, "config", "user.name", "You")
    _git(clone, "config", "user.email", "you@example.org")


def _history(project: Project) -> bytes:
    """Everything as one stream for git fast-import."""
    now = int(time.time())
    parts = [_commit("main", "Begin", now - 9 * 86400, project.files)]
    for number, change in enumerate(project.changes):
        when = now - 600 * (1 + number)
        branch = f"agent/{change.task}"
        parts.append(_commit(branch, change.message, when, change.files, "refs/heads/main"))
    if project.later:
        parts.append(_commit("main", "Note what is new", now - 7200, project.later))
    return b"".join(parts)


def _commit(
    branch: str, message: str, when: int, files: Mapping[str, str], base: str | None = None
) -> bytes:
    head = (
        f"commit refs/heads/{branch}\ncommitter Demo <demo@example.org> {when} +0000\n"
        f"data {len(message)}\n{message}\n"
    )
    lines = [head.encode(), f"from {base}\n".encode() if base else b""]
    for path, text in files.items():
        data = text.encode()
        lines.append(f"M 100644 inline {path}\ndata {len(data)}\n".encode() + data + b"\n")
    return b"".join(lines) + b"\n"


def _git(folder: Path, *args: str, stdin: bytes = b"") -> None:
    subprocess.run(
        ["git", *args],
        cwd=folder,
        env={
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(folder),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
        },
        input=stdin,
        stdout=subprocess.DEVNULL,
        timeout=_DEADLINE,
        check=True,
    )
