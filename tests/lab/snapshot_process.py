"""`fleettui --snapshot` over a stand-in fleet, as a process of its own.

Everything is real but the machines: they are scripted ones, as the words before `--` say
(`engine` answers, `mini:down` does not, `slow:hangs` never answers, `msi:flaps` is up every
other time).
"""

import asyncio
import sys

from fleettui.commands.parser import Parser
from fleettui.commands.snapshot import add_arguments, options_of, run_snapshot
from fleettui.fleet.monitor import Monitor
from fleettui.model.errors import ReadError, Unreachable
from tests.lab.scripted_machine import Behaviour, fleet_of, opener


class Flapping(Behaviour):
    """Up, down, up, down …"""

    async def thawed(self) -> None:
        self.failure: ReadError | None = Unreachable("flapped") if self.reads % 2 == 0 else None


def behaviour(how: str) -> Behaviour:
    """What a word says of a machine."""
    if how == "flaps":
        return Flapping()
    failure = Unreachable("no route to host") if how == "down" else None
    return Behaviour(failure=failure, frozen=how == "hangs")


async def main(words: list[str]) -> int:
    """Run to the end; the exit code."""
    at = words.index("--")
    parser = Parser(prog="fleettui")
    add_arguments(parser)
    options = options_of(parser.parse_args(words[at + 1 :]))
    machines = dict(word.partition(":")[::2] for word in words[:at])
    behaviours = {name: behaviour(how) for name, how in machines.items()}
    monitor = Monitor(fleet_of(*machines), opener(behaviours))
    try:
        return await run_snapshot(monitor, options, sys.stdout)
    finally:
        await monitor.close()


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
