"""Lists of files against git asked by hand, and against whatever bytes."""

import random
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleettui.git.runner import Git, GitFailed, GitTooLarge
from fleettui.model.errors import Malformed
from fleettui.model.text import is_clean
from fleettui.review.reading.listing import (
    PATH_LIMIT,
    files,
    list_files,
    origins,
    read_blob,
    read_sizes,
    shown,
)
from tests.lab.by_hand import differences, listed
from tests.lab.histories import History
from tests.lab.repos import commit, git, make_repo

EMPTY = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


def bare(place: Path) -> Path:
    place.mkdir(parents=True)
    git(place, "init", "-q", "--bare", "-b", "main")
    return place


def q(place: Path) -> Git:
    return Git(git_dir=str(place))


def put(place: Path, kind: str, content: bytes) -> str:
    """Write an object as it is, without git looking at it."""
    told = git(place, "hash-object", "-t", kind, "--literally", "-w", "--stdin", stdin=content)
    return told.decode().strip()


def tree_of(place: Path, *entries: bytes) -> str:
    """A tree of `MODE TYPE OID TAB NAME` entries."""
    told = git(place, "mktree", "-z", "--missing", stdin=b"".join(e + b"\0" for e in entries))
    return told.decode().strip()


@pytest.mark.parametrize("seed", [1, 2])
async def test_equals_git_by_hand(tmp_path: Path, seed: int) -> None:
    history = History(tmp_path / "repo", seed)
    history.commits(25)
    oids = list(history.write().values())
    chance = random.Random(seed)
    pairs = list(pairwise(oids))
    pairs += [(chance.choice(oids), chance.choice(oids)) for _ in range(5)]
    seen = set()
    for a, b in pairs:
        found = await list_files(q(history.place), a, b)
        assert [listed(file) for file in found] == differences(history.place, a, b)
        seen |= {file.status for file in found}
    assert seen == {"A", "D", "M", "T"}


async def test_no_two_paths_look_the_same(tmp_path: Path) -> None:
    history = History(tmp_path / "repo", 7)
    history.commits(40)
    last = list(history.write().values())[-1]
    found = await list_files(q(history.place), EMPTY, last)
    assert len({file.path for file in found}) == len(found) > 20
    assert all(is_clean(file.path) for file in found)


def test_long_paths_stay_distinct() -> None:
    long = b"a" * PATH_LIMIT
    paths = [long + b"b", long + b"c", long, long[:-1] + "…".encode()]
    assert len({shown(path) for path in paths}) == len(paths)


async def test_a_rename_is_a_remark(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo", {"old": "".join(f"line {n}\n" for n in range(20))})
    before = git(repo, "rev-parse", "HEAD").decode().strip()
    git(repo, "mv", "old", "new\nname")
    (repo / "new\nname").write_text("".join(f"line {n}\n" for n in range(19)) + "evil\n")
    after = commit(repo, {})
    new, old = await list_files(q(repo / ".git"), before, after)
    assert (new.status, new.raw_path, new.renamed_from) == ("A", b"new\nname", "old")
    assert new.similarity is not None
    assert 85 < new.similarity < 100
    assert (old.status, old.renamed_from) == ("D", None)
    plain = await list_files(q(repo / ".git"), before, after, renames=False)
    assert [file.renamed_from for file in plain] == [None, None]


async def test_submodule_that_asks_to_be_ignored(tmp_path: Path) -> None:
    place = bare(tmp_path / "q")
    modules = put(place, "blob", b'[submodule "s"]\n path = s\n url = x\n ignore = all\n')
    entry = f"100644 blob {modules}\t.gitmodules".encode()
    a, b = (tree_of(place, entry, b"160000 commit " + c * 40 + b"\ts") for c in (b"1", b"2"))
    (found,) = await list_files(q(place), a, b)
    assert (found.raw_path, found.old_mode, found.new_mode) == (b"s", 0o160000, 0o160000)


async def test_attributes_of_the_branch_hide_nothing(tmp_path: Path) -> None:
    place = bare(tmp_path / "q")
    attributes = put(place, "blob", b"* -diff binary diff=evil filter=evil\n")
    before, after = (put(place, "blob", text) for text in (b"1\n2\n", b"1\n3\n"))
    a, b = (
        tree_of(
            place,
            f"100644 blob {attributes}\t.gitattributes".encode(),
            f"100644 blob {blob}\tf".encode(),
        )
        for blob in (before, after)
    )
    (found,) = await list_files(q(place), a, b)
    assert (found.additions, found.deletions) == (1, 1)


async def test_a_nul_makes_a_file_binary(tmp_path: Path) -> None:
    place = bare(tmp_path / "q")
    script = put(place, "blob", b"#\0\nrm -rf ~\n")
    tree = tree_of(place, f"100755 blob {script}\trun.sh".encode())
    (found,) = await list_files(q(place), EMPTY, tree)
    assert found.binary
    assert found.new_mode == 0o100755


async def test_a_bomb_is_too_large(tmp_path: Path) -> None:
    place = bare(tmp_path / "q")
    tree = bomb(place)
    with pytest.raises(GitFailed) as told:
        await list_files(q(place), EMPTY, tree, deadline=1.0)
    assert "took longer than 1 s" in str(told.value)


async def test_a_bomb_ends_at_the_memory_that_it_may_take(tmp_path: Path) -> None:
    place = bare(tmp_path / "q")
    frugal = Git(git_dir=str(place), memory=192 * 1024**2)
    with pytest.raises(GitTooLarge, match="memory"):
        await list_files(frugal, EMPTY, bomb(place))


def bomb(place: Path) -> str:
    """Eleven objects that are ten thousand million files."""
    tree = put(place, "blob", b"boom\n")
    for depth in range(10):
        kind = "tree" if depth else "blob"
        mode = "040000" if depth else "100644"
        tree = tree_of(place, *(f"{mode} {kind} {tree}\t{n}".encode() for n in range(10)))
    return tree


async def test_blobs_and_sizes(tmp_path: Path) -> None:
    place = bare(tmp_path / "q")
    small, large = put(place, "blob", b"x\0y"), put(place, "blob", b"0" * 200_000)
    assert await read_blob(q(place), small, 10) == b"x\0y"
    with pytest.raises(GitTooLarge):
        await read_blob(q(place), large, 100_000)
    assert await read_sizes(q(place), [small, "1" * 40, large]) == {small: 3, large: 200_000}
    assert await read_sizes(q(place), []) == {}


async def test_an_object_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(GitFailed):
        await list_files(q(bare(tmp_path / "q")), EMPTY, "1" * 40)


PARSERS = [files, origins]
PIECES = st.sampled_from(
    [
        b"\0",
        b":100644 100644 ",
        b"1" * 40,
        b" ",
        b" M",
        b" R099",
        b"\t",
        b"1\t2\tx",
        b"-\t-\tx",
        b"x",
    ]
)


@given(raw=st.binary() | st.lists(PIECES).map(b"".join))
def test_any_bytes_are_a_list_or_malformed(raw: bytes) -> None:
    for parse in PARSERS:
        with suppress(Malformed):
            assert parse(raw) is not None


def test_counts_of_another_file() -> None:
    meta = b":100644 100644 " + b"1" * 40 + b" " + b"2" * 40 + b" M\0x\0"
    assert files(meta + b"1\t2\tx\0")[0].additions == 1
    for wrong in (b"1\t2\ty\0", b"", b"1\t2\tx\x001\t2\tx\0", b"a\t2\tx\0", b"1\t2\0"):
        with pytest.raises(Malformed):
            files(meta + wrong)
