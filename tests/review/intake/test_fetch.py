"""Agents' branches of real, hostile clones on this computer; tests/real has them over SSH."""

import os
from pathlib import Path

import pytest

from fleettui.git.runner import Git
from fleettui.model.errors import ReadError, TimedOut
from fleettui.model.machine import Platform
from fleettui.model.repo import Repo
from fleettui.model.text import is_clean
from fleettui.review.intake import fetch as fetching
from fleettui.review.intake import quarantine
from fleettui.review.intake.fetch import CloneAt, Fetched, fetch
from fleettui.review.intake.incoming_refs import REFUSED
from fleettui.review.intake.packing import packing
from fleettui.review.workspace import BACKUPS, TARGET, Workspace, workspace
from tests.lab.repos import arm, commit, executable, git, make_repo


@pytest.fixture
async def ws(tmp_path: Path) -> Workspace:
    """A workspace whose quarantine has the target."""
    user = make_repo(tmp_path / "user")
    made = workspace(Repo("app", str(user)), tmp_path / "state")
    await quarantine.prepare(made)
    await quarantine.seed(made, str(user / ".git"))
    return made


@pytest.fixture
def clone(tmp_path: Path, ws: Workspace) -> Path:
    """An agent's clone, at the target."""
    place = tmp_path / "agents" / "app"
    git(tmp_path, "clone", "-q", ws.repo.path, str(place))
    return place


def branch(clone: Path, task: str, files: dict[str, str] | None = None) -> str:
    """Commit on `agent/TASK` as an agent does."""
    git(clone, "checkout", "-q", "-B", f"agent/{task}", "main")
    head = commit(clone, files or {f"{task}.txt": task})
    git(clone, "checkout", "-q", "main")
    return head


