"""Every key of every screen, in one place: help, palette and key mapping read it here."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from textual.binding import Binding

from fleettui.tui.binding import first, key
from fleettui.tui.review_keys import JUDGE, LAND, MOVE, READ, REMARK, REVIEW, SHEET

_NAMED = frozenset({"enter", "tab", "space", "home", "end", "ctrl+p", "ctrl+t", "ctrl+r", "ctrl+c"})

_ALONE = frozenset({"everywhere", "help", "filter", "sheet", "remark"})
"""Where the keys of the application are not looked at, or are its own."""

NUMBER = Binding.Group("choose by number", compact=True)


DASHBOARD = (
    key(
        "dashboard.zoom",
        "enter",
        "zoom",
        "open",
        "Show everything of the chosen machine",
        show=True,
    ),
    *(
        Binding(
            str(number),
            f"number({number})",
            f"choose {number}",
            show=False,
            tooltip=f"Choose machine number {number}",
            id=f"dashboard.number-{number}",
            group=NUMBER,
        )
        for number in range(1, 10)
    ),
    key("dashboard.left", "left,h", "move(-1, 0)", "left", "Choose the machine to the left"),
    key("dashboard.right", "right,l", "move(1, 0)", "right", "Choose the machine to the right"),
    key("dashboard.up", "up,k", "move(0, -1)", "up", "Choose the machine above"),
    key("dashboard.down", "down,j", "move(0, 1)", "down", "Choose the machine below"),
    key("dashboard.first", "home,g", "first", "first", "Choose the first machine"),
    key("dashboard.last", "end,G", "last", "last", "Choose the last machine"),
    first("dashboard.filter", "slash", "filter", "filter", "Show only machines that match"),
    first("dashboard.all", "escape", "all", "all", "Show all machines again"),
)

FILTER = (first("filter.done", "enter", "done", "done", "Keep the filter, leave its line"),)

MACHINE = (
    key("machine.down", "down,j", "down", "down", "Scroll down a line"),
    key("machine.up", "up,k", "up", "up", "Scroll up a line"),
    key("machine.page-down", "pagedown,space", "page_down", "page down", "Scroll down a page"),
    key("machine.page-up", "pageup", "page_up", "page up", "Scroll up a page"),
    key("machine.top", "home,g", "top", "top", "Go to the top"),
    key("machine.bottom", "end,G", "bottom", "bottom", "Go to the bottom"),
    key(
        "machine.next", "right,l,tab", "next(1)", "next machine", "Show the next machine", show=True
    ),
    key(
        "machine.previous", "left,h,shift+tab", "next(-1)", "previous", "Show the previous machine"
    ),
)

INBOX = (
    key("inbox.open", "enter", "open", "go there", "Show what this is about", show=True),
    key("inbox.down", "down,j", "move(1)", "down", "Choose the next one"),
    key("inbox.up", "up,k", "move(-1)", "up", "Choose the one before"),
    key("inbox.first", "home,g", "first", "first", "Choose the first one"),
    key("inbox.last", "end,G", "last", "last", "Choose the last one"),
)

LOG = (
    key("log.down", "down,j", "down", "down", "Scroll down a line"),
    key("log.up", "up,k", "up", "up", "Scroll up a line"),
    key("log.page-down", "pagedown,space", "page_down", "page down", "Scroll down a page"),
    key("log.page-up", "pageup", "page_up", "page up", "Scroll up a page"),
    key("log.top", "home,g", "top", "oldest", "Go to the oldest event", show=True),
    key(
        "log.bottom",
        "end,G",
        "bottom",
        "newest",
        "Go to the newest event and stay there",
        show=True,
    ),
)

HELP = (
    key("help.close", "escape,q,question_mark", "close", "close", "Close the help", show=True),
    key("help.down", "down,j,pagedown", "down", "down", "Scroll down"),
    key("help.up", "up,k,pageup", "up", "up", "Scroll up"),
)

APP = (
    key("app.back", "escape", "back", "back", "Go back to where you came from", show=True),
    key("app.read", "R", "read_again", "read again", "Read this machine at once", show=True),
    key("app.review", "r", "go('review')", "review", "What agents made", show=True),
    key("app.inbox", "w", "go('inbox')", "inbox", "Everything that waits for you", show=True),
    key("app.log", "L", "go('log')", "log", "What happened", show=True),
    key("app.dashboard", "D", "go('dashboard')", "dashboard", "All machines", show=True),
    first("app.commands", "ctrl+p", "commands", "commands", "Find any command, machine or theme"),
    key("app.theme", "ctrl+t", "next_theme", "theme", "Change to the next theme"),
    key("app.read-all", "ctrl+r", "read_all", "read all", "Read all machines at once"),
    key("app.quit", "q,ctrl+c", "quit", "quit", "Leave fleettui; the fleet works on", show=True),
    key("app.help", "question_mark", "help", "help", "What every key does here", show=True),
)

SCREENS: Mapping[str, tuple[Binding, ...]] = {
    "dashboard": DASHBOARD,
    "filter": FILTER,
    "machine": MACHINE,
    "inbox": INBOX,
    "log": LOG,
    "review": REVIEW,
    "sheet": SHEET,
    "remark": REMARK,
    "help": HELP,
    "everywhere": APP,
}


SECTIONS: Mapping[str, tuple[Binding, ...]] = {
    "saying yes or no": JUDGE,
    "landing": LAND,
    "reading": READ,
    "moving": MOVE,
}
"""Groups of keys of screens that have many."""


def ids() -> Iterator[str]:
    """The id of every binding."""
    for bindings in SCREENS.values():
        for binding in bindings:
            if binding.id:
                yield binding.id


def problems(mapping: Mapping[str, str]) -> list[str]:
    """What is wrong with a key mapping, one line for each kind of mistake."""
    said = []
    known = sorted(ids())
    wrong = [id for id in mapping if id not in known]
    if wrong:
        near = [get_close_matches(id, known, n=1, cutoff=0.0)[0] for id in wrong]
        names = ", ".join(f"{id} (nearest: {n})" for id, n in zip(wrong, near, strict=True))
        said.append(f"[keys] names no such action: {names}")
    said += [f"[keys] gives {key} to {one} and to {other}" for key, one, other in clashes(mapping)]
    return said


def clashes(mapping: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """A key, the action that it was mapped to, and the action that had it on the same screen."""
    told = set()
    for screen, bindings in SCREENS.items():
        here = [*bindings, *(() if screen in _ALONE else APP)]
        keys = {binding.id or "": _keys(binding, mapping) for binding in here}
        for one in mapping:
            for other, others in keys.items():
                for shared in sorted(keys.get(one, set()) & others):
                    pair = frozenset((one, other))
                    if one != other and pair not in told:
                        told.add(pair)
                        yield shared, one, other


def _keys(binding: Binding, mapping: Mapping[str, str]) -> set[str]:
    """The keys of a binding under a mapping, by the names that Textual has for them."""
    wanted = mapping.get(binding.id or "", binding.key)
    keys = ",".join(key for key in wanted.split(",") if key.strip())
    return {each.key for each in Binding.make_bindings([Binding(keys, "")])} if keys else set()


def name_of(binding: Binding) -> str | None:
    """The name that stands on the key, where Textual would show a sign for it."""
    return binding.key if binding.key in _NAMED else None
