"""Names that trouble a file system, a shell or a reader."""

import re

from fleettui.review.signals.characters import hidden
from fleettui.review.signals.lookalikes import lookalikes
from fleettui.review.signals.places import folded

_RESERVED = re.compile(
    r"^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\.|:|$)", re.IGNORECASE
)
_MAYBE_ODD = re.compile(
    rb'[\\:<>"|?*\x80-\xff]|(?:^|/)(?:[- ]|con|prn|aux|nul|com|lpt)|[. ](?:/|$)', re.IGNORECASE
)
_CONTROL = re.compile("[\x00-\x1f\x7f\x80-\x9f]")
_LONG = 255


def odd(raw_path: bytes) -> list[str]:
    """What some system cannot store, or a command would misread; in words."""
    if len(raw_path) <= _LONG and not _MAYBE_ODD.search(raw_path):
        return []
    found: dict[str, None] = {}
    for part in raw_path.split(b"/"):
        for pattern, why in _ODD:
            if pattern.search(part):
                found[why] = None
        if len(part) > _LONG:
            found["longer than file systems allow"] = None
        if _RESERVED.match(part.decode("utf-8", "replace")):
            found["reserved on Windows"] = None
    try:
        raw_path.decode()
    except UnicodeDecodeError:
        found["not UTF-8"] = None
    return list(found)


_ODD = (
    (re.compile(rb"^-"), "begins with a dash"),
    (re.compile(rb"^ "), "begins with a space"),
    (re.compile(rb"[. ]$"), "ends in a dot or a space"),
    (re.compile(rb"\\"), "contains a backslash"),
    (re.compile(rb":"), "contains a colon"),
    (re.compile(rb'[<>"|?*]'), "contains what Windows forbids"),
)


def deceptive(raw_path: bytes) -> list[str]:
    """What makes a name look like another one; in words."""
    if raw_path.isascii() and raw_path.decode().isprintable():
        return []
    path = raw_path.decode("utf-8", "surrogateescape")
    found = {f"control character U+{ord(char):04X}": None for char in _CONTROL.findall(path)}
    for _, char in hidden(path):
        found[f"invisible character U+{ord(char):04X}"] = None
    for token in lookalikes(path):
        found[f"looks like “{token.skeleton}”"] = None
    return list(found)


def twin_key(name: bytes) -> str:
    """What two names of one folder share that are the same file on some systems."""
    return folded(name).rstrip(". ")
