"""A diff, as it grows while git prints it."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from itertools import islice

from fleettui.git.runner import Git, GitFailed
from fleettui.model.change import FileChange
from fleettui.model.errors import Malformed
from fleettui.model.patch import Patch
from fleettui.review.reading.listing import DIFF, frugal, read_sizes
from fleettui.review.reading.patch_parser import PatchParser

PATCH_DEADLINE = 120.0
"""Seconds for a whole patch, the time that its reader takes included."""

WHOLE_FILE = 1_000_000_000
"""Lines of context that show every file whole."""

_OUTPUT_CAP = 1024 * 1024 * 1024
"""Bytes that git may print: most of it may be the ends of very long lines."""

_SLICE = 16 * 1024
"""Bytes that are parsed before the event loop gets its turn."""

_SIZED = 2_000
"""Of how many binary files the size is asked for."""


async def read_patch(
    q: Git,
    a: str,
    b: str,
    files: Sequence[FileChange],
    *,
    context: int = 3,
    path: bytes | None = None,
    as_text: bool = False,
) -> AsyncGenerator[Patch, None]:
    """The diff of two trees or commits; `files` is `list_files` of the same two.

    Yields one patch again and again while it grows, the last time when it is `complete` or
    `cut`. `path` limits it to one file, and to what is now below it where it became a folder.
    Use it within `contextlib.aclosing`: git is ended when the iterator is closed. That git
    failed is told in `cut`, not raised: what was read until then is right.
    """
    wanted = [
        (index, file)
        for index, file in enumerate(files)
        if path is None or file.raw_path == path or file.raw_path.startswith(path + b"/")
    ]
    patch = Patch()
    try:
        sizes = {} if as_text else await _sizes(q, [file for _, file in wanted])
        parser = PatchParser(wanted, sizes, patch)
        args = _arguments(a, b, context, path, as_text)
        stream = frugal(q).stream(args, cap=_OUTPUT_CAP, deadline=PATCH_DEADLINE)
        async with aclosing(stream):
            async for chunk in stream:
                await _feed(parser, chunk)
                if patch.cut:
                    break
                yield patch
        if not patch.cut:
            parser.finish()
    except (GitFailed, Malformed) as error:
        patch.cut = error.text
    yield patch


async def _feed(parser: PatchParser, chunk: bytes) -> None:
    for start in range(0, len(chunk), _SLICE):
        parser.feed(chunk[start : start + _SLICE])
        await asyncio.sleep(0)


def _arguments(
    a: str, b: str, context: int, path: bytes | None, as_text: bool
) -> list[str | bytes]:
    lines = f"-U{min(max(context, 0), WHOLE_FILE)}"
    shape = ["diff-tree", "-r", "-p", lines, "--full-index", "--no-renames", *DIFF]
    text = ["-a"] if as_text else []
    return [*shape, *text, "--end-of-options", a, b, "--", *([] if path is None else [path])]


async def _sizes(q: Git, files: Sequence[FileChange]) -> dict[str, int]:
    binary = islice((file for file in files if file.binary), _SIZED)
    oids = {oid for file in binary for oid in (file.old, file.new) if oid.strip("0")}
    return await read_sizes(q, sorted(oids))
