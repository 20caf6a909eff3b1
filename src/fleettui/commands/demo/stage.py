"""The demo's folder and its one child process, from the first moment to the last."""

import fcntl
import os
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from fleettui.commands.demo.folder import remove
from fleettui.model.errors import OperationFailed
from fleettui.model.text import clean

PREFIX = "fleettui-demo-"

_READY_S = 60.0
_END_S = 10.0
_LOCK = "lock"
_LOG = "machines.log"
_OURS = ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME")
_TAKEN_AWAY = ("SSH_AUTH_SOCK", "FLEETTUI_CONFIG", "OLLAMA_HOST")


@contextmanager
def staged(seed: int) -> Iterator[Path]:
    """A running demo; yields the path of its fleet.toml.

    At the end, SIGTERM and SIGHUP included, the machines stop and the folder is deleted. Inside
    the block this process sees the demo's home folder instead of the user's. Raises
    OperationFailed where the machines do not start.
    """
    _remove_left_over()
    with _ended_by_exceptions(), _folder() as folder:
        child = _start(folder, seed)
        try:
            _wait_until_ready(child, folder)
            with _environment(folder):
                yield folder / "fleet.toml"
        finally:
            _end(child)


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder of our own; whoever holds its lock is still alive."""
    folder = Path(tempfile.mkdtemp(prefix=PREFIX)).resolve()
    try:
        with (folder / _LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield folder
    finally:
        remove(folder)


def _remove_left_over() -> None:
    """Delete the folders of demos that were killed together with their machines."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):
            if folder.is_symlink() or folder.stat().st_uid != os.getuid():
                continue
            with (folder / _LOCK).open("r+") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                remove(folder)


def _start(folder: Path, seed: int) -> "subprocess.Popen[bytes]":
    """Start the machines. Their standard input ends when this process does, however it ends."""
    with (folder / _LOG).open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "fleettui.commands.demo.serve", str(folder), str(seed)],
            cwd=folder,
            env={"PATH": os.environ.get("PATH", os.defpath), "HOME": str(folder)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )


def _wait_until_ready(child: "subprocess.Popen[bytes]", folder: Path) -> None:
    assert child.stdout is not None
    ready, _, _ = select.select([child.stdout], [], [], _READY_S)
    if ready and child.stdout.readline() == b"ready\n":
        return
    said = (folder / _LOG).read_bytes().strip().splitlines()
    why = clean(said[-1], limit=200) if said else f"no answer within {_READY_S:g} s"
    raise OperationFailed(f"the demo's machines did not start ({why})", "fleettui demo needs git")


def _end(child: "subprocess.Popen[bytes]") -> None:
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.close()
    child.stdout.close()
    try:
        child.wait(_END_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


@contextmanager
def _environment(folder: Path) -> Iterator[None]:
    """Nothing of the user's is found by its usual name: home folder, settings, SSH agent."""
    before = dict(os.environ)
    os.environ.update(dict.fromkeys(_OURS, str(folder / "user")))
    for name in _TAKEN_AWAY:
        os.environ.pop(name, None)
    try:
        yield
    finally:
        _restore(before)


def _restore(before: Mapping[str, str]) -> None:
    os.environ.clear()
    os.environ.update(before)


@contextmanager
def _ended_by_exceptions() -> Iterator[None]:
    """SIGTERM and SIGHUP unwind as ctrl+c does, so that everything is tidied up."""

    def leave(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
