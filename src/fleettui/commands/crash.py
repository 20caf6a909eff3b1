"""The last resort: a bug becomes one line for the user, and a traceback in the log."""

import os
import sys
import time
import traceback
from pathlib import Path

from fleettui import __version__
from fleettui.commands.output import drawable, say
from fleettui.model.errors import FleettuiError

LOG_CAP = 1024 * 1024
"""Bytes of the log above which it is begun anew; the one before is kept beside it."""

DEBUG = "FLEETTUI_DEBUG"
"""The environment variable that shows tracebacks on standard error."""


def report(error: BaseException, config: str | None) -> int:
    """Say what happened, keep the traceback; the exit code. `config` is what --config named."""
    log = _keep(error, config)
    if os.environ.get(DEBUG):
        traceback.print_exception(error, file=sys.stderr)
    words = " ".join(str(error).split())
    what = f"{type(error).__name__}: {drawable(words)[:200]}" if words else type(error).__name__
    where = f"the traceback is in {log}" if log else f"{DEBUG}=1 shows the traceback"
    say(f"unexpected {what}: this is a bug, please report it; {where}")
    return 1


def expected(error: BaseException) -> BaseException:
    """The cause in a group of errors that tells the user most; the error itself otherwise."""
    if not isinstance(error, BaseExceptionGroup):
        return error
    leaves = [expected(inner) for inner in error.exceptions]
    known = [leaf for leaf in leaves if isinstance(leaf, FleettuiError | KeyboardInterrupt)]
    return known[0] if len(known) == len(leaves) else error


def _keep(error: BaseException, config: str | None) -> str | None:
    """Append the traceback to the log that only the user can read; its path, None: no luck."""
    try:
        log = Path(_state_dir(config), "fleettui.log")
        log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if log.exists() and log.stat().st_size > LOG_CAP:
            log.replace(log.with_suffix(".log.1"))
        when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        text = "".join(traceback.format_exception(error)).encode("utf-8", "backslashreplace")
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
        with open(os.open(log, flags, 0o600), "ab") as stream:
            stream.write(f"{when} fleettui {__version__}\n".encode() + text + b"\n")
    except (OSError, ValueError):
        return None
    return str(log)


def _state_dir(config: str | None) -> str:
    from fleettui.config.here import Here
    from fleettui.config.load import find, load

    try:
        path = find(config)
        return load(path).state_dir if path is not None else Here.of().state_dir
    except FleettuiError:
        return Here.of().state_dir
