"""When a record says something, and when it may be chance."""

import pytest

from fleettui.model.kind import Kind
from fleettui.routing.outcomes import Outcome, Standing, standing, told


@pytest.mark.parametrize(
    "attempts, first_pass, merged, rejected, wanted",
    [
        (0, 0, 0, 0, Standing.UNKNOWN),
        (2, 2, 2, 0, Standing.UNKNOWN),
        (10, 9, 9, 0, Standing.PROVEN),
        (10, 5, 5, 5, Standing.UNKNOWN),
        (10, 1, 1, 9, Standing.DOUBTFUL),
        (3, 0, 0, 2, Standing.DOUBTFUL),
        (1, 0, 0, 1, Standing.UNKNOWN),
    ],
)
def test_standing(
    attempts: int, first_pass: int, merged: int, rejected: int, wanted: Standing
) -> None:
    found = Outcome(Kind.LINT_STYLE, "a@b", attempts, first_pass, merged, rejected)
    assert standing(found) is wanted


def test_nothing_is_known_of_what_was_never_tried() -> None:
    assert standing(None) is Standing.UNKNOWN


def test_a_record_in_words_and_dollars() -> None:
    record = Outcome(Kind.LINT_STYLE, "a@b", 4, 3, 2, 1, usd=1.5)
    assert record.usd_per_merged == 0.75
    assert told(record) == "gates passed at once 3 of 4, merged 2, rejected 1"
    assert Outcome(Kind.LINT_STYLE, "a@b", usd=1.5).usd_per_merged is None
    both = record.plus(record)
    assert (both.attempts, both.usd, both.usd_per_merged) == (8, 3.0, 0.75)


def test_a_record_that_contradicts_itself_is_not_better_than_perfect() -> None:
    assert standing(Outcome(Kind.LINT_STYLE, "a@b", 0, 9, 6, 0)) is Standing.PROVEN
    assert standing(Outcome(Kind.LINT_STYLE, "a@b", 0, 9, 0, 6)) is Standing.DOUBTFUL
