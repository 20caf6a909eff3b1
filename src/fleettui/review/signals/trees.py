"""The folders that a change touches: twins of names, modes that git hides, repositories inside.

Read from the raw tree objects, since git's listings correct odd modes.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from fleettui.model.change import FileChange
from fleettui.model.errors import Malformed
from fleettui.model.text import clean
from fleettui.review.reading.listing import shown
from fleettui.review.signals.codes import Code
from fleettui.review.signals.findings import Findings
from fleettui.review.signals.names import twin_key

FOLDERS = 4000
"""Folders that are looked at in one change."""

FOLDER_CAP = 1024 * 1024
"""Bytes of a tree object: about 25,000 names in one folder."""

TREE = 0o40000
_MODES = frozenset({TREE, 0o100644, 0o100755, 0o120000, 0o160000})
_ENTRY = {
    size: re.compile(rb"([0-7]{1,7}) ([^\0/]+)\0[\s\S]{%d}" % size)  # the object id is binary
    for size in (20, 32)
}


def entries(raw: bytes, id_size: int) -> dict[bytes, int]:
    """Names and modes in a raw tree object whose object ids have 20 or 32 bytes."""
    found, at = {}, 0
    for match in _ENTRY[id_size].finditer(raw):
        if match.start() != at:
            break
        found[match[2]] = int(match[1], 8)
        at = match.end()
    if at != len(raw):
        raise Malformed("a folder in the repository makes no sense")
    return found


def folders(files: Iterable[FileChange]) -> dict[bytes, dict[bytes, bool]]:
    """What is touched in each folder ("" is the root): names, and whether one may be new."""
    touched: dict[bytes, dict[bytes, bool]] = {b"": {}}
    for file in files:
        if file.new_mode == 0:
            continue
        added = file.old_mode == 0
        path = file.raw_path
        while path:
            folder, _, name = path.rpartition(b"/")
            names = touched.setdefault(folder, {})
            if names.get(name, False) or (name in names and not added):
                break
            names[name] = added
            path = folder
        if len(touched) > FOLDERS:
            break
    return touched


def examine(
    folder: bytes, content: Mapping[bytes, int], touched: Mapping[bytes, bool], findings: Findings
) -> None:
    """Say what is wrong in one folder."""
    for name in touched:
        mode = content.get(name)
        if mode is not None and mode not in _MODES:
            findings.add(Code.ODD_MODE, _shown(folder, name), f"mode {mode:o}, which git hides")
    for name, other in _twins(content, touched):
        detail = f"the same file as “{clean(other, limit=60)}” on some systems"
        findings.add(Code.TWIN_NAME, _shown(folder, name), detail)
    if is_repository(content):
        detail = "a git repository in the content: git commands in it obey its configuration"
        findings.add(Code.EMBEDDED_REPOSITORY, shown(folder) or ".", detail)


def is_repository(content: Mapping[bytes, int]) -> bool:
    """Whether git would take a folder for a bare repository, or for the half of a linked one."""
    modes = {name.lower(): mode for name, mode in content.items() if len(name) <= 9}
    if b"head" not in modes:
        return False
    return b"commondir" in modes or (modes.get(b"objects") == modes.get(b"refs") == TREE)


def _twins(
    content: Mapping[bytes, int], touched: Mapping[bytes, bool]
) -> Iterator[tuple[bytes, bytes]]:
    keys: dict[bytes | str, list[bytes]] = {
        twin_key(name): [] for name, added in touched.items() if added
    }
    if not keys:
        return
    for name in content:
        if (same := keys.get(twin_key(name))) is not None:
            same.append(name)
    for names in keys.values():
        for name in names:
            if len(names) > 1 and touched.get(name):
                yield name, next(other for other in names if other != name)
                break


def _shown(folder: bytes, name: bytes) -> str:
    return shown(folder + b"/" + name if folder else name)
