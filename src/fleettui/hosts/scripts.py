"""The bytes that start a script on a machine, and the mark that tells its output from noise.

The command is constant; the script goes to its standard input, so no data ever stands in a
command string, and the login shell (fish, tcsh, cmd.exe …) only ever sees the constant.
What login shells print before the script runs ends at a mark that only this run knows.
"""

import base64
import os

from fleettui.hosts.host import Shell

SEARCH_PATH = (
    'PATH="${PATH:+$PATH:}/usr/local/bin:/opt/homebrew/bin:/usr/bin:/bin:/usr/sbin:/sbin'
    '${HOME:+:$HOME/.local/bin}"; export PATH'
)
"""Shells that sshd starts, and programs started from a desktop, miss what Homebrew installs."""

_BOOTSTRAP = """\
$ProgressPreference = 'SilentlyContinue'
$u = New-Object Text.UTF8Encoding $false
try { [Console]::OutputEncoding = $u; [Console]::InputEncoding = $u } catch { }
$code = $u.GetString([Convert]::FromBase64String([Console]::In.ReadLine()))
& ([ScriptBlock]::Create($code))
"""
"""Takes the script as one line of base64, so that the rest of the input is the script's own."""

_ARGV: dict[Shell, tuple[str, ...]] = {
    Shell.SH: ("/bin/sh", "-s"),
    Shell.POWERSHELL: (
        "powershell",
        "-NoProfile",
        "-NonInteractive",
        "-EncodedCommand",
        base64.b64encode(_BOOTSTRAP.encode("utf-16-le")).decode(),
    ),
}


def argv(shell: Shell) -> tuple[str, ...]:
    """The program that reads a script, as started on this machine."""
    return _ARGV[shell]


def command(shell: Shell) -> str:
    """The same as one command line for the login shell of another machine."""
    line = " ".join(_ARGV[shell])
    return f"exec {line}" if shell is Shell.SH else line


def new_nonce() -> str:
    """Thirty-two hexadecimal digits that nothing else prints."""
    return os.urandom(16).hex()


def mark(nonce: str) -> bytes:
    """What is printed first; the rest of its line is the process id, where that is of use."""
    return f"\n{nonce} ".encode()


def wrapped(script: bytes, shell: Shell, nonce: str) -> bytes:
    """The input that makes `shell` print the mark and then run the script.

    For sh the script is one compound command: it is read to its end before the mark is printed,
    and it ends the shell, so bytes sent after the mark are the script's input and never code.
    The nonce is written in two halves: a shell that echoes its input does not print the mark.
    """
    first, second = nonce[:16], nonce[16:]
    if shell is Shell.SH:
        say = f"printf '\\n%s%s %s\\n' {first} {second} $$"
        return f"{{ {say}; {say} >&2; {SEARCH_PATH}\n".encode() + script + b"\nexit $?\n}\n"
    say = f"""Write("`n" + '{first}' + '{second}' + " -`n")"""
    begin = f"[Console]::Out.{say}; [Console]::Out.Flush(); [Console]::Error.{say}\n"
    return base64.b64encode(begin.encode() + script) + b"\n"


def after_mark(printed: bytes, nonce: str) -> bytes:
    """What follows the line of the mark in `printed`; all of it where the mark is missing."""
    _, found, after = printed.partition(mark(nonce))
    return after.partition(b"\n")[2] if found else printed
