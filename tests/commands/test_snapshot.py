"""`--snapshot` over machines that are scripted, in time that jumps."""

import io
import json
from argparse import Namespace
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from fleettui.commands.output import ReaderGone
from fleettui.commands.parser import Parser
from fleettui.commands.snapshot import Options, Reader, add_arguments, options_of, run_snapshot
from fleettui.commands.snapshots.recorder import deadline_s
from fleettui.fleet.monitor import Monitor, Only
from fleettui.model.errors import SourceBusy, Unreachable, UsageError
from fleettui.model.fleet import Fleet
from fleettui.model.reading import Source
from fleettui.model.view import FleetView
from tests.lab.fast_time import EPOCH, FastLoop, run_fast
from tests.lab.scripted_machine import GB, Behaviour, fleet_of, opener, system


class Enough:
    """A reader of a fleet behind which the pipe is closed after some readings."""

    def __init__(self, reader: Reader, readings: int) -> None:
        self._reader = reader
        self._left = readings

    @property
    def fleet(self) -> Fleet:
        return self._reader.fleet

    async def read_once(self, deadline: float, only: Only | None = None) -> FleetView:
        if not self._left:
            raise ReaderGone
        self._left -= 1
        return await self._reader.read_once(deadline, only)


def printed(
    behaviours: dict[str, Behaviour], options: Options, readings: int = 1
) -> tuple[int, str]:
    """The exit code and the output of so many readings."""
    loop = FastLoop()
    out = io.StringIO()
    monitor = Monitor(fleet_of(*behaviours), opener(behaviours), clock=loop.clock())

    async def main() -> int:
        return await run_snapshot(Enough(monitor, readings), options, out)

    return run_fast(main(), loop), out.getvalue()


