"""What a task's text is made of: sentences that ask, and material that was pasted along."""

import re
import unicodedata
from dataclasses import dataclass

_HEAD = 6000
_TAIL = 3000
_LINE = 600

_FENCE = re.compile(r"\s*(```|~~~)")
_MATERIAL: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "conflict",
        re.compile(r"(<{7}|={7}|>{7}|\|{7})( |$)|CONFLICT \(|Auto-merging |both modified:"),
    ),
    ("patch", re.compile(r"(diff --git |@@ -?\d|index [0-9a-f]{7,}\.\.|(---|\+\+\+) [ab]/)")),
    (
        "patch",
        re.compile(r"([+]\s{0,40}[^\s+]|-(\s{2,}|[\w\"'@#</{\[(])).{0,120}[;:=(){}<>\"'\[\],.|]"),
    ),
    (
        "stat",
        re.compile(r".{1,120}\|\s+\d+ [+-]*$|\s*\d+ files? changed|\s*[MADR]\s{1,4}[\w.-]+/\S+$"),
    ),
    (
        "trace",
        re.compile(
            r"Traceback |\s+File \".+\", line \d|\s+at .{1,160}[:(]\d*|panic: |goroutine \d"
        ),
    ),
    (
        "trace",
        re.compile(
            r"(Caused by: )?([\w$]+\.)*[A-Z]\w*(Error|Exception)\b(:|$)|thread '.*' panicked"
        ),
    ),
    (
        "run",
        re.compile(
            r"\s*(FAILED|PASSED|FAIL|PASS|ok|not ok|--- FAIL|ERROR)\b[: ]\s*\S|=+ .*(passed|failed)"
        ),
    ),
    (
        "log",
        re.compile(
            r"\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d|\[?\d\d:\d\d:\d\d\b|\S+ \d\d? \d\d:\d\d:\d\d "
        ),
    ),
    ("log", re.compile(r"\[?(ERROR|WARN|WARNING|INFO|DEBUG|FATAL|E|W)\]?[:\s]\s*\S+.*")),
    ("shell", re.compile(r"[$%] [a-z./][\w./-]*( |$)|\w+@[\w-]+:\S*[$#] ")),
    ("table", re.compile(r"\s*\|.*\|\s*$|.*\t.*\t")),
    ("json", re.compile(r"\s*[\[{}\]],?\s*$|\s*\"[\w.-]+\"\s*:\s*.+|\s*\{\".*\}\s*,?$")),
    ("quote", re.compile(r"\s*>\s")),
    ("item", re.compile(r"\s*([-*•‣–·]|\d{1,3}[.)]|\(?[a-z]\)|\[[ xX]\]|#?\d{2,5}:?(?= ))\s*\S")),
    ("code", re.compile(r"(\t| {2,})\S.*[;:={}()\[\]>]\s*$|.*[;{}]\s*$|\s*(</?\w+[^>]*>)")),
    (
        "code",
        re.compile(
            r"\s*(def|class|func|fn|import|from|return|const|let|var|public|private|SELECT)\b.*[(={;.*]"
        ),
    ),
)
_SENTENCE = re.compile(
    r"(?<=[.!?…])[\"')\]]*\s+|(?<=。)|(?<=[!?])(?=[^\x00-\x7f])|[;—]\s+|\s[–-]{1,2}\s"
)


_WORDY = ("item", "quote", "log", "trace", "run")


@dataclass(frozen=True, slots=True)
class Outline:
    """A task's text taken apart.

    `sentences` are what the human wrote, `items` the lines of lists (which may be either),
    `material` how many lines of each sort were pasted, by its name. `length` is in characters.
    """

    sentences: tuple[str, ...]
    items: tuple[str, ...]
    material: dict[str, int]
    length: int
    material_first: bool
    material_last: bool


def outline(text: str) -> Outline:
    """Take `text` apart; the middle of a very long one is not looked at."""
    lines = _lines(text)
    sentences: list[str] = []
    items: list[str] = []
    material: dict[str, int] = {}
    order: list[bool] = []
    fenced = torn = False
    for line in lines:
        if _FENCE.match(line):
            fenced = not fenced
            material["fence"] = material.get("fence", 0) + 1
            continue
        sort = _sort(line)
        if sort == "conflict":
            torn = not line.startswith(">>>>>>>")
        elif not sort and (fenced or torn):
            sort = "code"
        order.append(bool(sort))
        if not sort:
            sentences.extend(part for part in _SENTENCE.split(line) if part and part.strip())
            continue
        material[sort] = material.get(sort, 0) + 1
        if sort in _WORDY:
            items.append(line)
    if not sentences:
        sentences, items = items[:2] or [line.strip() for line in lines[:2]], items[2:]
    return Outline(
        sentences=tuple(sentences[:60]),
        items=tuple(items[:60]),
        material=material,
        length=len(text),
        material_first=bool(order) and order[0],
        material_last=bool(order) and order[-1],
    )


def _lines(text: str) -> list[str]:
    if len(text) > _HEAD + _TAIL:
        text = f"{text[:_HEAD]}\n{text[-_TAIL:]}"
    if not text.isascii():
        text = _plain(text)
    return [line[:_LINE].rstrip() for line in text.splitlines() if line.strip()][:400]


def _plain(text: str) -> str:
    """Without accents, full-width forms and typographic quotes: people type with and without."""
    text = unicodedata.normalize("NFKD", text)
    text = "".join(char for char in text if not "\u0300" <= char <= "\u036f")
    text = unicodedata.normalize("NFC", text)
    return text.translate(_QUOTES)


_QUOTES = str.maketrans("\u2018\u2019\u201c\u201d\u201e\u00ab\u00bb", "''" + '"' * 5)


def _sort(line: str) -> str:
    for name, pattern in _MATERIAL:
        if pattern.match(line):
            return name
    return ""
