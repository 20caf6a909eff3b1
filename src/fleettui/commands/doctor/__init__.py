"""`fleettui doctor`: checks the set-up, and says for each thing that is wrong how to mend it."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from fleettui.commands.doctor.line import Line, State
from fleettui.commands.output import is_terminal, say
from fleettui.model.errors import ConfigError, UsageError
from fleettui.model.fmt import plural
from fleettui.model.text import clean

if TYPE_CHECKING:
    from fleettui.model.fleet import Fleet
    from fleettui.model.machine import Machine


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `fleettui doctor`."""
    parser.add_argument(
        "machine", nargs="?", metavar="MACHINE", help="only this machine (default: everything)"
    )
    parser.add_argument(
        "--trust",
        action="store_true",
        help="show the machine's host key, and add it where it is not known yet",
    )
    parser.add_argument(
        "--json", dest="doctor_json", action="store_true", help="print JSON instead of a table"
    )


def run(args: argparse.Namespace) -> int:
    """Check, print; 0 where nothing failed, 1 where something did, 2 for a wrong fleet.toml.

    Raises UsageError for a machine that there is not.
    """
    from fleettui.commands.services import configured

    if args.trust and args.machine is None:
        raise UsageError("--trust needs a MACHINE", "fleettui doctor MACHINE --trust")
    try:
        fleet, path = configured(args)
    except ConfigError as error:
        _print([_wrong(error)], args.doctor_json)
        return error.exit_code
    chosen = _chosen(fleet, args.machine)
    if args.trust and not _trusted(chosen[0], fleet):
        return 1
    where = clean(str(path)) if path else "none: this machine alone"
    if is_terminal(sys.stderr) and not args.doctor_json:
        say(f"asking {plural(len(chosen), 'machine')} …")
    lines = asyncio.run(_check(fleet, chosen, where, whole=args.machine is None))
    _print(lines, args.doctor_json)
    return 1 if any(line.state is State.FAILED for line in lines) else 0


def _wrong(error: ConfigError) -> Line:
    place = error.file if error.line is None else f"{error.file}:{error.line}"
    detail = ": ".join(part for part in (place, error.key, error.text) if part)
    remedy = error.remedy or "correct that line; docs/configuration.md lists every key"
    return Line(None, "config", State.FAILED, detail, remedy)


def _chosen(fleet: "Fleet", name: str | None) -> "tuple[Machine, ...]":
    if name is None:
        return fleet.machines
    machine = fleet.machine(name)
    if machine is None:
        from fleettui.config.problems import nearest

        known = [machine.name for machine in fleet.machines]
        close = nearest(name, known, cutoff=0.0)
        raise UsageError(
            f"no machine {clean(name, limit=60)}", f"the nearest is {close}" if close else ""
        )
    return (machine,)


def _trusted(machine: "Machine", fleet: "Fleet") -> bool:
    from fleettui.commands.doctor.trust import trust

    if machine.local:
        raise UsageError(f"{machine.name} is this machine", "it has no host key to trust")
    return trust(machine, fleet)


async def _check(
    fleet: "Fleet", machines: "Sequence[Machine]", where: str, *, whole: bool
) -> list[Line]:
    """Everything at the same time; the lines in the order of the fleet."""
    from fleettui.commands.doctor.checks import agents_lines, machine_lines
    from fleettui.commands.doctor.gather import gather
    from fleettui.commands.doctor.here import (
        key_lines,
        read_terminal,
        ssh_agent_lines,
        terminal_lines,
    )
    from fleettui.commands.doctor.landing import landing_lines
    from fleettui.model.clock import Clock

    clock = Clock()
    asking = asyncio.gather(*(gather(machine, fleet, clock) for machine in machines))
    lines: list[Line] = []
    if whole:
        detail = f"{where}, {plural(len(fleet.machines), 'machine')}"
        lines.append(Line(None, "config", State.OK, detail))
        terminal = asyncio.to_thread(read_terminal)
        keys, landing, agent, seen = await asyncio.gather(
            key_lines(fleet), landing_lines(fleet), ssh_agent_lines(fleet), terminal
        )
        lines += [*keys, *landing, *agent, *terminal_lines(seen)]
    everyone = await asking
    agents = list(agents_lines(everyone))
    for facts in everyone:
        lines += machine_lines(facts)
        lines += [line for line in agents if line.machine == facts.machine.name]
    return lines


def _print(lines: Sequence[Line], as_json: bool) -> None:
    from fleettui.commands.doctor.table import HERE, rows, summary
    from fleettui.commands.output import in_colour, json_text, paint, write
    from fleettui.model.text import width

    if as_json:
        write(sys.stdout, json_text([line.to_json() for line in lines]) + "\n")
        return
    cells = max(width(line.machine or HERE) for line in lines)
    colour = in_colour(sys.stdout)
    for spans in (*rows(lines, cells), (), summary(lines)):
        write(sys.stdout, paint(spans, colour=colour) + "\n")
