"""A diff of 100,000 lines on the screen: first frame, paging, growing; beside Textual's Log.

Everything runs in this process, drawn by the real compositor without a terminal. CPU is that of
the thread with the event loop; colours are made in another one.
"""

import asyncio
import gc
import time
import tracemalloc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.theme import Theme
from textual.widget import Widget
from textual.widgets import Log

from bench import figures
from fleettui.model.change import Side
from fleettui.model.patch import Patch, Row
from fleettui.tui.theme import load_themes, variable_defaults
from fleettui.tui.theme_files import theme_folders
from fleettui.tui.widgets.diff_view import DiffView
from tests.tui import patches

LINES = 100_000
PAGES = 60
GROWTH = 2000
"""Rows that come at once."""
SIZE = (120, 40)
_CODE = (
    "    def dequeue(self, limit: int = 10) -> list[Job]:",
    '        """Take the next jobs, oldest first."""',
    "        rows = self._store.rows(state='queued', limit=limit)",
    "        for row in rows:",
    "            self._run(row, timeout=30.0, retries=3)  # as before",
    "",
    "        return [Job.from_row(row) for row in rows if row.ready]",
)


class Bench(App[None]):
    """One widget on the screen."""

    PAUSE_GC_ON_SCROLL = True

    def __init__(self, shown: Widget) -> None:
        super().__init__()
        self.shown = shown
        themes: dict[str, Theme] = dict(load_themes(theme_folders()).themes)
        for theme in themes.values():
            self.register_theme(theme)
        self.theme = "fleet-dark"

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own variables."""
        return variable_defaults(self.current_theme)

    def compose(self) -> ComposeResult:
        """The one widget."""
        yield self.shown


def made_patch(lines: int, files: int) -> Patch:
    """A patch with a quarter of its lines changed, of so many files."""
    patch = patches.empty()
    for number in range(files):
        patches.add_file(patch, patches.change(f"src/part{number}/queue.py"))
        line = 1
        for start in range(0, lines // files, 40):
            patches.add_hunk(patch, (line, 30), (line, 30), b"class Queue:")
            rows = []
            for place in range(min(40, lines // files - start)):
                text = _CODE[place % len(_CODE)].encode()
                kind = (Row.CONTEXT, Row.CONTEXT, Row.CONTEXT, Row.REMOVED, Row.ADDED)[place % 5]
                rows.append((kind, text.replace(b"rows", b"jobs") if kind is Row.ADDED else text))
            patches.add_rows(patch, rows, line, line)
            line += 60
    patch.complete = True
    return patch


@asynccontextmanager
async def running(shown: Widget) -> AsyncIterator[Pilot[None]]:
    """The widget in a running application."""
    async with Bench(shown).run_test(size=SIZE) as pilot:
        shown.focus()
        await pilot.pause(0.2)
        # As the program does after its first frame.
        gc.collect()
        gc.freeze()
        yield pilot
    gc.unfreeze()


class Stalls:
    """How late a heartbeat of 2 ms is: what else holds the event loop."""

    def __init__(self) -> None:
        self.late: list[float] = []
        self._task = asyncio.create_task(self._beat())

    async def _beat(self) -> None:
        while True:
            started = time.perf_counter()
            await asyncio.sleep(0.002)
            self.late.append(time.perf_counter() - started - 0.002)

    def end(self) -> list[float]:
        """Every lateness."""
        self._task.cancel()
        return self.late


async def painted(pilot: Pilot[None]) -> None:
    """Wait until what was asked for is drawn."""
    await pilot._wait_for_screen()
    done = asyncio.Event()
    pilot.app.screen.call_after_refresh(done.set)
    await done.wait()


async def opened(patch: Patch, *, split: bool) -> None:
    """Open, page and search."""
    kind = "split" if split else "unified"
    view = DiffView(split=split)
    async with running(view) as pilot:
        started, cpu = time.perf_counter(), time.thread_time()
        stalls = Stalls()
        view.show(patch)
        await painted(pilot)
        first = time.perf_counter() - started
        last = patch.files[-1]
        await until(lambda: view.goto(last.index, Side.NEW, patch.new[patch.hunks[-1]]))
        taken = time.thread_time() - cpu
        figures.line(f"{kind}: to the first frame", [first])
        figures.line(f"{kind}: CPU until its last hunk is shown", [taken])
        figures.line(f"{kind}: longest hold of the loop meanwhile", [max(stalls.end())])
        view.move_to_end(-1)
        await pilot.pause(0.5)
        figures.line(f"{kind}: a page down, CPU", await paging(pilot, lambda: view.move_page(1)))
        figures.line(f"{kind}: a line down, CPU", await paging(pilot, lambda: view.move(1)))
        started = time.perf_counter()
        stalls = Stalls()
        view.find("no such text")
        await until(lambda: view.search is None or not view.search.ahead)
        figures.line(f"{kind}: search to the end", [time.perf_counter() - started])
        figures.line(f"{kind}: longest hold of the loop meanwhile", [max(stalls.end())])


async def until(done: Callable[[], bool]) -> None:
    """Look every 2 ms."""
    for _ in range(5000):
        if done():
            break
        await asyncio.sleep(0.002)


async def paging(pilot: Pilot[None], page: Callable[[], None]) -> list[float]:
    """CPU seconds of each page, until it is painted."""
    taken = []
    for _ in range(PAGES):
        started = time.thread_time()
        page()
        await painted(pilot)
        taken.append(time.thread_time() - started)
        await asyncio.sleep(0.05)
    return taken


async def grown(whole: Patch) -> None:
    """Let the patch grow while keys are pressed."""
    patch = patches.empty()
    view = DiffView()
    async with running(view) as pilot:
        view.show(patch)
        stalls, keys = Stalls(), []
        for rows in range(GROWTH, len(whole) + GROWTH, GROWTH):
            patches.copy_of(whole, min(rows, len(whole)), patch)
            view.grew()
            if rows // GROWTH % 3 == 0:
                started = time.perf_counter()
                view.move_page(1)
                await painted(pilot)
                keys.append(time.perf_counter() - started)
            await asyncio.sleep(0.005)
        late = stalls.end()
        figures.line("growing: lateness of a heartbeat", late)
        figures.line("growing: its p95", [figures.p95(late)])
        figures.line("growing: page down to painted", keys)
        figures.line("growing: its p95", [figures.p95(keys)])


async def log(lines: list[str]) -> None:
    """The same text in Textual's Log."""
    view = Log()
    async with running(view) as pilot:
        stalls = Stalls()
        started = time.perf_counter()
        view.write_lines(lines, scroll_end=False)
        await painted(pilot)
        figures.line("Log: to the first frame", [time.perf_counter() - started])
        figures.line("Log: longest hold of the loop meanwhile", [max(stalls.end())])
        taken = await paging(pilot, lambda: view.scroll_page_down(animate=False))
        figures.line("Log: a page down, CPU", taken)


def memory(patch: Patch) -> float:
    """Bytes that the view needs besides the patch."""

    async def look() -> float:
        view = DiffView(split=True)
        async with running(view) as pilot:
            tracemalloc.start()
            view.show(patch)
            await pilot.pause(1.0)
            for _ in range(20):
                view.move_page(1)
                await painted(pilot)
            taken = tracemalloc.get_traced_memory()[0]
            tracemalloc.stop()
            return float(taken)

    return asyncio.run(look())


def run() -> None:
    """Print the figures."""
    for files in (1, 400):
        patch = made_patch(LINES, files)
        name = "one file" if files == 1 else f"{files} files"
        figures.title(f"a diff of {LINES:,} lines, {name}, {SIZE[0]}×{SIZE[1]}")
        for split in (False, True):
            asyncio.run(opened(patch, split=split))
        asyncio.run(grown(patch))
    lines = [patch.line(row).decode() for row in range(len(patch))]
    asyncio.run(log(lines))
    figures.line("memory besides the patch", [memory(patch)], unit="MB", scale=1e-6)


if __name__ == "__main__":
    run()
