"""Real repositories in a home folder, and Ollama servers good and bad."""

import asyncio
import os
import socket
from pathlib import Path

import pytest

from fleettui.config.nearby import Clone, clones, ollama_models
from tests.lab import ollama_stand_in as lab
from tests.lab.ollama_stand_in import StandIn, installed, says
from tests.lab.repos import add_worktree, commit, git, make_repo


def names(home: Path, current: Path | None = None, most: int = 20) -> list[str]:
    return sorted(clone.name for clone in clones(str(home), str(current or home), most))


def worked_on(repo: Path, when: int) -> None:
    for file in ("index", "HEAD", "logs/HEAD"):
        os.utime(repo / ".git" / file, (when, when))


def test_repositories_in_the_usual_folders(tmp_path: Path) -> None:
    make_repo(tmp_path / "src/app")
    make_repo(tmp_path / "code/owner/web")
    make_repo(tmp_path / "Documents/GitHub/site")
    make_repo(tmp_path / "elsewhere/hidden")
    make_repo(tmp_path / "src/node_modules/package")
    make_repo(tmp_path / "src/.cache/tool")
    make_repo(tmp_path / "src/a/b/c/too-deep")
    assert names(tmp_path) == ["app", "site", "web"]


def test_neither_worktrees_nor_what_lies_inside_nor_links(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "src/app")
    add_worktree(repo, tmp_path / "src/app-wip", "wip")
    make_repo(tmp_path / "src/app/inner")
    (tmp_path / "src/loop").symlink_to(tmp_path / "src")
    (tmp_path / "code").symlink_to(tmp_path / "src")
    assert names(tmp_path) == ["app"]


def test_the_repository_around_the_current_folder(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "odd/place")
    (repo / "src/deep").mkdir(parents=True)
    assert names(tmp_path / "empty", repo / "src/deep") == ["place"]


def test_the_ones_last_worked_on_come_first(tmp_path: Path) -> None:
    for when, name in enumerate(("old", "new", "middle")):
        worked_on(make_repo(tmp_path / "src" / name), 1_000_000 + [0, 900, 500][when])
    found = clones(str(tmp_path), str(tmp_path), 2)
    assert [clone.name for clone in found] == ["new", "middle"]


def test_names_are_valid_and_different(tmp_path: Path) -> None:
    for when, place in enumerate(
        ("src/app", "code/app", "work/App", "src/My Project (2)", "src/x.y")
    ):
        worked_on(make_repo(tmp_path / place), 1_000_000 - when)
    found = clones(str(tmp_path), str(tmp_path), 20)
    assert [clone.name for clone in found] == ["app", "app-2", "App-3", "My-Project-2", "x-y"]


def test_a_folder_whose_name_cannot_be_drawn_is_left_out(tmp_path: Path) -> None:
    make_repo(tmp_path / "src/a\x1b[31mb")
    make_repo(tmp_path / "src/fine")
    assert names(tmp_path) == ["fine"]


def test_the_base_branch(tmp_path: Path) -> None:
    def base(repo: Path) -> str:
        (clone,) = clones(str(tmp_path / "none"), str(repo), 1)
        return clone.base

    trunk = make_repo(tmp_path / "trunk")
    git(trunk, "branch", "-m", "trunk")
    assert base(trunk) == "trunk"

    topic = make_repo(tmp_path / "topic")
    git(topic, "switch", "-q", "-c", "topic")
    assert base(topic) == "main"
    git(topic, "pack-refs", "--all")
    assert base(topic) == "main"

    git(tmp_path, "clone", "-q", str(trunk), "cloned")
    git(tmp_path / "cloned", "switch", "-q", "-c", "main")
    assert base(tmp_path / "cloned") == "trunk"

    detached = make_repo(tmp_path / "detached")
    git(detached, "branch", "-m", "other")
    git(detached, "switch", "-q", "--detach")
    assert base(detached) == "main"


def test_what_likely_tests_it_and_whether_it_has_a_remote(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "app")
    (clone,) = clones(str(tmp_path / "none"), str(repo), 1)
    assert clone == Clone("app", str(repo), "main", remote=False, gate=())
    commit(repo, {"Cargo.toml": "[package]\n", "Makefile": "all:\n"})
    git(repo, "remote", "add", "origin", "https://example.org/app.git")
    (clone,) = clones(str(tmp_path / "none"), str(repo), 1)
    assert (clone.gate, clone.remote) == (("cargo", "test"), True)


async def test_the_models_of_an_ollama() -> None:
    embedding = installed("nomic-embed-text:latest", details={"family": "nomic-bert"})
    rows = [installed("qwen3:8b"), embedding, installed("gpt-oss:20b"), installed("a\x1b[31mb")]
    async with StandIn(installed=rows) as server:
        assert await ollama_models(server.url, deadline=30) == ("qwen3:8b", "gpt-oss:20b")
        server.installed = ()
        assert await ollama_models(server.url, deadline=30) == ()


BAD = {
    "hangs up": lab.hangs_up,
    "another status": says({"models": []}, 500),
    "no JSON": says("Ollama is running"),
    "other JSON": says('["models"]'),
    "no list": says({"models": 3}),
    "deep JSON": says("[" * 100_000),
    "too much": lab.endless,
    "unpacks to too much": lab.gzip_bomb,
    "elsewhere": lab.redirect,
    "no HTTP": lab.says_raw(b"SSH-2.0-OpenSSH_9.2\r\n"),
}


@pytest.mark.parametrize("reply", BAD.values(), ids=BAD.keys())
async def test_what_is_no_ollama_has_none(reply: lab.Reply) -> None:
    async with StandIn(behaviour={"/api/tags": reply}) as server:
        assert await ollama_models(server.url, deadline=30) is None


async def test_one_that_is_silent_costs_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        async with asyncio.timeout(30):
            assert await ollama_models(f"http://127.0.0.1:{port}", deadline=0.3) is None


async def test_one_that_always_has_a_little_more_costs_the_deadline() -> None:
    async with asyncio.timeout(30), StandIn(behaviour={"/api/tags": lab.drips}) as server:
        assert await ollama_models(server.url, deadline=1.5) is None
        assert server.asked["/api/tags"] == 1


async def test_nobody_there() -> None:
    async with StandIn() as server:
        pass
    assert await ollama_models(server.url, deadline=30) is None
