"""Words in which a letter of another script stands for a Latin one.

Text in Russian, Greek or Chinese is no alarm; `password` with one Cyrillic letter is. A few of
the pairs of Unicode's confusables are enough: letters that fonts draw just like Latin ones, and
the compatibility forms that programming languages take for them.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass


def _pairs(*rows: str) -> dict[str, str]:
    """Rows of letters, each followed by the row of the Latin ones that they look like."""
    return {
        letter: latin
        for letters, likes in zip(rows[::2], rows[1::2], strict=True)
        for letter, latin in zip(letters, likes, strict=True)
    }


_CYRILLIC = _pairs(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u04bb\u0501",
    "aeopcyxijshd",
    "\u051b\u051d\u0475\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421",
    "qwvABEKMHOPC",
    "\u0422\u0423\u0425\u0406\u0408\u0405\u04ba\u050c\u051a\u051c",
    "TYXIJShGQW",
)
_GREEK = _pairs(
    "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4",
    "ABEZHIKMNOPT",
    "\u03a5\u03a7\u03bf\u03f2\u03f3",
    "YXocj",
)
_GREEK_INSIDE = _pairs(
    "\u03b1\u03b3\u03b9\u03ba\u03bd\u03c1\u03c5\u03c9",
    "ayikvpuw",
)
"""Also symbols of mathematics: only a deception between Latin letters."""

_OTHERS = _pairs(
    "\u0261\u0251\u0131\u217c\u2170\u217d\u217e\u217f\u2174\u2179\u0585\u057d",
    "gailicdmvxou",
    "\u0578\u0570\u0581",
    "nhg",
)
"""Phonetic letters, Roman numerals, Armenian."""

_CERTAIN = _CYRILLIC | _GREEK
_TABLE = _CERTAIN | _GREEK_INSIDE | _OTHERS

_FORMS = "\uff21-\uff3a\uff41-\uff5a\U0001d400-\U0001d7cb"
"""Full-width and mathematical letters, which Python and others read as plain ones."""

_CANDIDATE = re.compile(f"[{''.join(_TABLE)}{_FORMS}]")
_FORM = re.compile(f"[{_FORMS}]")
_WORD = re.compile(r"\w+")
_LATIN = re.compile("[A-Za-z]")
_PARTS = re.compile(r"[^\W\d_]+")
_WORD_REACH = 64
_SUFFIX = re.compile(r"[A-Za-z0-9]+[^\W\d_A-Za-z]{1,3}$")


@dataclass(frozen=True, slots=True)
class Lookalike:
    """A word at an offset, and the word for which it would be read."""

    offset: int
    word: str
    skeleton: str


def lookalikes(text: str) -> Iterator[Lookalike]:
    """Words of `text` that would be read as other, Latin, words."""
    done = 0
    for match in _CANDIDATE.finditer(text):
        if match.start() < done:
            continue
        start, word = _word_at(text, match.start(), done)
        done = start + len(word)
        for part in _PARTS.finditer(word):
            if _deceives(part[0], text, start + part.start(), word):
                yield Lookalike(start, word, _skeleton(word))
                break


def _word_at(text: str, at: int, floor: int) -> tuple[int, str]:
    start = at
    limit = max(floor, at - _WORD_REACH)
    while start > limit and (text[start - 1].isalnum() or text[start - 1] == "_"):
        start -= 1
    found = _WORD.match(text, start, at + _WORD_REACH)
    return (start, found[0]) if found else (at, text[at])


def _skeleton(word: str) -> str:
    return unicodedata.normalize("NFKC", "".join(_TABLE.get(char, char) for char in word))


def _deceives(part: str, text: str, at: int, word: str) -> bool:
    if not _CANDIDATE.search(part) or len(part) < 2:
        return False
    if _FORM.search(part):
        return _plain(_FORM.sub("", part)) and (len(part) > 3 or bool(_LATIN.search(part)))
    foreign = [char for char in part if not char.isascii()]
    if not all(char in _TABLE for char in foreign):
        return False
    if len(foreign) == len(part):
        return _stands_as_a_name(part, text, at, word)
    if all(char in _CERTAIN for char in foreign):
        return not (_SUFFIX.fullmatch(part) and _speaks(text, at, part))
    return _inside(part)


def _plain(rest: str) -> bool:
    return not rest or rest.isascii()


def _inside(part: str) -> bool:
    """Whether each letter of the table that may be a symbol stands between Latin letters."""
    return len(part) > 3 and all(
        char.isascii()
        or (0 < i < len(part) - 1 and part[i - 1].isascii() and part[i + 1].isascii())
        for i, char in enumerate(part)
    )


def _stands_as_a_name(part: str, text: str, at: int, word: str) -> bool:
    """Whether a word all of look-alikes is used as code, in a line without its own language."""
    if len(part) < 3 or not all(char in _CYRILLIC for char in part):
        return False
    end = at + len(part)
    used = text[end : end + 1] in ("(", "[", "=", ".") or "_" in word
    return used and not _speaks(text, at, part)


def _speaks(text: str, at: int, part: str) -> bool:
    """Whether the line has other words of the script that no Latin word looks like."""
    begin, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
    line = text[max(begin, at - 400) : (end if end >= 0 else len(text))][:800]
    return any(
        "\u0370" <= char <= "\u052f" and char not in _TABLE for char in line.replace(part, "")
    )
