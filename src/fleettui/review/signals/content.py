"""What the added lines of a change hold, piece by piece."""

import re
from collections import Counter
from collections.abc import Sequence

from fleettui.model.change import FileChange
from fleettui.model.text import clean
from fleettui.review.signals.added import Piece
from fleettui.review.signals.characters import BIDI, controls, hidden, is_control
from fleettui.review.signals.codes import Code
from fleettui.review.signals.findings import Findings
from fleettui.review.signals.generated import LOCK_FILES
from fleettui.review.signals.lookalikes import lookalikes
from fleettui.review.signals.lost_tests import Ledger, is_test
from fleettui.review.signals.secrets import secrets

TEXT_CAP = 8 * 1024 * 1024
"""Bytes of one file's diff that are looked at."""

_HITS = 40
"""Findings of one kind in one piece: the rest would say the same."""

_NAMED = 3
_CONTROL = bytes(
    0x3F if byte == 0x0D else 0x21 if (byte < 32 and byte not in b"\t\n\f") or byte == 127 else 0x20
    for byte in range(256)
)
"""Controls become `!`, CR `?`."""

_FIXTURE = re.compile(r"(?:^|/)(?:fixtures?|testdata|test_data|__fixtures__|mocks?|cassettes)/")


class Content:
    """Looks at the pieces of one change's diff and notes what it finds."""

    __slots__ = ("_files", "_findings", "_guessed", "_ledger", "_lost", "_seen")

    def __init__(self, files: Sequence[FileChange], findings: Findings) -> None:
        removed = [file for file in files if file.status == "D"]
        gone = {file.old for file in removed}
        # What only changed its place holds nothing new.
        self._files = {file.raw_path: file for file in files if file.new not in gone}
        kept = {file.new for file in files} | {file.renamed_from for file in files}
        self._lost = [f.path for f in removed if is_test(f.path) and not kept & {f.old, f.path}]
        self._guessed = {raw for raw, file in self._files.items() if not _random_anyway(file)}
        self._findings = findings
        self._ledger = Ledger()
        self._seen: dict[bytes, int] = {}

    def look(self, piece: Piece) -> None:
        """One piece; what is of no listed file is left out."""
        file = self._files.get(piece.path)
        if file is None:
            return
        seen = self._seen[piece.path] = self._seen.get(piece.path, 0) + len(piece.text)
        if seen > TEXT_CAP:
            self._findings.add(Code.UNREAD, file.path, "too long to be examined to its end")
            return
        self._controls(file.path, piece)
        if not piece.text.isascii():
            self._characters(file.path, piece)
        self._secrets(file, piece)
        self._ledger.look(file.path, piece)

    def end(self) -> None:
        """Say what only the whole change tells."""
        for path, count, names in self._ledger.lost():
            told = ", ".join(clean(name, limit=50) for name in names[:_NAMED])
            words = f"−{count} {'test' if count == 1 else 'tests'}"
            self._findings.add(Code.TESTS_REMOVED, path, f"{words}: {told}" if told else words)
        for path, count, first in self._ledger.skipped():
            more = f", and {count - 1} more" if count > 1 else ""
            self._findings.add(Code.TESTS_SKIPPED, path, first + more)
        for path in self._lost:
            self._findings.add(Code.TESTS_REMOVED, path, "file with tests removed")

    def _controls(self, path: str, piece: Piece) -> None:
        classes = piece.text.translate(_CONTROL)
        if b"!" not in classes and classes.count(b"?") == piece.text.count(b"\r\n"):
            return
        hits = 0
        for offset, value in controls(piece.text):
            if piece.added(offset):
                word = "CR inside the line" if value == 0x0D else f"control character U+{value:04X}"
                self._findings.add(Code.CONTROL, path, f"line {piece.number(offset)}: {word}")
                hits += 1
            if hits >= _HITS:
                return

    def _characters(self, path: str, piece: Piece) -> None:
        text = piece.text.decode("utf-8", "surrogateescape")
        hits = 0
        for at, char in hidden(text):
            if not _added(text, at):
                continue
            number = piece.number(_offset(text, at))
            if char == "\ufeff" and number == 1 and text[at - 1] == "+":
                continue
            code = Code.BIDI if char in BIDI else Code.INVISIBLE
            code = Code.CONTROL if is_control(char) else code
            self._findings.add(code, path, f"line {number}: U+{ord(char):04X}")
            hits += 1
            if hits >= _HITS:
                break
        self._lookalikes(path, piece, text)

    def _lookalikes(self, path: str, piece: Piece, text: str) -> None:
        hits = 0
        for found in lookalikes(text):
            if _added(text, found.offset):
                number = piece.number(_offset(text, found.offset))
                told = f"line {number}: reads like “{clean(found.skeleton, limit=40)}”"
                self._findings.add(Code.LOOKALIKE, path, told)
                hits += 1
            if hits >= _HITS:
                return

    def _secrets(self, file: FileChange, piece: Piece) -> None:
        hits = Counter[Code]()
        for found in secrets(piece.text, guess=file.raw_path in self._guessed):
            if piece.added(found.offset):
                code = Code.SECRET if found.certain else Code.MAYBE_SECRET
                hits[code] += 1
                # Finding the line costs most; what is told is told by the first ones.
                line = piece.number(found.offset) if hits[code] <= _HITS else 0
                told = f"line {line}: {found.what}" if line else found.what
                self._findings.add(code, file.path, told)


def _random_anyway(file: FileChange) -> bool:
    """Whether random literals are usual in a file: tests, fixtures, hashes of packages."""
    name = file.raw_path.rpartition(b"/")[2].lower()
    return name in LOCK_FILES or is_test(file.path) or bool(_FIXTURE.search(file.path))


def _added(text: str, at: int) -> bool:
    start = text.rfind("\n", 0, at) + 1
    return text[start : start + 1] == "+"


def _offset(text: str, at: int) -> int:
    return len(text[:at].encode("utf-8", "surrogateescape"))
