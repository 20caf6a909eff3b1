"""Reading changes: the first screen of a large diff, and equality with git on real histories.

`BENCH_REPOS=/path/one:/path/two python -m bench review_read` also reads clones of public
repositories; nothing is written to them.
"""

import asyncio
import itertools
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from functools import partial
from pathlib import Path

import psutil

from bench import figures
from bench.review_trials import Trial, equal_lists, equal_merges, made_up_pairs, real_pairs
from fleettui.git.runner import Git
from fleettui.review.reading.evaluate import evaluate
from fleettui.review.reading.listing import list_files
from fleettui.review.reading.merging import merge_many
from fleettui.review.reading.patch import read_patch
from tests.lab.histories import History
from tests.lab.repos import commit, git, make_repo

COMMITS = 1000
MERGES = 200
OPEN = 50
"""Changes that are open at the same time."""

MEMORY = """
import asyncio, sys
sys.path.insert(0, {folder!r})
from bench.review_read import memory
print(*asyncio.run(memory(*sys.argv[1:])))
"""


def run() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        _large(Path(folder) / "large")
        history = History(Path(folder) / "generated", 42)
        history.commits(400)
        oids = list(history.write().values())
        figures.title("generated: renames, modes, links, submodules, binaries, odd names")
        _tell("lists", equal_lists(history.place, list(itertools.pairwise(oids))))
        for repo in os.environ.get("BENCH_REPOS", "").split(":"):
            if repo:
                _real(Path(repo), Path(folder) / Path(repo).name)


