"""What is looked at in a task's text: weighted, hashed features that any language can have."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise
from zlib import crc32

from fleettui.routing.classifier.concepts import concepts_in, concepts_in_run
from fleettui.routing.classifier.outline import Outline, outline

ROWS = 58_000

_TOKENS = r"""
    (?P<url>https?://\S+)
    |(?P<ref>[#!]\d+\b|\b[a-z]{2,10}-\d{1,6}\b)
    |(?P<path>(?:\.{0,2}/)?(?:[\w.@-]+/)+[\w.*@-]+/?|\b[\w-]+\.(?:py|ts|tsx|js|jsx|go|rs|rb|java|kt|swift
        |cs|c|h|cpp|php|sql|sh|md|rst|ya?ml|toml|json|css|scss|html|vue|proto|tf|lock|csv|xml|ini|conf)\b)
    |(?P<version>\bv?\d+\.\d+(?:\.\d+)?[\w.-]*)
    |(?P<number>\d+(?:[.,:]\d+)*%?)
    |(?P<call>\b[a-z_][\w.]*\(\))
    SPACELESS
    |(?P<word>[^\W\d_](?:[\w+]|['-](?=\w))*)
    |(?P<mark>[?!:`"<>=])
"""
_SPACELESS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_KEPT = 400


def features(text: str) -> dict[str, list[int]]:
    """The rows of each group of features in `text`, each row once.

    A group is weighed as a whole (see `GROUPS`), so that a long text does not shout.
    """
    seen = outline(text)
    groups: dict[str, set[int]] = {name: set() for name in GROUPS}
    for group, name in _all(seen, text):
        groups[group].add(crc32(f"{group} {name}".encode()) % ROWS)
    return {group: sorted(rows) for group, rows in groups.items() if rows}


GROUPS = {
    "word": 1.0,
    "pair": 1.0,
    "stem": 0.8,
    "gram": 0.8,
    "gist": 1.4,
    "ask": 1.6,
    "shape": 1.0,
    "paste": 2.0,
    "mixed": 1.0,
    "item": 0.5,
}
"""How much each group of features may say in all."""


def _all(seen: Outline, text: str) -> Iterator[tuple[str, str]]:
    room = _KEPT
    sentences: list[list[str]] = []
    gists: list[list[str]] = []
    for sentence in seen.sentences:
        words = tokens(sentence)[:room]
        if not words:
            continue
        yield from _words(words)
        room -= len(words)
        sentences.append(words)
        gists.append(concepts(sentence))
    yield from _gist(gists)
    yield from _asks(sentences, gists)
    yield from _shape(seen, sentences, gists)
    for item in seen.items[:25]:
        words = tokens(item)[:40]
        yield from (("item", word) for word in words)
        yield from (("item", f"={concept}") for concept in concepts(item[:300]))


def tokens(sentence: str) -> list[str]:
    """Words in lower case; names of files, numbers and references by their sort alone."""
    found: list[str] = []
    for match in _token(sentence.isascii()).finditer(sentence.lower()):
        sort = match.lastgroup
        value = match.group()
        if sort == "word":
            found.append(value.replace("'", "")[:40])
        elif sort == "mark":
            found.append(value)
        elif sort == "han":
            found.extend(_han(value))
        else:
            found.append(f"<{sort}>")
    return found


def concepts(sentence: str) -> list[str]:
    """The concepts that `sentence` speaks of, in their order."""
    found = concepts_in(tokens(sentence))
    if not sentence.isascii():
        for run in _run().findall(sentence):
            found.extend(concepts_in_run(run[:200]))
    return found


@cache
def _token(ascii_only: bool) -> re.Pattern[str]:
    """What a token is; large sets of characters take milliseconds to compile and are put off."""
    spaceless = "" if ascii_only else rf"|(?P<han>[{_SPACELESS}\u0e00-\u0e7f]+)"
    return re.compile(_TOKENS.replace("SPACELESS", spaceless), re.VERBOSE)


@cache
def _run() -> re.Pattern[str]:
    return re.compile(rf"[{_SPACELESS}]+")


def _han(run: str) -> Iterable[str]:
    run = run[:200]
    return [run] if len(run) < 3 else [run[at : at + 2] for at in range(len(run) - 1)]


def _words(sentence: list[str]) -> Iterator[tuple[str, str]]:
    padded = ["^", *sentence, "$"]
    for word in sentence:
        yield "word", word
        if len(word) > 4:
            yield "stem", word[:5]
        if len(word) > 3 and word[0] != "<":
            edged = f"_{word}_"
            for at in range(min(len(edged), 24) - 3):
                yield "gram", edged[at : at + 4]
    for left, right in pairwise(padded):
        yield "pair", f"{left} {right}"
    for left, middle, right in zip(padded, padded[1:], padded[2:], strict=False):
        yield "pair", f"{left} {middle} {right}"


def _gist(gists: list[list[str]]) -> Iterator[tuple[str, str]]:
    for gist in gists:
        for concept in gist:
            yield "gist", concept
        for left, right in pairwise(gist):
            yield "gist", f"{left} {right}"
    together = sorted({concept for gist in gists for concept in gist})
    for at, left in enumerate(together):
        for right in together[at + 1 :]:
            yield "gist", f"{left}&{right}"


def _asks(sentences: list[list[str]], gists: list[list[str]]) -> Iterator[tuple[str, str]]:
    """How the first and the last sentence begin: that is where people ask."""
    for place, at in (("first", 0), ("last", -1)):
        if not sentences:
            return
        sentence = sentences[at]
        for word in sentence[:2]:
            yield "ask", f"{place} {word}"
        yield "ask", f"{place} {' '.join(sentence[:2])}"
        yield "ask", f"{place} ends {sentence[-1]}"
        for concept in gists[at]:
            yield "ask", f"{place} ={concept}"
        yield "ask", f"{place} =1 {gists[at][0] if gists[at] else None}"


def _shape(
    seen: Outline, sentences: list[list[str]], gists: list[list[str]]
) -> Iterator[tuple[str, str]]:
    words = sum(map(len, sentences))
    yield "shape", f"words {min(words.bit_length(), 9)}"
    yield "shape", f"words/2 {min(words // 4, 12)}"
    yield "shape", f"sentences {min(len(sentences), 6)}"
    yield "shape", f"length {min(seen.length.bit_length(), 14)}"
    if any("?" in sentence for sentence in sentences):
        yield "shape", "asks"
    if sentences and sentences[-1][-1] == "?":
        yield "shape", "asks last"
    for sort, count in seen.material.items():
        yield "paste", sort
        yield "shape", f"{sort} {min(count.bit_length(), 6)}"
    if not seen.material:
        yield "shape", "bare"
    if seen.material_first:
        yield "shape", "pasted first"
    if seen.material_last:
        yield "shape", "pasted last"
    bag = {concept for gist in gists for concept in gist}
    for sort in seen.material:
        for concept in sorted(bag):
            yield "mixed", f"{sort}&{concept}"
    if not bag - {"QUESTION", "PLEASE", "VAGUE", "CODEWORD"}:
        yield "shape", f"says nothing {min(words.bit_length(), 6)}"
