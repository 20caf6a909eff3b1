"""Fifty open changes: the list, the signals and the forecast, against the git commands alone.

The commands are recorded in one run and then run again by hand, exactly the same ones, two at a
time (one at a time where each needs the result of the one before): what is above that is ours.
"""

import asyncio
import os
import random
import shutil
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from bench import figures
from fleettui.git.runner import Git
from fleettui.model.change import ChangeKey, Evaluation
from fleettui.review import signals
from fleettui.review.forecast.forecast import Cache, Outlook, forecast
from fleettui.review.reading.evaluate import evaluate
from tests.lab.repos import executable, git

OPEN = 50
FILES = 1000
LINES = 120
ROUNDS = 3

_RECORDER = """#!/bin/sh
place="RECORDS/$$"
mkdir "$place"
printf '%s\\0' "$@" >"$place/argv"
env -0 >"$place/env"
cat >"$place/stdin"
[ -z "$GIT_OBJECT_DIRECTORY" ] || cp -rl "$GIT_OBJECT_DIRECTORY" "$place/objects"
exec git "$@" <"$place/stdin"
"""
"""Keeps what a git process was asked, and the trial commits that it was asked about."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One git process of the engine."""

    folder: Path
    argv: list[bytes]
    stdin: bytes
    env: dict[bytes, bytes]

    @property
    def last(self) -> bool:
        """Whether it is a step of the chain of all that land."""
        return b"GIT_OBJECT_DIRECTORY" in self.env and self.stdin.count(b"\n") == 1

    def prepare(self) -> dict[bytes, bytes]:
        """Its environment; where it has a folder for new objects, a fresh one as it was."""
        if not (self.folder / "objects").exists():
            return self.env
        fresh = self.folder / "fresh"
        shutil.rmtree(fresh, ignore_errors=True)
        # git never writes into an object that is there.
        shutil.copytree(self.folder / "objects", fresh, copy_function=os.link)
        return {**self.env, b"GIT_OBJECT_DIRECTORY": os.fsencode(fresh)}


@dataclass(slots=True)
class Ticks:
    """How long the event loop did not come round, in seconds; `busy` counts its own work only."""

    late: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)

    async def watch(self) -> None:
        """Until cancelled."""
        while True:
            started, worked = time.perf_counter(), time.thread_time()
            await asyncio.sleep(0.001)
            self.late.append(time.perf_counter() - started - 0.001)
            self.busy.append(time.thread_time() - worked)


def run() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        target, heads = _generated(folder / "repo")
        figures.title(f"{OPEN} open changes, a target of {FILES} files: list, signals, forecast")
        commands = _recorded(folder, target, heads)
        q = Git(git_dir=str(folder / "repo"))
        ticks = Ticks()

        worked: list[float] = []
        asked: list[float] = []

        def ours() -> float:
            before = _processor()
            took = asyncio.run(_watched(q, target, heads, ticks))[0]
            worked.append(_processor() - before)
            return took

        def by_hand() -> float:
            took, cpu = _by_hand(commands)
            asked.append(cpu)
            return took

        mine, theirs = figures.in_turn(ROUNDS, ours, by_hand)
        figures.line(f"the same {len(commands)} git commands, two at a time", theirs)
        figures.line("list, signals and forecast", mine)
        figures.ratio("that against the git commands", mine, theirs)
        figures.ratio("the same in processor time, git's included", worked, asked)
        figures.line("longest that the event loop worked at once", [max(ticks.busy)])
        figures.line("longest that it did not come round", [max(ticks.late)])
        figures.line("as above, 999 of 1000", [sorted(ticks.late)[int(0.999 * len(ticks.late))]])
        _, outlook, cache = asyncio.run(_watched(q, target, heads, Ticks()))
        _moved(q, target, heads, cache)
        conflicts = sum(len(one.conflicts_with) for one in outlook.forecasts.values())
        print(f"  {conflicts} conflicts in pairs; {len(outlook.order)} of {OPEN} land in order")


async def _watched(
    q: Git, target: str, heads: list[str], ticks: Ticks
) -> tuple[float, Outlook, Cache]:
    watching = asyncio.create_task(ticks.watch())
    cache = Cache()
    started = time.perf_counter()
    outlook = await _read(q, target, heads, cache)
    took = time.perf_counter() - started
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching
    return took, outlook, cache


async def _read(q: Git, target: str, heads: list[str], cache: Cache) -> Outlook:
    found: dict[ChangeKey, Evaluation] = {}
    waiting = list(enumerate(heads))

    async def read() -> None:
        while waiting:
            number, head = waiting.pop(0)
            evaluation = await evaluate(q, target, head)
            await signals.find(q, evaluation)
            found[ChangeKey("app", "brain", f"t{number}")] = evaluation

    await asyncio.gather(read(), read())
    return await forecast(q, target, dict(sorted(found.items())), cache)


