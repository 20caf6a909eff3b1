"""The whole way of a change by keys, in a real terminal: two real machines, a real remote."""

import asyncio
import re
import shlex
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.lab.repos import commit, git
from tests.lab.review import ReviewLab, review_lab
from tests.lab.tmux import PATIENCE_S, Tmux, running_tmux

OPEN = re.compile(r"▾ +A (file\d\d.txt)")
GOOD = "def retry():\n    return 2\n"


class Screen:
    """The review screen of the lab's fleet."""

    def __init__(self, lab: ReviewLab, tmux: Tmux) -> None:
        self.lab = lab
        self.shows = tmux.shows
        self.type = tmux.type
        self._tmux = tmux

    def open(self) -> None:
        line = [sys.executable, "-m", "fleettui", "--config", str(self.lab.config)]
        self._tmux.open(f"{shlex.join(line)}; echo ended with $?")

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait for something outside the screen."""
        async with asyncio.timeout(PATIENCE_S):
            while not true():  # noqa: ASYNC110 - other processes ring no bell
                await asyncio.sleep(0.1)

    async def opens(self, seen: set[str]) -> str:
        """The file of a diff, once that is none of those that were seen."""
        async with asyncio.timeout(PATIENCE_S):
            while set(files := OPEN.findall(await self.shows("waiting on you"))) <= seen:  # noqa: ASYNC110 - other processes ring no bell
                await asyncio.sleep(0.1)
        return str(files[0])


@pytest.fixture
async def screen(tmp_path: Path) -> AsyncIterator[Screen]:
    with (
        review_lab(tmp_path) as lab,
        running_tmux(tmp_path, {**lab.environment, "PATH": lab.environment["PATH"]}) as tmux,
    ):
        yield Screen(lab, tmux)


async def test_a_change_is_commented_approved_landed_undone_and_pushed(screen: Screen) -> None:
    lab = screen.lab
    head = lab.agent("m0", "t-1", {"src/retry.py": GOOD}, "Retry twice")
    before = lab.tip(lab.user)
    screen.open()
    await screen.shows("m0", "m1")
    screen.type("r")
    await screen.shows("t-1", "return 2", "merges cleanly")
    lab.agent("m1", "t-2", {"docs/new.md": "new\n"}, "Add a page")
    screen.type("R")
    await screen.shows("t-1", "t-2", "return 2")
    screen.type("Enter", "j", "j", "j", "c")
    await screen.shows("enter keeps it")
    screen.type("why twice?")
    await screen.shows("why twice?")
    screen.type("Enter")
    await screen.shows("why twice?")
    await screen.shows("commented on src/retry.py:2")
    screen.type("C")
    await screen.shows("BEGIN REMARK")
    screen.type("Escape")
    await asyncio.sleep(1)
    screen.type("m")
    await screen.shows("approved it yet")
    screen.type("a")
    await screen.shows("approved 1")
    await screen.shows("docs/new.md")
    screen.type("Tab", "j")
    await screen.shows("return 2")
    screen.type("m")
    await screen.shows("Approved-by: Ada", "> Retry twice")
    assert lab.tip(lab.user) == before
    screen.type("Enter")
    await screen.until(lambda: lab.tip(lab.user) != before)
    assert git(lab.user, "rev-parse", "main^1", "main^2").decode().split() == [before, head]
    await screen.shows("landed agent/t-1")
    landed = lab.tip(lab.user)
    screen.type("P")
    await screen.shows("origin", "gains 2 commits")
    screen.type("Enter")
    await screen.until(lambda: lab.tip(lab.remote) == landed)
    await screen.shows("pushed 2 commits to origin")
    screen.type("z")
    await screen.shows("takes back")
    screen.type("Enter")
    await screen.until(lambda: lab.tip(lab.user) != landed)
    assert (lab.user / "src/retry.py").read_text() == "def retry():\n    return 1\n"
    assert lab.tip(lab.remote) == landed
    screen.type("q")
    await screen.shows("ended with 0")


async def test_a_dozen_good_branches_are_a_dozen_looks_and_one_train(screen: Screen) -> None:
    lab = screen.lab
    for number in range(1, 13):
        lab.agent(f"m{number % 2}", f"t-{number:02}", {f"file{number:02}.txt": "new\n"})
    screen.open()
    screen.type("r")
    await screen.shows("waiting on you 12")
    seen: set[str] = set()
    for number in range(1, 13):
        seen.add(await screen.opens(seen))
        screen.type("a")
        await screen.shows(f"approved {number}")
    screen.type("T")
    await screen.shows("12 changes")
    screen.type("Enter")
    await screen.until(lambda: len(list(lab.user.glob("file*.txt"))) == 12)
    await screen.shows("landed 12 changes")
    assert git(lab.user, "status", "--porcelain") == b""


async def test_nothing_of_a_change_reaches_the_terminal_raw(screen: Screen) -> None:
    evil = "\x1b]52;c;ZXZpbA==\x07\x1b[2J\x9b31m\u202egnp.exe\rhidden"
    screen.lab.agent(
        "m0", "t-1", {"a.txt": evil + "\n", "b\x1b[31m\u202e.txt": "x\n"}, f"Look {evil}"
    )
    log = screen.lab.folder / "terminal.log"
    screen.open()
    screen.type("r")
    await screen.shows("t-1")
    screen._tmux.call("pipe-pane", "-o", f"cat >{shlex.quote(str(log))}")
    screen.type("D")
    screen.type("r")
    await screen.shows("U+202E")
    screen.type("Enter")
    await screen.shows("␛]52;c;", "␍hidden")
    written = log.read_bytes()
    assert b"\x1b]52" not in written
    assert "\u202e".encode() not in written
    assert "\x9b".encode() not in written
    screen.type("q")


async def test_what_moved_under_the_screen_cannot_be_approved_unseen(screen: Screen) -> None:
    lab = screen.lab
    lab.agent("m0", "t-1", {"src/retry.py": GOOD})
    screen.open()
    screen.type("r")
    await screen.shows("return 2")
    lab.agent("m0", "t-1", {"evil.sh": "rm -rf ~\n"})
    screen.type("R")
    await screen.shows("new commits since you opened it")
    screen.type("a")
    await asyncio.sleep(1)
    assert "approved" not in await screen.shows("waiting on you 1")
    commit(lab.user, {"mine.txt": "mine\n"}, "mine")
    screen.type("Enter")
    await screen.shows("evil.sh")
    assert not (lab.user / "evil.sh").exists()
