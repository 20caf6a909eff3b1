"""`fleettui init`: writes a first fleet.toml, or adds a machine to the one that there is."""

import argparse
import asyncio
import os
import sys
from pathlib import Path

from fleettui.commands.output import tell, write
from fleettui.config import words
from fleettui.config.here import Here, machine_name
from fleettui.config.load import find, load
from fleettui.model.errors import OperationFailed, UsageError
from fleettui.model.fmt import plural
from fleettui.model.text import clean

MOST_REPOS = 8
"""Repositories that a first fleet.toml lists."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `fleettui init`."""
    parser.add_argument(
        "--add",
        metavar="NAME",
        help="append one machine to fleet.toml: an SSH alias, or user@host[:port]",
    )


def run(args: argparse.Namespace) -> int:
    """Write or extend the configuration; its path goes to standard output.

    Raises OperationFailed where the file exists (without --add) or cannot be written, UsageError
    for a name that no machine can have, ConfigError where the file to extend is wrong.
    """
    here = Here.of()
    explicit = find(args.config)
    path = explicit or here.config_file
    if args.add is not None:
        return _add(args.add, path, here)
    _write(path, here)
    write(sys.stdout, f"{clean(str(path), limit=4096)}\n")
    tell(f"look it over: $EDITOR {path}")
    tell("then: fleettui doctor, and fleettui")
    return 0


def _write(path: Path, here: Here) -> None:
    from fleettui.config.aliases import aliases
    from fleettui.config.load import parse
    from fleettui.config.nearby import clones, ollama_models
    from fleettui.config.starter import MOST_MACHINES, starter
    from fleettui.config.write import create, refuse_taken

    refuse_taken(path)
    models = asyncio.run(ollama_models(here.ollama))
    known = aliases(here.expand("~/.ssh/config", here.home))
    near = clones(here.home, os.getcwd(), MOST_REPOS)
    text = starter(here.host, here.ollama, models, known, near)
    parse(text, file=str(path))
    create(path, text)
    if models is None:
        tell(f"Ollama: none answers at {here.ollama}")
    else:
        tell(f"Ollama: {here.ollama} with {plural(len(models), 'model')}")
    names = ", ".join(alias.name for alias in known)
    tell(f"SSH: {plural(len(known), 'alias', 'aliases')}{': ' + names if names else ''}")
    if len(known) >= MOST_MACHINES:
        tell(f"only the first {MOST_MACHINES - 1} are machines, the others are comments")
    tell(f"git: {plural(len(near), 'repository', 'repositories')}")
    for clone in near:
        tell(f"  {clone.name}: {clone.path}")


def _add(given: str, path: Path, here: Here) -> int:
    from fleettui.config.aliases import aliases
    from fleettui.config.write import append_machine

    name = _name_of(given)
    fresh = not os.path.lexists(path)
    if fresh:
        _write(path, here)
    fleet = load(path)
    # A machine whose Ollama is optional stands in no file.
    listed = {one.name.lower() for one in fleet.machines if not one.ollama_optional}
    if name.lower() not in listed:
        append_machine(path, {"name": name, "ssh": given}, _HINT)
    elif not fresh:
        text = f"a machine {name} is in {clean(str(path))} already"
        raise OperationFailed(text, "edit it there")
    write(sys.stdout, f"{clean(str(path), limit=4096)}\n")
    config = fleet.ssh_config or ""
    if given == name and all(alias.name != name for alias in aliases(config)):
        tell(f"{name} is no alias in {clean(config)}: ssh looks it up as a host name")
    if not listed:
        tell(f"this machine ({here.host}) needs its own [[machines]] now, to be shown as before")
    tell(f"added {name}: give it roles and ollama, then: fleettui doctor {name}")
    return 0


def _name_of(given: str) -> str:
    """What a machine at that address is called. Raises UsageError for no address."""
    if wrong := words.ssh_address(given):
        raise UsageError(f"--add {clean(given, limit=60)}: expected {wrong.expected}")
    host = given.rpartition("@")[2]
    if host == given and not words.name(given):
        return given
    plain = host.partition("]")[0].strip("[") if host.startswith("[") else host.partition(":")[0]
    is_number = plain.replace(".", "").isdigit()
    return plain if is_number else machine_name(plain)


_HINT = """\
roles = ["orchestrator", "execution"]   # workstation, orchestrator, inference, execution
ollama = "ssh"                 # its own 127.0.0.1:11434 through SSH; or "http://HOST:11434"
"""
