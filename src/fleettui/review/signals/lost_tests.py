"""Tests that a change takes away or switches off."""

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache

from fleettui.review.signals.added import Piece

_TEST_PATH = re.compile(
    r"(?:^|/)(?:tests?|__tests__|specs?|e2e|testing|src/(?:test|it|integrationtest|androidtest))/"
)
_TEST_NAME = re.compile(
    r"(?:^|/)(?:test_[^/]+|[^/]+[._-](?:tests?|spec)|conftest|tests)\.\w+$|(?:tests?|it)\.(?:java|kt|cs|scala)$"
)
_CODE = re.compile(
    r"\.(?:py|[cm]?[jt]sx?|go|rs|java|kts?|cs|scala|rb|php|swift|exs?|dart|c|cc|cpp|h|sh|bats|vue|svelte|lua|pl|t)$"
)

_MOST = 20_000
"""Names of one file that are told apart."""

_SLASHED = "js jsx mjs cjs ts tsx mts cts vue svelte"
_TESTS: dict[str, re.Pattern[bytes]] = {}
_SKIPS: dict[str, re.Pattern[bytes]] = {}


def _language(extensions: str, tests: bytes, skips: bytes) -> None:
    for extension in extensions.split():
        _TESTS[extension] = re.compile(rb"\n([-+])[ \t]*" + tests)
        _SKIPS[extension] = re.compile(skips)


_language(
    "py",
    rb"(?:async[ \t]+)?def[ \t]+(test\w*)",
    rb"@(?:pytest\.)?mark\.(?:skip|xfail)\w*|@(?:unittest\.)?(?:skip(?:If|Unless)?|expectedFailure)\b"
    rb"|\bpytest\.(?:skip|xfail|importorskip)\(|\bself\.skipTest\(|\bpytestmark\s*=.*skip"
    rb"|\bpytest\.mark\.(?:skip|xfail)|__test__\s*=\s*False|\braise (?:unittest\.)?SkipTest",
)
_language(
    _SLASHED,
    rb"(?:it|test|specify)(?:\.(?!skip|todo)\w+)*(?:\([^)\n]*\))?"
    rb"\([ \t]*('[^'\n]{1,200}'|\"[^\"\n]{1,200}\"|`[^`\n]{1,200}`)",
    rb"\b(?:it|test|describe|context|suite|specify)(?:\.\w+)*"
    rb"\.(?:skip|only|todo|fails|failing|fixme)\b"
    rb"|\b(?:xit|xtest|xdescribe|xcontext|fit|fdescribe)\(|\bthis\.skip\(\)",
)
_language(
    "go",
    rb"func[ \t]+(?:\([^)\n]*\)[ \t]*)?((?:Test|Fuzz|Example)\w*)\(",
    rb"\b[tbf]\.Skip(?:f|Now)?\(|\bginkgo\.Skip\(|\b[FPX](?:It|Describe|Context)\(",
)
_language(
    "rs", rb"#\[(?:\w+::)*(?:test|rstest|test_case)()\b", rb"#\[ignore\b|#\[cfg_attr\([^\n]*ignore"
)
_language(
    "java kt kts scala cs groovy",
    rb"(?:@(?:Test|ParameterizedTest|RepeatedTest|TestFactory)\b|\[(?:Fact|Theory|Test|TestMethod|TestCase)\b)()",
    rb"@(?:Disabled|Ignore)\w*|\[Ignore\b|\[(?:Fact|Theory)\([^\n]*Skip[ \t]*=|\bAssume\.\w+\("
    rb"|\bassumeTrue\(|\bAssert\.(?:Ignore|Inconclusive)\(",
)
_language(
    "rb",
    rb"(?:def[ \t]+(?=test_)|(?:it|test|scenario|specify)[ \t]+)"
    rb"(test_\w+|'[^'\n]{1,200}'|\"[^\"\n]{1,200}\")",
    rb"\b(?:xit|xdescribe|xcontext|fit|fdescribe|pending)\b|^\+[ \t]*skip\b|\bskip:[ \t]*true",
)
_language(
    "php",
    rb"(?:\w+[ \t]+)*function[ \t]+(test\w*)",
    rb"\bmarkTest(?:Skipped|Incomplete)\(|->skip\(",
)
_language("swift", rb"(?:\w+[ \t]+)*func[ \t]+(test\w*)", rb"\bXCTSkip\w*|\.disabled\(")
_language("exs ex", rb"test[ \t]+(\"[^\n]{1,120}?\")", rb"@(?:module)?tag[ \t]+:?skip")
_language(
    "c cc cpp h",
    rb"(?:TEST(?:_F|_P|_CASE)?|TYPED_TEST)\(([^)\n]{1,160})\)",
    rb"\bGTEST_SKIP\(|\bDISABLED_\w+|\bSKIP\(",
)


@lru_cache(maxsize=8192)
def is_test(path: str) -> bool:
    """Whether a path is that of a file with tests, by the habits of many languages."""
    low = path.lower()
    return bool(_CODE.search(low) and (_TEST_NAME.search(low) or _TEST_PATH.search(low)))


@dataclass(slots=True)
class _FileTests:
    added: Counter[tuple[str, bytes]] = field(default_factory=Counter)
    removed: Counter[tuple[str, bytes]] = field(default_factory=Counter)
    skips: int = 0
    skip: str = ""


@dataclass(slots=True)
class Ledger:
    """Tests removed and added in a whole change, so that moving or renaming one is no loss."""

    _files: dict[str, _FileTests] = field(default_factory=dict)

    def look(self, path: str, piece: Piece) -> None:
        """Count what a piece of a file's diff adds and removes."""
        extension = path.rpartition(".")[2].lower()
        if extension not in _TESTS or not (extension == "rs" or is_test(path)):
            return
        tests = self._files.setdefault(path, _FileTests())
        for match in _TESTS[extension].finditer(piece.text):
            book = tests.added if match[1] == b"+" else tests.removed
            name = (extension, match[2])
            book[name if len(book) < _MOST or name in book else (extension, b"")] += 1
        for match in _SKIPS[extension].finditer(piece.text):
            _skip(tests, piece, match)

    def lost(self) -> list[tuple[str, int, list[bytes]]]:
        """Path, number and some names of tests by which files have fewer than before.

        Call it once, at the end.
        """
        for tests in self._files.values():
            same = tests.added & tests.removed
            tests.added -= same
            tests.removed -= same
        elsewhere: Counter[tuple[str, bytes]] = Counter()
        for tests in self._files.values():
            elsewhere += tests.added
        found = []
        for path, tests in self._files.items():
            moved = tests.removed & elsewhere
            elsewhere -= moved
            gone = tests.removed - moved
            count = gone.total() - tests.added.total()
            if count > 0:
                found.append((path, count, [_plain(name) for _, name in gone if name]))
        return found

    def skipped(self) -> list[tuple[str, int, str]]:
        """Path, number and the first of the marks that switch tests off, where there are more."""
        return [
            (path, tests.skips, tests.skip)
            for path, tests in self._files.items()
            if tests.skips > 0
        ]


def _plain(name: bytes) -> bytes:
    return name[1:-1] if name[:1] in (b"'", b'"', b"`") else name


def _skip(tests: _FileTests, piece: Piece, match: re.Match[bytes]) -> None:
    at = match.start()
    if piece.added(at + 1):
        tests.skips += 1
        if not tests.skip:
            word = match[0].lstrip(b"+").strip().decode("utf-8", "replace")
            tests.skip = f"line {piece.number(at + 1)}: {word[:60]}"
    elif piece.removed(at + 1):
        tests.skips -= 1
