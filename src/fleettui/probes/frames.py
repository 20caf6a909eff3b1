"""What a loop prints, line by line.

    noise of the login shell
    @@fleet1 ready
    @@fleet1 begin TAG          one frame a tick; TAG is what the tick was called
    @TAG SECTION                one for each section that was asked for, in that order
    any bytes, then one newline that is not part of them
    @@fleet1 end TAG

The tag holds a nonce, so nothing that a section prints can pass for the end of the frame.
"""

import re
from collections.abc import Sequence

from fleettui.model.errors import Malformed
from fleettui.model.text import clean

FRAME_BYTES = 1024 * 1024
FRAME_LINES = 16 * 1024
NOISE_BYTES = 64 * 1024

_MARKER = re.compile(rb"@@fleet(\d{1,9}) (ready|begin|end)\b")


class Preamble:
    """Everything before the first marker, which says that the script is ready."""

    def __init__(self) -> None:
        self._bytes = 0
        self._last = b""

    @property
    def last_words(self) -> str:
        """The last line that was not empty, clean: often the reason why no marker comes."""
        return clean(self._last, limit=160)

    def feed(self, line: bytes) -> bool:
        """Take one line; True once the script is ready. Raises Malformed."""
        text = _text(line.removeprefix(b"\xef\xbb\xbf"))
        found = _MARKER.fullmatch(text)
        if found and found[2] == b"ready":
            _check_version(found[1])
            return True
        self._last = text.strip() or self._last
        self._bytes += len(line)
        if self._bytes > NOISE_BYTES:
            raise Malformed("the machine prints without end before it answers")
        return False


class Frame:
    """The answer to one tick, as far as it has come."""

    def __init__(self, tag: str, names: Sequence[str]) -> None:
        self._tag = tag.encode()
        self._names = tuple(names)
        self._parts: list[list[bytes]] = []
        self._begun = False
        self._bytes = 0
        self._lines = 0

    @property
    def sections(self) -> dict[str, bytes]:
        """What each section printed; line ends are always a single newline."""
        bodies = (b"".join(lines).removesuffix(b"\n") for lines in self._parts)
        return dict(zip(self._names, bodies, strict=False))

    def feed(self, line: bytes) -> bool:
        """Take one line, with its newline; True once the frame is complete. Raises Malformed."""
        self._count(line)
        text = _text(line)
        marker = _MARKER.match(text)
        if marker:
            return self._mark(text, marker)
        if not self._begun:
            raise Malformed(f"an answer begins with: {clean(text, limit=80)}")
        if text.startswith(b"@" + self._tag + b" "):
            self._open(text[len(self._tag) + 2 :])
        elif not self._parts:
            raise Malformed("an answer has lines before its first section")
        else:
            self._parts[-1].append(text + b"\n")
        return False

    def _count(self, line: bytes) -> None:
        if not line.endswith(b"\n"):
            raise Malformed("the answer breaks off")
        self._lines += 1
        self._bytes += len(line)
        if self._lines > FRAME_LINES or self._bytes > FRAME_BYTES:
            raise Malformed("the answer is too long")

    def _mark(self, text: bytes, marker: re.Match[bytes]) -> bool:
        _check_version(marker[1])
        if text[marker.end() :] != b" " + self._tag:
            raise Malformed("the answer belongs to another question")
        if self._begun is (marker[2] == b"begin") or marker[2] == b"ready":
            raise Malformed("the parts of the answer are out of order")
        self._begun = True
        if marker[2] == b"begin":
            return False
        if len(self._parts) != len(self._names):
            raise Malformed(f"the answer lacks its section {self._names[len(self._parts)]}")
        return True

    def _open(self, name: bytes) -> None:
        at = len(self._parts)
        if at >= len(self._names) or name != self._names[at].encode():
            raise Malformed(f"the answer has a section nobody asked for: {clean(name, limit=40)}")
        self._parts.append([])


def _text(line: bytes) -> bytes:
    return line.removesuffix(b"\n").removesuffix(b"\r")


def _check_version(version: bytes) -> None:
    if version != b"1":
        raise Malformed(f"the script speaks version {version.decode()} of the frames, not 1")