def records(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def moments(text: str) -> list[float]:
    """When each record was taken, in seconds since the first reading began."""
    taken = [datetime.fromisoformat(record["taken_at"]) for record in records(text)]
    return [round(at.timestamp() - EPOCH, 3) for at in taken]


def test_once_is_one_document_with_every_machine() -> None:
    down = Behaviour(failure=Unreachable("no route to host"))
    code, text = printed({"engine": Behaviour(), "mini": down}, Options("json"))
    document = json.loads(text)
    assert code == 0
    assert [machine["state"] for machine in document["machines"]] == ["ok", "down"]
    assert document["machines"][0]["system"]["cpu_count"] == 8
    assert document["machines"][1]["sources"]["system"]["reason"] == "no route to host"
    assert document["duration_ms"] == 10.0


def test_a_machine_that_hangs_costs_its_deadline_and_the_others_nothing() -> None:
    code, text = printed({"slow": Behaviour(frozen=True), "engine": Behaviour()}, Options("json"))
    slow, engine = json.loads(text)["machines"]
    assert (code, slow["state"], engine["state"]) == (0, "down", "ok")
    assert json.loads(text)["duration_ms"] == 5000.0


def test_every_is_on_time_however_long_a_reading_takes() -> None:
    slow = Behaviour(takes_s=0.7)
    _, text = printed({"engine": slow}, Options("json", every=2.0), readings=4)
    assert moments(text) == [0.7, 2.7, 4.7, 6.7]


def test_a_reading_that_takes_too_long_skips_what_it_missed() -> None:
    _, text = printed({"engine": Behaviour(takes_s=1.5)}, Options("json", every=1.0), readings=3)
    assert moments(text) == [1.5, 3.5, 5.5]


def test_every_prints_compact_lines_and_text_in_blocks() -> None:
    _, text = printed({"engine": Behaviour()}, Options("json", every=1.0), readings=2)
    assert [len(record["machines"]) for record in records(text)] == [1, 1]
    _, text = printed({"engine": Behaviour()}, Options("text", every=1.0), readings=2)
    assert text.count("\n\ntest  1 machine ok") == 1


@pytest.mark.parametrize("format", ["line", "prometheus"])
def test_other_formats(format: str) -> None:
    _, text = printed({"engine": Behaviour()}, Options(format))
    ends = {"line": "test 1/1 ●\n", "prometheus": 'fleettui_alerts{level="critical"} 0\n# EOF\n'}
    assert text.endswith(ends[format])


def test_changes_print_only_what_changed() -> None:
    quiet, loud = Behaviour(), Behaviour()
    loud.values = Filling({Source.SYSTEM: system()})
    options = Options("json", every=5.0, changes=True)
    _, text = printed({"quiet": quiet, "loud": loud}, options, readings=5)
    first, second = records(text)
    assert [machine["name"] for machine in first["machines"]] == ["quiet", "loud"]
    assert [machine["name"] for machine in second["machines"]] == ["loud"]
    assert (first["unchanged"], second["unchanged"], second["removed"]) == (0, 1, [])
    assert quiet.reads >= 5


class Filling(dict[Source, object]):
    """A machine whose memory is suddenly fuller, from the third reading on."""

    asked = 0

    def __getitem__(self, source: Source) -> object:
        self.asked += 1
        return system() if self.asked < 3 else replace(system(), memory_used=20 * GB)


def test_strict_trips_on_what_is_not_fine() -> None:
    down = Behaviour(failure=Unreachable("gone"))
    busy = Behaviour(failure=SourceBusy("loading"))
    assert printed({"engine": Behaviour(), "mini": down}, Options(strict=True))[0] == 4
    assert printed({"engine": Behaviour(), "mini": down}, Options())[0] == 0
    assert printed({"engine": Behaviour(), "mini": busy}, Options(strict=True))[0] == 0
    only = Options(strict=True, only=("engine",))
    assert printed({"engine": Behaviour(), "mini": down}, only)[0] == 0


def test_only_reads_and_prints_what_is_named() -> None:
    behaviours = {"engine": Behaviour(), "mini": Behaviour()}
    _, text = printed(behaviours, Options("json", only=("engine", "ollama", "system")))
    (engine,) = json.loads(text)["machines"]
    assert engine["name"] == "engine"
    assert set(engine["sources"]) == {"system", "ollama"}
    assert behaviours["mini"].reads == 0


@pytest.mark.parametrize("word,near", [("engin", "engine"), ("olama", "ollama"), ("\x1b[2J", None)])
def test_only_of_something_unknown_names_the_nearest(word: str, near: str | None) -> None:
    with pytest.raises(UsageError) as caught:
        printed({"engine": Behaviour(), "mini": Behaviour()}, Options(only=(word,)))
    assert str(caught.value).isprintable()
    assert str(caught.value).startswith("--only ")
    assert near is None or str(caught.value).endswith(f"the nearest is {near}")


def test_the_deadline_follows_the_interval() -> None:
    assert [deadline_s(every) for every in (None, 1.0, 3.0, 60.0)] == [5.0, 2.0, 3.0, 5.0]


def parsed(*words: str) -> Namespace:
    parser = Parser(prog="fleettui")
    add_arguments(parser)
    return parser.parse_args(words)


def test_flags_become_options() -> None:
    words = "--json --every 2.5 --only engine --only system --changes --strict"
    assert options_of(parsed(*words.split())) == Options(
        "json", every=2.5, only=("engine", "system"), changes=True, strict=True
    )
    assert options_of(parsed("--snapshot")) == Options()


@pytest.mark.parametrize(
    "words,complaint",
    [
        (("--every", "0.5"), "--every: 0.5 is no number of seconds"),
        (("--every", "nan"), "--every: nan is no number of seconds"),
        (("--every", "-3"), "--every: -3 is no number of seconds"),
        (("--every",), "--every: expected one argument"),
        (("--format", "yaml"), "--format yaml: no such choice"),
        (("--format", "jsn"), 'did you mean "json"?'),
    ],
)
def test_wrong_flags(words: tuple[str, ...], complaint: str) -> None:
    with pytest.raises(UsageError) as caught:
        parsed(*words)
    assert complaint in str(caught.value)


def test_changes_make_no_metrics() -> None:
    with pytest.raises(UsageError, match="does not go with --format prometheus"):
        options_of(parsed("--format", "prometheus", "--changes", "--every", "5"))
