"""How a key is written down: with a name to map it by, and a reason."""

from textual.binding import Binding


def key(id: str, key: str, action: str, text: str, tooltip: str, *, show: bool = False) -> Binding:
    """A key that the palette, the help and, with `show`, the last line tell about."""
    return Binding(key, action, text, show=show, tooltip=tooltip, id=id)


def first(id: str, key: str, action: str, text: str, tooltip: str) -> Binding:
    """A key that is looked at before the widget that has the keyboard gets it.

    One that moves the keyboard is so done before the next one is looked at.
    """
    return Binding(key, action, text, tooltip=tooltip, id=id, priority=True)
