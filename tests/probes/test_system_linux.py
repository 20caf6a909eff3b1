"""Linux: the parser on its own, and the script against psutil on this machine."""

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleettui.model.errors import Malformed
from fleettui.model.machine import Platform
from fleettui.model.system import Gpu, Pressure, System
from fleettui.probes.loop import Loop, load
from fleettui.probes.system_linux import cpu_percent, parse, pressure
from tests.probes.invariants import assert_sane
from tests.probes.shells import SHELLS, ShellHost

FAST = b"""\
stat cpu  1000 20 300 7000 100 0 80 500 900 0
cpus 0-3,8-11
load 1.48 1.02 0.55 2/122 30995
uptime 1196.11 1871.65
MemTotal: 65822492 kB
MemFree: 1203120 kB
MemAvailable: 41250304 kB
Cached: 38000000 kB
SwapTotal: 8388604 kB
SwapFree: 8126460 kB
psi some avg10=0.49 avg60=0.54 avg300=0.63 total=6794468
psi full avg10=0.12 avg60=0.10 avg300=0.05 total=2794468
"""
BEFORE = {"fast": b"stat cpu  900 20 250 6800 100 0 30 400 900 0\n"}
DISK = b"Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/a 100 40 60 40% /\n"
GPU = b"0, GPU-1, NVIDIA RTX A4000, 5, 512, 16376, 44, 16.2\n"
AMD = b"""\
amd /sys/class/drm/card0/device
amd.busy 17
amd.used 2147483648
amd.total 25753026560
amd.name AMD Radeon PRO W7900
amd.temp 51000
amd.temp 93000
amd.power 42000000
amd /sys/class/drm/card1/device
amd.busy 200
"""
MIB = 1024 * 1024


def test_everything_that_a_tick_can_tell() -> None:
    sections = {"fast": FAST + AMD, "disk": DISK, "gpu": GPU}
    assert parse(sections, BEFORE, 0.0) == System(
        platform=Platform.LINUX,
        cpu_count=8,
        cpu_percent=60.0,
        load_1m=1.48,
        memory_total=65822492 * 1024,
        memory_used=(65822492 - 41250304) * 1024,
        memory_available=41250304 * 1024,
        memory_pressure=Pressure.NORMAL,
        swap_used=262144 * 1024,
        swap_total=8388604 * 1024,
        disk_free=60 * 1024,
        disk_total=100 * 1024,
        uptime_s=1196.11,
        gpus=(
            Gpu("NVIDIA RTX A4000", 5.0, 512 * MIB, 16376 * MIB, 44.0, 16.2),
            Gpu("AMD Radeon PRO W7900", 17.0, 2147483648, 25753026560, 51.0, 42.0),
            Gpu("AMD GPU"),
        ),
    )


def test_what_was_not_told_is_unknown() -> None:
    system = parse({"fast": b"uptime 5.0 1.0\n"}, {}, 0.0)
    assert system == System(platform=Platform.LINUX, uptime_s=5.0)


@pytest.mark.parametrize("fast", [b"", b"stat cpu 1 2 3\n", b"\xff\0garbage", b"load nan 1 1\n"])
def test_nothing_of_use_is_malformed(fast: bytes) -> None:
    with pytest.raises(Malformed):
        parse({"fast": fast}, {}, 0.0)


@pytest.mark.parametrize(
    "old,new,available",
    [
        (b"MemAvailable: 41250304 kB", b"MemAvailable: 0 kB", 39203120),
        (b"MemAvailable: 41250304 kB\n", b"", 39203120),
        (b"MemAvailable: 41250304 kB", b"MemAvailable: 99999999 kB", None),
        (b"MemAvailable: 41250304 kB", b"MemAvailable: 41250304 pages", 39203120),
    ],
)
def test_memory_that_is_available(old: bytes, new: bytes, available: int | None) -> None:
    system = parse({"fast": FAST.replace(old, new)}, {}, 0.0)
    assert system.memory_available == (None if available is None else available * 1024)
    assert (system.memory_used is None) == (available is None)


