"""That the program ends in time, whatever hangs on the way to a machine."""

import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import psutil

from fleettui.commands.services import open_line
from fleettui.config.load import load
from fleettui.fleet.monitor import Monitor
from fleettui.model.clock import Clock
from fleettui.model.reading import SourceState
from tests.lab.fleet import running_fleet
from tests.lab.sshd import Sshd


def snapshot(folder: Path, ssh_config: str) -> dict[str, object]:
    """`fleettui --json` of one machine called box, which must end by itself."""
    (folder / "ssh_config").write_text(ssh_config)
    config = folder / "fleet.toml"
    config.write_text(
        f'[fleet]\nssh_config = "{folder / "ssh_config"}"\nstate_dir = "{folder}"\n'
        '[[machines]]\nname = "box"\nssh = "box"\n'
    )
    done = subprocess.run(
        [sys.executable, "-m", "fleettui", "--config", str(config), "--json"],
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert done.stderr == b""
    (machine,) = json.loads(done.stdout)["machines"]
    source: dict[str, object] = machine["sources"]["system"]
    return source


def test_a_command_of_the_ssh_configuration_that_never_ends(tmp_path: Path) -> None:
    """Threads of asyncio's own would be waited for, and this one for ever."""
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    try:
        source = snapshot(tmp_path, f'Match exec "read word <{gate}"\n  User nobody\n')
        assert (source["state"], source["reason"]) == ("down", "no answer in 5s")
    finally:
        os.close(os.open(gate, os.O_RDWR | os.O_NONBLOCK))


def test_a_machine_that_froze(tmp_path: Path, sshd: Sshd) -> None:
    config = sshd.ssh_config("box")
    assert snapshot(tmp_path, config)["state"] == "ok"
    sshd.freeze()
    try:
        assert snapshot(tmp_path, config)["state"] == "down"
    finally:
        sshd.thaw()


async def test_closing_does_not_wait_for_a_machine_that_froze_after_it_answered(
    tmp_path: Path,
) -> None:
    with running_fleet(tmp_path, 3) as lab:
        opened = partial(open_line, clock=Clock())
        monitor = Monitor(load(lab.config), opened)
        assert {m.state for m in (await monitor.read_once(60)).machines} == {SourceState.OK}
        sockets = psutil.Process().net_connections("tcp")
        assert len(sockets) == 3
        lab.servers[1].freeze()
        try:
            await monitor.close()
            assert psutil.Process().net_connections("tcp") == []
        finally:
            lab.servers[1].thaw()
