"""Two machines with agents' clones, the user's own clone, and a bare remote: all of it real git."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.lab.fleet import running_fleet
from tests.lab.repos import git, make_repo
from tests.lab.sshd import Sshd

PATIENCE_S = 120.0

FILES = {
    "README.md": "# app\n",
    "src/queue.py": "".join(f"line {number}\n" for number in range(1, 41)),
    "src/retry.py": "def retry():\n    return 1\n",
}


@dataclass(frozen=True)
class ReviewLab:
    """`user` is the clone where changes land, `remote` the bare repository behind it."""

    folder: Path
    config: Path
    home: Path
    user: Path
    remote: Path
    clones: Mapping[str, Path]
    servers: Mapping[str, Sshd]

    def fleettui(
        self, *words: str, stdin: str = "", env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run the program as a user does."""
        return subprocess.run(
            [sys.executable, "-m", "fleettui", "--config", str(self.config), *words],
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            env={**self.environment, **(env or {})},
            input=stdin,
            check=False,
        )

    @property
    def environment(self) -> dict[str, str]:
        """What the user's shell would give."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "LC_ALL": "C.UTF-8",
            "TERM": "xterm-256color",
        }

    def agent(
        self,
        machine: str,
        task: str,
        files: Mapping[str, str | None],
        message: str = "Do what was asked",
        *,
        base: str = "main",
    ) -> str:
        """Commit on `agent/TASK` in a worktree of the machine's clone; the new head.

        A file whose content is None is deleted. A second call goes on on the same branch.
        """
        clone = self.clones[machine]
        tree = clone.parent / "work" / task
        if not tree.exists():
            git(clone, "worktree", "add", "-q", "-b", f"agent/{task}", str(tree), base)
        for name, content in files.items():
            path = tree / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                path.unlink()
            else:
                path.write_text(content)
        git(tree, "add", "--all")
        git(tree, "commit", "-q", "--allow-empty", "-m", message)
        return git(tree, "rev-parse", "HEAD").decode().strip()

    def tip(self, repo: Path, ref: str = "refs/heads/main") -> str:
        """What a ref of a repository points to."""
        return git(repo, "rev-parse", ref).decode().strip()


@contextmanager
def review_lab(folder: Path, machines: int = 2, *, more: str = "") -> Iterator[ReviewLab]:
    """Start it; `more` is appended to the table of the repository in fleet.toml."""
    home = folder / "home"
    home.mkdir(parents=True)
    (home / ".gitconfig").write_text("[user]\n\tname = Ada\n\temail = ada@example.org\n")
    user = make_repo(folder / "user" / "app", FILES)
    remote = folder / "remote.git"
    git(folder, "clone", "-q", "--bare", str(user), str(remote))
    git(user, "remote", "add", "origin", str(remote))
    git(user, "fetch", "-q", "origin")
    names = [f"m{index}" for index in range(machines)]
    clones = {name: folder / name / "app" for name in names}
    for clone in clones.values():
        clone.parent.mkdir()
        git(folder, "clone", "-q", str(remote), str(clone))
    repo = (
        f'[[repos]]\nname = "app"\npath = "{user}"\nbase = "main"\npush = "origin"\n{more}\n'
        f"[repos.clones]\n" + "\n".join(f'{n} = "{c}"' for n, c in clones.items()) + "\n"
    )
    with running_fleet(folder / "fleet", machines, more=repo) as fleet:
        yield ReviewLab(
            folder,
            fleet.config,
            home,
            user,
            remote,
            clones,
            dict(zip(names, fleet.servers, strict=True)),
        )
