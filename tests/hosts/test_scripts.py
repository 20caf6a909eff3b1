import base64
import subprocess

import pytest

from fleettui.hosts.host import Shell
from fleettui.hosts.scripts import after_mark, argv, command, mark, new_nonce, wrapped


def sh(given: bytes, program: str = "/bin/sh") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([program, "-s"], input=given, capture_output=True, timeout=30)


@pytest.mark.parametrize("program", ["/bin/sh", "/bin/bash", "/bin/dash"])
def test_the_mark_comes_before_everything_the_script_prints(program: str) -> None:
    nonce = new_nonce()
    done = sh(wrapped(b"echo out; echo err >&2; exit 4", Shell.SH, nonce), program)
    assert done.returncode == 4
    assert done.stdout.startswith(mark(nonce))
    assert after_mark(done.stdout, nonce) == b"out\n"
    assert after_mark(done.stderr, nonce) == b"err\n"


@pytest.mark.parametrize(
    "script",
    [
        b"",
        b"# a comment without a line end",
        b"cat <<'END'\ntext } {\nEND\n",
        b"f() { printf '%s' \"$1\"; }\nf x",
        b"case a in a) printf y;; esac",
    ],
)
def test_any_complete_script_can_be_wrapped(script: bytes) -> None:
    nonce = new_nonce()
    done = sh(wrapped(script, Shell.SH, nonce))
    assert done.returncode == 0
    assert done.stdout.startswith(mark(nonce))
    assert after_mark(done.stderr, nonce) == b""


def test_input_that_the_script_leaves_unread_is_never_run() -> None:
    nonce = new_nonce()
    done = sh(wrapped(b"true", Shell.SH, nonce) + b"echo harm\n")
    assert done.stdout.startswith(mark(nonce))
    assert after_mark(done.stdout, nonce) == b""


def test_a_shell_that_echoes_its_input_prints_no_mark_by_that() -> None:
    nonce = new_nonce()
    assert nonce.encode() not in wrapped(b"echo", Shell.SH, nonce)
    assert nonce.encode() not in base64.b64decode(wrapped(b"", Shell.POWERSHELL, nonce))


def test_what_is_installed_beside_the_system_is_found_last() -> None:
    done = sh(wrapped(b'printf %s "$PATH"', Shell.SH, "0" * 32))
    path = after_mark(done.stdout, "0" * 32).decode().split(":")
    assert path.index("/opt/homebrew/bin") > path.index("/usr/local/bin")
    assert done.stdout.endswith(b"/.local/bin")


def test_powershell_gets_its_script_as_one_line() -> None:
    given = wrapped("écho\n1".encode(), Shell.POWERSHELL, new_nonce())
    assert given.count(b"\n") == 1
    assert given.endswith(b"\n")
    assert base64.b64decode(given).decode().endswith("écho\n1")


def test_the_command_of_windows_is_constant_and_short_enough_for_cmd() -> None:
    line = command(Shell.POWERSHELL)
    assert len(line) < 8191
    bootstrap = base64.b64decode(line.rsplit(" ", 1)[1]).decode("utf-16-le")
    assert "[Console]::In.ReadLine()" in bootstrap
    assert argv(Shell.POWERSHELL)[0] == "powershell"


def test_noise_ends_at_the_mark() -> None:
    nonce = new_nonce()
    assert after_mark(b"motd" + mark(nonce) + b"12\nanswer", nonce) == b"answer"
    assert after_mark(b"no mark", nonce) == b"no mark"
