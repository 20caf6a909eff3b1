"""fleet.toml: where it is, and what it says."""

import errno
import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from fleettui.config.here import Here
from fleettui.model.errors import ConfigError
from fleettui.model.fleet import Fleet
from fleettui.model.text import clean

if TYPE_CHECKING:
    from fleettui.config.problems import Problems

FILE_CAP = 1024 * 1024
"""Bytes of the largest configuration that is read."""

_TOML_PLACE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$")
_LINE_KEY = re.compile(r"\s*(?:\[\[?\s*([\w.\"-]+)\s*\]?\]?|([\w.\"-]+)\s*=)")


def find(explicit: str | None, environ: Mapping[str, str] | None = None) -> Path | None:
    """The configuration to read: `--config`, $FLEETTUI_CONFIG, then the user's own file.

    None where there is no such file. What was named is returned even if it does not exist, so
    that reading it says so. A fleet.toml of the current folder is never meant: an agent may have
    written it.
    """
    values = os.environ if environ is None else environ
    here = Here.of(values)
    for named in (explicit, values.get("FLEETTUI_CONFIG")):
        if named:
            return Path(here.expand(named, os.getcwd()))
    return here.config_file if os.path.lexists(here.config_file) else None


def load(path: Path, environ: Mapping[str, str] | None = None) -> Fleet:
    """Read and check the file. Raises ConfigError, which names file, line and key."""
    return parse(read(path), file=str(path), environ=environ)


def read(path: Path) -> bytes:
    """The bytes of the file. Raises ConfigError where it is no readable file of sane size."""
    name = clean(str(path))
    try:
        with open(path, "rb", opener=_open) as stream:
            return stream.read(FILE_CAP + 1)
    except FileNotFoundError:
        raise ConfigError("no such file", "fleettui init writes one", file=name) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigError(f"cannot be read ({clean(reason)})", file=name) from None


def parse(text: str | bytes, *, file: str, environ: Mapping[str, str] | None = None) -> Fleet:
    """The fleet that a configuration describes. Raises ConfigError, whatever the text."""
    from fleettui.config.document import decode
    from fleettui.config.problems import EnoughProblems, Problems

    if len(text) > FILE_CAP:
        raise ConfigError(
            f"larger than {FILE_CAP} bytes", "is it the right file?", file=clean(file)
        )
    text = _decoded(text, file) if isinstance(text, bytes) else text
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    problems = Problems()
    try:
        fleet = decode(_toml(text, file), file, Here.of(environ), problems)
    except EnoughProblems:
        raise _first(problems, text, file) from None
    if problems.found:
        raise _first(problems, text, file)
    return fleet


def this_machine(environ: Mapping[str, str] | None = None) -> Fleet:
    """The fleet of this one machine, for where nobody configured anything."""
    here = Here.of(environ)
    return Fleet(
        name=here.host,
        machines=(here.machine(),),
        state_dir=here.state_dir,
        ssh_config=here.expand("~/.ssh/config", here.home),
    )


def _open(path: str, flags: int) -> int:
    """Open without waiting: a pipe would block, and for ever."""
    descriptor = os.open(path, flags | os.O_NONBLOCK)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    raise OSError(errno.EINVAL, "not a regular file")


def _decoded(data: bytes, file: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        text = f"byte {data[error.start]:#04x} is no UTF-8"
        raise ConfigError(text, "save it as UTF-8", file=clean(file), line=line) from None


def _toml(text: str, file: str) -> dict[str, object]:
    import tomllib

    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ConfigError("nested too deeply", file=clean(file)) from None
    except ValueError as error:
        raise _syntax(str(error), text, file) from None


def _syntax(message: str, text: str, file: str) -> ConfigError:
    """tomllib's complaint; the key is what the line begins with."""
    place = _TOML_PLACE.search(message)
    what = message[: place.start()] if place else message.partition(";")[0]
    lines = text.rstrip().split("\n")
    line = None if place is None else int(place[1] or len(lines))
    found = _LINE_KEY.match(lines[line - 1]) if line and line <= len(lines) else None
    key = clean(found[1] or found[2], limit=64) if found else ""
    return ConfigError(f"not valid TOML: {clean(what)}", file=clean(file), line=line, key=key)


def _first(problems: "Problems", text: str, file: str) -> ConfigError:
    """The problem that stands first in the file, and how many there are beside it.

    What is wrong comes before what is missing: a misspelt key makes both.
    """
    from fleettui.config.locate import line_of, locate
    from fleettui.config.problems import dotted

    lines = locate(text)
    placed = [(line_of(problem.path, lines), problem) for problem in problems.found]
    line, problem = min(placed, key=lambda each: (each[1].absence, each[0] or 0))
    more = f"and {len(placed) - 1} more" if len(placed) > 1 else ""
    remedy = "; ".join(part for part in (problem.remedy, more) if part)
    key = dotted(problem.path)
    return ConfigError(problem.text, remedy, file=clean(file), line=line, key=key)