@pytest.mark.parametrize(
    "before,after,share",
    [
        (b"cpu 0 0 0 0 0 0 0 0", b"cpu 5 5 5 60 20 0 5 0", 20.0),
        (b"cpu 0 0 0 0 0", b"cpu 10 0 0 0 0", 100.0),
        (b"cpu 5 0 0 5 5", b"cpu 6 0 0 9 4", 25.0),
        (b"cpu 5 0 0 5 5", b"cpu 5 0 0 5 5", None),
        (b"cpu 500 0 0 500 0", b"cpu 1 0 0 1 0", None),
        (b"cpu 5 0 0 5", b"cpu 6 0 0 6", None),
        (b"cpu 5 0 x 5 5", b"cpu 6 0 0 6 6", None),
        (b"intr 5 0 0 5 5", b"cpu 6 0 0 6 6", None),
        (None, b"cpu 6 0 0 6 6", None),
    ],
)
def test_the_share_of_the_processor(
    before: bytes | None, after: bytes, share: float | None
) -> None:
    assert cpu_percent(before, after) == share


@pytest.mark.parametrize(
    "some,full,state",
    [
        (b"0.00", b"0.00", Pressure.NORMAL),
        (b"9.99", b"9.99", Pressure.NORMAL),
        (b"10.00", b"0.00", Pressure.WARNING),
        (b"40.00", b"10.00", Pressure.CRITICAL),
        (b"nan", b"0.00", None),
        (b"999.0", b"0.00", None),
    ],
)
def test_the_pressure_on_memory(some: bytes, full: bytes, state: Pressure | None) -> None:
    lines = b"some avg10=%s avg60=0.00\nfull avg10=%s avg60=0.00\n" % (some, full)
    assert pressure(lines) is state
    assert pressure(lines.replace(b"some", b"psi some").replace(b"full", b"psi full")) is state


def test_no_pressure_without_the_file() -> None:
    assert pressure(b"") is None


@pytest.mark.parametrize(
    "ranges,count",
    [
        (b"0", 1),
        (b"0-15", 16),
        (b"0,2,4-5", 4),
        (b"5-2", None),
        (b"0-99999999", None),
        (b"", None),
        (b"0-", None),
        (b",".join([b"0-65535"] * 3), None),
    ],
)
def test_the_count_of_processors(ranges: bytes, count: int | None) -> None:
    assert parse({"fast": b"load 1 1 1\ncpus " + ranges}, {}, 0.0).cpu_count == count


@settings(deadline=None)
@given(st.data())
def test_any_bytes_are_a_system_or_malformed(data: st.DataObject) -> None:
    broken = st.one_of(st.binary(), st.sampled_from((FAST + AMD).splitlines()).flatmap(_spoilt))
    sections = {
        name: b"\n".join(data.draw(st.lists(broken, max_size=12)))
        for name in ("fast", "disk", "gpu")
    }
    assert_sane(lambda: parse(sections, BEFORE, 0.0))


def _spoilt(line: bytes) -> st.SearchStrategy[bytes]:
    """The line with one of its words replaced."""
    fields = line.split(b" ")
    odd = st.sampled_from([b"-1", b"nan", b"inf", b"9" * 25, b"1,5", b"\xff", b"", b"0", b"True"])
    at = st.integers(0, len(fields) - 1)
    return st.builds(lambda i, word: b" ".join((*fields[:i], word, *fields[i + 1 :])), at, odd)


@pytest.mark.parametrize("argv", SHELLS.values(), ids=SHELLS)
async def test_the_script_agrees_with_psutil(argv: tuple[str, ...]) -> None:
    host = ShellHost(argv)
    loop = Loop(host, load("system_linux.sh"))
    try:
        answer = await loop.tick("first", "fast", "disk", "gpu")
    finally:
        await loop.close()
    system = parse(answer, {"fast": answer["first"]}, 0.0)
    memory, swap, disk = psutil.virtual_memory(), psutil.swap_memory(), psutil.disk_usage("/")
    assert system.cpu_count == psutil.cpu_count()
    assert system.cpu_percent is not None
    assert system.memory_total == memory.total
    assert system.memory_available == pytest.approx(memory.available, abs=0.2 * memory.total)
    assert system.swap_total == swap.total
    assert system.disk_total == disk.total
    assert system.disk_free == pytest.approx(disk.free, abs=0.1 * disk.total)
    assert system.uptime_s is not None
    assert system.load_1m == pytest.approx(psutil.getloadavg()[0], abs=3.0)
