"""Parsing a diff in pieces, into the flat arrays of `model.patch`.

Which file a part of the diff is about is told by the list of files, and where a hunk ends by the
counts in its header: nothing that a file holds can pass for a header or for another file.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice
from operator import mul

from fleettui.model import fmt
from fleettui.model.change import FileChange
from fleettui.model.errors import Malformed
from fleettui.model.patch import Patch, PatchFile, Row

LINE_CAP = 20_000
"""Bytes of a line that are kept; a note below it says how many more there are."""

ROW_CAP = 1_000_000
"""Rows after which a patch is cut."""

TEXT_CAP = 48 * 1024 * 1024
"""Bytes of text after which a patch is cut."""

BIG_FILE = 5 * 1024 * 1024
"""`core.bigFileThreshold` of the runner: git shows no lines of larger files."""

_HUNK = re.compile(
    rb"@@ -([0-9]{1,9})(?:,([0-9]{1,9}))? \+([0-9]{1,9})(?:,([0-9]{1,9}))? @@(?: (.*))?", re.DOTALL
)
_INDEX = re.compile(rb"index ([0-9a-f]{40,64})\.\.([0-9a-f]{40,64})(?: [0-7]{6})?")
_HEADERS = (
    b"old mode ",
    b"new mode ",
    b"deleted file mode ",
    b"new file mode ",
    b"--- ",
    b"+++ ",
)
_STRANGE = 255
_LINES = (Row.CONTEXT, Row.ADDED, Row.REMOVED)


def _table(default: int, values: Mapping[bytes, int]) -> bytes:
    made = bytearray([default]) * 256
    for mark, value in values.items():
        made[mark[0]] = value
    return bytes(made)


_KINDS = _table(_STRANGE, {b" ": Row.CONTEXT, b"+": Row.ADDED, b"-": Row.REMOVED, b"\\": Row.NOTE})
_ON_OLD = _table(0, {b" ": 1, b"-": 1})
_ON_NEW = _table(0, {b" ": 1, b"+": 1})


@dataclass(frozen=True, slots=True)
class _Part:
    """What stands below one `diff --git`: a file, or one half of a change of type."""

    index: int
    change: FileChange
    old: str
    new: str


class PatchParser:
    """`git diff-tree -p --full-index --no-renames`, as it comes.

    `files` are the files that it shows, in its order, with their places in the list of files.
    `sizes` are those of binary files, in bytes by object name.
    """

    def __init__(
        self,
        files: Sequence[tuple[int, FileChange]],
        sizes: Mapping[str, int] | None = None,
        patch: Patch | None = None,
        *,
        line_cap: int = LINE_CAP,
    ) -> None:
        self.patch = Patch() if patch is None else patch
        self._parts = [part for index, file in files for part in _parts(index, file)]
        self._sizes = sizes or {}
        self._cap = line_cap
        self._shown = 0
        self._in_header = self._in_hunk = False
        self._rest = b""
        self._dropped = 0
        self._old = self._new = 0
        self._old_left = self._new_left = 0

    def feed(self, data: bytes) -> None:
        """Take the next bytes. Raises Malformed; once `patch.cut` is set nothing is taken."""
        if self.patch.cut:
            return
        if self._dropped:
            data = self._end_of_long_line(data)
        joined = self._rest + data
        *lines, rest = joined.split(b"\n")
        self._rest = rest[: self._cap]
        self._dropped += max(0, len(rest) - self._cap)
        if len(joined) > self._cap:
            lines = self._take_long(lines)
        self._take(lines)
        if self.patch.files:
            self.patch.files[-1].end = len(self.patch)

    def finish(self) -> None:
        """git ended well: the patch is complete. Raises Malformed where that cannot be."""
        if self._rest or self._old_left or self._new_left:
            raise Malformed("git's diff is cut off")
        if self._shown != len(self._parts):
            raise Malformed("git's diff shows fewer files than its list")
        self.patch.complete = not self.patch.cut

    def _end_of_long_line(self, data: bytes) -> bytes:
        """Drop the rest of a line that is too long; what stands after it."""
        head, newline, tail = data.partition(b"\n")
        self._dropped += len(head)
        if newline:
            line, dropped = self._rest, self._dropped
            self._rest, self._dropped = b"", 0
            self._take([line])
            self._remark(dropped)
        return tail

    def _take_long(self, lines: list[bytes]) -> list[bytes]:
        """Take lines up to the last one that is too long; the others."""
        start = 0
        for index, line in enumerate(lines):
            if len(line) > self._cap:
                self._take([*lines[start:index], line[: self._cap]])
                self._remark(len(line) - self._cap)
                start = index + 1
        return lines[start:]

    def _take(self, lines: list[bytes]) -> None:
        at = 0
        while at < len(lines):
            if self._full():
                return
            inside = max(self._old_left, self._new_left)
            if inside:
                # A line takes at most one from each count: so many more are in this hunk.
                block = lines[at : at + inside]
                self._body(block)
                at += len(block)
            else:
                self._head(lines[at])
                at += 1

    def _full(self) -> bool:
        if len(self.patch) >= ROW_CAP:
            self.patch.cut = f"the diff has more than {ROW_CAP:,} lines"
        elif len(self.patch.text) >= TEXT_CAP:
            self.patch.cut = f"the diff is longer than {fmt.size(TEXT_CAP)}"
        return bool(self.patch.cut)

    def _body(self, block: list[bytes]) -> None:
        """Lines of a hunk, many at once: a hundred thousand of them take 50 ms so."""
        patch = self.patch
        marks = b"".join([line[:1] for line in block])
        kinds = marks.translate(_KINDS)
        if len(marks) != len(block) or _STRANGE in kinds:
            raise Malformed("git's diff has a line that is none")
        on_old, on_new = marks.translate(_ON_OLD), marks.translate(_ON_NEW)
        old_count, new_count = on_old.count(1), on_new.count(1)
        if old_count > self._old_left or new_count > self._new_left:
            raise Malformed("git's diff has more lines than it says")
        bodies = [line[1:] for line in block]
        ends = accumulate(map(len, bodies), initial=len(patch.text))
        patch.kinds.frombytes(kinds)
        patch.old.extend(map(mul, accumulate(on_old, initial=self._old), on_old))
        patch.new.extend(map(mul, accumulate(on_new, initial=self._new), on_new))
        patch.starts.extend(islice(ends, 1, None))
        patch.text += b"".join(bodies)
        self._old += old_count
        self._new += new_count
        self._old_left -= old_count
        self._new_left -= new_count

    def _head(self, line: bytes) -> None:
        """A line between hunks."""
        if line.startswith(b"diff --git "):
            self._begin_file()
        elif line.startswith(b"@@ ") and (self._in_header or self._in_hunk):
            self._begin_hunk(line)
        elif line.startswith(b"\\") and self._in_hunk:
            self._row(Row.NOTE, line[1:])
        elif not self._in_header:
            raise Malformed("git's diff has a line that belongs to no file")
        elif line.startswith(b"Binary files "):
            self._in_header = False
            self._row(Row.BINARY, self._binary(self._parts[self._shown - 1]))
        elif line.startswith(b"index "):
            self._check(line)
        elif not line.startswith(_HEADERS):
            raise Malformed("git's diff has a header that makes no sense")

    def _begin_file(self) -> None:
        if self._shown == len(self._parts):
            raise Malformed("git's diff shows more files than its list")
        part, first = self._parts[self._shown], len(self.patch)
        if self.patch.files:
            self.patch.files[-1].end = first
        self._shown += 1
        self._in_header, self._in_hunk = True, False
        self.patch.files.append(PatchFile(part.change, part.index, first, first))
        self._row(Row.FILE, part.change.raw_path)

    def _check(self, line: bytes) -> None:
        """The list of files and the diff must be of the same content."""
        part, found = self._parts[self._shown - 1], _INDEX.fullmatch(line)
        if not found or found.groups() != (part.old.encode(), part.new.encode()):
            raise Malformed("git's diff is of other files than its list")

    def _begin_hunk(self, line: bytes) -> None:
        found = _HUNK.fullmatch(line)
        if not found:
            raise Malformed("git's diff has a hunk that makes no sense")
        self._in_header, self._in_hunk = False, True
        self._old, self._new = int(found[1]), int(found[3])
        self._old_left = 1 if found[2] is None else int(found[2])
        self._new_left = 1 if found[4] is None else int(found[4])
        row = len(self.patch)
        self.patch.hunks.append(row)
        self.patch.counts[row] = (self._old_left, self._new_left)
        self._row(Row.HUNK, found[5] or b"", self._old, self._new)

    def _remark(self, dropped: int) -> None:
        if dropped > 0 and not self.patch.cut and len(self.patch) and self._last() in _LINES:
            self._row(Row.NOTE, f" {dropped:,} more bytes in this line".encode())

    def _last(self) -> int:
        return self.patch.kinds[-1]

    def _row(self, kind: Row, text: bytes, old: int = 0, new: int = 0) -> None:
        patch = self.patch
        patch.kinds.append(kind)
        patch.old.append(old)
        patch.new.append(new)
        patch.text += text
        patch.starts.append(len(patch.text))

    def _binary(self, part: _Part) -> bytes:
        sizes = [self._sizes.get(oid) for oid in (part.old, part.new) if oid.strip("0")]
        why = "too large to show" if any((size or 0) > BIG_FILE for size in sizes) else "binary"
        told = " → ".join(map(fmt.size, sizes)) if any(size is not None for size in sizes) else ""
        return f"{why}, {told}".removesuffix(", ").encode()


def _parts(index: int, change: FileChange) -> list[_Part]:
    """git shows a change of type as a removal and an addition."""
    if change.status != "T":
        return [_Part(index, change, change.old, change.new)]
    nothing = "0" * len(change.old)
    return [
        _Part(index, change, change.old, nothing),
        _Part(index, change, nothing, change.new),
    ]
