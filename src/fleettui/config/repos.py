"""[[repos]] of fleet.toml."""

from fleettui.config import words
from fleettui.config.here import Here
from fleettui.config.locate import Path
from fleettui.config.problems import report_twice
from fleettui.config.table import Table
from fleettui.model.repo import Lock, Repo

_MOST_SLOTS = 1000


def repos(root: Table, here: Here, folder: str) -> tuple[Repo, ...]:
    """Every repository of the file; relative paths are below `folder`, the file's own."""
    tables = root.tables("repos")
    found = tuple(_repo(table, here, folder) for table in tables)
    names = [((*table.path, "name"), one.name) for table, one in zip(tables, found, strict=True)]
    report_twice(root.problems, names, "repository")
    return found


def _repo(table: Table, here: Here, folder: str) -> Repo:
    path = table.needed("path", words.local_path)
    clones = table.table("clones")
    repo = Repo(
        name=table.needed("name", words.name),
        path=here.expand(path, folder) if path else "",
        base=table.text("base", words.branch) or "main",
        push=table.text("push", words.branch),
        gates=table.argvs("gates"),
        setup=table.argv("setup"),
        locks=_locks(table),
        clones={
            machine: where
            for machine in clones.names()
            if (where := clones.text(machine, words.machine_path))
        },
    )
    table.close()
    return repo


def _locks(table: Table) -> tuple[Lock, ...]:
    found: list[Lock] = []
    names: list[tuple[Path, str]] = []
    for path, item in table.items("locks", "names or tables"):
        found.append(_lock(table, path, item))
        names.append((path, found[-1].name))
    report_twice(table.problems, names, "lock")
    return tuple(found)


def _lock(table: Table, path: Path, item: object) -> Lock:
    """A name alone is a lock with one slot."""
    inner = table.nested(path, {"name": item} if isinstance(item, str) else item)
    lock = Lock(inner.needed("name", words.name), inner.whole("slots", 1, _MOST_SLOTS) or 1)
    inner.close()
    return lock
