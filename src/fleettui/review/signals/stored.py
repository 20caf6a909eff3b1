"""What the objects behind a change tell: folders, links, sizes, binaries, manifests, messages."""

import asyncio
from collections.abc import Mapping, Sequence

from fleettui.git.runner import Git
from fleettui.model.change import Evaluation, FileChange
from fleettui.model.text import clean
from fleettui.review.reading.listing import shown
from fleettui.review.signals import entries, trees
from fleettui.review.signals.added import whole
from fleettui.review.signals.codes import Code
from fleettui.review.signals.content import Content
from fleettui.review.signals.findings import Findings
from fleettui.review.signals.messages import message_of, side_effects
from fleettui.review.signals.objects import Objects, read
from fleettui.review.signals.places import has_scripts
from fleettui.review.signals.scripts import changed_scripts

_LINK_CAP = 4096
_MANIFEST_CAP = 256 * 1024
_COMMIT_CAP = 64 * 1024
_REGULAR = frozenset({0o100644, 0o100755})
_FEW = 50
_IN_THREAD = 16 * 1024
"""Bytes from which on everything is judged in a thread, so that the event loop goes on."""


async def examine(
    q: Git,
    evaluation: Evaluation,
    files: Sequence[FileChange],
    content: Content,
    findings: Findings,
) -> None:
    """Read what is needed of `files`, the first ones of the change, and say what is found.

    What is text but hides in a binary goes to `content`.
    """
    root = (evaluation.tree or evaluation.head).encode("ascii")
    touched = trees.folders(files)
    folders = {folder: root + b":" + folder for folder in touched if b"\n" not in folder}
    commits = [commit.id.encode("ascii") for commit in evaluation.commits]
    wanted = dict.fromkeys(folders.values(), trees.FOLDER_CAP) | dict.fromkeys(commits, _COMMIT_CAP)
    for file in files:
        wanted |= _needed(file)
    sized = [file.new.encode("ascii") for file in files if file.new_mode in _REGULAR]
    objects = await read(q, sized, wanted)

    def judge() -> None:
        for folder, name in folders.items():
            _folder(folder, objects.contents.get(name), touched[folder], root, findings)
        for file in files:
            _file(file, objects, findings)
        _messages([objects.contents.get(name, b"") for name in commits], findings)
        _disguised(files, objects, content)

    if len(files) < _FEW and sum(map(len, objects.contents.values())) < _IN_THREAD:
        judge()
    else:
        await asyncio.to_thread(judge)


def _needed(file: FileChange) -> Mapping[bytes, int]:
    """The objects whose contents are needed to judge a file, and up to which size."""
    new = file.new.encode("ascii")
    if file.new_mode == entries.SYMLINK:
        return {new: _LINK_CAP}
    if file.new_mode not in _REGULAR:
        return {}
    if has_scripts(file.raw_path):
        old = {file.old.encode("ascii"): _MANIFEST_CAP} if file.old_mode in _REGULAR else {}
        return {new: _MANIFEST_CAP, **old}
    return {new: entries.LARGE} if file.binary and entries.named_as_text(file.raw_path) else {}


def _folder(
    folder: bytes,
    raw: bytes | None,
    touched: Mapping[bytes, bool],
    root: bytes,
    findings: Findings,
) -> None:
    if raw is None:
        findings.add(Code.UNREAD, shown(folder) or ".", "too many files for looking for twins")
        return
    id_size = len(root) // 2
    trees.examine(folder, trees.entries(raw, id_size), touched, findings)


def _file(file: FileChange, objects: Objects, findings: Findings) -> None:
    new = file.new.encode("ascii")
    blob = objects.contents.get(new)
    if file.new_mode == entries.SYMLINK:
        entries.symlink(file, blob, findings)
    elif file.new_mode in _REGULAR:
        entries.contents(file, objects.sizes.get(new), blob, findings)
        if has_scripts(file.raw_path):
            _manifest(file, objects, findings)


def _manifest(file: FileChange, objects: Objects, findings: Findings) -> None:
    new, old = (objects.contents.get(name.encode("ascii")) for name in (file.new, file.old))
    if new is None or (old is None and file.old_mode in _REGULAR):
        findings.add(Code.UNREAD, file.path, "too long to be compared")
    elif told := changed_scripts(old, new):
        findings.add(Code.RUNS_LATER, file.path, told)
    else:
        findings.add(Code.BUILD_FILE, file.path, "names dependencies; its scripts are as before")


def _messages(commits: Sequence[bytes], findings: Findings) -> None:
    found: dict[str, None] = {}
    for commit in commits:
        found |= dict.fromkeys(side_effects(message_of(commit)))
    for words in found:
        findings.add(Code.MESSAGE, "", f"“{clean(words, limit=60)}”")


def _disguised(files: Sequence[FileChange], objects: Objects, content: Content) -> None:
    """Text in which a NUL makes git show nothing: examine it without the NULs."""
    for file in files:
        blob = objects.contents.get(file.new.encode("ascii"))
        if blob is None or file.new_mode not in _REGULAR or not entries.disguised(file, blob):
            continue
        for piece in whole(file.raw_path, blob.replace(b"\0", b"")):
            content.look(piece)
