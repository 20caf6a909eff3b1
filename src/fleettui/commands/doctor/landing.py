"""Judging the user's own clones: whether what is approved could land, and be pushed."""

import asyncio
from pathlib import Path

from fleettui.commands.doctor.line import Line, State
from fleettui.model.errors import FleettuiError
from fleettui.model.fleet import Fleet
from fleettui.model.repo import Repo
from fleettui.model.text import clean
from fleettui.review.landing import user_clone
from fleettui.review.landing.user_clone import UserClone
from fleettui.review.publish import remotes
from fleettui.review.workspace import Workspace, workspace

_CHECK = "landing"


async def landing_lines(fleet: Fleet) -> list[Line]:
    """One line for each repository, all of them looked at at the same time."""
    return list(await asyncio.gather(*(_line(repo, fleet) for repo in fleet.repos)))


async def _line(repo: Repo, fleet: Fleet) -> Line:
    try:
        clone = await user_clone.find(repo.path)
        return await _judged(workspace(repo, Path(fleet.state_dir)), clone, fleet.ssh_config)
    except FleettuiError as error:
        remedy = error.remedy or f"correct `path` of {repo.name} in fleet.toml"
        return Line(None, _CHECK, State.FAILED, f"{repo.name}: {error.text}", remedy)


async def _judged(ws: Workspace, clone: UserClone, ssh_config: str | None) -> Line:
    """Whatever is worst comes first; raises what makes landing impossible."""
    name, base = ws.repo.name, clean(ws.repo.base)
    if await clone.tip(ws.target_ref) is None:
        remedy = f"correct `base` of {name} in fleet.toml, or git branch {base}"
        return Line(None, _CHECK, State.FAILED, f"{name}: there is no branch {base}", remedy)
    by = f"{name}: lands on {base} as {clone.identity()[0]}"
    if clone.warnings:
        remedy = "give agents a clone of their own, see docs/review.md"
        return Line(None, _CHECK, State.WARNING, f"{name}: {clone.warnings[0]}", remedy)
    if ws.repo.push is None:
        return Line(None, _CHECK, State.OK, f"{by}, and is never pushed")
    remote = await remotes.find(ws, clone, ssh_config=ssh_config)
    return Line(None, _CHECK, State.OK, f"{by}, is pushed to {remote.name} ({remote.shown})")
