"""Numbers from outside."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleettui.probes.figures import MOST_BYTES, part_of, percent, real, whole, words


@pytest.mark.parametrize(
    "raw,value",
    [
        (b"3.21", 3.21),
        (b"3,21", 3.21),
        (b" 7 ", 7.0),
        (b"+1", 1.0),
        ("12", 12.0),
        (12, 12.0),
        (0.5, 0.5),
        (b"-1", None),
        (-1, None),
        (b"nan", None),
        (b"inf", None),
        (math.nan, None),
        (math.inf, None),
        (True, None),
        (None, None),
        (b"", None),
        (b"1e3", None),
        (b"1_000", None),
        (b"1.2.3", None),
        (b"9" * 5000, None),
        (10**400, None),
        (b"101", None),
        (b"[N/A]", None),
        (b"\xd9\xa3", None),
        ([1], None),
    ],
)
def test_a_percentage(raw: object, value: float | None) -> None:
    assert percent(raw) == value


@pytest.mark.parametrize(
    "raw,value",
    [
        (b"24564", 24564 * 1024),
        ("0", 0),
        (3, 3072),
        (b"-1", None),
        (b"1.5", None),
        (1.5, None),
        (True, None),
        (MOST_BYTES, None),
        (b"9" * 5000, None),
        ("²", None),
        (None, None),
    ],
)
def test_a_size_in_kib(raw: object, value: int | None) -> None:
    assert whole(raw, unit=1024) == value


def test_a_part_is_not_larger_than_the_whole() -> None:
    assert part_of(5, 5) == 5
    assert part_of(6, 5) is None
    assert part_of(6, None) == 6
    assert part_of(None, 5) is None


def test_the_first_line_of_a_word_counts() -> None:
    assert words(b"a 1\nb\n a  2 \n\nc 3") == {b"a": b"1", b"b": b"", b"": b"", b"c": b"3"}


@settings(deadline=None)
@given(st.one_of(st.binary(), st.text(), st.floats(), st.integers(), st.booleans(), st.none()))
def test_any_value_is_a_bounded_number_or_nothing(raw: object) -> None:
    number, size = real(raw, 50.0, least=-50.0), whole(raw, unit=3)
    assert number is None or -50.0 <= number <= 50.0
    assert size is None or 0 <= size <= MOST_BYTES
