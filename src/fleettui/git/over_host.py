"""git fetching from a repository on a machine, over the connection that there is to it already.

No ssh is started and no second decision on trust is made: `git upload-pack` runs as a script of
`Host.start`, and the git on this side speaks with it over a socket that it inherits
(gitremote-helpers(7), git-remote-fd). What goes over it is copied piece by piece, so that a slow
side slows the other one down.
"""

import asyncio
import re
import shlex
import socket
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from fleettui.git.runner import Git, GitFailed, GitOutput, GitTimedOut, GitTooLarge
from fleettui.git.safety import CONFIG, ENVIRONMENT
from fleettui.hosts.host import Host, Process
from fleettui.hosts.process import within
from fleettui.model.errors import Malformed, ReadError, TimedOut, Unreachable
from fleettui.model.fmt import size
from fleettui.model.text import clean

BYTES_CAP = 2 * 1024**3
"""Bytes that a machine may send in one go."""

OUTPUT_CAP = 4 * 1024 * 1024
"""Bytes that the git on this side may print."""

_CHUNK = 64 * 1024
_START_DEADLINE = 20.0
_SILENCE_S = 120
"""Seconds after which `git upload-pack` gives up on us."""

_NOT_SERVED = frozenset(
    {
        "HOME",
        "XDG_CONFIG_HOME",
        "GIT_CONFIG_GLOBAL",
        "GIT_CONFIG_NOSYSTEM",
        "GIT_CONFIG_SYSTEM",
        "LC_ALL",
    }
)
"""Of the environment of every other git: the user's own configuration is wanted here."""


_DUBIOUS = re.compile(rb"dubious ownership in repository at '([^\n]*)'")
_WHERE = "correct the path of the clone in fleet.toml"


class TooMuch(ReadError):
    """The machine sends more bytes than it may."""


async def run(
    git: Git,
    host: Host,
    path: str,
    command: Sequence[str],
    refs: Sequence[str] = (),
    *,
    deadline: float,
    cap: int = BYTES_CAP,
) -> GitOutput:
    """Run `git COMMAND REPOSITORY REFS` with the repository at `path` on the machine.

    `~` and relative paths start at the home folder there. `deadline` (seconds) is for all of
    it, `cap` for the bytes that the machine sends. Raises ReadError where the machine, the way
    to it or the repository as a whole is at fault, GitFailed where git refuses what it got.
    """
    async with within(deadline, "the repository did not answer"), served(host, path, cap) as there:
        ours = replace(git, transports=("fd",), pass_fds=(*git.pass_fds, there.fd))
        argv = [*command, "--end-of-options", f"fd::{there.fd}", *refs]
        try:
            return await ours.run(argv, deadline=deadline, cap=OUTPUT_CAP)
        except GitTimedOut:
            raise TimedOut(f"the repository did not answer within {deadline:g} s") from None
        except GitTooLarge:
            raise Malformed("the repository lists more than can be read") from None
        except GitFailed:
            if there.failure is not None:
                raise there.failure from None
            raise


@dataclass(slots=True)
class Served:
    """A repository that is being served.

    `fd` is the socket to it, for git to inherit; `failure` what ended the way to it.
    """

    fd: int
    failure: ReadError | None = None


@asynccontextmanager
async def served(host: Host, path: str, cap: int = BYTES_CAP) -> AsyncIterator[Served]:
    """Serve the repository at `path` on the machine until the block ends. Raises ReadError.

    Nothing of it is left behind, here or there, however the block ends.
    """
    if sys.platform == "win32":
        raise ReadError("branches cannot be fetched on Windows yet")
    process = await _started(host, path)
    try:
        greeting = await process.read(_CHUNK)
        if not greeting:
            raise _refusal(process.complaint(), path)
        ours, theirs = socket.socketpair()
        with ours, theirs:
            ours.setblocking(False)
            there = Served(theirs.fileno())
            carrying = asyncio.create_task(_carry(there, process, ours, greeting, cap))
            try:
                yield there
            finally:
                carrying.cancel()
                await asyncio.wait([carrying])
    finally:
        await process.close()


