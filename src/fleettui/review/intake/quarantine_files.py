"""The files of a quarantine: making an empty one, and mending what a crash left behind.

Written without git, so that nothing of the user's templates and settings gets in. All of it
blocks for a moment: call it in a thread. Every step can be killed; the next call goes on.
"""

import contextlib
import os
import shutil
import time
from pathlib import Path

HEAD = b"ref: refs/heads/unborn\n"
"""Never born: git then takes no attributes from a commit of ours or of an agent."""

STALE_S = 120.0
"""Seconds after which a lock of git's is nobody's: git holds them for milliseconds."""

TEMPORARY_S = 3600.0
"""Seconds after which a pack that was never finished is nobody's."""

_SETTINGS = """\
[core]
	repositoryformatversion = {version}
	filemode = true
	bare = true
	logallrefupdates = false
	fsync = reference
[gc]
	auto = 0
[maintenance]
	auto = false
[receive]
	denyCurrentBranch = refuse
"""

CONFIG = {
    "sha1": _SETTINGS.format(version=0).encode(),
    "sha256": (_SETTINGS.format(version=1) + "[extensions]\n\tobjectformat = sha256\n").encode(),
}
"""The whole configuration of a quarantine, by object format."""

_PARTS = ("objects", "objects/info", "objects/pack", "refs")
_LOCKS = ("HEAD.lock", "config.lock", "packed-refs.lock", "packed-refs.new", "shallow.lock")
_FOREIGN = ("hooks", "info", "config.worktree", "objects/info/alternates")
"""What would configure a repository beside its configuration: never ours."""

_UNFINISHED = ("tmp_*", ".tmp-*")


def exists(place: Path) -> bool:
    """Whether there is anything at all."""
    return os.path.lexists(place)


def make(place: Path, object_format: str) -> None:
    """Make an empty quarantine appear at `place`, where there is none, whole or not at all."""
    new = place.with_name(place.name + ".new")
    remove(new)
    for part in ("", *_PARTS):
        (new / part).mkdir(mode=0o700, parents=True)
    _write(new / "config", CONFIG[object_format])
    _write(new / "HEAD", HEAD)
    new.rename(place)


def mend(place: Path) -> None:
    """Give a quarantine the settings and the folders that it has to have; drop stale locks."""
    place.chmod(0o700)
    for part in _PARTS:
        (place / part).mkdir(mode=0o700, exist_ok=True)
    found = _read(place / "config")
    if found not in CONFIG.values():
        _write(place / "config", CONFIG["sha256" if b"sha256" in found else "sha1"])
    if _read(place / "HEAD") != HEAD:
        _write(place / "HEAD", HEAD)
    for name in _FOREIGN:
        remove(place / name)
    for lock in (*(place / name for name in _LOCKS), *(place / "refs").rglob("*.lock")):
        _remove_old(lock, STALE_S)
    remove_unfinished(place)


def unfinished(place: Path) -> list[Path]:
    """Packs that are being written, or were never finished."""
    folder = place / "objects" / "pack"
    return [path for pattern in _UNFINISHED for path in folder.glob(pattern)]


def remove_unfinished(place: Path, *, older: float = TEMPORARY_S) -> None:
    """Remove unfinished packs that were not written to for so many seconds."""
    for path in unfinished(place):
        _remove_old(path, older)


def packs(place: Path) -> int:
    """How many packs there are."""
    return sum(1 for _ in (place / "objects" / "pack").glob("*.pack"))


def loose_objects(place: Path) -> int:
    """About how many objects lie outside of packs: one folder of 256 is counted."""
    return 256 * sum(1 for _ in (place / "objects" / "17").glob("*"))


def set_aside(place: Path, aside: Path) -> None:
    """Move a quarantine that is beyond mending out of the way; an older one there is removed."""
    remove(aside)
    place.rename(aside)


def remove(place: Path) -> None:
    """Remove a file, or a folder with all that is in it, if it is there."""
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def _write(path: Path, content: bytes) -> None:
    new = path.with_name(path.name + ".fleettui")
    with new.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def _remove_old(path: Path, seconds: float) -> None:
    with contextlib.suppress(FileNotFoundError):
        if path.is_file() and (not seconds or time.time() - path.stat().st_mtime > seconds):
            path.unlink()
