"""Diffs that git streams: whole, exact, and ended when nobody wants them any more."""

import os
import random
import subprocess
from collections.abc import AsyncGenerator
from contextlib import aclosing
from itertools import pairwise
from pathlib import Path

import pytest

from fleettui.git.runner import Git
from fleettui.model.change import FileChange
from fleettui.model.patch import Patch, PatchFile, Row
from fleettui.review.reading.listing import list_files
from fleettui.review.reading.patch import WHOLE_FILE, read_patch
from tests.lab.histories import History
from tests.lab.repos import arm, git
from tests.review.reading.test_listing import EMPTY, bare, bomb, put, q, tree_of


async def read(pieces: AsyncGenerator[Patch, None]) -> Patch:
    async with aclosing(pieces):
        async for patch in pieces:
            last = patch
    return last


async def diff(place: Path, a: str, b: str, **how: object) -> tuple[tuple[FileChange, ...], Patch]:
    files = await list_files(q(place), a, b, renames=False)
    return files, await read(read_patch(q(place), a, b, files, **how))  # type: ignore[arg-type]


def side(patch: Patch, file: PatchFile, kinds: set[Row]) -> bytes:
    """One side of a file that is shown whole."""
    lines: list[bytes] = []
    for row in range(file.first, file.end):
        kind = Row(patch.kinds[row])
        if kind in kinds:
            lines.append(patch.line(row) + b"\n")
            last_is_ours = True
        elif kind is Row.NOTE and last_is_ours:
            lines[-1] = lines[-1][:-1]
        else:
            last_is_ours = False
    return b"".join(lines)


def shown(patch: Patch, index: int, kinds: set[Row]) -> bytes:
    return b"".join(side(patch, file, kinds) for file in patch.files if file.index == index)


def content(place: Path, mode: int, oid: str) -> bytes:
    if mode == 0o160000:
        return f"Subproject commit {oid}\n".encode()
    return git(place, "cat-file", "blob", oid) if oid.strip("0") else b""


@pytest.mark.parametrize("seed", [11, 12])
async def test_both_sides_are_the_files_byte_by_byte(tmp_path: Path, seed: int) -> None:
    history = History(tmp_path / "repo", seed)
    history.commits(20)
    oids = list(history.write().values())
    chance = random.Random(seed)
    pairs = [*pairwise(oids), (chance.choice(oids), chance.choice(oids)), (EMPTY, oids[-1])]
    for a, b in pairs:
        files, patch = await diff(history.place, a, b, context=WHOLE_FILE)
        assert (patch.complete, patch.cut) == (True, "")
        for index, file in enumerate(files):
            if file.binary or not (file.additions or file.deletions):
                continue
            old, new = (shown(patch, index, {Row.CONTEXT, s}) for s in (Row.REMOVED, Row.ADDED))
            assert old == content(history.place, file.old_mode, file.old)
            assert new == content(history.place, file.new_mode, file.new)


async def test_counts_equal_the_list(tmp_path: Path) -> None:
    history = History(tmp_path / "repo", 13)
    history.commits(25)
    for a, b in pairwise(history.write().values()):
        files, patch = await diff(history.place, a, b)
        rows = {index: [0, 0] for index in range(len(files))}
        for part in patch.files:
            assert part.change is files[part.index]
            kinds = patch.kinds[part.first : part.end]
            rows[part.index][0] += kinds.count(Row.ADDED)
            rows[part.index][1] += kinds.count(Row.REMOVED)
        for index, file in enumerate(files):
            assert rows[index] == [file.additions or 0, file.deletions or 0]
        assert [part.first for part in patch.files[1:]] == [part.end for part in patch.files[:-1]]


def one_file(place: Path, name: str, content: bytes, mode: str = "100644") -> str:
    return tree_of(place, f"{mode} blob {put(place, 'blob', content)}\t{name}".encode())


async def test_one_file_only_by_its_literal_name(tmp_path: Path) -> None:
    place = bare(tmp_path / "q")
    blob = put(place, "blob", b"x\n")
    names = ["*", ":(top)a", "a", "b\n"]
    tree = tree_of(place, *(f"100644 blob {blob}\t{name}".encode() for name in names))
    for name in names:
        files, patch = await diff(place, EMPTY, tree, path=name.encode())
        assert [files[part.index].raw_path for part in patch.files] == [name.encode()]
        assert patch.complete


async def test_a_file_that_became_a_folder(tmp_path: Path) -> None:
    place = bare(tmp_path / "q")
    inner = one_file(place, "b", b"new\n")
    before = one_file(place, "a", b"old\n")
    after = tree_of(place, f"040000 tree {inner}\ta".encode())
    files, patch = await diff(place, before, after, path=b"a")
    assert [files[part.index].raw_path for part in patch.files] == [b"a", b"a/b"]
    assert patch.complete


