"""Pushing the target branch: exactly the commits that were shown, or nothing.

From quarantine, by explicit address and object ids, so that neither the configuration nor the
hooks of a repository have a say. With a lease on what the remote had, and only where that is an
ancestor of what is pushed: nobody's commit is ever dropped, and nothing that was taken away
there comes back unseen. After any unclear end the remote itself is asked what happened.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from fleettui.git import parse
from fleettui.git.runner import Git, GitFailed, GitTimedOut
from fleettui.model.errors import Malformed, OperationFailed, Refused
from fleettui.model.landing import Pushed, PushPreview
from fleettui.model.text import clean
from fleettui.review.intake import quarantine
from fleettui.review.landing.journal import Journal
from fleettui.review.landing.user_clone import UserClone
from fleettui.review.publish import remotes
from fleettui.review.publish.push_answer import Answer, Hearing, answer, reason
from fleettui.review.publish.remotes import Remote
from fleettui.review.workspace import Workspace

ASK_DEADLINE = 30.0
"""Seconds for asking the remote where its branch is."""

PUSH_DEADLINE = 1800.0
"""Seconds for one push; a large history over a slow line takes long."""

_TRIES = 2
_SHOWN = 20
_ANY_STATUS = range(-64, 256)
_ASKS_FIRST = "push again: it asks the remote first"


@dataclass(frozen=True, slots=True)
class _Ending:
    """How a push ended, why, and what the user can do."""

    outcome: Answer
    why: str
    remedy: str = ""

    def failure(self, remote: Remote) -> OperationFailed:
        return OperationFailed(f"{remote.name} did not take it: {self.why}", self.remedy)


async def preview_push(
    ws: Workspace, clone: UserClone, journal: Journal, *, ssh_config: str | None = None
) -> PushPreview:
    """Ask the remote where its branch is, and say what it would gain.

    Raises Refused where there is nowhere to push to, OperationFailed where the remote does not
    answer.
    """
    remote = await remotes.find(ws, clone, ssh_config=ssh_config)
    after = await quarantine.take_target(ws, clone.common_dir)
    await quarantine.pin(ws, after)
    before = await _ask(remote.git(ws), remote, ws.target_ref)
    blocked = await _blocked(ws, clone, remote, before, after)
    if before is not None:
        await _note(ws, journal, before)
    q, span = ws.q(), after if before is None else f"{before}..{after}"
    return PushPreview(
        repo=ws.repo.name,
        remote=remote.name,
        url=remote.shown,
        ref=ws.target_ref,
        before=before,
        after=after,
        count=0 if blocked else await count(q, span),
        commits=() if blocked else await _subjects(q, span),
        blocked=blocked,
    )


async def push(
    ws: Workspace,
    clone: UserClone,
    journal: Journal,
    preview: PushPreview,
    *,
    ssh_config: str | None = None,
    progress: Callable[[str], None] | None = None,
    deadline: float = PUSH_DEADLINE,
) -> Pushed:
    """Push exactly that. `progress` gets a few words again and again; `deadline` is in seconds.

    Raises Refused where the branch here or there has moved, OperationFailed where the remote
    says no or cannot be reached.
    """
    if preview.blocked:
        raise Refused("; ".join(preview.blocked))
    remote = await remotes.find(ws, clone, ssh_config=ssh_config)
    await _check(ws, clone, remote, preview)
    for tries_left in reversed(range(_TRIES)):
        ending = await _push(ws, remote, preview, progress, deadline)
        if ending.outcome is Answer.TAKEN:
            break
        now = await _afterwards(ws, journal, remote, preview, ending)
        if now == preview.after:
            break
        if now != preview.before:
            raise _moved(remote, preview.ref, now)
        if ending.outcome in (Answer.REFUSED, Answer.LATE) or not tries_left:
            raise ending.failure(remote)
    await _note(ws, journal, preview.after)
    await _see(clone, remote, preview)
    return Pushed(
        preview.repo, remote.name, preview.ref, preview.before, preview.after, preview.count
    )


async def unpushed(ws: Workspace, clone: UserClone) -> int | None:
    """Commits of the target that the remote lacked when it was last seen, without asking it."""
    try:
        remote = await remotes.find(ws, clone)
    except Refused:
        return None
    seen = await seen_at(clone, remote)
    if seen is None:
        return None
    return await count(clone.git(), f"{seen}..{ws.target_ref}")


async def contains(git: Git, commit: str, ancestor: str) -> bool:
    """Whether `ancestor` is `commit` or before it; False where git does not know one of them."""
    args = ["merge-base", "--is-ancestor", "--end-of-options", ancestor, commit]
    return (await git.run(args, ok=(0, 1, 128))).exit_status == 0


async def count(git: Git, span: str) -> int:
    """How many commits are in a range."""
    told = (await git.run(["rev-list", "--count", "--end-of-options", span, "--"])).stdout.strip()
    if not told.isdigit():
        raise Malformed("git does not answer with a count")
    return int(told)


async def seen_at(clone: UserClone, remote: Remote) -> str | None:
    """Where the user's clone last saw the remote's target branch; None: never."""
    if remote.tracking is None:
        return None
    args = ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{remote.tracking}^{{commit}}"]
    told = await clone.git().run(args, ok=(0, 1, 128))
    return parse.object_id(told.stdout) if told.exit_status == 0 else None


async def _subjects(q: Git, span: str) -> tuple[str, ...]:
    args = ["log", "-z", "--no-mailmap", "--no-notes", "--no-show-signature", "--no-decorate"]
    args += ["--no-color", f"--max-count={_SHOWN}", "--format=%s", "--end-of-options", span, "--"]
    told = await q.run(args)
    return tuple(clean(subject, limit=120) for subject in told.stdout.split(b"\0")[:-1])


async def _blocked(
    ws: Workspace, clone: UserClone, remote: Remote, before: str | None, after: str
) -> tuple[str, ...]:
    q, branch, there = ws.q(), clean(ws.repo.base), clean(f"{remote.name}/{ws.repo.base}")
    if before == after:
        return (f"{there} has everything already",)
    if before is not None and not await contains(q, after, before):
        return (f"{there} has commits that {branch} lacks: fetch and merge them first",)
    seen = await seen_at(clone, remote)
    if seen in (None, before) or not await contains(q, after, seen or after):
        return ()
    if before is not None and await contains(q, before, seen or after):
        return ()
    lost = "is gone there" if before is None else f"went back there to {before[:10]}"
    return (
        f"{there} {lost} since {(seen or after)[:10]} was seen, and pushing would undo that: "
        f"`git fetch --prune {remote.name}` accepts what it is now",
    )


async def _check(ws: Workspace, clone: UserClone, remote: Remote, preview: PushPreview) -> None:
    here = await quarantine.take_target(ws, clone.common_dir)
    if (remote.name, remote.shown, ws.target_ref) != (preview.remote, preview.url, preview.ref):
        raise Refused("the remote is not the one that was shown", "look again")
    if here != preview.after:
        raise Refused(
            f"{clean(ws.repo.base)} moved to {here[:10]} since it was looked at", "look again"
        )
    if preview.before is not None and not await contains(ws.q(), here, preview.before):
        raise Refused("the push would drop commits of the remote", "look again")


async def _push(
    ws: Workspace,
    remote: Remote,
    preview: PushPreview,
    progress: Callable[[str], None] | None,
    deadline: float,
) -> _Ending:
    hearing = Hearing(progress)
    args = [
        *("push", "--porcelain", "--progress", "--no-verify", "--no-follow-tags"),
        *("--no-recurse-submodules", "--no-signed"),
        *(f"--force-with-lease={preview.ref}:{preview.before or ''}", *remote.side("receive-pack")),
        *("--end-of-options", remote.url, f"{preview.after}:{preview.ref}"),
    ]
    try:
        told = await remote.git(ws).run(args, deadline=deadline, ok=_ANY_STATUS, heard=hearing.hear)
    except GitTimedOut as error:
        return _Ending(Answer.LATE, error.text, _ASKS_FIRST)
    why = remote.safe(reason(told.stdout, hearing.kept)) or "the connection broke"
    outcome = answer(told.stdout, hearing.kept, told.exit_status)
    return _Ending(outcome, why, _remedy(hearing.kept))


async def _afterwards(
    ws: Workspace, journal: Journal, remote: Remote, preview: PushPreview, ending: _Ending
) -> str | None:
    """Where the remote's branch is after a push that did not say that it was taken."""
    try:
        return await _ask(remote.git(ws), remote, preview.ref)
    except OperationFailed:
        if ending.outcome is Answer.REFUSED:
            raise ending.failure(remote) from None
        await _note(ws, journal, preview.after)  # It may be there, and undo must reckon with it.
        raise OperationFailed(
            f"it is not known whether {remote.name} has it: {ending.why}", _ASKS_FIRST
        ) from None


