"""Secrets by reference, from the environment, real commands and the keyring library."""

import asyncio
import copy
import json
import logging
import os
import pickle
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from fleettui.config.secrets import SECRET_CAP, Reference, ReferenceKind, Secret, resolve
from fleettui.model.errors import ConfigError, OperationFailed

CANARY = "ghp_CANARY0123456789"


def reference(text: str) -> Reference:
    return Reference.parse(text)


async def failure(text: str, environ: dict[str, str], deadline: float = 20.0) -> OperationFailed:
    with pytest.raises(OperationFailed) as caught:
        await resolve(reference(text), environ=environ, deadline=deadline)
    assert str(caught.value).isprintable()
    assert CANARY not in "".join(traceback.format_exception(caught.value))
    return caught.value


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    root = Path(__file__).parents[2]
    return {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(root)}


def test_a_command_is_split_as_a_shell_splits() -> None:
    found = reference("""cmd:op read 'op://my vault/key' "a b" $HOME; x\\ y""")
    assert found.kind is ReferenceKind.CMD
    assert found.parts == ("op", "read", "op://my vault/key", "a b", "$HOME;", "x y")
    assert reference("env:A_KEY") == Reference(ReferenceKind.ENV, ("A_KEY",))
    assert reference("keyring:my entry") == Reference(ReferenceKind.KEYRING, ("my entry",))


@pytest.mark.parametrize("text", ["", CANARY, "env:", "keyring: ", "cmd:'open", "cmd:", "file:/x"])
def test_what_is_no_reference_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(ConfigError, match="expected") as caught:
        reference(text)
    assert CANARY not in str(caught.value)


def test_a_secret_never_shows_itself(caplog: pytest.LogCaptureFixture) -> None:
    secret = Secret(CANARY)
    with caplog.at_level(logging.INFO):
        logging.getLogger("test").info("%s %r", secret, secret)
    shown = [str(secret), repr(secret), f"{secret}", f"{[secret]!r}", caplog.text]
    assert CANARY not in "".join(shown)
    assert not hasattr(secret, "__dict__")
    for write in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError):
            write(secret)
    with pytest.raises(TypeError):
        json.dumps(secret)
    assert secret.reveal() == CANARY


async def test_from_the_environment() -> None:
    secret = await resolve(reference("env:A_KEY"), environ={"A_KEY": CANARY})
    assert secret.reveal() == CANARY
    for environ in ({}, {"A_KEY": ""}):
        error = await failure("env:A_KEY", environ)
        assert str(error) == "the variable A_KEY is not set: export A_KEY"


async def test_from_a_command(environ: dict[str, str]) -> None:
    secret = await resolve(reference(f"cmd:printf '%s\\n' {CANARY}"), environ=environ)
    assert secret.reveal() == CANARY
    secret = await resolve(reference("cmd:printf 'two\\nlines\\n'"), environ=environ)
    assert secret.reveal() == "two\nlines"


async def test_a_command_never_meets_a_shell(environ: dict[str, str], tmp_path: Path) -> None:
    secret = await resolve(reference(f"cmd:echo $HOME `id` ; touch {tmp_path}/x"), environ=environ)
    assert secret.reveal() == f"$HOME `id` ; touch {tmp_path}/x"
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    "command, says",
    [
        ("cmd:no-such-program-here", "cannot be started"),
        (f"cmd:sh -c 'echo {CANARY} >&2; exit 3'", "failed with exit 3"),
        ("cmd:sh -c 'kill -9 $$'", "failed with signal 9"),
        ("cmd:true", "gives nothing"),
        ("cmd:printf '\\377'", "bytes that are no text"),
        ("cmd:printf 'a\\0b'", "bytes that are no text"),
        ("cmd:yes", f"more than {SECRET_CAP} bytes"),
    ],
)
async def test_a_command_that_fails(command: str, says: str, environ: dict[str, str]) -> None:
    if CANARY in command:
        command = command.replace(CANARY, "ghp''_CANARY")
    assert says in str(await failure(command, environ))


async def test_a_command_that_hangs_costs_the_deadline(environ: dict[str, str]) -> None:
    error = await failure("cmd:sleep 600", environ, 0.2)
    assert "gave no answer within 0.2 s" in str(error)


async def test_a_command_is_ended_with_its_children(
    environ: dict[str, str], tmp_path: Path
) -> None:
    script = f"sleep 600 & echo $! > {tmp_path}/new; mv {tmp_path}/new {tmp_path}/pid; wait"
    asking = asyncio.create_task(
        resolve(reference(f"cmd:sh -c '{script}'"), environ=environ, deadline=600)
    )
    assert await asyncio.to_thread(_soon, (tmp_path / "pid").exists)
    pid = int((tmp_path / "pid").read_text())
    assert not _is_gone(pid)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert await asyncio.to_thread(_soon, lambda: _is_gone(pid))


async def test_a_command_cancelled_at_any_moment_leaves_nothing(
    environ: dict[str, str], tmp_path: Path
) -> None:
    for turns in range(25):
        asking = asyncio.create_task(
            resolve(reference(f"cmd:sh -c 'cd {tmp_path}; sleep 600 & wait'"), environ=environ)
        )
        for _ in range(turns):
            await asyncio.sleep(0)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
    assert await asyncio.to_thread(_soon, lambda: not _inside(tmp_path))


def _inside(folder: Path) -> list[int]:
    """The processes whose current folder this is."""
    found = psutil.process_iter(["pid", "cwd"])
    return [process.pid for process in found if process.info["cwd"] == str(folder)]


def _soon(true: Callable[[], bool]) -> bool:
    for _ in range(3000):
        if true():
            return True
        time.sleep(0.01)
    return False


def _is_gone(pid: int) -> bool:
    """Whether a process has ended, if only as a zombie that awaits its collection."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


async def test_from_the_keyring(environ: dict[str, str], tmp_path: Path) -> None:
    entries = tmp_path / "entries.json"
    entries.write_text(json.dumps({"fleettui/openrouter": CANARY, "fleettui/nul": "a\0b"}))
    environ |= {
        "PYTHON_KEYRING_BACKEND": "tests.lab.file_keyring.FileKeyring",
        "FILE_KEYRING": str(entries),
    }
    secret = await resolve(reference("keyring:openrouter"), environ=environ, deadline=30)
    assert secret.reveal() == CANARY
    error = await failure("keyring:anthropic", environ, 30)
    assert "keyring set fleettui anthropic" in str(error)
    assert "unlock it" in str(await failure("keyring:locked", environ, 30))


async def test_without_a_keyring_there_is_a_clear_line(environ: dict[str, str]) -> None:
    environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    error = await failure("keyring:openrouter", environ, 30)
    assert str(error) == (
        "keyring:openrouter cannot be read: this system has no keyring: use env: or cmd: instead"
    )


async def test_without_the_keyring_library_there_is_a_clear_line(
    environ: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "keyring.py").write_text("raise ImportError('not installed')\n")
    environ["PYTHONPATH"] = str(tmp_path)
    error = await failure("keyring:openrouter", environ, 30)
    assert "pip install 'fleettui[keyring]'" in str(error)


async def test_a_keyring_module_in_the_current_folder_is_not_believed(
    environ: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "keyring.py").write_text("open('was-run', 'w')\n")
    environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    before = os.getcwd()
    os.chdir(tmp_path)
    try:
        await failure("keyring:openrouter", environ, 30)
    finally:
        os.chdir(before)
    assert not (tmp_path / "was-run").exists()
