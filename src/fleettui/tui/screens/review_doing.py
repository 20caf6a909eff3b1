"""What each key of the review screen does, once nothing stands in its way."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, cast

from textual.app import SuspendNotSupported

from fleettui.model.change import Change, FileChange, Side
from fleettui.model.errors import OperationFailed
from fleettui.model.landing import Strategy
from fleettui.model.review import RepoReview
from fleettui.tui.draw.paint import Line, Tone
from fleettui.tui.draw.review_marks import short
from fleettui.tui.said import Manner
from fleettui.tui.screens.review_cursor import draft_at, file_at, line_at
from fleettui.tui.screens.review_plans import about_plan
from fleettui.tui.screens.sheets import Sheet

if TYPE_CHECKING:
    from fleettui.tui.app import FleetApp
    from fleettui.tui.screens.review import ReviewScreen

_NOT_THERE = "0"


class Doing:
    """The keys by name. Each finds the change, the repository and the cursor on the screen."""

    def __init__(self, screen: "ReviewScreen") -> None:
        self._screen = screen
        self._reading = screen.reading
        self._keys: Mapping[str, Callable[[Change], Awaitable[None] | None]] = {
            "approve": self._approve,
            "reject": self._reject,
            "merge": self._merge,
            "acknowledge": self._acknowledge,
            "comment": self._comment,
            "send": screen.deeds.send,
            "take_back": self._take_back,
            "reviewed": self._reviewed,
            "edit": self._edit,
            "copy": self._copy,
            "about": self._about,
            "remove": screen.deeds.remove,
            "split": self._split,
            "against": lambda change: self._reading.compare(),
            "fold": lambda change: self._reading.view.toggle_fold(),
        }
        self._of_repo: Mapping[str, Callable[[RepoReview], Awaitable[None]]] = {
            "train": screen.deeds.train,
            "undo": screen.deeds.undo,
            "push": screen.deeds.push,
        }

    async def do(self, name: str, repo: RepoReview | None, change: Change | None) -> None:
        """Do what a key is for."""
        if name in self._of_repo:
            if repo is not None:
                await self._of_repo[name](repo)
        elif change is not None and name in self._keys:
            done = self._keys[name](change)
            if done is not None:
                await done

    def _approve(self, change: Change) -> None:
        if self._reading.seen is not None:
            self._screen.deeds.approve(change, self._reading.seen)

    async def _reject(self, change: Change) -> None:
        about: Line = (
            ("reject ", Tone.BAD),
            (change.key.branch, Tone.STRONG),
            (f"  {change.title}", Tone.DIM),
        )
        await self._screen.writing.ask(
            about,
            "rejects it; a note is not needed",
            lambda note: self._screen.deeds.reject(change, note),
        )

    async def _merge(self, change: Change) -> None:
        repo = self._screen.view.repo(change.key.repo)
        if repo is not None:
            await self._screen.deeds.merge(change, repo)

    def _acknowledge(self, change: Change) -> None:
        signal = self._screen.signals.shown(change)
        if signal in change.unacknowledged:
            if len(change.unacknowledged) > 1:
                self._screen.signals.next_waiting(change)
            self._screen.deeds.acknowledge(change, signal.key, change.head)
            return
        signal = self._screen.signals.next_waiting(change)
        self._screen.acts.say(Manner.WHY, f"this one needs you: {signal.detail}; b acknowledges it")

    async def _comment(self, change: Change) -> None:
        position = self._reading.view.position
        if position is None:
            return
        path, line, side = position.path, position.line, position.side
        place = f"{path}:{line}" if line else path
        old = " (before)" if line and side is Side.OLD else ""
        about: Line = (
            ("comment on ", Tone.DIM),
            (f"{place}{old}", Tone.STRONG),
            (f"  {position.text.strip()}" if line else "", Tone.DIM),
        )

        def keep(text: str) -> None:
            if text:
                self._screen.deeds.comment(change, path, line, side, text)

        await self._screen.writing.ask(about, "keeps it", keep)

    def _take_back(self, change: Change) -> None:
        draft = draft_at(self._reading.view, change)
        if draft is not None:
            self._screen.deeds.take_back_comment(change, draft)
        else:
            self._screen.deeds.take_back_approval(change)

    def _reviewed(self, change: Change) -> None:
        file = file_at(self._reading.view)
        if file is None:
            return
        reviewed = file.path not in change.reviewed
        self._screen.deeds.mark(change, file.path, reviewed)
        if reviewed:
            self._reading.view.move_file(1)

    def _split(self, change: Change) -> None:
        self._reading.view.split = not self._reading.view.split

    def _copy(self, change: Change) -> None:
        text = self._reading.view.chosen_text() if self._screen.in_diff else change.head
        self._screen.app.copy_to_clipboard(text)
        self._screen.acts.say(Manner.DONE, f"copied {text.strip()}")

    async def _about(self, change: Change) -> None:
        plan = about_plan(change, self._screen.seen.taken_at)
        await self._screen.app.push_screen(Sheet(plan, Strategy.MERGE))

    def _edit(self, change: Change) -> None:
        file = file_at(self._reading.view)
        if file is None:
            return
        gone = not file.new.strip(_NOT_THERE)
        side, line = line_at(self._reading.view)
        if gone or side is Side.OLD:
            side = Side.OLD

        async def work() -> str:
            data = await self._screen.service.blob(change.key, file.raw_path, side)
            await self._lend(file, data, line)
            return f"{file.path} at {short(change.head)} was a copy: nothing was changed"

        self._screen.acts.start(("edit",), f"reading {file.path}", work)

    async def _lend(self, file: FileChange, data: bytes, line: int) -> None:
        """Give the terminal to the editor until it is closed."""
        edit, app = self._screen.ports.edit, cast("FleetApp", self._screen.app)
        if edit is None:
            return
        app.lent = True
        try:
            with app.batch_update(), app.suspend():
                await edit(file.path, data, max(1, line))
        except SuspendNotSupported as error:
            raise OperationFailed("this terminal cannot be lent to an editor") from error
        finally:
            app.lent = False
        app.refresh(layout=True)
