"""`kill -9` at random moments of a landing: nothing of the user's is ever lost.

8 moments by default, 100 with FLEETTUI_SOAK set (`make soak`).
"""

import asyncio
import os
import random
import re
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from fleettui.model.errors import Refused
from fleettui.model.landing import LandingState
from fleettui.review.landing.lock import IN_CLONE, holding
from fleettui.review.landing.recovery import recover
from tests.lab.repos import commit, git, make_repo
from tests.review.landing_lab import Lab, lab_in

MOMENTS = 100 if os.environ.get("FLEETTUI_SOAK") else 8
SEED = 20261121
PATIENCE_S = 120.0

DIRT = " M mine/dirty\nA  mine/staged\n?? mine/new\n"


def at_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(home))
    (home / ".gitconfig").write_text("[user]\n\tname = Ada\n\temail = ada@example.org\n")


def words(chance: random.Random) -> str:
    return "".join(f"{chance.random()}\n" for _ in range(chance.randrange(1, 120)))


async def big_lab(tmp_path: Path, chance: random.Random) -> tuple[Lab, str]:
    """A clone, and a head that changes 1,500 files, adds 300 and removes 100."""
    files = {f"d{n % 40}/f{n}": words(chance) for n in range(1700)}
    user = make_repo(tmp_path / "user", files | {"mine/dirty": "clean\n"})
    lab = await lab_in(tmp_path, user)
    for n in range(1500, 1600):
        (lab.agent / f"d{n % 40}/f{n}").unlink()
    changed = {f"d{n % 40}/f{n}": words(chance) for n in range(1500)}
    added = {f"new{n % 7}/sub/g{n}": words(chance) for n in range(300)}
    return lab, await lab.take(commit(lab.agent, changed | added, "much"))


def make_dirty(lab: Lab) -> None:
    """What the user has not committed: changed, staged and new."""
    (lab.user / "mine/dirty").write_text("dirty\n")
    (lab.user / "mine/staged").write_text("staged\n")
    git(lab.user, "add", "mine/staged")
    (lab.user / "mine/new").write_text("new\n")


def start(lab: Lab, head: str) -> subprocess.Popen[str]:
    """A lander that is ready."""
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tests.review.lander",
            str(lab.user),
            str(lab.ws.folder.parents[1]),
            head,
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    return process


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin
    process.stdin.write("go\n")
    process.stdin.flush()


def kill(process: subprocess.Popen[str], *, children: bool) -> None:
    """Kill the lander, and with `children` the git that it started."""
    with suppress(psutil.NoSuchProcess):
        started = psutil.Process(process.pid).children(recursive=True) if children else []
        process.kill()
        for child in started:
            with suppress(psutil.NoSuchProcess):
                child.kill()
    process.communicate()


@dataclass
class Course:
    """How long a landing takes here as a whole, and how long it writes files; in seconds."""

    whole: float
    writing: float


def index_lock(lab: Lab) -> Path:
    return lab.user / ".git" / "index.lock"


def writes(lab: Lab, process: subprocess.Popen[str]) -> bool:
    """Wait until git begins to write files, or the process is over."""
    while process.poll() is None:
        if index_lock(lab).exists():
            return True
        time.sleep(0.0005)
    return False


def measure(lab: Lab, head: str) -> Course:
    """Let one land to its end."""
    process = start(lab, head)
    begun = time.monotonic()
    go(process)
    assert writes(lab, process)
    writing = time.monotonic()
    while index_lock(lab).exists():
        time.sleep(0.0005)
    written = time.monotonic()
    assert process.communicate()[0] == "landed\n"
    return Course(time.monotonic() - begun, written - writing)


def wait(lab: Lab, process: subprocess.Popen[str], chance: random.Random, course: Course) -> None:
    """Let a random time pass: of four moments, three are while files are written."""
    if chance.random() < 0.25:
        time.sleep(chance.uniform(0.0, course.whole))
    elif writes(lab, process):
        time.sleep(chance.uniform(0.0, 1.2 * course.writing))


