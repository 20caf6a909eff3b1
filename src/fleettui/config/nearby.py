"""What lies on this computer that a fleet could use: repositories, and an Ollama."""

import asyncio
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fleettui.config import words
from fleettui.config.here import machine_name

FOLDERS = (
    "src", "code", "Code", "projects", "Projects", "dev", "Developer", "work", "repos", "git",
    "workspace", "Documents/GitHub",
)  # fmt: skip
"""Where people keep their clones, below their home folder."""

SEARCH_S = 1.5
"""Seconds after which looking for repositories ends, with what was found."""

_DEEPEST = 3
_MOST_FOLDERS = 4000
_SKIPPED = {"node_modules", "vendor", "target", "build", "dist", "venv", "site-packages"}
_REF_CAP = 1024 * 1024
_TAGS_CAP = 4 * 1024 * 1024

_GATES = (
    ("uv.lock", ["uv", "run", "pytest", "-q"]),
    ("pyproject.toml", ["python3", "-m", "pytest", "-q"]),
    ("package.json", ["npm", "test"]),
    ("Cargo.toml", ["cargo", "test"]),
    ("go.mod", ["go", "test", "./..."]),
    ("Makefile", ["make", "test"]),
)
"""What most likely tests a repository that holds such a file."""


@dataclass(frozen=True, slots=True)
class Clone:
    """A repository on this computer. `gate`: a command that may well test it, or empty."""

    name: str
    path: str
    base: str
    remote: bool
    gate: tuple[str, ...]


def clones(home: str, current: str, most: int) -> tuple[Clone, ...]:
    """At most `most` repositories in the usual folders, the one last worked on first.

    The repository around the `current` folder is one of them.
    """
    ends = time.monotonic() + SEARCH_S
    roots = dict.fromkeys(_around(current))
    seen: set[tuple[int, int]] = set()
    for folder in FOLDERS:
        for root in _below(os.path.join(home, folder), seen, ends):
            roots[root] = None
    newest = sorted(roots, key=_last_work, reverse=True)[:most]
    return _named([root for root in newest if not words.local_path(root)])


async def ollama_models(url: str, deadline: float = 1.5) -> tuple[str, ...] | None:
    """The models that can answer of the Ollama at `url`; None where none answers in time.

    Ollama api/types.go: GET /api/tags gives {"models": [{"name": …, "details": {"family": …}}]};
    models of a BERT family only make embeddings.
    """
    import json

    import httpx

    try:
        async with (
            asyncio.timeout(deadline),
            httpx.AsyncClient(trust_env=False) as client,
            client.stream("GET", f"{url}/api/tags") as answer,
        ):
            data = b""
            async for some in answer.aiter_bytes():
                data += some
                if len(data) > _TAGS_CAP:
                    return None
            models = json.loads(data)["models"] if answer.status_code == 200 else None
    except (OSError, httpx.HTTPError, ValueError, RecursionError, LookupError, TypeError):
        return None
    found = [_able(model) for model in models] if isinstance(models, list) else None
    return None if found is None else tuple(name for name in found if name)


def _able(model: object) -> str | None:
    if not isinstance(model, dict):
        return None
    name, details = model.get("name"), model.get("details")
    family = details.get("family") if isinstance(details, dict) else None
    fit = isinstance(name, str) and not words.model(name) and "bert" not in str(family)
    return name if fit else None


def _around(folder: str) -> list[str]:
    path = Path(folder)
    return [str(one) for one in (path, *path.parents) if (one / ".git").is_dir()][:1]


def _below(root: str, seen: set[tuple[int, int]], ends: float) -> Iterator[str]:
    """Repositories below a folder, nearest first; none inside another."""
    waiting = [(root, 0)]
    while waiting and time.monotonic() < ends and len(seen) < _MOST_FOLDERS:
        folder, depth = waiting.pop(0)
        inner = _folders(folder, seen)
        if inner is None:
            continue
        if ".git" in inner:
            yield folder
        elif depth < _DEEPEST:
            waiting += [(os.path.join(folder, name), depth + 1) for name in inner if _usual(name)]


def _folders(folder: str, seen: set[tuple[int, int]]) -> list[str] | None:
    """The folders in a folder, None where it was seen before or cannot be read."""
    try:
        status = os.stat(folder)
        if (status.st_dev, status.st_ino) in seen:
            return None
        seen.add((status.st_dev, status.st_ino))
        with os.scandir(folder) as entries:
            return sorted(one.name for one in entries if one.is_dir(follow_symlinks=False))
    except OSError:
        return None


def _usual(name: str) -> bool:
    return not name.startswith(".") and name not in _SKIPPED


def _last_work(root: str) -> float:
    """When something was last staged, committed or checked out."""
    times = [0.0]
    for name in ("index", "HEAD", "logs/HEAD"):
        try:
            times.append(os.stat(os.path.join(root, ".git", name)).st_mtime)
        except OSError:
            continue
    return max(times)


def _named(roots: list[str]) -> tuple[Clone, ...]:
    """Each repository under its folder's name; a second one of a name gets a number."""
    found: dict[str, Clone] = {}
    for root in roots:
        plain = machine_name(os.path.basename(root).replace(".", "-"))[:58]
        name, number = plain, 2
        while name.lower() in found:
            name, number = f"{plain}-{number}", number + 1
        found[name.lower()] = _clone(name, root)
    return tuple(found.values())


def _clone(name: str, root: str) -> Clone:
    refs = _read(os.path.join(root, ".git", "packed-refs"))
    config = _read(os.path.join(root, ".git", "config"))
    gate = next((argv for file, argv in _GATES if os.path.isfile(os.path.join(root, file))), [])
    return Clone(
        name, root, _base(root, refs), '[remote "origin"]' in config.splitlines(), tuple(gate)
    )


def _base(root: str, packed: str) -> str:
    """The branch that work starts from: origin's default, else main or master, else this one."""
    git = os.path.join(root, ".git")
    default = re.match(
        r"ref: refs/remotes/origin/(\S+)\s*$", _read(f"{git}/refs/remotes/origin/HEAD")
    )
    if default and not words.branch(default[1]):
        return default[1]
    for name in ("main", "master"):
        if os.path.isfile(f"{git}/refs/heads/{name}") or f" refs/heads/{name}\n" in packed:
            return name
    current = re.match(r"ref: refs/heads/(\S+)\s*$", _read(f"{git}/HEAD"))
    return current[1] if current and not words.branch(current[1]) else "main"


def _read(path: str) -> str:
    try:
        with open(path, "rb") as stream:
            return stream.read(_REF_CAP).decode("utf-8", "replace")
    except OSError:
        return ""
