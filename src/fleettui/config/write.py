"""Writes fleet.toml: a new one that overwrites nothing, or one machine more at the end of one."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from fleettui.config.load import parse, read
from fleettui.config.problems import shown
from fleettui.model.errors import ConfigError, OperationFailed
from fleettui.model.text import clean


def create(path: Path, text: str) -> None:
    """Write a new file that only its owner can read, whole or not at all.

    Raises OperationFailed where something has that name already.
    """
    refuse_taken(path)
    try:
        _make_folder(path.parent)
        temporary = _written(path.parent, text.encode())
        try:
            # A hard link never replaces what is there; a rename would.
            os.link(temporary, path)
        finally:
            os.unlink(temporary)
    except FileExistsError:
        raise _taken(path) from None
    except OSError as error:
        raise _failed(path, error) from None


def refuse_taken(path: Path) -> None:
    """Raise OperationFailed where something has that name, be it a broken symbolic link."""
    if os.path.lexists(path):
        raise _taken(path)


def append_machine(path: Path, values: Mapping[str, object], comment: str = "") -> None:
    """Add a machine at the end of the file, and leave every other byte as it is.

    Raises ConfigError where the file is wrong, or would be; OperationFailed where it cannot be
    written. A symbolic link is followed: the file that it names is replaced.
    """
    target = Path(os.path.realpath(path))
    data = read(target)
    parse(data, file=str(path))
    extended = with_machine(data, values, comment)
    try:
        parse(extended, file=str(path))
    except ConfigError as error:
        text = f"machine {shown(values.get('name'))} cannot be added: {error.text}"
        raise OperationFailed(text, error.remedy or "add it by hand") from None
    try:
        temporary = _written(target.parent, extended, like=target)
        os.replace(temporary, target)
    except OSError as error:
        raise _failed(path, error) from None


def with_machine(data: bytes, values: Mapping[str, object], comment: str = "") -> bytes:
    """The text with a [[machines]] table after it, in the line endings that it has."""
    import tomli_w

    gap = "" if not data else "\n" if data.endswith(b"\n") else "\n\n"
    remark = "".join(f"# {line}\n" for line in comment.splitlines())
    table = f"{gap}[[machines]]\n{tomli_w.dumps(dict(values))}{remark}"
    newline = "\r\n" if b"\r\n" in data else "\n"
    return data + table.replace("\n", newline).encode()


def entry(key: str, value: object) -> str:
    """One `key = value` line of TOML, without its newline."""
    import json

    import tomli_w

    if isinstance(value, str):
        return tomli_w.dumps({key: value}).rstrip("\n")
    if isinstance(value, list | tuple):
        items = [entry("x", item).partition(" = ")[2] for item in value]
        return f"{key} = [{', '.join(items)}]"
    return f"{key} = {json.dumps(value)}"


def _taken(path: Path) -> OperationFailed:
    remedy = "edit it, or add a machine with fleettui init --add NAME"
    return OperationFailed(f"{clean(str(path))} exists and is left as it is", remedy)


def _make_folder(folder: Path) -> None:
    """Make the folder and its parents, open to nobody else where they are new."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(missing):
        one.mkdir(mode=0o700, exist_ok=True)


def _written(folder: Path, data: bytes, like: Path | None = None) -> str:
    """A temporary file that holds the bytes, on disk; mode 0600, or that of `like`."""
    descriptor, temporary = tempfile.mkstemp(dir=folder, prefix=".fleet.toml.")
    try:
        with open(descriptor, "wb") as stream:
            if like is not None:
                os.fchmod(stream.fileno(), os.stat(like).st_mode & 0o7777)
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
    except BaseException:
        os.unlink(temporary)
        raise
    return temporary


def _failed(path: Path, error: OSError) -> OperationFailed:
    reason = clean(error.strerror or str(error))
    return OperationFailed(f"{clean(str(path))} cannot be written ({reason})", "check the folder")
