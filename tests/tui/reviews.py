"""Made-up reviews, and a stand-in for the service behind them: plain values, no repository."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from fleettui.model.change import (
    Approval,
    Change,
    ChangeKey,
    ChangeState,
    Comment,
    CommitInfo,
    Evaluation,
    FileChange,
    Forecast,
    Gate,
    Prompt,
    Rejection,
    Side,
    Signal,
)
from fleettui.model.errors import Refused
from fleettui.model.landing import (
    Car,
    Landing,
    LandingState,
    Preview,
    Pushed,
    PushPreview,
    Removal,
    Strategy,
    Train,
    TrainResult,
    UndoPreview,
)
from fleettui.model.patch import Patch, PatchFile, Row
from fleettui.model.review import CloneView, FetchState, RepoReview, ReviewView
from fleettui.model.review_port import Against
from tests.tui.fleets import NOW

TARGET = "3fa9c1e" + "0" * 33
BLOB, NEW_BLOB = "a" * 40, "b" * 40

LOOP = """\
@@ 118,9 118,14 def dequeue(self, limit):
     for row in rows:
-        self.run(row)
+        try:
+            await self.run(row)
+        except Interrupted:
+            self.put_back(row)
+            raise
     return len(rows)
 
 
 class Backoff:
@@ 201,6 206,8 def wait(self, attempt):
-        return min(self.most, self.first * 2 ** attempt)
+        seconds = min(self.most, self.first * 2**attempt)
+        return seconds + random() * self.jitter
 
     def reset(self):
         self.attempt = 0
"""
RETRY = """\
@@ 1,5 1,9 
-import time
+import asyncio
+from collections.abc import Awaitable
 
-LIMIT = 3
+LIMIT = 5
+FOREVER = -1
 
 
 async def retry(call, *, limit=LIMIT):
"""
TESTS = """\
@@ 10,8 10,6 
 def test_it_retries():
     assert run(3) == 3
 
-def test_it_gives_up():
-    assert run(4) is None
-
 def test_it_waits():
     assert waited(2) == 4
"""
WORKFLOW = """\
@@ 4,3 4,4 jobs:
   steps:
     - uses: actions/checkout@v4
+    - run: pip install -e . && python tools/prepare.py
     - run: pytest
