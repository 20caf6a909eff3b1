"""Characters that hide, reorder or act: what a reader of the text would not see.

Scripts that need joiners, emoji sequences and text written from right to left stay quiet.
"""

import re
import unicodedata
from collections.abc import Iterator

BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Embeddings, overrides and isolates: they reorder what is shown (Trojan Source)."""

_C1 = "\x80-\x9f"
_TAGS = "\U000e0000-\U000e007f"
_SUSPECT = re.compile(
    f"[{_C1}\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    f"\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]|\r+(?=[^\r\n])")
_JOINING = re.compile("[\u0600-\u0dff\u0e00-\u109f\u1780-\u18af\ua840-\ua87f]")
_SPACELESS = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_FLAG = re.compile("\U0001f3f4[\U000e0020-\U000e007e]{0,6}[\U000e0020-\U000e007f]$")
_PICTURES = frozenset({"So", "Sk", "Sm", "Cn"})
_AROUND = 60


def hidden(text: str) -> Iterator[tuple[int, str]]:
    """Offset and character of each that is invisible, reorders or is a C1 control."""
    for match in _SUSPECT.finditer(text):
        if not _excused(text, match.start()):
            yield match.start(), match[0]


def is_control(char: str) -> bool:
    """Whether `hidden` reports it because it acts on a terminal."""
    return "\x80" <= char <= "\x9f"


def controls(text: bytes) -> Iterator[tuple[int, int]]:
    """Offset and value of each C0 control, and of each CR that is not at the end of a line.

    Tabs and form feeds are left alone: sources are laid out with them.
    """
    for match in _CONTROL.finditer(text):
        yield match.start(), match[0][0]


def _excused(text: str, at: int) -> bool:
    """Whether writing needs the character here."""
    char = text[at]
    before = text[at - 1] if at else ""
    after = text[at + 1 : at + 2]
    if char == "\u200d":
        return _joins(before, after)
    if char == "\u200c":
        return bool(_JOINING.match(before))
    if char == "\u200b":
        return bool(_SPACELESS.match(before) or _SPACELESS.match(after))
    if char in "\u200e\u200f\u061c":
        return bool(_RTL.search(text[max(0, at - _AROUND) : at + _AROUND]))
    if "\ufe00" <= char <= "\ufe0f" or char >= "\U000e0100":
        return _varies(before)
    if char == "\u2800":
        return _is_in(before, "\u2801", "\u28ff") or _is_in(after, "\u2801", "\u28ff")
    if "\u180b" <= char <= "\u180f":
        return _is_in(before, "\u1810", "\u18af")
    if char in "\u115f\u1160":
        return _is_in(before, "\u1100", "\u11ff") or _is_in(after, "\u1100", "\u11ff")
    return char >= "\U000e0020" and bool(_FLAG.search(text[max(0, at - 8) : at + 1]))


def _joins(before: str, after: str) -> bool:
    if not before or not after:
        return False
    if _JOINING.match(before):
        return True
    left = before == "\ufe0f" or unicodedata.category(before) in _PICTURES
    return left and not (before.isascii() or after.isascii())


def _varies(before: str) -> bool:
    """One selector after something visible is writing; several are hidden data."""
    return bool(before) and (
        before in "#*0123456789" or (not before.isascii() and not _SUSPECT.match(before))
    )


def _is_in(char: str, first: str, last: str) -> bool:
    return bool(char) and first <= char <= last
