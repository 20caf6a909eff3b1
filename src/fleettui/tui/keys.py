"""Every key of every screen, in one place: help, palette and key mapping read it here."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from textual.binding import Binding

_NAMED = frozenset({"enter", "tab", "space", "home", "end", "ctrl+p", "ctrl+t", "ctrl+r", "ctrl+c"})

NUMBER = Binding.Group("choose by number", compact=True)


def _key(id: str, key: str, action: str, text: str, tooltip: str, *, show: bool = False) -> Binding:
    return Binding(key, action, text, show=show, tooltip=tooltip, id=id)


DASHBOARD = (
    _key(
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
    _key("dashboard.left", "left,h", "move(-1, 0)", "left", "Choose the machine to the left"),
    _key("dashboard.right", "right,l", "move(1, 0)", "right", "Choose the machine to the right"),
    _key("dashboard.up", "up,k", "move(0, -1)", "up", "Choose the machine above"),
    _key("dashboard.down", "down,j", "move(0, 1)", "down", "Choose the machine below"),
    _key("dashboard.first", "home,g", "first", "first", "Choose the first machine"),
    _key("dashboard.last", "end,G", "last", "last", "Choose the last machine"),
    # With priority a key that moves the keyboard is done before the next one is looked at.
    Binding(
        "slash",
        "filter",
        "filter",
        tooltip="Show only machines that match",
        id="dashboard.filter",
        priority=True,
    ),
    Binding(
        "escape",
        "all",
        "all",
        tooltip="Show all machines again",
        id="dashboard.all",
        priority=True,
    ),
)

FILTER = (
    Binding(
        "enter",
        "done",
        "done",
        tooltip="Keep the filter, leave its line",
        id="filter.done",
        priority=True,
    ),
)

MACHINE = (
    _key("machine.down", "down,j", "down", "down", "Scroll down a line"),
    _key("machine.up", "up,k", "up", "up", "Scroll up a line"),
    _key("machine.page-down", "pagedown,space", "page_down", "page down", "Scroll down a page"),
    _key("machine.page-up", "pageup", "page_up", "page up", "Scroll up a page"),
    _key("machine.top", "home,g", "top", "top", "Go to the top"),
    _key("machine.bottom", "end,G", "bottom", "bottom", "Go to the bottom"),
    _key(
        "machine.next", "right,l,tab", "next(1)", "next machine", "Show the next machine", show=True
    ),
    _key(
        "machine.previous", "left,h,shift+tab", "next(-1)", "previous", "Show the previous machine"
    ),
)

INBOX = (
    _key(
        "inbox.open", "enter", "open", "go there", "Show the machine that this is about", show=True
    ),
    _key("inbox.down", "down,j", "move(1)", "down", "Choose the next one"),
    _key("inbox.up", "up,k", "move(-1)", "up", "Choose the one before"),
    _key("inbox.first", "home,g", "first", "first", "Choose the first one"),
    _key("inbox.last", "end,G", "last", "last", "Choose the last one"),
)

LOG = (
    _key("log.down", "down,j", "down", "down", "Scroll down a line"),
    _key("log.up", "up,k", "up", "up", "Scroll up a line"),
    _key("log.page-down", "pagedown,space", "page_down", "page down", "Scroll down a page"),
    _key("log.page-up", "pageup", "page_up", "page up", "Scroll up a page"),
    _key("log.top", "home,g", "top", "oldest", "Go to the oldest event", show=True),
    _key(
        "log.bottom",
        "end,G",
        "bottom",
        "newest",
        "Go to the newest event and stay there",
        show=True,
    ),
)

HELP = (
    _key("help.close", "escape,q,question_mark", "close", "close", "Close the help", show=True),
    _key("help.down", "down,j,pagedown", "down", "down", "Scroll down"),
    _key("help.up", "up,k,pageup", "up", "up", "Scroll up"),
)

APP = (
    _key("app.back", "escape", "back", "back", "Go back to where you came from", show=True),
    _key("app.read", "R", "read_again", "read again", "Read this machine at once", show=True),
    _key("app.inbox", "w", "go('inbox')", "inbox", "Everything that waits for you", show=True),
    _key("app.log", "L", "go('log')", "log", "What happened", show=True),
    _key("app.dashboard", "D", "go('dashboard')", "dashboard", "All machines", show=True),
    Binding(
        "ctrl+p",
        "commands",
        "commands",
        tooltip="Find any command, machine or theme",
        id="app.commands",
        priority=True,
    ),
    _key("app.theme", "ctrl+t", "next_theme", "theme", "Change to the next theme"),
    _key("app.read-all", "ctrl+r", "read_all", "read all", "Read all machines at once"),
    _key("app.quit", "q,ctrl+c", "quit", "quit", "Leave fleettui; the fleet works on", show=True),
    _key("app.help", "question_mark", "help", "help", "What every key does here", show=True),
)

SCREENS: Mapping[str, tuple[Binding, ...]] = {
    "dashboard": DASHBOARD,
    "filter": FILTER,
    "machine": MACHINE,
    "inbox": INBOX,
    "log": LOG,
    "help": HELP,
    "everywhere": APP,
}


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
        here = [*bindings, *(APP if screen not in ("everywhere", "help", "filter") else ())]
        keys = {binding.id or "": _keys(binding, mapping) for binding in here}
        for one in mapping:
            for other, others in keys.items():
                for key in sorted(keys.get(one, set()) & others):
                    pair = frozenset((one, other))
                    if one != other and pair not in told:
                        told.add(pair)
                        yield key, one, other


def _keys(binding: Binding, mapping: Mapping[str, str]) -> set[str]:
    """The keys of a binding under a mapping, by the names that Textual has for them."""
    wanted = mapping.get(binding.id or "", binding.key)
    keys = ",".join(key for key in wanted.split(",") if key.strip())
    return {each.key for each in Binding.make_bindings([Binding(keys, "")])} if keys else set()


def name_of(binding: Binding) -> str | None:
    """The name that stands on the key, where Textual would show a sign for it."""
    return binding.key if binding.key in _NAMED else None
