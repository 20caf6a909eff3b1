"""What the entry of a file says without its lines: mode, kind, size."""

import posixpath

from fleettui.model import fmt
from fleettui.model.change import FileChange
from fleettui.model.text import clean
from fleettui.review.signals.codes import Code
from fleettui.review.signals.findings import Findings

LARGE = 1_000_000
"""Bytes from which a file is large."""

HUGE = 50_000_000
"""Bytes from which hosting services complain: it stays in the history for ever."""

SYMLINK, GITLINK = 0o120000, 0o160000
_MODES = frozenset({0, 0o100644, 0o100755, SYMLINK, GITLINK})

_TEXT = frozenset(
    b"adoc bash bat bats bzl c cc cfg cjs clj cmake cmd conf cpp cs css csv cts cxx dart diff"
    b" el ex exs env fish go gradle groovy h hcl hpp hs htm html ini java jinja jl js json"
    b" json5 jsonc jsx kt kts less lisp lock log lua m make md mdx mjs mk ml mts nim nix patch"
    b" php pl pm po properties proto ps1 py pyi r rb rs rst sass scala scss service sh sol sql"
    b" svelte svg swift t tcl tex tf toml ts tsx txt vb vim vue xml yaml yml zig zsh".split()
)


def named_as_text(raw_path: bytes) -> bool:
    """Whether the name promises text: a known extension, or none (as scripts have)."""
    name = raw_path.rpartition(b"/")[2].lower()
    stem, dot, extension = name.rpartition(b".")
    return extension in _TEXT if dot and stem else True


def modes(file: FileChange, findings: Findings) -> None:
    """Modes, symbolic links and submodules, as far as their modes tell."""
    old, new = file.old_mode, file.new_mode
    if GITLINK in (old, new):
        _submodule(file, findings)
    elif new not in _MODES or old not in _MODES:
        findings.add(Code.ODD_MODE, file.path, f"mode {old:o} becomes {new:o}")
    elif old == SYMLINK and new and new != SYMLINK:
        findings.add(Code.MODE, file.path, "a symbolic link becomes a file")
    elif new == 0o100755 and old == 0:
        findings.add(Code.MODE, file.path, "new and executable")
    elif new == 0o100755 and old == 0o100644:
        findings.add(Code.MODE, file.path, "becomes executable (100644 → 100755)")
    elif new == 0o100644 and old == 0o100755:
        findings.add(Code.MODE, file.path, "no longer executable (100755 → 100644)")


def _submodule(file: FileChange, findings: Findings) -> None:
    if file.new_mode != GITLINK:
        findings.add(Code.SUBMODULE, file.path, "removed", blocking=bool(file.new_mode))
    elif file.old_mode == GITLINK:
        findings.add(
            Code.SUBMODULE, file.path, f"{file.old[:12]} → {file.new[:12]}, not shown here"
        )
    else:
        findings.add(Code.SUBMODULE, file.path, f"added at {file.new[:12]}, not shown here")


def symlink(file: FileChange, target: bytes | None, findings: Findings) -> None:
    """Where a new or changed symbolic link points; None: too long to be read."""
    if target is None:
        findings.add(Code.SYMLINK, file.path, "its target is too long to be a path")
        return
    outside = leads_out(file.raw_path, target)
    detail = f"→ {clean(target, limit=120)}" + (f" ({outside})" if outside else "")
    findings.add(Code.SYMLINK, file.path, detail, blocking=outside is not None)


def leads_out(raw_path: bytes, target: bytes) -> str | None:
    """Why a symbolic link at `raw_path` does not stay among the files of the work tree."""
    plain = target.replace(b"\\", b"/")
    if b"\0" in target or not target:
        return "makes no sense"
    if plain.startswith((b"/", b"~")) or plain[1:3] == b":/":
        return "absolute"
    joined = posixpath.normpath(posixpath.join(posixpath.dirname(raw_path), plain))
    if joined == b".." or joined.startswith(b"../"):
        return "leaves the repository"
    if b".git" in joined.lower().split(b"/"):
        return "into the repository's own data"
    return None


def contents(file: FileChange, size: int | None, blob: bytes | None, findings: Findings) -> None:
    """Size and kind of what a regular file now holds; `blob` only of binaries named as text."""
    if size is None:
        return
    told = fmt.size(size)
    text = file.binary and named_as_text(file.raw_path)
    if size >= HUGE:
        findings.add(Code.LARGE_FILE, file.path, told, blocking=True)
    elif text and size > LARGE:
        findings.add(
            Code.LARGE_FILE, file.path, f"{told}, of which git shows no line", blocking=True
        )
    elif size >= LARGE:
        findings.add(Code.LARGE_FILE, file.path, told)
    if blob is not None and disguised(file, blob):
        zeros = blob.count(b"\0")
        findings.add(Code.NUL_IN_TEXT, file.path, f"{zeros} NUL in {told}: shown as a binary")
    elif file.binary:
        findings.add(Code.BINARY, file.path, told)


def disguised(file: FileChange, blob: bytes) -> bool:
    """Whether this is text of which git shows no line because of a NUL."""
    text = file.binary and b"\0" in blob and named_as_text(file.raw_path)
    return text and _is_text(file.raw_path, blob)


def _is_text(raw_path: bytes, blob: bytes) -> bool:
    """What has no extension is text if it begins as a script or is mostly letters."""
    if b"." in raw_path.rpartition(b"/")[2].lstrip(b"."):
        return True
    start = blob[:4096]
    odd = len(start.translate(None, bytes(range(32, 127)) + b"\t\n\r\0"))
    return start.startswith(b"#!") or odd * 10 < len(start)