def point(clone: Path, name: bytes, oid: str) -> None:
    """Write a ref behind git's back."""
    path = os.path.join(os.fsencode(clone), b".git/refs/heads", name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(oid + "\n")


def with_tree(clone: Path, task: str, tree: bytes) -> str:
    """A branch with a tree that git itself would not make."""
    made = ["hash-object", "-w", "-t", "tree", "--literally", "--stdin"]
    oid = git(clone, *made, stdin=tree).decode().strip()
    head = git(clone, "commit-tree", "-p", "main", "-m", "odd", oid).decode().strip()
    point(clone, f"agent/{task}".encode(), head)
    return head


def at(clone: Path, machine: str = "box") -> CloneAt:
    return CloneAt(machine, str(clone))


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def refs_of(ws: Workspace) -> dict[str, str]:
    told = git(ws.quarantine, "for-each-ref", "--format=%(refname) %(objectname)").decode()
    return dict(line.split(" ") for line in told.splitlines())


async def test_brings_new_heads_and_only_these(ws: Workspace, clone: Path) -> None:
    assert await fetch(ws, at(clone)) == Fetched()
    first, second = branch(clone, "t1"), branch(clone, "t-2.b")
    git(clone, "branch", "feature", first)
    git(clone, "tag", "agent/t1", second)
    git(clone, "tag", "-a", "-m", "x", "v1", first)
    assert await fetch(ws, at(clone)) == Fetched({"t1": first, "t-2.b": second})
    assert refs_of(ws) == {
        TARGET: git(clone, "rev-parse", "main").decode().strip(),
        quarantine.incoming_ref("box", "t1"): first,
        quarantine.incoming_ref("box", "t-2.b"): second,
    }
    assert not (ws.quarantine / "FETCH_HEAD").exists()
    git(ws.quarantine, "fsck", "--strict")


async def test_follows_a_branch_that_moves_back_and_aside(ws: Workspace, clone: Path) -> None:
    first = branch(clone, "t1")
    await fetch(ws, at(clone))
    second = branch(clone, "t1", {"other": "x"})
    assert first != second
    assert (await fetch(ws, at(clone))).heads == {"t1": second}
    git(clone, "branch", "-f", "agent/t1", first)
    assert (await fetch(ws, at(clone))).heads == {"t1": first}


async def test_a_branch_that_is_gone_loses_its_ref(ws: Workspace, clone: Path) -> None:
    kept, gone = branch(clone, "t1"), branch(clone, "t2")
    await fetch(ws, at(clone))
    await fetch(ws, at(clone, "other"))
    await quarantine.pin(ws, gone)
    git(clone, "branch", "-D", "-q", "agent/t2")
    assert (await fetch(ws, at(clone))).heads == {"t1": kept}
    assert await quarantine.incoming(ws) == {
        ("box", "t1"): kept,
        ("other", "t1"): kept,
        ("other", "t2"): gone,
    }
    assert refs_of(ws)[f"{BACKUPS}/box/t2/{gone}"] == gone


BLOB = bytes.fromhex("45b983be36b73c0788dc9cbcb76cbb80fc7bb057")
"""`hi` and a newline."""

TREES = {
    "dot-git": b"100644 .git\0" + BLOB,
    "capitals": b"100644 .GIT\0" + BLOB,
    "short-name": b"100644 git~1\0" + BLOB,
    "hfs": b"100644 .g\xe2\x80\x8cit\0" + BLOB,
    "parent": b"100644 ..\0" + BLOB,
    "here": b"100644 .\0" + BLOB,
    "slash": b"100644 a/b\0" + BLOB,
    "twice": b"100644 a\0" + BLOB + b"100755 a\0" + BLOB,
    "unsorted": b"100644 b\0" + BLOB + b"100644 a\0" + BLOB,
    "stream": b"100644 .git::$INDEX_ALLOCATION\0" + BLOB,
    "modules-link": b"120000 .gitmodules\0" + BLOB,
    "zero-mode": b"0100644 a\0" + BLOB,
    "cut": b"100644 a\0abc",
}


async def test_malformed_trees_are_refused_each_for_itself(ws: Workspace, clone: Path) -> None:
    git(clone, "hash-object", "-w", "--stdin", stdin=b"hi\n")
    good = branch(clone, "good")
    for task, tree in TREES.items():
        with_tree(clone, task, tree)
    found = await fetch(ws, at(clone))
    assert found.heads == {"good": good}
    assert found.bad.keys() == TREES.keys()
    assert all(is_clean(reason) and len(reason) < 320 for reason in found.bad.values())
    assert "contains '.git'" in found.bad["dot-git"]
    assert await quarantine.incoming(ws) == {("box", "good"): good}
    # Not fetched again until they move, and not forgotten either.
    packs = names_in(ws.quarantine / "objects/pack")
    assert await fetch(ws, at(clone)) == found
    assert names_in(ws.quarantine / "objects/pack") == packs
    assert (await fetch(ws, at(clone), again=True)).bad.keys() == TREES.keys()


async def test_a_bad_branch_that_is_mended_is_taken(ws: Workspace, clone: Path) -> None:
    git(clone, "hash-object", "-w", "--stdin", stdin=b"hi\n")
    before = branch(clone, "t1")
    await fetch(ws, at(clone))
    with_tree(clone, "t1", TREES["parent"])
    found = await fetch(ws, at(clone))
    assert (found.heads, list(found.bad)) == ({}, ["t1"])
    assert await quarantine.incoming(ws) == {("box", "t1"): before}
    after = branch(clone, "t1", {"good": "again"})
    assert await fetch(ws, at(clone)) == Fetched({"t1": after})
    assert not [name for name in refs_of(ws) if name.startswith(REFUSED)]


async def test_hostile_submodule_urls_are_refused_for_good(ws: Workspace, clone: Path) -> None:
    text = '[submodule "x"]\n\tpath = x\n\turl = -u./payload\n'
    branch(clone, "t1", {".gitmodules": text})
    for _ in range(2):
        found = await fetch(ws, at(clone), again=True)
        assert found.heads == {}
        assert "disallowed submodule url" in found.bad["t1"]


async def test_what_is_no_commit_is_refused(ws: Workspace, clone: Path) -> None:
    good = branch(clone, "t1")
    blob = git(clone, "hash-object", "-w", "--stdin", stdin=b"hi\n").decode().strip()
    tag = git(clone, "rev-parse", "main^{tree}").decode().strip()
    git(clone, "tag", "-a", "-m", "x", "v1", good)
    point(clone, b"agent/blob", blob)
    point(clone, b"agent/tree", tag)
    point(clone, b"agent/tag", git(clone, "rev-parse", "v1").decode().strip())
    for _ in range(2):
        found = await fetch(ws, at(clone))
        assert found.heads == {"t1": good}
        assert set(found.bad) == {"blob", "tree", "tag"}
        assert set(found.bad.values()) == {"the branch does not name a commit"}
        assert await quarantine.incoming(ws) == {("box", "t1"): good}


HOSTILE_NAMES = [
    b"agent/--output=pwned",
    b"agent/-D",
    b"agent/$(touch pwned)".replace(b" ", b"${IFS}"),
    b"agent/`id`",
    b"agent/a;b|c&d",
    b"agent/it's",
    b"agent/\xc2\x9b31mred",
    b"agent/\xe2\x80\xaetxt",
    b"agent/\xff",
    b"agent/HEAD",
    b"agent/UPPER",
    b"agent/deep/er",
    b"agent/%s",
    b"agent/" + b"x" * 65,
]


async def test_hostile_names_are_ignored_with_a_warning(
    ws: Workspace, clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    good = branch(clone, "t1")
    for name in HOSTILE_NAMES:
        point(clone, name, good)
    for name in (b"HEAD", b"-x", b"1" * 40, b"refs/heads/agent/t9"):
        point(clone, name, good)
    found = await fetch(ws, at(clone))
    assert found.heads == {"t1": good}
    assert found.bad == {}
    assert len(found.ignored) == 9
    assert all(is_clean(text) for text in found.ignored)
    assert found.ignored[0] == "agent/$(touch${IFS}pwned) is ignored: not the name of a task"
    assert found.ignored[8] == "6 more branches are ignored: not the names of tasks"
    assert await quarantine.incoming(ws) == {("box", "t1"): good}
    assert names_in(tmp_path) == ["agents", "state", "user"]


async def test_a_task_that_looks_like_an_object_name_is_a_branch(
    ws: Workspace, clone: Path
) -> None:
    good = branch(clone, "t1")
    point(clone, b"agent/" + b"a" * 40, good)
    assert (await fetch(ws, at(clone))).heads == {"t1": good, "a" * 40: good}


async def test_more_branches_than_anybody_reads(ws: Workspace, clone: Path) -> None:
    head = branch(clone, "t1")
    lines = [f"{head} refs/heads/agent/n{number:03}\n" for number in range(310)]
    (clone / ".git/packed-refs").write_text("".join(lines))
    found = await fetch(ws, at(clone))
    assert len(found.heads) == fetching.MOST_BRANCHES
    assert found.ignored == ("11 branches are ignored: no more than 300 of a clone are read",)


async def test_nothing_of_an_armed_clone_runs(ws: Workspace, clone: Path, tmp_path: Path) -> None:
    head = branch(clone, "t1")
    marker = tmp_path / "marker"
    arm(clone / ".git", marker)
    arm(ws.quarantine.parent / "quarantine.git", marker)
    await quarantine.prepare(ws)
    assert (await fetch(ws, at(clone))).heads == {"t1": head}
    assert not marker.exists()


async def test_nothing_runs_that_a_clone_takes_in_from_elsewhere(
    ws: Workspace, clone: Path, tmp_path: Path
) -> None:
    head = branch(clone, "t1")
    config = clone / ".git/config"
    own = config.read_bytes()
    arm(clone / ".git", tmp_path / "marker")
    hostile = config.read_bytes().removeprefix(own)
    (clone / ".git/hostile").write_bytes(hostile)
    (clone / ".git/config.worktree").write_bytes(hostile)
    carriers = b'[include]\n\tpath = hostile\n[includeIf "gitdir:**"]\n\tpath = hostile\n'
    config.write_bytes(own + carriers + b"[extensions]\n\tworktreeConfig = true\n")
    assert (await fetch(ws, at(clone))).heads == {"t1": head}
    assert not (tmp_path / "marker").exists()


async def test_replaced_and_grafted_history_is_seen_as_it_is(ws: Workspace, clone: Path) -> None:
    benign = branch(clone, "benign")
    evil = branch(clone, "t1", {"evil": "x"})
    git(clone, "replace", evil, benign)
    (clone / ".git/info").mkdir(exist_ok=True)
    (clone / ".git/info/grafts").write_text(f"{evil}\n")
    found = await fetch(ws, at(clone))
    assert found.heads["t1"] == evil
    assert not [name for name in refs_of(ws) if "replace" in name]
    assert b"evil" in git(ws.quarantine, "ls-tree", "--name-only", evil)
    assert git(ws.quarantine, "rev-list", "--count", evil) == b"2\n"


async def test_missing_objects_are_not_fetched_from_elsewhere(
    ws: Workspace, clone: Path, tmp_path: Path
) -> None:
    good, head = branch(clone, "good"), branch(clone, "t1", {"gone": "gone"})
    marker = tmp_path / "marker"
    script = executable(tmp_path / "evil.sh", f"#!/bin/sh\ntouch {marker}\n")
    git(clone, "config", "remote.origin.promisor", "true")
    git(clone, "config", "remote.origin.uploadpack", str(script))
    git(clone, "config", "extensions.partialClone", "origin")
    blob = git(clone, "rev-parse", f"{head}:gone").decode().strip()
    (clone / ".git/objects" / blob[:2] / blob[2:]).unlink()
    found = await fetch(ws, at(clone))
    assert found.heads == {"good": good}
    assert list(found.bad) == ["t1"]
    assert not marker.exists()


async def test_a_shallow_clone_of_the_agents_works(ws: Workspace, tmp_path: Path) -> None:
    user = Path(ws.repo.path)
    commit(user, {"more": "1"})
    await quarantine.take_target(ws, str(user / ".git"))
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{user}", str(shallow))
    head = branch(shallow, "t1")
    assert (await fetch(ws, at(shallow))).heads == {"t1": head}
    assert git(ws.quarantine, "rev-list", "--count", head) == b"3\n"


async def test_too_many_bytes_cost_only_the_branch_that_sends_them(
    ws: Workspace, clone: Path
) -> None:
    good = branch(clone, "t1")
    branch(clone, "t2", {"noise": os.urandom(400_000).hex()})
    found = await fetch(ws, at(clone), cap=200_000)
    assert found.heads == {"t1": good}
    assert found.bad == {"t2": "the machine sends more than 200 kB at once"}


def unfinished(ws: Workspace) -> list[str]:
    return [name for name in names_in(ws.quarantine / "objects/pack") if "tmp" in name]


async def test_what_could_not_be_taken_does_not_fill_the_disk(ws: Workspace, clone: Path) -> None:
    branch(clone, "t1")
    (clone / "big").write_bytes(os.urandom(3_000_000))
    branch(clone, "t2")
    fetched = await fetch(ws, at(clone), cap=1_000_000)
    assert "sends more than" in fetched.bad["t2"]
    assert unfinished(ws) == []
    (ws.quarantine / "objects/pack/tmp_pack_other").write_bytes(b"x")
    async with packing(ws, ws.q()):
        await fetch(ws, at(clone), cap=1_000_000, again=True)
        assert "tmp_pack_other" in unfinished(ws)
    assert unfinished(ws) == []


async def test_nothing_is_fetched_onto_a_disk_that_is_full(ws: Workspace, clone: Path) -> None:
    branch(clone, "t1")
    with pytest.raises(ReadError, match=r"the disk of .* has only .* left: make room there"):
        await fetch(ws, at(clone), least_free=2**62)
    assert (await fetch(ws, at(clone))).heads.keys() == {"t1"}


async def test_a_stale_lock_is_a_reason_until_it_is_gone(ws: Workspace, clone: Path) -> None:
    good, head = branch(clone, "good"), branch(clone, "t1")
    lock = ws.quarantine / f"{quarantine.incoming_ref('box', 't1')}.lock"
    lock.parent.mkdir(parents=True)
    lock.touch()
    found = await fetch(ws, at(clone))
    assert found.heads == {"good": good}
    assert "cannot lock ref" in found.bad["t1"]
    os.utime(lock, (1, 1))
    await quarantine.prepare(ws)
    assert (await fetch(ws, at(clone))).heads == {"good": good, "t1": head}


async def test_a_clone_that_cannot_be_read_leaves_everything_as_it_was(
    ws: Workspace, clone: Path, tmp_path: Path
) -> None:
    head = branch(clone, "t1")
    await fetch(ws, at(clone))
    for path in (str(tmp_path / "gone"), str(tmp_path), "/dev/null", "a\0b"):
        with pytest.raises(ReadError) as failed:
            await fetch(ws, CloneAt("box", path))
        assert is_clean(str(failed.value))
    with pytest.raises(ReadError, match="Windows machines cannot be read yet"):
        await fetch(ws, CloneAt("box", str(clone), platform=Platform.WINDOWS))
    assert await quarantine.incoming(ws) == {("box", "t1"): head}


async def test_other_object_names_are_told_apart(ws: Workspace, tmp_path: Path) -> None:
    place = tmp_path / "long"
    place.mkdir()
    git(place, "init", "-q", "-b", "main", "--object-format=sha256")
    commit(place, {"a": "1"})
    git(place, "branch", "agent/t1")
    found = await fetch(ws, at(place))
    assert found == Fetched(bad={"t1": "mismatched algorithms: client sha1; server sha256"})


async def test_a_clone_that_stalls_costs_the_deadline(
    ws: Workspace, clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    executable(tmp_path / "bin" / "git", "#!/bin/sh\nexec sleep 600\n")
    real = os.environ["PATH"]
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{real}")
    with pytest.raises(TimedOut):
        await fetch(ws, at(clone), deadline=0.5)


async def test_a_new_clone_and_an_empty_one(ws: Workspace, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    git(empty, "init", "-q")
    assert await fetch(ws, at(empty)) == Fetched()
    unrelated = make_repo(tmp_path / "unrelated", {"x": "y"})
    head = branch(unrelated, "t1")
    assert (await fetch(ws, at(unrelated))).heads == {"t1": head}


async def test_what_is_fetched_is_read_with_the_safe_git(ws: Workspace, clone: Path) -> None:
    head = branch(clone, "t1", {".gitattributes": "* -diff\n", "a": "b\n"})
    await fetch(ws, at(clone))
    asked = ["diff-tree", "-p", "--no-ext-diff", "--no-textconv", "--end-of-options", TARGET, head]
    told = await Git(git_dir=str(ws.quarantine)).run(asked)
    assert b"+b\n" in told.stdout