async def _ask(q: Git, remote: Remote, ref: str) -> str | None:
    """Where the remote's branch is; None: it has none of that name."""
    args = ["ls-remote", "--quiet", "--refs", *remote.side("upload-pack"), "--end-of-options"]
    try:
        told = await q.run([*args, remote.url, ref], deadline=ASK_DEADLINE, ok=_ANY_STATUS)
    except GitTimedOut:
        raise OperationFailed(f"{remote.name} does not answer", "is it reachable?") from None
    if told.exit_status != 0:
        why = remote.safe(reason(b"", told.stderr)) or f"exit status {told.exit_status}"
        raise OperationFailed(f"{remote.name} cannot be asked: {why}", _remedy(told.stderr))
    for line in told.stdout.splitlines():
        oid, _, name = line.partition(b"\t")
        if name == ref.encode("utf-8", "surrogateescape"):
            return parse.object_id(oid)
    return None


def _moved(remote: Remote, ref: str, now: str | None) -> Refused:
    branch = clean(ref.removeprefix("refs/heads/"))
    there = "is gone" if now is None else f"moved to {now[:10]}"
    return Refused(f"{branch} of {remote.name} {there} meanwhile: nothing was pushed", "look again")


def _remedy(stderr: bytes) -> str:
    """What the user can do, by the words of git and of OpenSSH."""
    if b"HOST IDENTIFICATION HAS CHANGED" in stderr:
        return "its host key changed: find out why before you trust it"
    if b"Host key verification failed" in stderr:
        return "connect once by hand with ssh, to trust its host key"
    if b"Permission denied (" in stderr:
        return "load your key: ssh-add"
    if any(sign in stderr for sign in (b"Authentication failed", b"could not read ", b" 401")):
        return "make `git push` in the clone work without asking: set up a credential helper"
    return ""


async def _note(ws: Workspace, journal: Journal, there: str) -> None:
    """Note which landings the remote has, also those that the user pushed by hand."""
    q = ws.q()
    landings = [one for one in await journal.landed() if not one.pushed]
    on_it = [one.after for one in landings if one.ref == ws.target_ref]
    await journal.mark_pushed([commit for commit in on_it if await contains(q, there, commit)])


async def _see(clone: UserClone, remote: Remote, preview: PushPreview) -> None:
    """Move the ref of the user's clone that says where the remote is, as a push by hand does."""
    if remote.tracking is None:
        return
    seen = await seen_at(clone, remote) or "0" * len(preview.after)
    args = ["update-ref", "-m", "fleettui: push", "--no-deref", "--end-of-options"]
    with suppress(GitFailed):  # Another fetch moves it at this moment, and is right.
        await clone.git().run([*args, remote.tracking, preview.after, seen])