async def test_a_script_with_a_nul_can_be_read_as_text(tmp_path: Path) -> None:
    place = bare(tmp_path / "q")
    tree = one_file(place, "run.sh", b"#\0\nrm -rf ~\n", "100755")
    _, patch = await diff(place, EMPTY, tree)
    assert [Row(kind) for kind in patch.kinds] == [Row.FILE, Row.BINARY]
    assert patch.line(1) == b"binary, 12 B"
    _, text = await diff(place, EMPTY, tree, as_text=True)
    assert [text.line(row) for row in range(2, 4)] == [b"#\0", b"rm -rf ~"]


async def test_a_change_of_mode_alone(tmp_path: Path) -> None:
    place = bare(tmp_path / "q")
    a, b = (one_file(place, "f", b"x\n", mode) for mode in ("100644", "100755"))
    files, patch = await diff(place, a, b)
    assert (files[0].old_mode, files[0].new_mode) == (0o100644, 0o100755)
    assert ([Row(kind) for kind in patch.kinds], patch.complete) == ([Row.FILE], True)


async def test_a_hostile_configuration_runs_nothing(tmp_path: Path) -> None:
    place = bare(tmp_path / "q")
    a, b = (one_file(place, "f", text) for text in (b"1\n", b"2\n"))
    mark = tmp_path / "mark"
    arm(place, mark)
    _, patch = await diff(place, a, b)
    assert [patch.line(row) for row in (2, 3)] == [b"1", b"2"]
    assert not mark.exists()


def huge(place: Path) -> str:
    """A file of 300 MB in one line, a megabyte on disk."""
    zeros = subprocess.Popen(["head", "-c", "300000000", "/dev/zero"], stdout=subprocess.PIPE)
    letters = subprocess.Popen(["tr", "\\0", "x"], stdin=zeros.stdout, stdout=subprocess.PIPE)
    told = subprocess.run(
        ["git", "-c", "core.bigFileThreshold=1m", "hash-object", "-w", "--stdin"],
        cwd=place,
        stdin=letters.stdout,
        capture_output=True,
        check=True,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent"},
    )
    for process in (zeros, letters):
        assert process.stdout is not None
        process.stdout.close()
        process.wait()
    return told.stdout.decode().strip()


async def test_a_line_of_300_megabytes(tmp_path: Path) -> None:
    place = bare(tmp_path / "q")
    tree = tree_of(place, f"100644 blob {huge(place)}\tone".encode())
    files, patch = await diff(place, EMPTY, tree)
    assert files[0].binary
    assert patch.line(1) == b"too large to show, 300 MB"
    _, text = await diff(place, EMPTY, tree, as_text=True)
    assert text.complete
    assert len(text.text) < 30_000
    assert text.line(3) == b" 299,980,001 more bytes in this line"


def children_named(name: bytes) -> list[str]:
    told = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    return [pid for pid in told if name in Path(f"/proc/{pid}/comm").read_bytes()]


async def test_closing_the_iterator_ends_git(tmp_path: Path) -> None:
    place = bare(tmp_path / "q")
    lines = b"".join(b"line %d\n" % n for n in range(200_000))
    tree = one_file(place, "f", lines)
    files = await list_files(q(place), EMPTY, tree)
    pieces = read_patch(q(place), EMPTY, tree, files)
    first = await anext(pieces)
    seen = len(first)
    assert 0 < seen < 100_000
    assert not first.complete
    await pieces.aclose()
    assert len(first) == seen
    assert not children_named(b"git")


async def test_the_patch_grows_in_place(tmp_path: Path) -> None:
    place = bare(tmp_path / "q")
    tree = one_file(place, "f", b"".join(b"line %d\n" % n for n in range(50_000)))
    files = await list_files(q(place), EMPTY, tree)
    lengths, ends, same = [], [], set()
    async with aclosing(read_patch(q(place), EMPTY, tree, files)) as pieces:
        async for patch in pieces:
            lengths.append(len(patch))
            ends.append(patch.files[-1].end)
            same.add(id(patch))
    assert lengths == ends == sorted(lengths)
    assert len(lengths) > 3
    assert len(same) == 1
    assert lengths[-1] == 50_002


async def test_what_git_refuses_is_told(tmp_path: Path) -> None:
    place = bare(tmp_path / "q")
    patch = await read(read_patch(q(place), EMPTY, "1" * 40, ()))
    assert not patch.complete
    assert "bad object" in patch.cut


async def test_a_list_of_something_else_is_noticed(tmp_path: Path) -> None:
    place = bare(tmp_path / "q")
    a, b, c = (one_file(place, "f", text) for text in (b"1\n", b"2\n", b"3\n"))
    files = await list_files(q(place), a, b)
    patch = await read(read_patch(q(place), a, c, files))
    assert (patch.complete, patch.cut) == (False, "git's diff is of other files than its list")


async def test_a_bomb_ends(tmp_path: Path) -> None:
    place = bare(tmp_path / "q")
    frugal = Git(git_dir=str(place), memory=192 * 1024**2)
    patch = await read(read_patch(frugal, EMPTY, bomb(place), ()))
    assert patch.cut
