"""Secrets by reference: fleet.toml says where a secret is, never what it is.

`env:NAME` is a variable of this process, `keyring:NAME` the entry NAME of the service `fleettui`
in the system's keyring, `cmd:COMMAND` the first words that a command prints. The command line is
split as a shell splits words and never given to a shell.
"""

import asyncio
import os
import shlex
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NoReturn

from fleettui.config import words
from fleettui.model.errors import ConfigError, OperationFailed
from fleettui.model.text import clean

SERVICE = "fleettui"
"""The name under which entries stand in the system's keyring."""

SECRET_CAP = 64 * 1024
"""Bytes that a secret may have; a command that prints more is ended."""

_KEYRING_SCRIPT = """
import sys
try:
    import keyring, keyring.errors
except ImportError:
    sys.exit(3)
try:
    secret = keyring.get_password(sys.argv[1], sys.argv[2])
except keyring.errors.NoKeyringError:
    sys.exit(4)
except keyring.errors.KeyringError:
    sys.exit(5)
if secret is None:
    sys.exit(6)
sys.stdout.buffer.write(secret.encode())
"""
"""Runs in a process of its own: a keyring may wait for a human, and a thread cannot be ended."""

_KEYRING_FAILURES = {
    3: (
        "the keyring library is not installed",
        "pip install 'fleettui[keyring]', or use env: or cmd:",
    ),
    4: ("this system has no keyring", "use env: or cmd: instead"),
    5: ("the keyring is locked or does not answer", "unlock it, or use env: or cmd:"),
    6: ("it is not there", "keyring set {service} {name}"),
}


class ReferenceKind(StrEnum):
    """Where a secret is kept."""

    KEYRING = "keyring"
    ENV = "env"
    CMD = "cmd"


class Secret:
    """A secret value. Only `reveal` gives it; printing, logging and pickling do not."""

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        self.__value: Final = value

    def reveal(self) -> str:
        """The secret itself, for the one place that needs it."""
        return self.__value

    def __repr__(self) -> str:
        return "Secret(…)"

    def __str__(self) -> str:
        return "…"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not written anywhere")


@dataclass(frozen=True, slots=True)
class Reference:
    """Where a secret is. `parts` is the name alone, or for `cmd` the command's argv."""

    kind: ReferenceKind
    parts: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> "Reference":
        """Read `keyring:NAME`, `env:NAME` or `cmd:COMMAND`. Raises ConfigError."""
        if wrong := words.reference(text):
            raise ConfigError(f"expected {wrong.expected}", wrong.remedy)
        word, _, rest = text.partition(":")
        kind = ReferenceKind(word)
        return cls(kind, tuple(shlex.split(rest)) if kind is ReferenceKind.CMD else (rest,))

    def __str__(self) -> str:
        return clean(f"{self.kind}:{' '.join(self.parts)}", limit=80)


async def resolve(
    reference: Reference, *, environ: Mapping[str, str] | None = None, deadline: float = 10.0
) -> Secret:
    """Get the secret, within `deadline` seconds.

    Raises OperationFailed where there is none, and says how to get one.
    """
    if reference.kind is ReferenceKind.ENV:
        return _from_environment(reference, os.environ if environ is None else environ)
    if reference.kind is ReferenceKind.KEYRING:
        return await _from_keyring(reference, environ, deadline)
    return await _from_command(reference, environ, deadline)


def _from_environment(reference: Reference, environ: Mapping[str, str]) -> Secret:
    name = reference.parts[0]
    value = environ.get(name, "")
    if not value:
        raise OperationFailed(f"the variable {name} is not set", f"export {name}")
    return Secret(value)


async def _from_keyring(
    reference: Reference, environ: Mapping[str, str] | None, deadline: float
) -> Secret:
    name = reference.parts[0]
    # -P keeps the current folder, which an agent may have written, out of the module path.
    argv = (sys.executable, "-P", "-c", _KEYRING_SCRIPT, SERVICE, name)
    status, printed = await _run(argv, str(reference), environ, deadline)
    if status == 0:
        return _decoded(printed, reference)
    text, remedy = _KEYRING_FAILURES.get(
        status, (f"it failed with exit {status}", "use env: or cmd:")
    )
    remedy = remedy.format(service=SERVICE, name=name)
    raise OperationFailed(f"{reference} cannot be read: {text}", remedy)


async def _from_command(
    reference: Reference, environ: Mapping[str, str] | None, deadline: float
) -> Secret:
    status, printed = await _run(reference.parts, str(reference), environ, deadline)
    if status != 0:
        how = f"exit {status}" if status > 0 else f"signal {-status}"
        raise OperationFailed(
            f"{reference} failed with {how}", "run the command by hand to see why"
        )
    return _decoded(printed, reference)


def _decoded(printed: bytes, reference: Reference) -> Secret:
    if len(printed) > SECRET_CAP:
        raise OperationFailed(f"{reference} gives more than {SECRET_CAP} bytes")
    try:
        value = printed.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise OperationFailed(f"{reference} gives bytes that are no text") from None
    if not value or "\0" in value:
        raise OperationFailed(
            f"{reference} gives {'bytes that are no text' if value else 'nothing'}"
        )
    return Secret(value)


async def _run(
    argv: tuple[str, ...], what: str, environ: Mapping[str, str] | None, deadline: float
) -> tuple[int, bytes]:
    """Exit status and standard output, of which SECRET_CAP + 1 bytes at most."""
    process = await _start(argv, what, environ)
    assert process.stdout is not None
    printed = b""
    try:
        async with asyncio.timeout(deadline):
            while len(printed) <= SECRET_CAP and (some := await process.stdout.read(SECRET_CAP)):
                printed += some
            if len(printed) > SECRET_CAP:
                return 0, printed
            return await process.wait(), printed
    except TimeoutError:
        raise OperationFailed(f"{what} gave no answer within {deadline:g} s") from None
    finally:
        await _end(process)


async def _start(
    argv: tuple[str, ...], what: str, environ: Mapping[str, str] | None
) -> asyncio.subprocess.Process:
    """Start the command in a process group of its own; cancelled, it leaves none of it behind."""
    starting = asyncio.ensure_future(
        asyncio.create_subprocess_exec(
            *argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=None if environ is None else dict(environ),
            start_new_session=True,
        )
    )
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        # asyncio itself would end the command, but not what that has started meanwhile.
        with suppress(OSError, ValueError):
            await _end(await starting)
        raise
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise OperationFailed(f"{what} cannot be started: {clean(reason)}") from None


async def _end(process: asyncio.subprocess.Process) -> None:
    """End the whole process group, so that nothing of it outlives the question."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    assert process.stdout is not None
    with suppress(TimeoutError):
        async with asyncio.timeout(1.0):
            while await process.stdout.read(SECRET_CAP):
                pass
            await process.wait()
