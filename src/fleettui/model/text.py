"""The one sanitizer: text from outside becomes text that is safe to draw.

What a machine says may hold escape sequences, bidirectional overrides, invisible characters or
bytes that are no text. Each becomes something visible, and two different inputs never become
the same output (up to the length limit), so that a lookalike name can be told from the real one.
"""

import re
import unicodedata

ELLIPSIS = "…"

_SURROGATE_BYTES = range(0xDC80, 0xDD00)
_INVISIBLE = (
    "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U0001d173-\U0001d17a\U000e0100-\U000e01ef"
)
_OUR_OWN_MARKS = "\u2400-\u241f\u2421"
"""Control pictures in the input would look like a control character that was replaced."""

_SUSPECT = re.compile(
    rf"[{_INVISIBLE}{_OUR_OWN_MARKS}]|<(?=U\+)|\\(?=x[0-9a-fA-F]{{2}})", re.UNICODE
)
_LOGIN = re.compile(r"//[^@\s]*@")
_MARKS = re.compile("[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{4,}")
"""Stacked accents paint over the lines above and below."""


def clean(raw: bytes | str, *, limit: int = 256, newlines: bool = False) -> str:
    """Make text from outside safe to draw, on one line unless `newlines`.

    Control characters become their pictures (U+2400 …), other invisible or reordering
    characters `<U+XXXX>`, bytes that are no UTF-8 `\\xNN`. Longer than `limit` characters is
    cut, with an ellipsis as the last one. Never raises.
    """
    text = raw.decode("utf-8", "surrogateescape") if isinstance(raw, bytes) else raw
    cut = len(text) > limit
    text = text[:limit] if cut else text
    if not (text.isprintable() and not _SUSPECT.search(text) and not _MARKS.search(text)):
        text = _escape(text, newlines)
    if cut or len(text) > limit:
        text = text[: max(0, limit - 1)] + ELLIPSIS
    return text


def _escape(text: str, newlines: bool) -> str:
    text = _SUSPECT.sub(lambda found: _code_point(found[0]), text)
    text = _MARKS.sub(lambda found: "".join(map(_code_point, found[0])), text)
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() or (newlines and char == "\n") else _visible(char)
        for char in text
    )


def _visible(char: str) -> str:
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    if code in _SURROGATE_BYTES:
        return f"\\x{code - 0xDC00:02x}"
    return _code_point(char)


def _code_point(char: str) -> str:
    if char == "\\":
        return "\\x5c"
    return f"<U+{ord(char):04X}>"


def is_clean(text: str, *, newlines: bool = False) -> bool:
    """Whether nothing in `text` can act on a terminal or hide from a reader.

    True for everything that `clean` returns; the widgets assert it.
    """
    body = text.replace("\n", "") if newlines else text
    return body.isprintable() and not re.search(f"[{_INVISIBLE}]", body)


def without_login(url: str) -> str:
    """A URL, or text with one in it, in which `user:password@` became `…@`; not clean yet."""
    return _LOGIN.sub("//…@", url)


def width(text: str) -> int:
    """Terminal cells that a clean text takes."""
    if text.isascii():
        return len(text)
    return sum(_cell_width(char) for char in text)


def _cell_width(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def fit(text: str, cells: int) -> str:
    """Clean text cut to at most `cells` terminal cells, with an ellipsis where it was cut."""
    if width(text) <= cells:
        return text
    kept, used = [], 0
    for char in text:
        used += _cell_width(char)
        if used > cells - 1:
            break
        kept.append(char)
    return "".join(kept) + ELLIPSIS if cells > 0 else ""
