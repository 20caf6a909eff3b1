"""A process that lands one head, so that it can be killed: prints `ready`, waits for a line."""

import asyncio
import sys
from pathlib import Path

from fleettui.model.errors import FleettuiError
from fleettui.model.repo import Repo
from fleettui.review.landing.journal import Journal
from fleettui.review.landing.landing import land
from fleettui.review.workspace import workspace
from tests.review.landing_lab import Lab, yes


async def main(user: str, state: str, head: str) -> None:
    ws = workspace(Repo(name="app", path=user), Path(state))
    lab = Lab(ws, Journal(ws.folder), Path(user), Path(user))
    shown = await lab.shown(head)
    clone = await lab.clone()
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    try:
        landing = await land(ws, clone, lab.journal, shown, yes(shown))
    except FleettuiError as error:
        print(f"refused: {error}", flush=True)
    else:
        print(landing.state, flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
