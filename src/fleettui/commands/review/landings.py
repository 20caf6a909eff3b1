"""Landing on the command line: merge, train, undo, push, remove."""

import argparse
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from fleettui.commands.output import is_terminal, say
from fleettui.commands.output import tell as tell_person
from fleettui.commands.review import acts_documents as documents
from fleettui.commands.review.acts import tell
from fleettui.commands.review.choose import change_of, key_words, only_repo, read, whole_head
from fleettui.model.change import Change
from fleettui.model.errors import Refused
from fleettui.model.fmt import plural
from fleettui.model.landing import Landing, Pushed, Strategy, Train
from fleettui.model.review_port import ReviewPort


def _refuse(blocked: tuple[str, ...]) -> None:
    """Raise what stands in the way."""
    if blocked:
        raise Refused("; ".join(blocked))


async def _would(
    args: argparse.Namespace, data: Any, lines: Sequence[str], blocked: tuple[str, ...]
) -> int:
    """Print what an act would do. Raises Refused where it would be refused."""
    await tell(args, data, "\n".join(lines))
    _refuse(blocked)
    return 0


async def merge(review: ReviewPort, args: argparse.Namespace) -> int:
    """Land one approved change, or all of a repository."""
    if args.all_approved:
        return await _train(review, args)
    change = change_of(await read(review, args), args)
    _check_head(change, args.head)
    preview = await review.preview_merge(change.key, Strategy(args.strategy))
    if args.dry_run:
        what = f"{preview.target}: {preview.before[:12]} → {preview.after[:12]}"
        lines = [what, *preview.notes, "", preview.message.rstrip()]
        return await _would(args, documents.preview(preview), lines, preview.blocked)
    _refuse(preview.blocked)
    landed = await review.merge(preview)
    return await _landed(review, args, landed)


def _check_head(change: Change, head: str | None) -> None:
    """The head that was approved must be the one that is meant. Raises Refused."""
    yes = change.approval
    if yes is None:
        remedy = f"fleettui review approve {change.key.branch} --head {change.head}"
        raise Refused(f"{key_words(change.key)} is not approved", remedy)
    if head is not None:
        if whole_head(change, head) != yes.head:
            raise Refused(f"what was approved is {yes.head[:12]}", "approve that head first")
    elif yes.head != change.head:
        raise Refused(
            f"{change.key.branch} has moved since it was approved, to {change.head[:12]}",
            f"look at it again, or land what was approved with --head {yes.head}",
        )


async def _landed(review: ReviewPort, args: argparse.Namespace, landed: Landing) -> int:
    text = f"landed {key_words(landed.key)}: {landed.ref} is {landed.after[:12]}"
    if landed.note:
        say(landed.note)
    data = documents.landing(landed)
    if args.push:
        pushed = await _push(review, landed.key.repo)
        data["push"] = documents.pushed(pushed)
        data["pushed"] = True
        text += f"\npushed to {pushed.remote}"
    return await tell(args, data, text)


async def _train(review: ReviewPort, args: argparse.Namespace) -> int:
    repo = only_repo(await read(review, args), args.repo)
    train = await review.preview_train(repo, Strategy(args.strategy))
    if not train.cars:
        _refuse(train.blocked or (f"nothing is approved in {repo}",))
    if args.dry_run:
        lines = [*train.notes, *_cars(train)]
        return await _would(args, documents.train(train), lines, train.blocked)
    _refuse(train.blocked)
    _ask(train, args)
    result = await review.land_train(train)
    data: dict[str, Any] = {
        "landed": [documents.landing(one) for one in result.landed],
        "stopped": result.stopped or None,
    }
    text = "\n".join(f"landed {one.key.branch}: {one.after[:12]}" for one in result.landed)
    if result.landed and args.push:
        data["push"] = documents.pushed(await _push(review, repo))
    await tell(args, data, text or "nothing landed")
    _refuse((result.stopped,) if result.stopped else ())
    return 0


def _cars(train: Train) -> list[str]:
    return [
        f"{car.key.branch}  {car.before[:12]} → {car.after[:12]}  tree {car.tree[:12]}"
        + (f"  stops here: {car.blocked}" if car.blocked else "")
        for car in train.cars
    ]


def _ask(train: Train, args: argparse.Namespace) -> None:
    """On a terminal, show the chain and wait for a yes to exactly these trees."""
    if args.yes or args.review_json or not (is_terminal(sys.stdin) and is_terminal(sys.stderr)):
        return
    say(f"{train.target} would take {plural(len(train.cars), 'change')}:")
    for line in _cars(train):
        tell_person(f"  {line}")
    sys.stderr.write("land these? [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise Refused("nothing was landed", "answer y to land")


async def undo(review: ReviewPort, args: argparse.Namespace) -> int:
    """Take back the last landing."""
    preview = await review.preview_undo(only_repo(await read(review, args), args.repo))
    if args.dry_run:
        how = "a commit that takes it back" if preview.revert else "the commit before"
        what = f"{preview.ref}: {preview.before[:12]} → {preview.after[:12]} ({how})"
        return await _would(args, documents.undo_preview(preview), [what], preview.blocked)
    _refuse(preview.blocked)
    undone = await review.undo(preview)
    text = f"took back {key_words(undone.key)}: {preview.ref} is {preview.after[:12]}"
    return await tell(args, documents.landing(undone), text)


async def push(review: ReviewPort, args: argparse.Namespace) -> int:
    """Push the target branch."""
    repo = only_repo(await read(review, args), args.repo)
    if args.dry_run:
        preview = await review.preview_push(repo)
        lines = [f"{preview.ref} of {preview.remote} gains {plural(preview.count, 'commit')}"]
        lines += preview.commits
        blocked = () if preview.before == preview.after else preview.blocked
        return await _would(args, documents.push_preview(preview), lines, blocked)
    pushed = await _push(review, repo)
    text = (
        f"pushed {plural(pushed.count, 'commit')} to {pushed.remote}: {pushed.ref} "
        f"is {pushed.after[:12]}"
        if pushed.count
        else f"{pushed.remote} has everything already"
    )
    return await tell(args, documents.pushed(pushed), text)


async def _push(review: ReviewPort, repo: str) -> Pushed:
    preview = await review.preview_push(repo)
    if preview.before == preview.after:
        return Pushed(repo, preview.remote, preview.ref, preview.before, preview.after, 0)
    _refuse(preview.blocked)
    return await review.push(preview)


async def remove(review: ReviewPort, args: argparse.Namespace) -> int:
    """Delete branch and worktree on the machine, after a backup."""
    change = change_of(await read(review, args), args)
    removal = await review.preview_remove(change.key)
    if args.dry_run:
        lines = [f"branch {change.key.branch}", *removal.worktrees]
        return await _would(args, documents.removal(removal), lines, removal.blocked)
    _refuse(removal.blocked)
    await review.remove(removal)
    text = f"removed {key_words(change.key)}; kept as {removal.backup}"
    return await tell(args, documents.removal(removal), text)


LANDINGS: dict[str, Callable[[ReviewPort, argparse.Namespace], Awaitable[int]]] = {
    "merge": merge,
    "undo": undo,
    "push": push,
    "remove": remove,
}
