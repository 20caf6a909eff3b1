"""The application around the screens: first frame first, then the fleet."""

import asyncio
import gc
import signal
from collections.abc import Callable, Coroutine, Iterable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.notifications import SeverityLevel
from textual.worker import WorkerFailed

from fleettui.model.text import clean
from fleettui.tui import keys as key_list
from fleettui.tui.acts import Acts, tell_bug
from fleettui.tui.navigation import NavigableApp
from fleettui.tui.ports import Edit, FleetPort, Ports
from fleettui.tui.said import Manner
from fleettui.tui.screens.dashboard import Dashboard
from fleettui.tui.screens.fleet_screen import REVIEW, FleetChanged, FleetScreen

if TYPE_CHECKING:
    from fleettui.model.review_port import ReviewPort

_SECOND = 1.0
_LEAST_PAUSE = 0.15
"""Seconds between two drawings, however fast the fleet changes."""
_PAUSE_EACH = 0.01
"""The same for each machine: with more of them a drawing costs more, and more often changes."""
_LANDING = 30.0
"""Seconds that a landing gets to come to its end when the user leaves."""
_GOODBYE = 5.0
"""Seconds that the readers get to close their connections."""
_LAST = 45
"""Seconds after which the program is gone, whatever hangs, when its terminal is."""


def _commands() -> type[Provider]:
    from fleettui.tui.palette import FleetCommands

    return FleetCommands


class FleetApp(NavigableApp):
    """Shows what a FleetPort and a ReviewPort say, and sends back what the user wants."""

    TITLE = "fleettui"
    CSS_PATH: ClassVar[list[str | PurePath]] = ["app.tcss", "screens/dashboard.tcss"]
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {_commands}
    BINDINGS: ClassVar[list[BindingType]] = list(key_list.APP)
    ENABLE_COMMAND_PALETTE = False
    """Textual's own key for it would lose what is typed before the palette has the keyboard."""
    PAUSE_GC_ON_SCROLL = True

    def __init__(
        self,
        port: FleetPort,
        review: "ReviewPort | None" = None,
        *,
        edit: Edit | None = None,
        theme: str | None = None,
        keys: Mapping[str, str] | None = None,
        themes_dirs: Iterable[Path] | None = None,
        note: str | None = None,
    ) -> None:
        self._reading: list[asyncio.Task[None]] = []
        self._unsubscribe: list[Callable[[], None]] = []
        self._draw_planned = False
        self.lent = False
        self._watched = True
        self._reviewing = False
        self._notes: tuple[str, ...] = ()
        self.failure: BaseException | None = None
        acts = Acts(self.draw, self._crashed)
        super().__init__(Ports(port, review, edit), acts, theme, themes_dirs)
        self.VERTICAL_BREAKPOINTS = [(0, "-short"), (14, "-tall")]
        self._wanted_keys = dict(keys or {})
        self._note = note
        if self._wanted_keys:
            self.set_keymap(self._wanted_keys)

    def get_default_screen(self) -> Dashboard:
        """The dashboard is always below everything else."""
        return Dashboard(self.ports)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Show a note; it may hold foreign text, so it is cleaned and never markup."""
        safe, title = clean(message, limit=2000, newlines=True), clean(title)
        super().notify(safe, title=title, severity=severity, timeout=timeout, markup=False)

    def get_key_display(self, binding: Binding) -> str:
        """Keys by the names that stand on them."""
        return key_list.name_of(binding) or super().get_key_display(binding)

    # Life

    def on_mount(self) -> None:
        """Draw every second and at changes; at signals, end as a shell reports them."""
        self._unsubscribe.append(self.port.subscribe(self._fleet_changed))
        if self.ports.review is not None:
            self._unsubscribe.append(self.ports.review.subscribe(self._fleet_changed))
        self.set_interval(_SECOND, self.draw)
        loop = asyncio.get_running_loop()
        with suppress(AttributeError, NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(signal.SIGHUP, self._hung_up)
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, self._ended_by, number)

    def _hung_up(self) -> None:
        # What waits for a terminal that is gone may wait for ever: the alarm ends it all.
        signal.alarm(_LAST)
        self.exit()

    def _ended_by(self, number: int) -> None:
        # Ctrl+C in an editor that has the terminal is meant for that editor.
        if not (self.lent and number == signal.SIGINT):
            self.exit(return_code=128 + number)

    def on_ready(self) -> None:
        """The first frame is out: now everything that costs time."""
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self._read_for_ever("fleet", self.port.run())
        if self.ports.review is not None:
            self._read_for_ever("review", self.ports.review.run())
        self.load_other_themes()
        self.warn("keys", key_list.problems(self._wanted_keys))
        if self._note:
            self.notify(self._note, timeout=15)
        gc.freeze()

    def _read_for_ever(self, name: str, run: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(run, name=name)
        task.add_done_callback(partial(tell_bug, self._crashed))
        self._reading.append(task)

    def _handle_exception(self, error: Exception) -> None:
        """A bug in a screen: one line for the user, not Textual's pages with every value in it."""
        super()._handle_exception(error)
        self._exit_renderables.clear()
        cause = error.error if isinstance(error, WorkerFailed) else error
        self.failure = self.failure or cause

    def _crashed(self, error: BaseException) -> None:
        self.failure = error
        self.exit(return_code=1)

    async def on_unmount(self) -> None:
        """End what the human began, stop reading, and wait until connections are closed."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        await self.acts.close(_LANDING)
        for task in self._reading:
            task.cancel()
        if self._reading:
            await asyncio.wait(self._reading, timeout=_GOODBYE)
        if self.ports.review is not None:
            await self.ports.review.close()

    # Drawing

    def _fleet_changed(self) -> None:
        if not self._draw_planned:
            self.post_message(FleetChanged())

    def on_fleet_changed(self) -> None:
        """Draw soon, but not more often than anybody can see."""
        if not self._draw_planned:
            self._draw_planned = True
            pause = max(_LEAST_PAUSE, _PAUSE_EACH * len(self.port.fleet.machines))
            self.set_timer(pause, self.draw)

    def draw(self) -> None:
        """Bring the topmost screen that shows the fleet up to date."""
        self._draw_planned = False
        screens = self.fleet_screens()
        self._tell_attention()
        if screens and screens[-1].is_mounted and self.is_running:
            screens[-1].show(self.port.view())
            self._tell_elsewhere(screens[-1])

    def _tell_attention(self) -> None:
        """Branches are read more often while somebody reviews."""
        reviewing = self._watched and self.place() == REVIEW
        if self.ports.review is not None and reviewing != self._reviewing:
            self._reviewing = reviewing
            self.ports.review.attention(reviewing)

    def _tell_elsewhere(self, screen: FleetScreen) -> None:
        """What came of an act, or was done unasked, is told wherever the user is."""
        view = self.ports.reviews()
        if view is not None and view.notes != self._notes:
            self._notes = view.notes
            if screen.place != REVIEW and view.notes:
                self.notify("\n".join(view.notes), title="review", timeout=15)
        said = self.acts.said
        if screen.place != REVIEW and said is not None:
            self.acts.said = None
            bad = said.manner is Manner.FAILED
            if said.manner is Manner.WHY:
                return
            self.notify(said.text, severity="error" if bad else "information", timeout=15)

    def on_app_focus(self, event: events.AppFocus) -> None:
        """Somebody looks again: show what is newest at once."""
        self._watched = True
        self.port.attention(True)
        self.draw()

    def on_app_blur(self, event: events.AppBlur) -> None:
        """Nobody looks."""
        self._watched = False
        self.port.attention(False)
        self._tell_attention()


def show(app: FleetApp) -> int:
    """Run until the user leaves; the exit code. Raises what the port's `run` raised."""
    app.run()
    if app.failure is not None:
        raise app.failure
    return app.return_code or 0
