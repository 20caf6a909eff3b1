"""Verdicts on the command line: approve, reject, comment, send."""

import argparse
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from fleettui.commands.output import emit, json_text
from fleettui.commands.review import documents
from fleettui.commands.review.choose import change_of, key_words, only_repo, read, whole_head
from fleettui.model.change import Side
from fleettui.model.fmt import plural
from fleettui.model.review_port import ReviewPort


async def tell(args: argparse.Namespace, data: Any, text: str) -> int:
    """Print what was done, as JSON or as a line."""
    await emit(sys.stdout, (json_text(data) if args.review_json else text) + "\n")
    return 0


async def approve(review: ReviewPort, args: argparse.Namespace) -> int:
    """Say yes to exactly one target, head and tree."""
    change = change_of(await read(review, args), args)
    head = whole_head(change, args.head)
    yes = await review.approve(change.key, head, acknowledge=args.ack)
    text = f"approved {key_words(change.key)} at {yes.head[:12]} on {yes.target[:12]}"
    return await tell(args, documents.approval(yes), text)


async def unapprove(review: ReviewPort, args: argparse.Namespace) -> int:
    """Take back a yes."""
    change = change_of(await read(review, args), args)
    await review.unapprove(change.key)
    text = f"{key_words(change.key)} is no longer approved"
    return await tell(args, {"branch": change.key.branch, "approved": False}, text)


async def reject(review: ReviewPort, args: argparse.Namespace) -> int:
    """Say no."""
    change = change_of(await read(review, args), args)
    await review.reject(change.key, args.note)
    data = {"branch": change.key.branch, "head": change.head, "note": args.note}
    return await tell(args, data, f"rejected {key_words(change.key)} at {change.head[:12]}")


async def comment(review: ReviewPort, args: argparse.Namespace) -> int:
    """Remark on a line."""
    change = change_of(await read(review, args), args)
    side = Side.OLD if args.old else Side.NEW
    made = await review.comment(change.key, args.file, args.line, args.text, side)
    text = f"comment {made.id} on {made.path}:{args.line}"
    return await tell(args, documents.comment(made), text)


async def send(review: ReviewPort, args: argparse.Namespace) -> int:
    """Give the collected comments to an agent."""
    change = change_of(await read(review, args), args)
    prompt = await review.send(change.key)
    number = plural(len(change.drafts), "comment")
    became = f"attempt {prompt.attempt}" if prompt.attempt else "stored until tasks can run"
    return await tell(
        args, documents.prompt(prompt), f"{number} as prompt {prompt.id}: {became}\n{prompt.text}"
    )


async def trust(review: ReviewPort, args: argparse.Namespace) -> int:
    """Accept what git runs by itself in the user's clone."""
    repo = only_repo(review.view(), args.repo)
    await review.trust(repo)
    return await tell(args, {"repo": repo}, f"trusted as it is now: the clone of {repo}")


ACTS: dict[str, Callable[[ReviewPort, argparse.Namespace], Awaitable[int]]] = {
    "approve": approve,
    "unapprove": unapprove,
    "reject": reject,
    "comment": comment,
    "send": send,
    "trust": trust,
}