def _real(repo: Path, place: Path) -> None:
    figures.title(f"{repo.name}")
    git(repo, "clone", "-q", "--bare", "--shared", str(repo), str(place))
    asked = ["rev-list", "--parents", f"--max-count={COMMITS}", "--min-parents=1", "HEAD"]
    lines = [line.split() for line in git(place, *asked).decode().splitlines()]
    _tell("lists", equal_lists(place, [(words[1], words[0]) for words in lines]))
    chance = random.Random(1)
    real = real_pairs(place, MERGES * 7 // 10, chance)
    pairs = [*real, *made_up_pairs(place, MERGES - len(real), chance)]
    _tell("merges", equal_merges(place, pairs))
    _evaluations(place, real[:OPEN])


def _tell(name: str, trial: Trial) -> None:
    notes = ", ".join(f"{count} {kind}" for kind, count in sorted(trial.notes.items()))
    print(
        f"  {name}: {trial.tried - len(trial.wrong)} of {trial.tried} equal ({notes})", flush=True
    )
    for wrong in trial.wrong[:5]:
        print(f"    not: {wrong}", flush=True)


def _large(place: Path) -> None:
    """100,000 changed lines in a hundred files."""
    figures.title("a diff of 100,000 lines")
    old, new = _large_trees(place)
    bare = str(place / ".git")
    command = ["git", "--git-dir", bare, "diff-tree", "-r", "-p", old, new]
    first, whole, theirs = figures.in_turn(
        9,
        lambda: asyncio.run(read_first(bare, old, new)),
        lambda: asyncio.run(read_all(bare, old, new)),
        lambda: figures.seconds_of(command),
    )
    figures.line("list and first rows", first)
    figures.line("all rows", whole)
    figures.line("git diff-tree -p >/dev/null", theirs)
    figures.ratio("(first − 100 ms) ÷ git", [max(0.0, took - 0.1) for took in first], theirs)
    figures.ratio("first ÷ git", first, theirs)
    figures.ratio("all ÷ git", whole, theirs)
    stalls = [asyncio.run(_longest_stall(bare, old, new)) for _ in range(5)]
    figures.line("longest turn on the event loop, processor time", stalls)
    code = MEMORY.format(folder=str(Path(__file__).parent.parent))
    told = subprocess.run(
        [sys.executable, "-c", code, bare, old, new], capture_output=True, check=True
    )
    before, most = map(int, told.stdout.split())
    figures.line("resident with all rows read", [most / 2**20], unit="MiB", scale=1)
    figures.line("before", [before / 2**20], unit="MiB", scale=1)


def _large_trees(place: Path) -> tuple[str, str]:
    before = {f"src/file{number}.py": large_text(f"value{number}") for number in range(100)}
    repo = make_repo(place, before)
    old = git(repo, "rev-parse", "HEAD").decode().strip()
    after = {name: large_text("other", content) for name, content in before.items()}
    return old, commit(repo, after)


def large_text(word: str, old: str = "") -> str:
    """A thousand lines, or every second one of `old` changed."""
    chance = random.Random(word + old[:100])
    lines = old.splitlines(True) or [""] * 1000
    for at in range(0, len(lines), 2 if old else 1):
        lines[at] = f"    {word}_{at} = compute({chance.random()})\n"
    return "".join(lines)


async def read_first(bare: str, old: str, new: str) -> float:
    """Seconds until there is a screen of rows, the list of files included."""
    started, q = time.perf_counter(), Git(git_dir=bare)
    files = await list_files(q, old, new)
    async with aclosing(read_patch(q, old, new, files)) as patches:
        async for patch in patches:
            if len(patch) >= 100:
                break
    return time.perf_counter() - started


async def read_all(bare: str, old: str, new: str) -> float:
    """Seconds until all rows are there."""
    started, q = time.perf_counter(), Git(git_dir=bare)
    files = await list_files(q, old, new)
    async with aclosing(read_patch(q, old, new, files)) as patches:
        async for patch in patches:
            rows = len(patch)
    if rows < 100_000 or not patch.complete:
        raise RuntimeError(f"{rows} rows, {patch.cut}")
    return time.perf_counter() - started


async def memory(bare: str, old: str, new: str) -> tuple[int, int]:
    """Bytes resident before, and at most while all rows are read and kept."""
    process = psutil.Process()
    before = most = process.memory_info().rss
    q = Git(git_dir=bare)
    files = await list_files(q, old, new)
    async with aclosing(read_patch(q, old, new, files)) as patches:
        async for _ in patches:
            most = max(most, process.memory_info().rss)
    return before, most


async def _longest_stall(bare: str, old: str, new: str) -> float:
    """The most processor time that the loop spends before anything else gets its turn."""
    reading = asyncio.create_task(read_all(bare, old, new))
    longest, last = 0.0, time.thread_time()
    while not reading.done():
        await asyncio.sleep(0)
        now = time.thread_time()
        longest, last = max(longest, now - last), now
    await reading
    return longest


def _evaluations(place: Path, pairs: list[tuple[str, str]]) -> None:
    """Open changes, against the git commands that they need, two at a time."""
    q = Git(git_dir=str(place))

    async def ours() -> None:
        merged = await merge_many(q, pairs)
        steps = zip(pairs, merged, strict=True)
        await _two_at_a_time([partial(evaluate, q, *pair, merged=one) for pair, one in steps])

    def timed() -> float:
        started = time.perf_counter()
        asyncio.run(ours())
        return time.perf_counter() - started

    ours_took, theirs = figures.in_turn(5, timed, lambda: _commands(place, pairs))
    figures.line(f"{len(pairs)} evaluations", ours_took)
    figures.line("their five git commands each", theirs)
    figures.ratio("evaluations ÷ commands", ours_took, theirs)


async def _two_at_a_time(steps: list[Callable[[], Awaitable[object]]]) -> None:
    queue: Iterator[Callable[[], Awaitable[object]]] = iter(steps)

    async def work() -> None:
        for step in queue:
            await step()

    async with asyncio.TaskGroup() as group:
        group.create_task(work())
        group.create_task(work())


def _commands(place: Path, pairs: list[tuple[str, str]]) -> float:
    """Seconds for the same questions asked by hand, by two threads."""
    started = time.perf_counter()
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda pair: _ask(place, *pair), pairs))
    return time.perf_counter() - started


def _ask(place: Path, target: str, head: str) -> None:
    git(place, "merge-base", target, head)
    git(place, "rev-list", "--left-right", "--count", f"{target}...{head}")
    git(place, "log", "-z", "--max-count=200", "--format=%H%x00%an%x00%s", f"{target}..{head}")
    told = git(
        place, "merge-tree", "--write-tree", "-z", "--no-messages", target, head, check=False
    )
    tree = told.partition(b"\0")[0].decode()
    git(place, "diff-tree", "-r", "-z", "--raw", "--numstat", "--no-renames", target, tree)
