"""The user's editor, for looking at a file: always at a copy that is thrown away."""

import asyncio
import os
import shlex
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from fleettui.model.errors import OperationFailed
from fleettui.model.text import clean

_USUAL = "vi"
_NAME_LIMIT = 60
_AT_PLUS = frozenset(
    {"vi", "view", "nano", "pico", "emacs", "emacsclient", "joe", "micro", "kak",
     "mg", "ne", "jed"}
)  # fmt: skip
_VI = frozenset({"vi", "view", "editor"})
_VIM = frozenset({"vim", "nvim", "gvim", "mvim", "rvim", "vimx"})
_HARMLESS = ("-R", "--cmd", "set nomodeline")
"""A modeline in the file of an agent would set options, some of which run things."""
_AT_COLON = frozenset({"hx", "helix", "subl", "zed"})
_GOTO = frozenset({"code", "code-insiders", "codium", "cursor", "windsurf"})


async def edit(path: str, data: bytes, line: int) -> None:
    """Show a copy of a file at a line, until the editor is closed.

    `path` only gives the copy its name. Raises OperationFailed where no editor can be started.
    """
    with tempfile.TemporaryDirectory(prefix="fleettui-") as folder:
        file = Path(folder, copy_name(path))
        await asyncio.to_thread(_write, file, data)
        argv = command(os.environ, str(file), line)
        try:
            process = await asyncio.create_subprocess_exec(*argv, cwd=folder)
        except OSError as error:
            raise OperationFailed(
                f"the editor {clean(argv[0], limit=60)} cannot be started: {error.strerror}",
                "set $VISUAL or $EDITOR",
            ) from None
        await process.wait()


def command(environment: Mapping[str, str], file: str, line: int) -> Sequence[str]:
    """The command line: `$VISUAL`, `$EDITOR`, or vi, at the line where the editor knows how."""
    wanted = environment.get("VISUAL") or environment.get("EDITOR") or _USUAL
    try:
        argv = shlex.split(wanted) or [_USUAL]
    except ValueError:
        raise OperationFailed("$VISUAL or $EDITOR has an open quotation mark") from None
    name = PurePosixPath(argv[0]).name
    if _is_vim(argv[0], environment):
        return [*argv, *_HARMLESS, f"+{line}", file]
    if name in _AT_PLUS:
        return [*argv, f"+{line}", file]
    if name in _AT_COLON:
        return [*argv, f"{file}:{line}"]
    if name in _GOTO:
        return [*argv, "--wait", "--goto", f"{file}:{line}"]
    return [*argv, file]


def _is_vim(program: str, environment: Mapping[str, str]) -> bool:
    """Whether it is Vim or Neovim, also where it goes by the name of vi."""
    name = PurePosixPath(program).name
    if name in _VI:
        found = shutil.which(program, path=environment.get("PATH"))
        name = PurePosixPath(os.path.realpath(found)).name if found else name
    return name.partition(".")[0] in _VIM


def copy_name(path: str) -> str:
    """A harmless file name with the ending of `path`, so that the editor knows the language."""
    name = PurePosixPath(path).name
    safe = "".join(char if char.isascii() and (char.isalnum() or char in "._-") else "_"
                   for char in name)  # fmt: skip
    return f"copy-{safe[-_NAME_LIMIT:]}"


def _write(file: Path, data: bytes) -> None:
    file.write_bytes(data)
    file.chmod(0o400)
