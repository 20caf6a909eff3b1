"""What nvidia-smi prints."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleettui.model.system import Gpu
from fleettui.model.text import is_clean
from fleettui.probes.nvidia import gpus

MIB = 1024 * 1024
TWO = b"""\
0, GPU-5d0c1a2e-77aa-4c1e-9c55-0e1f2a3b4c5d, NVIDIA GeForce RTX 4090, 37, 18211, 24564, 61, 212.45
1, GPU-8e7f6a5b-1122-4d3e-8f9a-a1b2c3d4e5f6, NVIDIA RTX A4000, [N/A], 512, 16376, 44, [N/A]
"""
FIRST = Gpu("NVIDIA GeForce RTX 4090", 37.0, 18211 * MIB, 24564 * MIB, 61.0, 212.45)
SECOND = Gpu("NVIDIA RTX A4000", None, 512 * MIB, 16376 * MIB, 44.0, None)


def test_two_gpus_one_of_which_tells_less() -> None:
    assert gpus(TWO) == (FIRST, SECOND)
    assert gpus(TWO.replace(b"\n", b"\r\n")) == (FIRST, SECOND)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n",
        b"No devices were found\n",
        b"x, GPU-1, name, 1, 2, 3, 4, 5\n",
        b"0, 37, 18211\n",
    ],
)
def test_an_error_is_no_gpu(answer: bytes) -> None:
    assert gpus(answer) == ()


def test_nothing_is_made_up_for_what_is_not_supported() -> None:
    row = b'0, GPU-1, "A, B", [Not Supported], 99, 12, -3, nan\n'
    assert gpus(row) == (Gpu(name="A, B", memory_total=12 * MIB),)


def test_a_name_cannot_act_on_the_terminal() -> None:
    assert gpus(b"0, u, \x1b[2J\xff, 1, 2, 3, 4, 5\n")[0].name == "␛[2J\\xff"


@settings(deadline=None)
@given(st.binary())
def test_any_bytes_are_gpus_or_none(answer: bytes) -> None:
    assert all(gpu.name is None or is_clean(gpu.name) for gpu in gpus(answer))
