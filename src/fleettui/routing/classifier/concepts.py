"""Words of many languages that mean much the same for what a task is."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple


class Lexicon(NamedTuple):
    """The words of concepts.txt, by how they are looked up."""

    whole: dict[str, tuple[str, ...]]
    beginnings: dict[str, tuple[str, ...]]
    phrases: dict[str, tuple[str, ...]]


_LONGEST = 14


def concepts_in(words: Sequence[str]) -> list[str]:
    """The concepts that `words` of one sentence speak of, in their order, none twice in a row."""
    lexicon = _lexicon()
    found: list[str] = []
    for at, word in enumerate(words):
        for concept in _of_phrase(lexicon, words, at) or _of_word(word):
            if not found or found[-1] != concept:
                found.append(concept)
    return found


def concepts_in_run(run: str) -> list[str]:
    """The same for a `run` of a script that sets no spaces: the longest word at each place."""
    whole = _lexicon().whole
    found: list[str] = []
    at = 0
    while at < len(run):
        for end in range(min(at + _LONGEST, len(run)), at, -1):
            if concepts := whole.get(run[at:end]):
                found.extend(concept for concept in concepts if found[-1:] != [concept])
                at = end
                break
        else:
            at += 1
    return found


def _of_phrase(lexicon: Lexicon, words: Sequence[str], at: int) -> tuple[str, ...]:
    if at + 1 >= len(words):
        return ()
    pair = f"{words[at]}_{words[at + 1]}"
    if pair not in lexicon.beginnings and pair not in lexicon.phrases:
        return ()
    triple = "_".join(words[at : at + 3])
    return lexicon.phrases.get(triple) or lexicon.phrases.get(pair) or ()


@cache
def _lexicon() -> Lexicon:
    whole: dict[str, tuple[str, ...]] = {}
    beginnings: dict[str, tuple[str, ...]] = {}
    phrases: dict[str, tuple[str, ...]] = {}
    text = Path(__file__).with_name("concepts.txt").read_text("utf-8")
    for line in text.splitlines():
        concept, _, words = line.partition(": ")
        if line.startswith("#"):
            continue
        for word in words.split():
            if "_" in word.strip("_"):
                phrases[word] = (*phrases.get(word, ()), concept)
                if word.count("_") > 1:
                    beginnings.setdefault("_".join(word.split("_")[:2]), ())
            elif word.endswith("*"):
                beginnings[word[:-1]] = (*beginnings.get(word[:-1], ()), concept)
            else:
                whole[word] = (*whole.get(word, ()), concept)
    return Lexicon(whole, beginnings, phrases)


def _of_word(word: str) -> tuple[str, ...]:
    lexicon = _lexicon()
    if word in lexicon.whole:
        return lexicon.whole[word]
    for end in range(min(len(word), _LONGEST), 1, -1):
        if word[:end] in lexicon.beginnings:
            return lexicon.beginnings[word[:end]]
    return ()