"""
PATCHES = {
    "src/queue/dequeue.py": LOOP,
    "src/queue/retry.py": RETRY,
    "tests/test_queue.py": TESTS,
    ".github/workflows/ci.yml": WORKFLOW,
}


def oid(seed: str) -> str:
    """An object id that starts like that."""
    return (seed.encode().hex() + "0123456789abcdef" * 3)[:40]


def file(path: str, additions: int | None, deletions: int | None, status: str = "M") -> FileChange:
    """A file of a change."""
    old = "0" * 40 if status == "A" else BLOB
    return FileChange(
        path.encode(), path, status, 0o100644, 0o100644, old, NEW_BLOB, additions, deletions
    )


FILES = (
    file(".github/workflows/ci.yml", 1, 0),
    file("src/queue/dequeue.py", 7, 2),
    file("src/queue/retry.py", 4, 2),
    file("tests/test_queue.py", 0, 3),
    file("uv.lock", 52, 24),
)


def evaluation(head: str, files: Sequence[FileChange] = FILES, **more: object) -> Evaluation:
    """What merging would do: it merges cleanly unless told otherwise."""
    commits = tuple(
        CommitInfo(oid(f"c{number}"), "Dev Agent", subject, NOW - timedelta(minutes=number * 7))
        for number, subject in enumerate(("Retry with back-off", "Put back", "Add a jitter"))
    )
    made = Evaluation(
        TARGET, head, oid("base"), 3, 0, oid(f"tree{head}"), (), tuple(files), commits
    )
    return replace(made, **more)  # type: ignore[arg-type]


def change(
    task: str,
    title: str,
    *,
    repo: str = "app",
    machine: str = "brain",
    minutes: float = 4,
    state: ChangeState = ChangeState.READY,
    files: Sequence[FileChange] = FILES,
    conflicts: tuple[str, ...] = (),
    **more: object,
) -> Change:
    """A change that waits."""
    head = oid(task)
    found = evaluation(
        head, files, conflicts=conflicts, tree=None if conflicts else oid(f"T{task}")
    )
    made = Change(
        ChangeKey(repo, machine, task),
        head,
        TARGET,
        state,
        found,
        since=NOW - timedelta(minutes=minutes),
        seen_at=NOW - timedelta(seconds=8),
        head_at=NOW - timedelta(minutes=minutes + 1),
        author="Dev Agent <agent@brain>",
        title=title,
    )
    return replace(made, **more)  # type: ignore[arg-type]


def approved(base: Change, minutes: float = 1) -> Change:
    """The same, approved as it is now."""
    assert base.evaluation is not None
    tree = base.evaluation.tree or ""
    at = NOW - timedelta(minutes=minutes)
    return replace(base, approval=Approval(base.target, base.head, tree, at, "ada"))


RUNS_LATER = Signal("runs-later", ".github/workflows/ci.yml", "a CI workflow runs on push", True)
LOST_TEST = Signal("lost-tests", "tests/test_queue.py", "1 test was deleted", True)
LOCK = Signal("lock-file", "uv.lock", "76 lines of a lock file")


def retry_loop() -> Change:
    """The change of most tests: signals, gates, a task behind it."""
    return change(
        "t-43",
        "Fix the retry loop in the queue",
        signals=(RUNS_LATER, LOST_TEST, LOCK),
        gates=(
            Gate(("uv", "run", "pytest", "-q"), 0, 41.2, "212 passed in 40.11s"),
            Gate(("uv", "run", "ruff", "check"), 0, 0.4),
        ),
        agent="codex",
        model="gpt-oss:20b",
        usd=0.12,
        text="Fix the retry loop in the queue. It must put rows back when it is interrupted.",
        forecast=Forecast((), ("agent/t-47",), 1),
    )


def changes() -> tuple[Change, ...]:
    """Changes of every kind."""
    return (
        retry_loop(),
        change("t-47", "Name the queue's tables by what they hold", minutes=22,
               forecast=Forecast((), ("agent/t-43",), 3), files=FILES[1:3]),
        change("t-42", "Move dequeue into its own package", minutes=71,
               state=ChangeState.CONFLICTS, conflicts=("src/queue/dequeue.py", "setup.py"),
               forecast=Forecast(("agent/t-43",), (), None), machine="mini"),
        change("t-44", "Say which row failed", minutes=9, state=ChangeState.GATES_FAILED,
               gates=(Gate(("uv", "run", "pytest", "-q"), 1, 12.0, "1 failed"),)),
        approved(change("t-51", "Log the next try", minutes=55, files=FILES[2:3],
                        forecast=Forecast((), (), 2))),
        change("t-40", "Read the limit from the settings", minutes=140, files=FILES[1:2],
               prompts=(Prompt(1, oid("t-40"), "1. src/queue/dequeue.py:118 …", NOW),)),
        change("t-39", "Drop Python 3.9", minutes=600, state=ChangeState.MERGED),
        change("t-38", "Rewrite it in C", minutes=900, state=ChangeState.REJECTED,
               rejection=Rejection(oid("t-38"), NOW - timedelta(hours=2), "no")),
    )  # fmt: skip


def clones() -> tuple[CloneView, ...]:
    """One that is fine, one that was lost."""
    return (
        CloneView("brain", FetchState.OK, NOW - timedelta(seconds=8)),
        CloneView(
            "mini", FetchState.FAILED, NOW - timedelta(minutes=6), "connection refused by 10.0.0.9"
        ),
    )


def repo(*found: Change, name: str = "app", **more: object) -> RepoReview:
    """A repository with these changes."""
    made = RepoReview(
        name,
        "main",
        TARGET,
        clones(),
        found,
        tuple(
            change.key
            for change in sorted(found, key=lambda c: (c.forecast and c.forecast.position) or 99)
            if change.forecast is not None and change.forecast.position is not None
        ),
        "origin",
        2,
        "agent/t-39 (3fa9c1e)",
    )
    return replace(made, **more)  # type: ignore[arg-type]


def view() -> ReviewView:
    """Two repositories."""
    web = change("t-60", "Make the table sortable", repo="web", minutes=3, files=FILES[2:3])
    quiet = repo(
        web,
        name="web",
        clones=(CloneView("brain", FetchState.OK, NOW),),
        undoable=None,
        remote=None,
    )
    return ReviewView((repo(*changes()), quiet))


def patch_of(files: Sequence[FileChange], texts: dict[str, str] | None = None) -> Patch:
    """The rows of a diff, as git would have printed them."""
    patch = Patch()
    texts = PATCHES if texts is None else texts

    def add(kind: Row, text: str, old: int = 0, new: int = 0) -> None:
        patch.kinds.append(kind)
        patch.old.append(old)
        patch.new.append(new)
        patch.text += text.encode()
        patch.starts.append(len(patch.text))

    for index, each in enumerate(files):
        first = len(patch)
        add(Row.FILE, each.path)
        old = new = 0
        for line in texts.get(each.path, "@@ 1,1 1,2 \n line\n+another\n").splitlines():
            if line.startswith("@@ "):
                _, before, after, *words = line.split(" ", 3)
                old, new = int(before.split(",")[0]), int(after.split(",")[0])
                patch.hunks.append(len(patch))
                patch.counts[len(patch)] = (int(before.split(",")[1]), int(after.split(",")[1]))
                add(Row.HUNK, " ".join(words), old, new)
            elif line[0] == "+":
                add(Row.ADDED, line[1:], 0, new)
                new += 1
            elif line[0] == "-":
                add(Row.REMOVED, line[1:], old, 0)
                old += 1
            else:
                add(Row.CONTEXT, line[1:], old, new)
                old, new = old + 1, new + 1
        patch.files.append(PatchFile(each, index, first, len(patch)))
    patch.complete = True
    return patch


@dataclass
class Reviews:
    """A stand-in for the review service: shows `current`, does what it is told at once (or when
    `gate` is set), and remembers it."""

    current: ReviewView = field(default_factory=view)
    asked: list[str] = field(default_factory=list)
    listeners: list[Callable[[], None]] = field(default_factory=list)
    refuse: str = ""
    gate: asyncio.Event | None = None
    running: bool = False
    closed: bool = False

    def view(self) -> ReviewView:
        """All changes now."""
        return self.current

    def subscribe(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Remember whom to tell."""
        self.listeners.append(changed)
        return lambda: self.listeners.remove(changed)

    def become(self, view: ReviewView) -> None:
        """Change, and tell everybody."""
        self.current = view
        for listener in self.listeners:
            listener()

    def put(self, key: ChangeKey, **news: object) -> None:
        """Change one change."""
        repos = tuple(
            replace(
                repo,
                changes=tuple(
                    replace(each, **news) if each.key == key else each  # type: ignore[arg-type]
                    for each in repo.changes
                ),
            )
            for repo in self.current.repos
        )
        self.become(replace(self.current, repos=repos))

    def get(self, key: ChangeKey) -> Change:
        """One change."""
        found = self.current.find(key)
        assert found is not None
        return found

    async def run(self) -> None:
        """Do nothing, for ever."""
        self.running = True
        await asyncio.Event().wait()

    def read_again(self, repo: str | None = None) -> None:
        """Note the wish."""
        self.asked.append(f"read {repo}")

    def attention(self, seen: bool) -> None:
        """Note the wish."""
        self.asked.append(f"attention {seen}")

    async def refresh(self, repo: str | None = None, *, fetch: bool = True) -> None:
        """Note the wish."""
        self.asked.append(f"refresh {repo}")

    async def patch(
        self,
        key: ChangeKey,
        against: Against = Against.LANDS,
        *,
        context: int = 3,
        path: bytes | None = None,
        as_text: bool = False,
    ) -> AsyncIterator[Patch]:
        """The made-up diff."""
        self.asked.append(f"patch {key.task} {against.value} {context}")
        found = self.get(key).evaluation
        yield patch_of(found.files if found is not None else ())

    async def blob(self, key: ChangeKey, path: bytes, side: Side = Side.NEW) -> bytes:
        """The made-up file."""
        self.asked.append(f"blob {key.task} {path.decode()} {side.value}")
        return b"one\ntwo\n"

    async def _done(self, what: str) -> None:
        self.asked.append(what)
        if self.gate is not None:
            await self.gate.wait()
        if self.refuse:
            raise Refused(self.refuse, "look again")

    async def trust(self, repo: str) -> None:
        """Accept the clone as it is."""
        await self._done(f"trust {repo}")

    async def acknowledge(self, key: ChangeKey, signal: str, head: str) -> None:
        """Acknowledge."""
        await self._done(f"acknowledge {key.task} {signal}")
        self.put(key, acknowledged=self.get(key).acknowledged | {signal})

    async def mark(self, key: ChangeKey, path: str, reviewed: bool) -> None:
        """Mark."""
        await self._done(f"mark {key.task} {path} {reviewed}")
        before = self.get(key).reviewed
        self.put(key, reviewed=before | {path} if reviewed else before - {path})

    async def comment(
        self, key: ChangeKey, path: str, line: int, text: str, side: Side = Side.NEW
    ) -> Comment:
        """Remark."""
        await self._done(f"comment {key.task} {path}:{line} {side.value} {text}")
        found = self.get(key)
        made = Comment(len(found.comments) + 1, path, side, line, text, NOW, found.head, "the line")
        self.put(key, comments=(*found.comments, made))
        return made

    async def uncomment(self, key: ChangeKey, comment: int) -> None:
        """Take a comment back."""
        await self._done(f"uncomment {key.task} {comment}")
        left = tuple(each for each in self.get(key).comments if each.id != comment)
        self.put(key, comments=left)

    async def send(self, key: ChangeKey) -> Prompt:
        """Send."""
        await self._done(f"send {key.task}")
        found = self.get(key)
        prompt = Prompt(1, found.head, "1. …", NOW)
        sent = tuple(replace(comment, sent=1) for comment in found.comments)
        self.put(key, comments=sent, prompts=(prompt,))
        return prompt

    async def approve(
        self,
        key: ChangeKey,
        head: str,
        *,
        tree: str | None = None,
        acknowledge: Sequence[str] = (),
    ) -> Approval:
        """Approve."""
        found = self.get(key).evaluation
        assert found is not None
        assert tree == found.tree
        await self._done(f"approve {key.task} {head[:7]}")
        yes = approved(self.get(key)).approval
        assert yes is not None
        self.put(key, approval=yes)
        return yes

    async def unapprove(self, key: ChangeKey) -> None:
        """Take an approval back."""
        await self._done(f"unapprove {key.task}")
        self.put(key, approval=None)

    async def reject(self, key: ChangeKey, note: str = "") -> None:
        """Reject."""
        await self._done(f"reject {key.task} {note}".rstrip())
        self.put(
            key, state=ChangeState.REJECTED, rejection=Rejection(self.get(key).head, NOW, note)
        )

    async def preview_merge(self, key: ChangeKey, strategy: Strategy = Strategy.MERGE) -> Preview:
        """What the target would become."""
        await self._done(f"preview {key.task} {strategy.value}")
        found = self.get(key)
        assert found.evaluation is not None
        return Preview(
            key, "main", TARGET, oid(f"M{strategy.value}"), found.evaluation.tree or "", found.head,
            strategy,
            f"Merge {key.branch}: {found.title}\n\n> {found.title}\n\nFleet-Task: {key.task}\n"
            f"Fleet-Machine: {key.machine}\nFleet-Approved-By: ada",
            len(found.evaluation.files), found.evaluation.additions, found.evaluation.deletions,
            "/home/ada/src/app", ("notes.txt", "src/scratch.py"), (), (("uv", "run", "pytest"),),
        )  # fmt: skip

    async def merge(self, preview: Preview) -> Landing:
        """Land."""
        await self._done(f"merge {preview.key.task} {preview.strategy.value}")
        self.put(preview.key, state=ChangeState.MERGED)
        return self._landing(preview.key, preview.before, preview.after)

    def _landing(self, key: ChangeKey, before: str, after: str) -> Landing:
        return Landing(
            1, key, "refs/heads/main", before, after, oid(key.task), Strategy.MERGE,
            LandingState.LANDED, NOW,
        )  # fmt: skip

    async def preview_undo(self, repo: str) -> UndoPreview:
        """What taking back would do."""
        await self._done(f"preview undo {repo}")
        landing = self._landing(ChangeKey(repo, "brain", "t-39"), oid("before"), TARGET)
        return UndoPreview(landing, "refs/heads/main", TARGET, oid("before"), False)

    async def undo(self, preview: UndoPreview) -> Landing:
        """Take back."""
        await self._done(f"undo {preview.landing.key.task}")
        return replace(preview.landing, state=LandingState.UNDONE)

    async def preview_push(self, repo: str) -> PushPreview:
        """What the remote would gain."""
        await self._done(f"preview push {repo}")
        return PushPreview(
            repo, "origin", "ssh://git@example.org/app.git", "refs/heads/main", oid("far"), TARGET,
            2, ("Merge agent/t-39: Drop Python 3.9", "Drop Python 3.9"),
        )  # fmt: skip

    async def push(self, preview: PushPreview) -> Pushed:
        """Push."""
        await self._done(f"push {preview.repo}")
        return Pushed(preview.repo, "origin", preview.ref, preview.before, preview.after, 2)

    async def preview_train(
        self, repo: str, strategy: Strategy = Strategy.MERGE, keys: Sequence[ChangeKey] = ()
    ) -> Train:
        """The chain."""
        await self._done(f"preview train {repo} {strategy.value}")
        found = self.current.repo(repo)
        assert found is not None
        cars, before = [], TARGET
        for each in found.changes:
            if each.head_approved:
                after = oid(f"car{each.key.task}")
                cars.append(
                    Car(each.key, each.title, each.head, before, after, oid(f"T{each.key.task}"),
                        each.title, (Gate(("uv", "run", "pytest"), None),))
                )  # fmt: skip
                before = after
        return Train(repo, "main", strategy, tuple(cars))

    async def land_train(self, train: Train) -> TrainResult:
        """Land the chain."""
        await self._done(f"train {' '.join(car.key.task for car in train.cars)}")
        for car in train.cars:
            self.put(car.key, state=ChangeState.MERGED)
        landed = [self._landing(car.key, car.before, car.after) for car in train.cars]
        return TrainResult(tuple(landed))

    async def preview_remove(self, key: ChangeKey) -> Removal:
        """What would be deleted."""
        await self._done(f"preview remove {key.task}")
        backup = f"refs/fleettui/backup/{key.machine}/{key.task}"
        return Removal(key, self.get(key).head, ("/home/dev/src/app-t-39",), backup)

    async def remove(self, removal: Removal) -> None:
        """Remove."""
        await self._done(f"remove {removal.key.task}")

    async def close(self) -> None:
        """Note it."""
        self.closed = True
