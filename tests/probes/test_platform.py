"""Finding out what a machine runs."""

import asyncio
from pathlib import Path

import pytest

from fleettui.hosts.host import Output, Shell
from fleettui.model.errors import Malformed, Unreachable
from fleettui.model.machine import Machine, Platform
from fleettui.model.text import is_clean
from fleettui.probes.platform import KnownPlatform, detect, here
from tests.probes.shells import SHELLS, ShellHost


def uname(folder: Path, answer: str) -> str:
    """A stand-in for `uname`; returns the folder that it lies in."""
    command = folder / "uname"
    command.write_text(f"#!/bin/sh\nprintf '{answer}'\n")
    command.chmod(0o755)
    return str(folder)


class WindowsHost(ShellHost):
    """A stand-in for sshd on Windows: no sh, and PowerShell answers `said`."""

    said = b"\r\n@@fleet1 kernel Win32NT\r\n"
    refuses = True

    async def run(
        self,
        script: bytes,
        *,
        stdin: bytes = b"",
        shell: Shell = Shell.SH,
        deadline: float = 10.0,
        cap: int = 0,
    ) -> Output:
        if shell is Shell.POWERSHELL:
            return Output(self.said, b"#< CLIXML", 0)
        if self.refuses:
            raise Malformed("the script did not start: 'exec' is not recognized")
        return Output(b"", b"'exec' is not recognized as an internal or external command", 1)


@pytest.mark.parametrize("argv", SHELLS.values(), ids=SHELLS)
async def test_this_machine(argv: tuple[str, ...]) -> None:
    assert await detect(ShellHost(argv)) is here()


@pytest.mark.parametrize(
    "answer,platform",
    [
        ("Darwin\\n", Platform.MACOS),
        ("Linux", Platform.LINUX),
        ("MINGW64_NT-10.0-22631\\n", Platform.WINDOWS),
        ("CYGWIN_NT-10.0\\n", Platform.WINDOWS),
    ],
)
async def test_what_uname_says(tmp_path: Path, answer: str, platform: Platform) -> None:
    host = ShellHost(commands=uname(tmp_path, answer))
    assert await detect(host) is platform


async def test_a_system_without_a_probe_is_named(tmp_path: Path) -> None:
    host = ShellHost(commands=uname(tmp_path, "Free\\033BSD"))
    with pytest.raises(Malformed, match=r"runs Free.BSD, which") as failure:
        await detect(host)
    assert is_clean(failure.value.text)


@pytest.mark.parametrize("refuses", [True, False])
async def test_powershell_is_asked_where_there_is_no_sh(refuses: bool) -> None:
    host = WindowsHost()
    host.refuses = refuses
    assert await detect(host) is Platform.WINDOWS


async def test_a_machine_without_either_needs_a_word_from_the_user() -> None:
    host = WindowsHost()
    host.said = b"no such thing"
    with pytest.raises(Malformed, match="neither sh nor PowerShell") as failure:
        await detect(host)
    assert "set platform" in failure.value.remedy


async def test_all_probes_of_a_machine_ask_once(tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    answer = f"Darwin\\n'; echo >>'{calls}"
    known = KnownPlatform(ShellHost(commands=uname(tmp_path, answer)), Machine("mini"))
    assert tuple(await asyncio.gather(known(), known())) == (Platform.MACOS, Platform.MACOS)
    assert calls.read_text() == "\n"


async def test_the_configured_platform_wins() -> None:
    known = KnownPlatform(ShellHost(), Machine("mini", platform=Platform.MACOS))
    assert await known() is Platform.MACOS


async def test_a_machine_that_is_away_is_not_a_windows_machine() -> None:
    class Away(ShellHost):
        async def run(self, script: bytes, **_: object) -> Output:
            raise Unreachable("no route to host")

    with pytest.raises(Unreachable):
        await detect(Away())
