"""Patches for tests, made up row by row."""

from collections.abc import Sequence

from fleettui.model.change import FileChange
from fleettui.model.patch import Patch, PatchFile, Row

ZEROS = "0" * 40


def change(path: str = "src/queue.py", **fields: object) -> FileChange:
    """A file that was modified."""
    values: dict[str, object] = {
        "raw_path": path.encode(),
        "path": path,
        "status": "M",
        "old_mode": 0o100644,
        "new_mode": 0o100644,
        "old": "1" * 40,
        "new": "2" * 40,
        "additions": 1,
        "deletions": 1,
    }
    return FileChange(**{**values, **fields})  # type: ignore[arg-type]


def empty() -> Patch:
    """A patch of which nothing has come yet."""
    return Patch()


def add_file(patch: Patch, file: FileChange) -> None:
    """Begin another file."""
    patch.files.append(PatchFile(file, len(patch.files), len(patch), len(patch)))
    add_row(patch, Row.FILE)


def add_hunk(patch: Patch, old: tuple[int, int], new: tuple[int, int], words: bytes = b"") -> None:
    """Begin another hunk: first line and number of lines of each side."""
    patch.hunks.append(len(patch))
    patch.counts[len(patch)] = (old[1], new[1])
    add_row(patch, Row.HUNK, words, old=old[0], new=new[0])


def add_row(patch: Patch, kind: Row, text: bytes = b"", *, old: int = 0, new: int = 0) -> None:
    """Add a row to the last file."""
    patch.kinds.append(kind)
    patch.old.append(old)
    patch.new.append(new)
    patch.text += text
    patch.starts.append(len(patch.text))
    patch.files[-1].end = len(patch)


def patch_of(rows: Sequence[tuple[Row, bytes]], path: str = "src/queue.py") -> Patch:
    """A complete patch of one file with one hunk of these rows, its lines numbered from 1."""
    patch = empty()
    add_file(patch, change(path))
    add_hunk(patch, (1, 1), (1, 1))
    add_rows(patch, rows)
    patch.complete = True
    return patch


def add_rows(patch: Patch, rows: Sequence[tuple[Row, bytes]], old: int = 1, new: int = 1) -> None:
    """Add lines, counting on both sides."""
    for kind, text in rows:
        on_old, on_new = kind in (Row.CONTEXT, Row.REMOVED), kind in (Row.CONTEXT, Row.ADDED)
        add_row(patch, kind, text, old=old if on_old else 0, new=new if on_new else 0)
        old, new = old + on_old, new + on_new


def copy_of(patch: Patch, rows: int, into: Patch) -> None:
    """Let `into`, which has the first rows of `patch`, grow to so many of them."""
    done = len(into)
    into.kinds.extend(patch.kinds[done:rows])
    into.old.extend(patch.old[done:rows])
    into.new.extend(patch.new[done:rows])
    into.starts.extend(patch.starts[done + 1 : rows + 1])
    into.text += patch.text[patch.starts[done] : patch.starts[rows]]
    into.hunks.extend(row for row in patch.hunks if done <= row < rows)
    into.counts.update({row: each for row, each in patch.counts.items() if done <= row < rows})
    for number, file in enumerate(patch.files):
        if file.first < rows:
            grown = PatchFile(file.change, file.index, file.first, min(file.end, rows))
            into.files[number : number + 1] = [grown]
    into.complete = rows == len(patch) and patch.complete
