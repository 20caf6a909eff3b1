"""Running git so that nothing but git runs, for a bounded time, in bounded memory.

Output is bytes: ask git for `-z` and read it with `fleettui.git.parse`. Repositories are named
by absolute paths and never looked for, since a search upwards finds what somebody left there.
"""

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from weakref import WeakKeyDictionary

from fleettui.git.safety import arguments, environment
from fleettui.hosts.reaping import reap_by_descriptor
from fleettui.model.errors import OperationFailed
from fleettui.model.text import clean

DEADLINE = 30.0
"""Seconds that a git process may take."""

OUTPUT_CAP = 64 * 1024 * 1024
"""Bytes of standard output that a git process may write."""

MEMORY_CAP = 4 * 1024**3
"""Bytes of address space of a git process (Linux): packs are mapped whole, so not too few."""

AT_ONCE = 4
"""git processes at the same time; more make the event loop stall and nothing faster."""

WAITING_AT_ONCE = 8
"""The same for those that may speak a transport: they wait for a network, and none for them."""

T = TypeVar("T")

_CHUNK = 64 * 1024
_COMPLAINT_CAP = 8 * 1024
_REAP_DEADLINE = 5.0


class GitFailed(OperationFailed):
    """git refused. `exit_status` negative: ended by that signal; `complaint` is its stderr."""

    def __init__(self, text: str, remedy: str = "", *, exit_status: int | None = None) -> None:
        super().__init__(text, remedy)
        self.exit_status = exit_status


class GitMissing(GitFailed):
    """There is no git on this machine."""


class GitTimedOut(GitFailed):
    """git took longer than its deadline, and was ended."""


class GitTooLarge(GitFailed):
    """git printed more than it may, and was ended."""


@dataclass(frozen=True, slots=True)
class GitOutput:
    """What a finished git printed; `stderr` is its first 8 KiB."""

    stdout: bytes
    stderr: bytes
    exit_status: int


@dataclass(frozen=True, slots=True)
class Git:
    """git in one repository, or in none (`git_dir` None: only for what needs no repository).

    `git_dir` and `work_tree` are absolute. `transports` are the protocols it may speak, by
    default none; `ssh` the command line for the protocol `ssh`. `config` is more settings as
    `key=value`, `env` more environment, such as who a commit is by. `memory` is in bytes.
    `pass_fds` are descriptors that git and what it starts may use.
    """

    git_dir: str | None = None
    work_tree: str | None = None
    transports: tuple[str, ...] = ()
    ssh: tuple[str, ...] = ()
    config: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    memory: int = MEMORY_CAP
    program: str = "git"
    pass_fds: tuple[int, ...] = ()

    async def run(
        self,
        args: Sequence[str | bytes],
        *,
        stdin: bytes | None = None,
        deadline: float = DEADLINE,
        cap: int = OUTPUT_CAP,
        ok: Collection[int] = (0,),
        heard: Callable[[bytes], None] | None = None,
    ) -> GitOutput:
        """Run `git ARGS` to its end. Raises GitFailed where its exit status is not in `ok`.

        `heard` gets every piece of its stderr as it comes, also what is past the first 8 KiB.
        """
        parts: list[bytes] = []
        finished = _Ending(heard=heard)
        stream = self._stream(args, stdin=stdin, deadline=deadline, cap=cap, ok=ok, end=finished)
        async with contextlib.aclosing(stream):
            async for chunk in stream:
                parts.append(chunk)
        return GitOutput(b"".join(parts), finished.stderr, finished.exit_status)

    def stream(
        self,
        args: Sequence[str | bytes],
        *,
        stdin: bytes | None = None,
        deadline: float = DEADLINE,
        cap: int = OUTPUT_CAP,
        ok: Collection[int] = (0,),
    ) -> AsyncGenerator[bytes, None]:
        """What `git ARGS` prints, in pieces as they come; use it within `contextlib.aclosing`.

        git is ended when the iterator is closed. A refusal is raised after the last piece. The
        deadline runs while the consumer works, too.
        """
        return self._stream(args, stdin=stdin, deadline=deadline, cap=cap, ok=ok, end=_Ending())

    async def _stream(
        self,
        args: Sequence[str | bytes],
        *,
        stdin: bytes | None,
        deadline: float,
        cap: int,
        ok: Collection[int],
        end: "_Ending",
    ) -> AsyncGenerator[bytes, None]:
        name = _shown(args)
        async with _slot(waiting=bool(self.transports)):
            expires = asyncio.get_running_loop().time() + deadline
            process = await self._start(args, stdin)
            feeding = asyncio.create_task(_feed(process, stdin))
            hearing = asyncio.create_task(_hear(process, end.heard))
            printed = 0
            try:
                while chunk := await _before(expires, _read(process), name, deadline):
                    printed += len(chunk)
                    if printed > cap:
                        raise GitTooLarge(f"{name} printed more than {cap} bytes")
                    yield chunk
                await _before(expires, feeding, name, deadline)
                end.stderr = await _before(expires, hearing, name, deadline)
                end.exit_status = await _before(expires, process.wait(), name, deadline)
            finally:
                await _end(process, feeding, hearing)
        if end.exit_status not in ok:
            raise GitFailed(
                f"{name}: {_reason(end.stderr, end.exit_status)}", exit_status=end.exit_status
            )

    async def _start(self, args: Sequence[str | bytes], stdin: bytes | None) -> Process:
        argv = [self.program, *arguments(self.config), *args]
        reap_by_descriptor()
        try:
            process = await asyncio.create_subprocess_exec(
                *argv,
                stdin=DEVNULL if stdin is None else PIPE,
                stdout=PIPE,
                stderr=PIPE,
                env=self._environment(),
                cwd="/",
                start_new_session=True,
                limit=_CHUNK,
                pass_fds=self.pass_fds,
            )
        except FileNotFoundError:
            raise GitMissing("git is not installed", "install git 2.39 or newer") from None
        except OSError as error:  # Too many processes or open files, or no memory.
            raise GitFailed(f"git cannot be started: {error.strerror or error}") from None
        _limit_memory(process.pid, self.memory)
        return process

    def _environment(self) -> dict[str, str]:
        place = dict(self.env)
        if self.git_dir is not None:
            place["GIT_DIR"] = self.git_dir
        if self.work_tree is not None:
            place["GIT_WORK_TREE"] = self.work_tree
        return environment(transports=self.transports, ssh=self.ssh, extra=place)


