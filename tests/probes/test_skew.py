"""Clocks that differ."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleettui.probes.skew import skew

NOW = 1795266884.5


@pytest.mark.parametrize(
    "section,latency,difference",
    [
        (b"1795266884.500000000\n", 0.0, 0.0),
        (b"1795266884.480000000\n", 0.1, 0.0),
        (b"1795266894.400000000\n", 0.2, 10.0),
        (b"1795266800.400000000\r\n", 0.2, -84.0),
        (b"1795266884.N\n", 0.0, 0.0),
        (b"1795266884\n", 0.5, 0.0),
        (b"1795266894\n", 0.0, 10.0),
        (b"1795270484.5,\n", 0.0, 3600.0),
        (b"", 0.0, None),
        (b"date: not found\n", 0.0, None),
        (b"-5\n", 0.0, None),
        (b"9" * 40, 0.0, None),
    ],
)
def test_half_of_the_latency_is_the_way_there(
    section: bytes, latency: float, difference: float | None
) -> None:
    found = skew(section, NOW, latency)
    assert found == (None if difference is None else pytest.approx(difference, abs=1e-6))


@settings(deadline=None)
@given(st.binary(max_size=40))
def test_any_bytes_are_a_time_or_nothing(section: bytes) -> None:
    found = skew(section, NOW, 0.1)
    assert found is None or abs(found) < 1e12