async def _carry(
    there: Served, process: Process, sock: socket.socket, first: bytes, cap: int
) -> None:
    """Copy both ways until the machine has ended, or takes no more."""
    asking = asyncio.create_task(_to_machine(process, sock))
    answering = asyncio.create_task(_from_machine(process, sock, first, cap))
    try:
        done, _ = await asyncio.wait([asking, answering], return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            task.result()
    except ReadError as failure:
        there.failure = failure
    finally:
        asking.cancel()
        answering.cancel()
        await asyncio.gather(asking, answering, return_exceptions=True)
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)


async def _to_machine(process: Process, sock: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    # A machine that has ended may have said why: that is read to its end by the other task.
    with suppress(ConnectionError, Unreachable):
        while piece := await loop.sock_recv(sock, _CHUNK):
            await process.write(piece)
        process.end_input()


async def _from_machine(process: Process, sock: socket.socket, piece: bytes, cap: int) -> None:
    loop = asyncio.get_running_loop()
    received = 0
    with suppress(ConnectionError):
        while piece:
            received += len(piece)
            if received > cap:
                raise TooMuch(f"the machine sends more than {size(cap)} at once")
            await loop.sock_sendall(sock, piece)
            piece = await process.read(_CHUNK)
        sock.shutdown(socket.SHUT_WR)


async def _started(host: Host, path: str) -> Process:
    if "\0" in path or not path:
        raise ReadError("the path of the clone is not usable", _WHERE)
    try:
        process = await host.start(script(path), deadline=_START_DEADLINE)
    except Malformed as noise:
        if "is not recognized" in noise.text:
            raise ReadError("branches on Windows machines cannot be read yet") from None
        raise
    ready = False
    try:
        answer = await process.readline()
        ready = answer == b"ready\n"
        if not ready:
            raise _problem(answer, process.complaint(), path)
        return process
    finally:
        if not ready:
            await process.close()


def script(path: str) -> bytes:
    """The script that serves the repository at `path`."""
    quoted = shlex.quote(path).encode("utf-8", "surrogateescape")
    return b"path=" + quoted + b"\n" + _serving()


@cache
def _serving() -> bytes:
    kept = {key: value for key, value in ENVIRONMENT.items() if key not in _NOT_SERVED}
    kept |= {"LC_ALL": "C", "GIT_ALLOW_PROTOCOL": "none", "GIT_PROTOCOL": "version=2"}
    fixed = shlex.join(f"{key}={value}" for key, value in kept.items())
    places = '"PATH=$PATH" "HOME=$HOME" ${XDG_CONFIG_HOME:+"XDG_CONFIG_HOME=$XDG_CONFIG_HOME"}'
    flags = shlex.join(word for setting in CONFIG for word in ("-c", setting))
    serve = f"upload-pack --strict --timeout={_SILENCE_S} --"
    function = f'serve() {{\n  exec env -i {places} {fixed} git {flags} {serve} "$path"\n}}\n'
    return function.encode() + Path(__file__).with_name("upload_pack.sh").read_bytes()


def _problem(answer: bytes, complaint: bytes, path: str) -> ReadError:
    if answer == b"no git\n":
        return ReadError("git is not installed on this machine", "install git 2.39 or newer")
    if answer == b"no folder\n":
        return ReadError(f"there is no folder {clean(path)} on this machine", _WHERE)
    return _refusal(complaint, path)


def _refusal(complaint: bytes, path: str) -> ReadError:
    """What `git upload-pack` said instead of serving."""
    if found := _DUBIOUS.search(complaint):
        owned = clean(found[1])
        return ReadError(
            f"{owned} belongs to another user than the one that we log in as",
            f"on that machine: git config --global --add safe.directory {owned}",
        )
    if b"not appear to be a git repository" in complaint:
        return ReadError(f"{clean(path)} is not a git repository", _WHERE)
    lines = [line.strip() for line in complaint.splitlines() if line.strip()]
    told = [line for line in lines if line.startswith((b"fatal:", b"error:"))] or lines
    said = f": {clean(told[0].removeprefix(b'fatal:').strip(), limit=200)}" if told else ""
    return ReadError(f"git does not serve {clean(path)}{said}")
