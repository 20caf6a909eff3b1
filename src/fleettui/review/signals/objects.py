"""Sizes and contents of many objects from one git process."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from fleettui.git.runner import Git
from fleettui.model.errors import Malformed

TOTAL_CAP = 32 * 1024 * 1024
"""Bytes of contents that are read for one change."""

_ARGS = ("cat-file", "--batch-command=%(objectname) %(objecttype) %(objectsize)", "--buffer", "-z")


@dataclass(frozen=True, slots=True)
class Objects:
    """What was read, by the names that were asked for; what git does not have is missing.

    `contents` lacks what is larger than its cap, too.
    """

    sizes: Mapping[bytes, int] = field(default_factory=dict)
    contents: Mapping[bytes, bytes] = field(default_factory=dict)


async def read(q: Git, sized: Collection[bytes], wanted: Mapping[bytes, int]) -> Objects:
    """Sizes of all named objects, contents of `wanted`, each up to its cap in bytes.

    Names are what git takes for one object, without NUL and newline. Usually one process: all
    sizes come first, and only where something is too large it is asked again, without that.
    """
    names = list(dict.fromkeys([*sized, *wanted]))
    if not names:
        return Objects()
    ask = [*(b"info " + name for name in names), *(b"contents " + name for name in wanted)]
    async with contextlib.aclosing(_answers(q, ask)) as pieces:
        output = _Output(pieces)
        sizes = await _sizes(output, names)
        chosen = _affordable(sizes, wanted)
        if len(chosen) == sum(name in sizes for name in wanted):
            return Objects(sizes, await _contents(output, wanted, sizes))
    async with contextlib.aclosing(_answers(q, [b"contents " + name for name in chosen])) as pieces:
        return Objects(sizes, await _contents(_Output(pieces), chosen, sizes))


def _answers(q: Git, commands: list[bytes]) -> AsyncGenerator[bytes, None]:
    cap = 2 * TOTAL_CAP + 200 * len(commands)
    return q.stream(_ARGS, stdin=b"".join(command + b"\0" for command in commands), cap=cap)


def _affordable(sizes: Mapping[bytes, int], wanted: Mapping[bytes, int]) -> list[bytes]:
    left, chosen = TOTAL_CAP, []
    for name, cap in wanted.items():
        if name in sizes and sizes[name] <= min(cap, left):
            left -= sizes[name]
            chosen.append(name)
    return chosen


async def _sizes(output: "_Output", names: Iterable[bytes]) -> dict[bytes, int]:
    sizes = {}
    for name in names:
        if (size := _size(await output.line())) is not None:
            sizes[name] = size
    return sizes


async def _contents(
    output: "_Output", names: Iterable[bytes], sizes: Mapping[bytes, int]
) -> dict[bytes, bytes]:
    contents = {}
    for name in names:
        if (size := _size(await output.line())) is None:
            continue
        if size != sizes.get(name):
            raise Malformed("git tells two sizes of one object")
        contents[name] = await output.take(size)
        await output.take(1)
    return contents


def _size(line: bytes) -> int | None:
    """The size in `OID TYPE SIZE`; None: git says that it does not have the object."""
    if line.endswith((b" missing", b" ambiguous")):
        return None
    words = line.split(b" ")
    if len(words) != 3 or not words[2].isdigit() or len(words[2]) > 18:
        raise Malformed("git does not answer with an object")
    return int(words[2])


class _Output:
    """The output of git, taken by lines and lengths."""

    __slots__ = ("_at", "_buffer", "_pieces")

    def __init__(self, pieces: AsyncGenerator[bytes, None]) -> None:
        self._pieces = pieces
        self._buffer = b""
        self._at = 0

    async def line(self) -> bytes:
        while (end := self._buffer.find(b"\n", self._at)) < 0:
            await self._more()
        found, self._at = self._buffer[self._at : end], end + 1
        return found

    async def take(self, size: int) -> bytes:
        kept = [self._buffer[self._at : self._at + size]]
        have = len(kept[0])
        self._at += have
        while have < size:
            await self._more()
            kept.append(self._buffer[: size - have])
            self._at = len(kept[-1])
            have += self._at
        return b"".join(kept)

    async def _more(self) -> None:
        await asyncio.sleep(0)
        try:
            piece = await anext(self._pieces)
        except StopAsyncIteration:
            raise Malformed("git's answer is cut off") from None
        self._buffer, self._at = self._buffer[self._at :] + piece, 0
