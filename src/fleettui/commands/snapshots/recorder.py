"""Readings of the fleet, one after the other, each printed as a record."""

import asyncio
import math
from typing import TYPE_CHECKING, TextIO

from fleettui.commands.output import ReaderGone, columns, emit, in_colour, reader_gone
from fleettui.commands.snapshots.changes import Changes, Shown
from fleettui.commands.snapshots.part import part
from fleettui.model.overview import Overview
from fleettui.model.view import FleetView

if TYPE_CHECKING:
    from fleettui.commands.snapshot import Options, Reader
    from fleettui.fleet.monitor import Only
    from fleettui.tasks.overview import Overviews

DEADLINE_S = 5.0
"""Seconds that a source has to answer."""

LEAST_DEADLINE_S = 2.0
"""The same where readings follow each other quickly: time enough to connect."""


class Recorder:
    """Prints what `reader` reads to `out`.

    `fine` is whether `--strict` lets the newest reading pass, None before the first.
    """

    def __init__(
        self,
        reader: "Reader",
        overviews: "Overviews",
        options: "Options",
        only: "Only",
        out: TextIO | None,
    ) -> None:
        self.fine: bool | None = None
        self._reader = reader
        self._overviews = overviews
        self._options = options
        self._only = only
        self._out = out
        self._shown = Shown()
        self._records = 0

    async def print(self) -> None:
        """Read once, and print what there is to say. Raises ReaderGone."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        whole = await self._reader.read_once(deadline_s(self._options.every), self._only)
        duration_ms = 1000 * (loop.time() - began)
        view = part(whole, self._only.machines, self._only.sources)
        self.fine = all(
            seen.state.healthy for machine in view.machines for seen in machine.sources.values()
        )
        record = self._record(view, await self._overviews.read(), duration_ms)
        if record is not None:
            await emit(self._out, record)
        elif reader_gone(self._out):
            raise ReaderGone

    async def print_for_ever(self, every: float) -> None:
        """Print now and then every `every` seconds, counted from now whatever a reading takes.

        A reading that takes longer than that skips the moments that it missed.
        """
        loop = asyncio.get_running_loop()
        start, turn = loop.time(), 0
        while True:
            await self.print()
            turn = max(turn + 1, math.ceil((loop.time() - start) / every))
            await asyncio.sleep(start + turn * every - loop.time())

    def _record(self, view: FleetView, overview: Overview, duration_ms: float) -> str | None:
        """The text of one record; None where `--changes` has nothing to say."""
        changes = None
        if self._options.changes:
            changes = self._shown.changes(view, overview)
            if changes is None:
                return None
        self._records += 1
        return self._render(view, overview, changes, duration_ms)

    def _render(
        self, view: FleetView, overview: Overview, changes: Changes | None, duration_ms: float
    ) -> str:
        match self._options.format:
            case "json":
                return self._json(view, overview, changes, duration_ms)
            case "line":
                from fleettui.commands.snapshots.line import as_line

                return as_line(view, overview) + "\n"
            case "prometheus":
                from fleettui.commands.snapshots.prometheus import as_openmetrics

                return as_openmetrics(view, overview, duration_ms=duration_ms)
            case _:
                return self._text(view, overview, changes)

    def _text(self, view: FleetView, overview: Overview, changes: Changes | None) -> str:
        from fleettui.commands.snapshots.text import as_text

        room, colour = columns(self._out), in_colour(self._out)
        text = as_text(view, overview, room=room, colour=colour, changes=changes)
        return text if self._records == 1 else f"\n{text}"

    def _json(
        self, view: FleetView, overview: Overview, changes: Changes | None, duration_ms: float
    ) -> str:
        from fleettui.commands.output import json_text
        from fleettui.commands.snapshots.document import as_json

        shown = changes.view if changes else view
        document = as_json(shown, overview, duration_ms=duration_ms)
        if changes is not None:
            document |= {"unchanged": changes.unchanged, "removed": list(changes.removed)}
        return json_text(document, compact=self._options.every is not None) + "\n"


def deadline_s(every: float | None) -> float:
    """Seconds that a source has to answer, so that readings come as often as wanted."""
    return DEADLINE_S if every is None else min(DEADLINE_S, max(LEAST_DEADLINE_S, every))
