"""Syntax colours of the rows that were drawn, made in a thread and kept for a while."""

import asyncio
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from time import monotonic

from fleettui.model.patch import Patch, Row
from fleettui.tui.draw.diff_layout import Layout
from fleettui.tui.draw.diff_lines import shown_row
from fleettui.tui.draw.diff_syntax import LONGEST, coloured, language_of
from fleettui.tui.draw.diff_text import Runs

KEPT = 6000
"""Rows whose colours are kept."""
CHUNK = 80
"""Rows that are coloured in one go."""
LEAD = 40
"""Rows above them that are read too: a string may have started there."""
PATIENCE_S = 1.5
"""A language that takes longer for one chunk gets no colours any more."""

_OLD = (Row.CONTEXT, Row.REMOVED)
_NEW = (Row.CONTEXT, Row.ADDED)


@dataclass(frozen=True, slots=True)
class Job:
    """Lines of one language: rows and texts of each side, and the rows whose colours count."""

    language: str
    sides: tuple[tuple[tuple[int, ...], tuple[str, ...]], ...]
    rows: range


class Inks:
    """What is known of the colours of a patch. Rows that were asked for in vain are `wanted`."""

    def __init__(self, layout: Layout) -> None:
        self.wanted = asyncio.Event()
        self._layout = layout
        self._known: OrderedDict[int, Runs] = OrderedDict()
        self._missing: dict[int, None] = {}
        self._slow: set[str] = set()

    def of(self, row: int) -> Runs:
        """The colours of a row; none yet if it was not looked at."""
        runs = self._known.get(row)
        if runs is not None:
            self._known.move_to_end(row)
            return runs
        language = self._language(row)
        if language is not None and language not in self._slow:
            self._missing[row] = None
            self.wanted.set()
        return ()

    def _language(self, row: int) -> str | None:
        file = self._layout.patch.files[self._layout.file_of(row)]
        return language_of(file.change.path)

    def next_job(self, on_screen: Iterable[int]) -> Job | None:
        """The chunk around the first missing row that is still on screen."""
        visible = set(on_screen)
        row = next((each for each in self._missing if each in visible), None)
        if row is None:
            self._missing.clear()
            self.wanted.clear()
            return None
        language = self._language(row)
        assert language is not None
        return _job(self._layout, row, language)

    async def work(self, job: Job) -> list[int]:
        """Colour the lines of a job in a thread; the rows whose colours are new."""
        started = monotonic()
        sides = await asyncio.to_thread(_work, job)
        if monotonic() - started > PATIENCE_S:
            self._slow.add(job.language)
        fresh = []
        for (rows, _), lines in zip(job.sides, sides, strict=True):
            for row, runs in zip(rows, lines, strict=True):
                if row in job.rows:
                    self._known[row] = runs
                    fresh.append(row)
        for row in job.rows:
            self._known.setdefault(row, ())
            self._missing.pop(row, None)
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
        return fresh


def _work(job: Job) -> list[list[Runs]]:
    return [coloured(job.language, texts) for _, texts in job.sides]


def _job(layout: Layout, row: int, language: str) -> Job:
    """The chunk of a hunk that a row is in. A context row has the colours of the new side."""
    patch = layout.patch
    start, end = _hunk(layout, row)
    first = start + (row - start) // CHUNK * CHUNK
    last = min(end, first + CHUNK)
    lead = max(start, first - LEAD)
    sides = [_side(patch, range(lead, last), _NEW)]
    if Row.REMOVED in patch.kinds[first:last]:
        rows, texts = _side(patch, range(lead, last), _OLD)
        sides.insert(0, (rows, texts))
    return Job(language, tuple(sides), range(first, last))


def _side(
    patch: Patch, rows: range, kinds: tuple[Row, Row]
) -> tuple[tuple[int, ...], tuple[str, ...]]:
    kept = tuple(row for row in rows if patch.kinds[row] in kinds)
    return kept, tuple(shown_row(patch, row)[:LONGEST] for row in kept)


def _hunk(layout: Layout, row: int) -> tuple[int, int]:
    """The rows of the hunk that a row is in, as far as they are taken in."""
    hunks = layout.patch.hunks
    file = layout.file_of(row)
    number = bisect_right(hunks, row)
    start = hunks[number - 1] + 1 if number else layout.first(file) + 1
    end = hunks[number] if number < len(hunks) else layout.rows
    return max(start, layout.first(file) + 1), min(end, layout.end(file))
