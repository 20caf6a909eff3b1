"""Made-up histories with everything in them that git can hold, the same for the same seed."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.lab.repos import COMMITTED_AT, git

NAMES = (
    b"README",
    b"src/app.py",
    b"src/core/\xc3\xa9t\xc3\xa9.py",
    b"docs/a b.md",
    b"a\nREADME",
    b":100644 100644 x",
    b"tab\there",
    b'quote".txt',
    b"back\\slash",
    b"-n",
    b"--output=x",
    b"\xff\xfe",
    b"nfc-\xc3\xa9",
    b"nfd-e\xcc\x81",
    b"\xe2\x80\xaertl",
    b"[glob]*?",
    b"(literal)",
    b"diff --git a b",
    b"@@ -1 +1 @@",
    b"1\t1\tREADME",
    b"deep/er/and/deeper/file",
    b"con",
    b"tool.sh",
    b"data.bin",
    b"empty",
    b" leading",
    b"trailing ",
    b"\x1b[31mred",
)
"""Paths that have misled programs."""

LINES = (
    b"plain text",
    b"",
    b"diff --git a/README b/README",
    b"@@ -1,3 +1,3 @@",
    b"--- a/README",
    b"+++ b/README",
    b"-- ",
    b"\\ No newline at end of file",
    b"Binary files a/x and b/x differ",
    b"index 0123456..89abcde 100644",
    b"carriage\r",
    b"\r",
    b"\xff\xfe not text",
    b"\x1b]0;title\x07",
    b"\xe2\x80\xae bidi",
    b"+plus",
    b"-minus",
    b" space",
    b"new file mode 100644",
)
"""Lines that look like a diff, or are no text."""

_MODES = (b"100644", b"100644", b"100644", b"100755")


@dataclass
class _Tree:
    """What a commit holds: mode and content, of submodules the commit."""

    files: dict[bytes, tuple[bytes, bytes]] = field(default_factory=dict)

    def copy(self) -> "_Tree":
        return _Tree(dict(self.files))

    def free(self, name: bytes) -> bool:
        """Whether a file of that name can be added beside the others."""
        return name not in self.files and not any(
            other.startswith(name + b"/") or name.startswith(other + b"/") for other in self.files
        )


class History:
    """Commits on `main` in a new bare repository, written by `git fast-import`."""

    def __init__(self, place: Path, seed: int) -> None:
        self.place = place
        self._chance = random.Random(seed)
        self._script: list[bytes] = []
        self._trees: dict[int, _Tree] = {0: _Tree()}
        self._marks = 0
        place.mkdir(parents=True)
        git(place, "init", "-q", "--bare", "-b", "main")

    def commits(self, count: int, *, after: int = 0, branch: str = "main") -> list[int]:
        """Add commits, each with some random edits; their marks."""
        made = []
        for _ in range(count):
            after = self._commit(after, branch)
            made.append(after)
        return made

    def write(self) -> dict[int, str]:
        """Let git make all of it; the object names by mark."""
        marks = self.place / "marks"
        script = b"".join(self._script)
        git(self.place, "fast-import", "--quiet", f"--export-marks={marks}", stdin=script)
        pairs = (line.split() for line in marks.read_text().splitlines())
        return {int(mark[1:]): oid for mark, oid in pairs}

    def _commit(self, parent: int, branch: str) -> int:
        tree = self._trees[parent].copy()
        for _ in range(self._chance.randint(1, 6)):
            self._edit(tree)
        self._marks += 1
        mark = self._marks
        who = f"Ada <ada@example.org> {COMMITTED_AT + mark} +0000"
        head = f"commit refs/heads/{branch}\nmark :{mark}\ncommitter {who}\n"
        self._script += [head.encode(), _data(b"change %d" % mark)]
        if parent:
            self._script.append(f"from :{parent}\n".encode())
        self._script += [b"deleteall\n", *_entries(tree), b"\n"]
        self._trees[mark] = tree
        return mark

    def _edit(self, tree: _Tree) -> None:
        there = sorted(tree.files)
        if not there or self._chance.random() < 0.35:
            self._add(tree)
            return
        name = self._chance.choice(there)
        mode, content = tree.files[name]
        kind = self._chance.random()
        if kind < 0.1:
            del tree.files[name]
        elif kind < 0.25:
            self._rename(tree, name)
        elif kind < 0.4:
            tree.files[name] = self._content()
        elif kind < 0.5 and mode in _MODES:
            tree.files[name] = (b"100755" if mode == b"100644" else b"100644", content)
        elif mode in _MODES:
            tree.files[name] = (mode, self._changed(content))

    def _add(self, tree: _Tree) -> None:
        name = self._chance.choice(NAMES)
        if self._chance.random() < 0.3:
            name = b"dir%d/" % self._chance.randint(0, 5) + name
        if tree.free(name):
            tree.files[name] = self._content()

    def _rename(self, tree: _Tree, name: bytes) -> None:
        mode, content = tree.files.pop(name)
        new = name + b"-%d" % self._chance.randint(0, 99)
        if tree.free(new):
            tree.files[new] = (mode, self._changed(content) if mode in _MODES else content)

    def _content(self) -> tuple[bytes, bytes]:
        kind = self._chance.random()
        if kind < 0.08:
            return b"120000", self._chance.choice((b"/etc/passwd", b"README", b"..", b"\xff"))
        if kind < 0.14:
            return b"160000", b"%040x" % self._chance.getrandbits(160)
        if kind < 0.22:
            return b"100644", self._chance.randbytes(60) + b"\0"
        if kind < 0.3:
            return b"100644", b""
        return self._chance.choice(_MODES), self._text(self._chance.randint(1, 60))

    def _text(self, lines: int) -> bytes:
        ending = self._chance.choice((b"\n", b"\n", b"\n", b"\r\n"))
        text = b"".join(self._line() + ending for _ in range(lines))
        return text if self._chance.random() < 0.8 else text.rstrip(b"\r\n")

    def _line(self) -> bytes:
        if self._chance.random() < 0.3:
            return self._chance.choice(LINES)
        return b"line %d" % self._chance.randint(0, 10_000)

    def _changed(self, content: bytes) -> bytes:
        lines = content.split(b"\n")
        for _ in range(self._chance.randint(1, 4)):
            at = self._chance.randint(0, len(lines))
            lines[at : at + self._chance.randint(0, 2)] = [
                self._line() for _ in range(self._chance.randint(0, 3))
            ]
        return b"\n".join(lines)


def _entries(tree: _Tree) -> Iterator[bytes]:
    for name, (mode, content) in tree.files.items():
        quoted = b'"' + b"".join(b"\\%03o" % octet for octet in name) + b'"'
        if mode == b"160000":
            yield b"M 160000 " + content + b" " + quoted + b"\n"
        else:
            yield b"M " + mode + b" inline " + quoted + b"\n" + _data(content)


def _data(content: bytes) -> bytes:
    return b"data %d\n" % len(content) + content + b"\n"
