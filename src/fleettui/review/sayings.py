"""What the human says of one change, from checking it to keeping it."""

from collections.abc import Sequence

from fleettui.model.change import Approval, ChangeKey, Comment, Prompt, Side
from fleettui.model.errors import Refused
from fleettui.review import verdicts
from fleettui.review.desk import Desk, Shared
from fleettui.review.intake import quarantine
from fleettui.review.said import comments
from fleettui.review.said.prompt import compose
from fleettui.review.system import told


@told
async def acknowledge(desk: Desk, shared: Shared, key: ChangeKey, signal: str, head: str) -> None:
    """Keep that a signal of this head was acknowledged."""
    change = desk.change(key)
    verdicts.check_head(change, head)
    verdicts.check_signals(change, [signal])
    await shared.store.acknowledge(key, head, signal)


@told
async def mark(desk: Desk, shared: Shared, key: ChangeKey, path: str, reviewed: bool) -> None:
    """Mark a file as reviewed, or no more."""
    file = verdicts.file_of(desk.change(key), path)
    await shared.store.mark(key, file, reviewed)


@told
async def comment(
    desk: Desk, shared: Shared, key: ChangeKey, path: str, line: int, text: str, side: Side
) -> Comment:
    """Remark on a line of the head as it is now."""
    change = desk.change(key)
    file = verdicts.file_of(change, path)
    files = change.evaluation.files if change.evaluation else ()
    remark = await comments.remark(
        desk.ws.q(),
        files,
        path=file.path,
        line=line,
        side=side,
        text=text,
        head=change.head,
        at=shared.clock.now(),
    )
    await quarantine.pin(desk.ws, change.head)
    kept = await shared.store.comment(key, remark)
    await desk.place_comments(key)
    return kept.comment


@told
async def uncomment(desk: Desk, shared: Shared, key: ChangeKey, number: int) -> None:
    """Take back a comment that was not sent."""
    await shared.store.uncomment(key, number)
    await desk.place_comments(key)


@told
async def send(desk: Desk, shared: Shared, key: ChangeKey) -> Prompt:
    """Make the collected comments one prompt, and give it to the queue where there is one."""
    change = desk.change(key)
    if not change.drafts:
        raise Refused(f"{key.branch} has no comment that was not sent", "comment on a line first")
    text = compose(key.branch, change.head, change.drafts)
    numbers = [draft.id for draft in change.drafts]
    prompt = await shared.store.prompt(key, change.head, text, shared.clock.now(), numbers)
    await desk.place_comments(key)
    attempt = await shared.tasks.attempt(key, prompt) if shared.tasks else None
    if attempt is None:
        return prompt
    await shared.store.attempted(key, prompt.id, attempt)
    return Prompt(prompt.id, prompt.head, prompt.text, prompt.at, attempt)


@told
async def approve(
    desk: Desk,
    shared: Shared,
    key: ChangeKey,
    head: str,
    *,
    tree: str | None,
    acknowledge: Sequence[str],
) -> Approval:
    """Say yes to target, head and tree as they are in the view."""
    change = desk.change(key)
    verdicts.check_head(change, head, tree)
    clone = await desk.open()
    yes = verdicts.approval_of(
        change,
        await clone.tip(desk.ws.target_ref),
        acknowledge=acknowledge,
        clock=shared.clock,
        by=_person(*clone.identity()),
    )
    # What was approved must be there when it lands, whatever becomes of the branch.
    await quarantine.pin(desk.ws, yes.target, yes.head)
    for signal in yes.acknowledged:
        await shared.store.acknowledge(key, head, signal)
    await shared.store.approve(key, yes)
    return yes


@told
async def reject(desk: Desk, shared: Shared, key: ChangeKey, note: str) -> None:
    """Say no to the head as it is."""
    change = desk.change(key)
    rejection = verdicts.rejection_of(change, note, shared.clock)
    # What is new since is asked of this head, however the branch is rewritten.
    if change.evaluation is not None:
        await quarantine.pin(desk.ws, change.head)
    await shared.store.reject(key, rejection)
    if shared.tasks:
        shared.tasks.rejected(key, note)


def _person(name: str, address: str) -> str:
    return f"{name} <{address}>"