@dataclass(slots=True)
class _Ending:
    stderr: bytes = b""
    exit_status: int = 0
    heard: Callable[[bytes], None] | None = None


_Slots = WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore]
_SLOTS: _Slots = WeakKeyDictionary()
_WAITING_SLOTS: _Slots = WeakKeyDictionary()


def _slot(*, waiting: bool) -> asyncio.Semaphore:
    slots, number = (_WAITING_SLOTS, WAITING_AT_ONCE) if waiting else (_SLOTS, AT_ONCE)
    return slots.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(number))


async def _before(expires: float, wait: Awaitable[T], name: str, deadline: float) -> T:
    try:
        async with asyncio.timeout_at(expires):
            return await wait
    except TimeoutError:
        raise GitTimedOut(f"{name} took longer than {deadline:g} s") from None


async def _read(process: Process) -> bytes:
    return await process.stdout.read(_CHUNK) if process.stdout else b""


async def _feed(process: Process, data: bytes | None) -> None:
    if process.stdin is None:
        return
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        process.stdin.write(data or b"")
        await process.stdin.drain()
    process.stdin.close()


async def _hear(process: Process, heard: Callable[[bytes], None] | None) -> bytes:
    kept = b""
    while process.stderr and (chunk := await process.stderr.read(_CHUNK)):
        kept += chunk[: _COMPLAINT_CAP - len(kept)]
        if heard is not None:
            heard(chunk)
    return kept


async def _end(process: Process, *tasks: asyncio.Task[object]) -> None:
    """End the process and all that it started, and read its pipes empty so that they close."""
    if _over(process) and all(map(_well, tasks)):
        return
    if process.returncode is None:
        _kill(process)
    last = [asyncio.ensure_future(_drain(process)), asyncio.ensure_future(process.wait()), *tasks]
    _, waiting = await asyncio.wait(last, timeout=_REAP_DEADLINE)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*last, return_exceptions=True)


def _over(process: Process) -> bool:
    """Whether it has ended by itself and all that it printed was read."""
    return process.returncode is not None and (process.stdout is None or process.stdout.at_eof())


def _well(task: asyncio.Task[object]) -> bool:
    return task.done() and not task.cancelled() and task.exception() is None


async def _drain(process: Process) -> None:
    while await _read(process):
        pass


def _kill(process: Process) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)


def _limit_memory(pid: int, octets: int) -> None:
    if sys.platform == "linux":
        import resource

        with contextlib.suppress(ProcessLookupError, PermissionError):
            resource.prlimit(pid, resource.RLIMIT_AS, (octets, octets))


def _shown(args: Sequence[str | bytes]) -> str:
    return f"git {clean(args[0], limit=40)}" if args else "git"


def _reason(stderr: bytes, exit_status: int) -> str:
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    told = [line for line in lines if line.startswith((b"fatal:", b"error:"))] or lines
    if told:
        return clean(told[0].removeprefix(b"fatal:").removeprefix(b"error:").strip(), limit=200)
    return f"ended by signal {-exit_status}" if exit_status < 0 else f"exit status {exit_status}"
