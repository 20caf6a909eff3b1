"""What a crash left behind, brought to its end before anything new begins."""

import asyncio
import os

from fleettui.model.errors import OperationFailed, Refused
from fleettui.model.fmt import plural
from fleettui.model.landing import Landing, LandingState
from fleettui.model.text import clean
from fleettui.review.landing.journal import Journal
from fleettui.review.landing.journal_rows import Move
from fleettui.review.landing.lock import Held, holding
from fleettui.review.landing.moving import move_target, to_the_end
from fleettui.review.landing.settling import Settled, settle
from fleettui.review.landing.user_clone import UserClone
from fleettui.review.workspace import Workspace

PATIENCE = 10.0
"""Seconds that a git which outlived its fleettui is waited for."""

_CRASHED = "fleettui ended in the middle of it"


async def recover(
    ws: Workspace, clone: UserClone, journal: Journal, held: Held | None = None
) -> tuple[str, ...]:
    """Bring every unfinished landing and undo to its end; clean lines that say what was done.

    `held`: the lock of the repository, where the caller has it. Raises Refused and
    OperationFailed where something cannot be brought to its end yet: it stays in the journal.
    """
    if not await journal.pending():
        return ()
    if held is not None:
        return await _recover(ws, clone, journal, held)
    async with holding(ws, "recovery", clone=clone.common_dir, patience=PATIENCE) as own:
        return await _recover(ws, clone, journal, own)


async def _recover(
    ws: Workspace, clone: UserClone, journal: Journal, held: Held
) -> tuple[str, ...]:
    lines: list[str] = []
    for move in await journal.unfinished():
        if move.pid != os.getpid() and await _is_alive(move):
            raise Refused(
                f"process {move.pid} is still moving {clean(ws.repo.base)}", "wait until it is done"
            )
        lines.append(await to_the_end(_end(ws, clone, journal, held, move)))
    for landing in await journal.landings():
        if landing.state is LandingState.APPROVED:
            await journal.set_state(landing.id, LandingState.FAILED, "fleettui ended before it")
            lines.append(f"{_name(landing)} was approved, but did not begin to land")
    return tuple(lines)


async def _end(ws: Workspace, clone: UserClone, journal: Journal, held: Held, move: Move) -> str:
    settled = await settle(ws, clone, journal, held, move, _CRASHED, crashed=True)
    name = _name(settled.landing)
    what = "undo" if move.done is LandingState.UNDONE else "landing"
    if settled.arrived:
        return f"the {what} of {name} was interrupted, and is complete now"
    back = _back(settled)
    if settled.edited or settled.moved:
        return f"the {what} of {name} was interrupted, and taken back: {back}"
    try:
        await move_target(
            *(ws, clone, journal, held),
            landing=settled.landing,
            before=move.before,
            after=move.after,
            done=move.done,
            otherwise=move.otherwise,
        )
    except (Refused, OperationFailed) as error:
        return f"the {what} of {name} was interrupted, and taken back: {back}; {error.text}"
    return f"the {what} of {name} was interrupted; it was begun anew ({back}) and is complete now"


def _name(landing: Landing) -> str:
    return f"{landing.key.branch} of {landing.key.machine}"


def _back(settled: Settled) -> str:
    files = f"{plural(settled.restored, 'file')} put back"
    return f"{files}; {settled.landing.note}" if settled.edited or settled.moved else files


async def _is_alive(move: Move) -> bool:
    return await asyncio.to_thread(_alive, move.pid, move.started)


def _alive(pid: int, started: float) -> bool:
    import psutil

    try:
        return abs(float(psutil.Process(pid).create_time()) - started) < 2.0
    except psutil.Error:
        return False
