"""An agent's clone beside the user's, and changes that come from it."""

from collections.abc import Mapping
from pathlib import Path

from fleettui.model.change import Approval, ChangeKey
from fleettui.model.landing import Landing, Strategy
from fleettui.review.intake import fetch, quarantine
from fleettui.review.intake.fetch import CloneAt
from fleettui.review.landing import landing, message
from fleettui.review.landing.message import Subject
from fleettui.review.reading.evaluate import evaluate
from tests.lab.repos import git
from tests.lab.times import NOW
from tests.review.pushing import Place

MACHINE = "m0"
BY = "Ada <ada@example.org>"


async def made(
    place: Place, task: str, files: Mapping[str, str | None], *, base: str = "main", times: int = 1
) -> str:
    """Commit on `agent/TASK` on the machine, from the user's `base`, and fetch it; its head.

    None deletes a file. `times`: so many commits, the files in the first.
    """
    clone = place.user.parent / MACHINE / "app"
    if not clone.exists():
        git(place.user, "clone", "-q", str(place.user), str(clone))
    git(clone, "fetch", "-q", "origin")
    git(
        clone,
        "checkout",
        "-q",
        "-B",
        f"agent/{task}",
        base if len(base) == 40 else f"origin/{base}",
    )
    for name, content in files.items():
        path = clone / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if content is None:
            path.unlink()
        else:
            path.write_text(content)
    git(clone, "add", "--all")
    for number in range(times):
        git(clone, "commit", "-q", "--allow-empty", "-m", f"Do {task} {number}")
    await fetch.fetch(place.ws, CloneAt(MACHINE, str(clone)))
    return git(clone, "rev-parse", "HEAD").decode().strip()


def key(task: str) -> ChangeKey:
    """The change of a task."""
    return ChangeKey("app", MACHINE, task)


def subject(task: str, head: str) -> Subject:
    """What the message of a landing is about."""
    return Subject(key(task), head, BY)


async def land(place: Place, task: str, head: str, strategy: Strategy = Strategy.MERGE) -> Landing:
    """Land a change as the user does."""
    target = await quarantine.take_target(place.ws, place.clone.common_dir)
    found = await evaluate(place.ws.q(), target, head)
    assert found.tree is not None
    shown = await landing.preview(
        place.ws,
        place.clone,
        key=key(task),
        evaluation=found,
        strategy=strategy,
        message=message.write(subject(task, head), strategy),
        when=NOW,
    )
    yes = Approval(target, head, found.tree, NOW, BY)
    return await landing.land(place.ws, place.clone, place.journal, shown, yes)


def files(folder: Path) -> dict[str, str]:
    """All files of a work tree."""
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }
