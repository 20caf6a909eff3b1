"""Real repositories for tests, peaceful and hostile."""

import os
import subprocess
from pathlib import Path

from fleettui.git.safety import HOOK_EVENTS

_ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "HOME": "/nonexistent",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
    "GIT_AUTHOR_DATE": "1790000000 +0000",
    "GIT_COMMITTER_DATE": "1790000000 +0000",
}

COMMITTED_AT = 1790000000
"""When everything here is committed, in seconds since 1970."""


def git(place: Path, *args: str | bytes, stdin: bytes = b"", check: bool = True) -> bytes:
    """Run git in a folder, with nothing of the user's configuration; what it prints."""
    done = subprocess.run(
        ["git", *args], cwd=place, env=_ENVIRONMENT, input=stdin, capture_output=True, check=False
    )
    assert not check or done.returncode == 0, done.stderr
    return done.stdout


def make_repo(place: Path, files: dict[str, str] | None = None) -> Path:
    """A repository on the branch `main` with one commit of a few files."""
    place.mkdir(parents=True)
    git(place, "init", "-q", "-b", "main")
    commit(place, files or {"README": "hello\n", "src/app.py": "print(1)\n"}, "begin")
    return place


def commit(place: Path, files: dict[str, str], message: str = "change") -> str:
    """Write files and commit them; the name of the commit."""
    for name, content in files.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    git(place, "add", "--all")
    git(place, "commit", "-q", "--allow-empty", "-m", message)
    return git(place, "rev-parse", "HEAD").decode().strip()


def add_worktree(repo: Path, place: Path, branch: str) -> Path:
    """A linked worktree on a new branch."""
    git(repo, "worktree", "add", "-q", "-b", branch, str(place))
    return place


def executable(place: Path, text: str) -> Path:
    """A script that can be run."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text)
    place.chmod(0o755)
    return place


def arm(git_dir: Path, marker: Path) -> Path:
    """Make everything that git may run in a repository leave a mark; returns the script.

    Filters, diff and merge drivers are called `evil` and are attached to every file.
    """
    script = executable(marker.with_suffix(".sh"), f'#!/bin/sh\necho "$0 $*" >>"{marker}"\ncat\n')
    for event in HOOK_EVENTS:
        hook = git_dir / "hooks" / event
        hook.parent.mkdir(exist_ok=True)
        hook.unlink(missing_ok=True)
        hook.symlink_to(script)
    with (git_dir / "config").open("a") as config:
        config.write(_HOSTILE.replace("MARK", str(script)))
        for event in HOOK_EVENTS:
            config.write(f'[hook "evil{event}"]\n\tevent = {event}\n\tcommand = {script}\n')
    (git_dir / "info").mkdir(exist_ok=True)
    (git_dir / "info" / "attributes").write_text("* filter=evil diff=evil merge=evil\n")
    return script


_HOSTILE = """
[core]
	fsmonitor = MARK
	pager = MARK
	editor = MARK
	sshCommand = MARK
	gitProxy = MARK
	askPass = MARK
	alternateRefsCommand = MARK
[credential]
	helper = MARK
[gpg]
	program = MARK
[log]
	showSignature = true
[gc]
	auto = 1
	recentObjectsHook = MARK
[uploadpack]
	packObjectsHook = MARK
[sequence]
	editor = MARK
[interactive]
	diffFilter = MARK
[filter "evil"]
	clean = MARK
	smudge = MARK
	required = true
[diff]
	external = MARK
[diff "evil"]
	command = MARK
	textconv = MARK
[merge "evil"]
	driver = MARK
[remote "origin"]
	url = ext::MARK
	promisor = true
	uploadpack = MARK
[status]
	submoduleSummary = true
"""