async def settled(lab: Lab) -> tuple[str, ...]:
    """What recovery says; a git that outlived its lander is waited for."""
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            return await recover(lab.ws, await lab.clone(), lab.journal)
        except Refused:
            if time.monotonic() > end:
                raise
            await asyncio.sleep(0.1)


def start_over(lab: Lab, before: str) -> None:
    git(lab.user, "reset", "-q", "--hard", before)
    git(lab.user, "clean", "-fdq")
    make_dirty(lab)


def sound(lab: Lab, before: str, after: str) -> bool:
    """Whether everything is at one of the two commits, with the user's own untouched."""
    assert lab.tip in (before, after)
    assert lab.status() == DIRT
    assert (lab.read("mine/dirty"), lab.read("mine/staged")) == (b"dirty\n", b"staged\n")
    assert lab.read("mine/new") == b"new\n"
    assert git(lab.user, "show", ":mine/staged") == b"staged\n"
    locks = {found.name for found in (lab.user / ".git").rglob("*.lock")}
    assert locks <= {IN_CLONE}, "git's own locks are gone; ours is a file that stays"
    return lab.whole()


def orphan(lab: Lab, process: subprocess.Popen[str]) -> psutil.Process | None:
    """Kill the lander and stop the git that writes files; None: it was faster.

    In this order: a stopped process that loses its parent is hung up by the system.
    """
    if not writes(lab, process):
        return None
    with suppress(psutil.NoSuchProcess, IndexError):
        child = psutil.Process(process.pid).children()[0]
        kill(process, children=False)
        child.suspend()
        if index_lock(lab).exists():
            return child
        child.resume()
    return None


async def test_a_git_that_outlives_its_lander_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_home(tmp_path, monkeypatch)
    lab, head = await big_lab(tmp_path, random.Random(SEED))
    before = lab.tip
    git_ = None
    while git_ is None:
        start_over(lab, before)
        process = await asyncio.to_thread(start, lab, head)
        go(process)
        git_ = await asyncio.to_thread(orphan, lab, process)
        if git_ is None:
            process.kill()
            process.communicate()
            await settled(lab)
    after = (await lab.journal.landings(limit=1))[0].after
    with pytest.raises(Refused, match="another fleettui is at work on app: landing agent/t-1"):
        async with holding(lab.ws, patience=0):
            pass
    git_.resume()
    (said,) = await settled(lab)
    assert said == "the landing of agent/t-1 of brain was interrupted, and is complete now"
    assert lab.tip == after
    assert sound(lab, before, after)


@pytest.mark.soak
async def test_every_moment_can_be_recovered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_home(tmp_path, monkeypatch)
    chance = random.Random(SEED)
    lab, head = await big_lab(tmp_path, chance)
    before = lab.tip
    make_dirty(lab)
    course = await asyncio.to_thread(measure, lab, head)
    after = lab.tip
    told = Counter[str]()
    for _ in range(MOMENTS):
        start_over(lab, before)
        known = await lab.journal.landings(limit=1)
        process = await asyncio.to_thread(start, lab, head)
        go(process)
        await asyncio.to_thread(wait, lab, process, chance, course)
        kill(process, children=chance.random() < 0.7)
        left = index_lock(lab).exists()
        said = await settled(lab)
        assert sound(lab, before, after), said
        assert await lab.journal.unfinished() == ()
        assert not await lab.journal.pending()
        begun = await lab.journal.landings(limit=1)
        if begun != known:
            expected = LandingState.LANDED if lab.tip == after else LandingState.FAILED
            assert begun[0].state is expected
        line = re.sub(r"\d+ files", "N files", said[0] if said else "nothing to do")
        told[f"index lock left: {line}" if left else line] += 1
    assert told.total() == MOMENTS
    print(f"\n{MOMENTS} kills of a landing that takes {course.whole:.2f} s, all recovered:")
    for line, count in told.most_common():
        print(f"  {count:3} × {line}")
