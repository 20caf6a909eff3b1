"""Random repositories with a moving target and branches that get in each other's way."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.lab.repos import git

Files = dict[str, str]


@dataclass(slots=True)
class Written:
    """Commits for one `git fast-import`; each is named by a number from 1."""

    stream: list[bytes] = field(default_factory=list)
    files: list[Files] = field(default_factory=list)

    def commit(self, files: Files, *parents: int) -> int:
        """A commit of exactly these files."""
        number = len(self.files) + 1
        self.files.append(dict(files))
        self.stream.append(b"commit refs/heads/c%d\nmark :%d\n" % (number, number))
        self.stream.append(b"committer Ada <ada@example.org> %d +0000\n" % (1790000000 + number))
        self.stream.append(_data(b"commit %d" % number))
        for place, parent in enumerate(parents):
            self.stream.append(b"%s :%d\n" % (b"merge" if place else b"from", parent))
        self.stream.append(b"deleteall\n")
        for path, text in sorted(files.items()):
            self.stream.append(b"M 100644 inline %s\n%s" % (path.encode(), _data(text.encode())))
        return number

    def write(self, repo: Path) -> list[str]:
        """The names of the commits; the first is that of number 1."""
        git(repo, "init", "-q", "--bare", "-b", "none", ".")
        git(repo, "fast-import", "--quiet", "--force", stdin=b"".join(self.stream))
        asked = "".join(f"refs/heads/c{number + 1}\n" for number in range(len(self.files)))
        told = git(repo, "cat-file", "--batch-check=%(objectname)", stdin=asked.encode())
        return told.decode().split()


def random_branches(
    repo: Path, seed: int, count: int, *, moves: int = 3, calm: bool = False
) -> tuple[str, list[str]]:
    """A target and the heads of some branches. They edit, add, remove and move files and folders,
    start at different places, stand on each other, and take the target in; `calm`: a little."""
    chance = random.Random(seed)
    written = Written()
    targets = [written.commit(_start(chance), *())]
    for _ in range(chance.randrange(3)):
        files = _edited(chance, written.files[targets[-1] - 1], 2)
        targets.append(written.commit(files, targets[-1]))
    heads: list[int] = []
    for _ in range(count):
        heads.append(_branch(chance, written, targets, heads, 1 if calm else moves))
    names = written.write(repo)
    return names[targets[-1] - 1], [names[head - 1] for head in heads]


def _branch(
    chance: random.Random,
    written: Written,
    targets: Sequence[int],
    heads: Sequence[int],
    moves: int,
) -> int:
    start = chance.choice([*targets, targets[-1], targets[-1]])
    if heads and chance.random() < 0.15:
        start = chance.choice(heads)
    tip = start
    for _ in range(chance.randint(1, 2)):
        files = _edited(chance, written.files[tip - 1], chance.randint(1, moves))
        tip = written.commit(files, tip)
    if start in targets[:-1] and chance.random() < 0.3:
        later = targets[targets.index(start) + 1]
        files = {**written.files[later - 1], **_made(written, start, tip)}
        tip = written.commit(files, tip, later)
    return tip


def _made(written: Written, start: int, tip: int) -> Files:
    before = written.files[start - 1]
    return {path: text for path, text in written.files[tip - 1].items() if before.get(path) != text}


def _start(chance: random.Random) -> Files:
    folders = ["", "src/", "src/core/", "lib/", "lib/deep/", "docs/"]
    return {
        f"{folder}{name}.txt": _text(chance, f"{folder}{name}")
        for folder in folders
        for name in "abc"[: chance.randint(1, 3)]
    }


def _text(chance: random.Random, seed: str) -> str:
    return "".join(f"{seed} {line} {chance.randrange(1000)}\n" for line in range(12))


def _edited(chance: random.Random, before: Files, moves: int) -> Files:
    files = dict(before)
    for _ in range(moves):
        chance.choice(_MOVES)(chance, files)
    return files


def _edit(chance: random.Random, files: Files) -> None:
    path = chance.choice(sorted(files))
    lines = files[path].splitlines()
    lines[chance.randrange(len(lines))] = f"edited {chance.randrange(4)}"
    files[path] = "\n".join(lines) + "\n"


def _add(chance: random.Random, files: Files) -> None:
    folder = chance.choice(sorted(files)).rpartition("/")[0]
    name = f"{folder}/new{chance.randrange(6)}" if folder else f"new{chance.randrange(6)}"
    if not any(path.startswith(f"{name}/") for path in files):
        files[name] = _text(chance, name)


def _remove(chance: random.Random, files: Files) -> None:
    if len(files) > 3:
        del files[chance.choice(sorted(files))]


def _rename(chance: random.Random, files: Files) -> None:
    path = chance.choice(sorted(files))
    folder = chance.choice(["", "src/", "lib/deep/", "other/"])
    name = f"{folder}moved{chance.randrange(5)}"
    if name not in files and not any(other.startswith(f"{name}/") for other in files):
        files[name] = files.pop(path)


def _rename_folder(chance: random.Random, files: Files) -> None:
    folders = sorted({path.rpartition("/")[0] for path in files} - {""})
    if not folders:
        return
    folder = chance.choice(folders)
    name = f"folder{chance.randrange(3)}"
    for path in [path for path in files if path.startswith(f"{folder}/")]:
        new = f"{name}/{path.removeprefix(folder + '/')}"
        if new not in files:
            files[new] = files.pop(path)


def _file_for_folder(chance: random.Random, files: Files) -> None:
    folders = sorted({path.rpartition("/")[0] for path in files} - {""})
    if len(folders) < 3:
        return
    folder = chance.choice(folders)
    for path in [path for path in files if path.startswith(f"{folder}/")]:
        del files[path]
    files[folder] = _text(chance, folder)


_MOVES = [
    *[_edit] * 8,
    *[_add] * 4,
    *[_remove] * 2,
    *[_rename] * 3,
    _rename_folder,
    _file_for_folder,
]


def _data(raw: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(raw), raw)
