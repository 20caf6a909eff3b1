"""The demo's figures, read by the parsers that read real machines."""

import itertools
import json
from datetime import UTC, datetime, timedelta

import pytest

from fleettui.commands.demo import macos, ollama, windows
from fleettui.commands.demo.cast import ENGINE, GPT_OSS, MINI, MSI, PARTS, QWEN, Part
from fleettui.commands.demo.motion import Time, drift, within_cycle
from fleettui.commands.demo.written import fleet_toml, ssh_config
from fleettui.config.load import parse
from fleettui.model.clock import Clock
from fleettui.model.system import Pressure
from fleettui.probes import system_macos, system_windows
from fleettui.probes.ollama_wire import parse_ps, parse_tags, parse_version

STARTED = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
MACS = [part for part in PARTS if not part.windows]
MOMENTS = range(0, 600, 7)


@pytest.mark.parametrize("part", MACS, ids=lambda part: str(part.name))
def test_a_mac_is_read_as_it_was_meant_at_every_moment(part: Part) -> None:
    for at in MOMENTS:
        told = macos.answers(part, 3, at, STARTED.timestamp())
        fast = "".join(told[name] for name in ("sysctl", "vm_stat"))
        sample = told["iostat"].splitlines()[-1]
        sections = {
            "fast": f"{fast}cpu {sample}\n".encode(),
            "disk": told["df"].encode(),
            "gpu": told["ioreg"].encode(),
        }
        system = system_macos.parse(sections, {}, STARTED.timestamp() + at)
        assert system.memory_used == macos.memory_used(macos.memory_pages(part, 3, at))
        assert system.memory_total == part.memory
        assert 0 < (system.memory_available or 0) < part.memory
        assert system.cpu_percent is not None
        assert part.busy[0] - 1 <= system.cpu_percent <= part.busy[1] + 1
        assert system.memory_pressure in (Pressure.NORMAL, Pressure.WARNING)
        assert (system.disk_total, system.disk_free) == pytest.approx(part.disk, abs=1024)
        assert system.uptime_s == pytest.approx(macos.UPTIME_S + at)
        (gpu,) = system.gpus
        assert (gpu.name, gpu.utilization_percent is not None) == (part.gpu, True)


def test_memory_is_counted_as_activity_monitor_does() -> None:
    pages = {
        "Pages wired down": 420000,
        "Anonymous pages": 1900000,
        "Pages purgeable": 24000,
        "Pages occupied by compressor": 300000,
        "Pages stored in compressor": 900000,
    }
    assert macos.memory_used(pages) == 42_532_864_000


def test_windows_is_read_as_it_was_meant() -> None:
    time = Time(Clock(monotonic=lambda: 130.0), 3, STARTED, 100.0)
    sections = {name: windows.section(name, [], MSI, time).encode() for name in ("fast", "disk")}
    system = system_windows.parse(sections, {}, STARTED.timestamp() + 30)
    assert system.memory_total == MSI.memory
    assert (system.disk_total, system.disk_free) == MSI.disk
    assert system.cpu_percent is not None
    assert system.uptime_s == pytest.approx(timedelta(days=2, hours=3).total_seconds() + 30)
    setup = [b"0 port 80", b"1 task Gateway"]
    assert windows.section("tasks", setup, MSI, time) == "1 4 267009 10800 -"


def test_ollama_is_read_as_it_was_meant() -> None:
    def body(path: str, at: float) -> bytes:
        return json.dumps(ollama.answer(ENGINE, path, at, STARTED)).encode()

    assert parse_version(body("/api/version", 0)) == ollama.VERSION
    installed = parse_tags(body("/api/tags", 0))
    assert [model.name for model in installed] == [model.name for model in ENGINE.installed]
    now = STARTED + timedelta(seconds=50)
    stays, coder = parse_ps(body("/api/ps", 50), server_now=now)
    assert (stays.name, stays.forever) == ("deepseek-r1:32b", True)
    assert coder.expires_at == STARTED + timedelta(seconds=40 + ollama.KEEP_ALIVE_S)
    assert coder.gpu_share == 1.0
    assert ollama.answer(ENGINE, "/metrics", 0, STARTED) is None


def test_models_come_and_go() -> None:
    seen = {
        at: {stay.model for stay in ollama.in_memory(MINI, at)} for at in (0, 69, 75, 90, 119, 120)
    }
    assert seen == {0: {GPT_OSS}, 69: {GPT_OSS}, 75: set(), 90: {QWEN}, 119: set(), 120: {GPT_OSS}}


def test_figures_move_slowly_and_are_the_same_for_the_same_seed() -> None:
    values = [drift(7, "cpu", at, 10, 20) for at in range(200)]
    assert values == [drift(7, "cpu", at, 10, 20) for at in range(200)]
    assert values != [drift(8, "cpu", at, 10, 20) for at in range(200)]
    assert all(10 <= value <= 20 for value in values)
    assert max(values) - min(values) > 4
    assert max(abs(a - b) for a, b in itertools.pairwise(values)) < 3


def test_a_cycle_repeats() -> None:
    assert [within_cycle(at, 2, 4, 10) for at in (1, 2, 4, 12, 14)] == [
        False, True, False, True, False,
    ]  # fmt: skip


def test_the_written_files_are_a_fleet(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("demo")
    fleet = parse(fleet_toml(folder, 4711), file="fleet.toml")
    assert [machine.name for machine in fleet.machines] == [part.name for part in PARTS]
    assert fleet.state_dir == f"{folder}/state"
    text = ssh_config(folder, {part.name: 2000 for part in PARTS})
    assert text.count("IdentityAgent none") == text.count("IdentitiesOnly yes") == len(PARTS)
    assert "~" not in text
