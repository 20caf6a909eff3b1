"""The editor gets a copy at a line, and nothing of it is left."""

from os.path import exists
from pathlib import Path

import pytest

from fleettui.commands.editor import command, copy_name, edit
from fleettui.model.errors import OperationFailed
from tests.lab.repos import executable

HARMLESS = ["-R", "--cmd", "set nomodeline"]


@pytest.mark.parametrize(
    "environment, expected",
    [
        ({"EDITOR": "nano"}, ["nano", "+7", "f.py"]),
        (
            {"EDITOR": "nano", "VISUAL": "/opt/nvim -n"},
            ["/opt/nvim", "-n", *HARMLESS, "+7", "f.py"],
        ),
        ({"EDITOR": "vim"}, ["vim", *HARMLESS, "+7", "f.py"]),
        ({"EDITOR": "vim.tiny"}, ["vim.tiny", *HARMLESS, "+7", "f.py"]),
        ({"VISUAL": "code"}, ["code", "--wait", "--goto", "f.py:7"]),
        ({"VISUAL": "hx"}, ["hx", "f.py:7"]),
        ({"VISUAL": "my own editor"}, ["my", "own", "editor", "f.py"]),
    ],
)
def test_the_line_is_given_where_the_editor_takes_one(
    environment: dict[str, str], expected: list[str]
) -> None:
    assert command(environment, "f.py", 7) == expected


@pytest.mark.parametrize(
    "real, more", [("vim.basic", HARMLESS), ("nvim", HARMLESS), ("nvi", []), ("busybox", [])]
)
def test_modelines_are_off_where_vi_is_vim(tmp_path: Path, real: str, more: list[str]) -> None:
    executable(tmp_path / real, "#!/bin/sh\n")
    (tmp_path / "editor").symlink_to(real)
    (tmp_path / "vi").symlink_to("editor")
    environment = {"PATH": str(tmp_path)}
    assert command(environment, "f.py", 7) == ["vi", *more, "+7", "f.py"]


def test_an_open_quotation_mark_is_told() -> None:
    with pytest.raises(OperationFailed, match="quotation mark"):
        command({"EDITOR": "vi 'x"}, "f", 1)


@pytest.mark.parametrize(
    "path, expected",
    [
        ("src/app.py", "copy-app.py"),
        ("-R", "copy--R"),
        ("a\x1b]52;c;x\x07.py", "copy-a__52_c_x_.py"),
        ("../../.ssh/config", "copy-config"),
        ("x" * 300 + ".rs", "copy-" + "x" * 57 + ".rs"),
    ],
)
def test_the_copy_has_a_harmless_name(path: str, expected: str) -> None:
    assert copy_name(path) == expected


def gone(folder: str) -> bool:
    return not exists(folder)


async def test_a_copy_is_shown_and_thrown_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = tmp_path / "seen"
    script = executable(
        tmp_path / "editor.sh",
        f'#!/bin/sh\ncat "$1" >"{seen}"\necho "$1" >>"{seen}"\npwd >>"{seen}"\n',
    )
    monkeypatch.setenv("VISUAL", str(script))
    await edit("src/queue.py", b"one\n", 1)
    text, place, folder = seen.read_text().splitlines()
    assert text == "one"
    assert place == f"{folder}/copy-queue.py"
    assert gone(folder)


async def test_an_editor_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", "/nowhere/editor")
    with pytest.raises(OperationFailed, match="cannot be started"):
        await edit("a", b"", 1)
