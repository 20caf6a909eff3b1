"""Graphics processors of the amdgpu driver: its files in a folder of ours."""

from pathlib import Path

import pytest

from fleettui.model.system import Gpu
from fleettui.probes import amd
from fleettui.probes.loop import Loop, load
from tests.probes.shells import SHELLS, ShellHost

FULL = Gpu("AMD Radeon PRO W7900", 17.0, 2147483648, 25753026560, 51.0, 42.0)


def card(root: Path, number: int, **files: str) -> None:
    device = root / f"card{number}" / "device"
    (device / "hwmon" / "hwmon3").mkdir(parents=True)
    for name, text in files.items():
        folder = device / "hwmon" / "hwmon3" if name.startswith(("temp", "power")) else device
        (folder / name).write_text(text + "\n")


@pytest.fixture
def cards(tmp_path: Path) -> Path:
    card(
        tmp_path,
        0,
        gpu_busy_percent="17",
        mem_info_vram_used="2147483648",
        mem_info_vram_total="25753026560",
        product_name="AMD Radeon PRO W7900",
        temp1_input="51000",
        power1_average="42000000",
    )
    card(tmp_path, 1, gpu_busy_percent="200")
    card(tmp_path, 2, mem_info_vram_total="a card of another driver")
    return tmp_path


def test_the_files_of_this_machine(cards: Path) -> None:
    assert amd.read(cards) == (FULL, Gpu("AMD GPU"))
    assert amd.read(cards / "none") == ()


@pytest.mark.parametrize("argv", SHELLS.values(), ids=SHELLS)
async def test_the_script_reads_the_same_files(cards: Path, argv: tuple[str, ...]) -> None:
    script = load("system_linux.sh").replace(bytes(amd.CARDS), bytes(cards))
    loop = Loop(ShellHost(argv), script)
    try:
        answer = await loop.tick("fast")
    finally:
        await loop.close()
    assert amd.gpus(answer["fast"]) == (FULL, Gpu("AMD GPU"))