def _moved(q: Git, target: str, heads: list[str], cache: Cache) -> None:
    """One head of fifty goes: what is still to be done."""

    async def again() -> float:
        changes = {
            ChangeKey("app", "brain", f"t{number}"): await evaluate(q, target, head)
            for number, head in enumerate(heads)
        }
        started = time.perf_counter()
        await forecast(q, target, changes, cache)
        return time.perf_counter() - started

    figures.line("forecast again, nothing moved", [asyncio.run(again()) for _ in range(3)])


def _recorded(folder: Path, target: str, heads: list[str]) -> list[Asked]:
    records = folder / "records"
    records.mkdir()
    recorder = executable(folder / "git", _RECORDER.replace("RECORDS", str(records)))
    q = Git(git_dir=str(folder / "repo"), program=str(recorder))
    asyncio.run(_read(q, target, heads, Cache()))
    found = []
    for place in sorted(records.iterdir(), key=lambda place: place.stat().st_mtime_ns):
        argv = (place / "argv").read_bytes().split(b"\0")[:-1]
        pairs = (line.partition(b"=") for line in (place / "env").read_bytes().split(b"\0")[:-1])
        env = {name: value for name, _, value in pairs}
        found.append(Asked(place, [b"git", *argv], (place / "stdin").read_bytes(), env))
    return found


def _processor() -> float:
    """Seconds that this process and all that it has waited for have spent."""
    return sum(os.times()[:4])


def _by_hand(commands: list[Asked]) -> tuple[float, float]:
    ready = [(asked, asked.prepare()) for asked in commands]

    def one(asked: Asked, env: dict[bytes, bytes]) -> None:
        subprocess.run(
            asked.argv,
            input=asked.stdin,
            env=env,
            capture_output=True,
            check=False,
        )

    with ThreadPoolExecutor(2) as pool:
        started, before = time.perf_counter(), _processor()
        list(pool.map(lambda both: one(*both), (both for both in ready if not both[0].last)))
        for asked, env in ready:
            if asked.last:
                one(asked, env)
        return time.perf_counter() - started, _processor() - before


def _generated(repo: Path) -> tuple[str, list[str]]:
    """Branches of a few commits each, from three places of a target that moved on."""
    chance = random.Random(7)
    repo.mkdir()
    git(repo, "init", "-q", "--bare", ".")
    stream = [_commit(1, None, {_path(n): _text(n) for n in range(FILES)}, [])]
    targets = [1]
    mark = 1
    for _ in range(2):
        mark += 1
        stream.append(_commit(mark, targets[-1], _edits(chance, 5), []))
        targets.append(mark)
    tips = []
    for number in range(OPEN):
        tip = chance.choice([*targets, targets[-1]])
        for step in range(chance.randint(1, 3)):
            mark += 1
            files = _edits(chance, chance.randint(1, 6))
            removed = [_path(chance.randrange(FILES))] if chance.random() < 0.05 else []
            if chance.random() < 0.5:
                files[f"src/m{chance.randrange(20)}/new{number}_{step}.py"] = _text(number)
            stream.append(_commit(mark, tip, files, removed))
            tip = mark
        tips.append(tip)
    git(repo, "fast-import", "--quiet", stdin=b"".join(stream))
    asked = "".join(f"refs/heads/c{tip}\n" for tip in [targets[-1], *tips]).encode()
    told = git(repo, "cat-file", "--batch-check=%(objectname)", stdin=asked).decode().split()
    return told[0], told[1:]


def _path(number: int) -> str:
    return f"src/m{number % 20}/f{number}.py"


def _text(number: int) -> str:
    return "".join(f"def f{number}_{line}(): return {line}\n" for line in range(LINES))


def _edits(chance: random.Random, count: int) -> dict[str, str]:
    files = {}
    for _ in range(count):
        number = min(chance.randrange(FILES), chance.randrange(FILES), chance.randrange(FILES))
        lines = _text(number).splitlines()
        lines[chance.randrange(LINES)] = f"changed = {chance.random()}"
        files[_path(number)] = "\n".join(lines) + "\n"
    return files


def _commit(mark: int, parent: int | None, files: dict[str, str], removed: list[str]) -> bytes:
    parts = [f"commit refs/heads/c{mark}\nmark :{mark}\n"]
    parts.append(f"committer Ada <ada@example.org> {1790000000 + mark} +0000\ndata 1\nx\n")
    if parent is not None:
        parts.append(f"from :{parent}\n")
    parts += [f"D {path}\n" for path in removed]
    parts += [f"M 100644 inline {path}\ndata {len(text)}\n{text}\n" for path, text in files.items()]
    return "".join(parts).encode()
