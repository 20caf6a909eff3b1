"""Leaving alone what failed."""

from fleettui.model.clock import Clock
from fleettui.routing.asking_restraint import Restraint


class Hands:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.at = 100.0
        self.clock = Clock(monotonic=lambda: self.at)


def test_the_third_failure_in_a_row_brings_a_pause_and_each_after_it_a_longer_one() -> None:
    hands = Hands()
    restraint = Restraint(hands.clock, patience=3, first_s=30, most_s=100)
    for _ in range(2):
        restraint.failed("m")
        assert not restraint.paused("m")
    restraint.failed("m")
    pauses = []
    for _ in range(4):
        before = hands.at
        while restraint.paused("m"):
            hands.at += 1
        pauses.append(hands.at - before)
        restraint.failed("m")
    assert pauses == [30, 60, 100, 100]
    assert not restraint.paused("another")


def test_a_success_forgets_everything() -> None:
    hands = Hands()
    restraint = Restraint(hands.clock, patience=2)
    restraint.failed("m")
    restraint.worked("m")
    restraint.failed("m")
    assert not restraint.paused("m")
    restraint.failed("m")
    assert restraint.paused("m")
    restraint.worked("m")
    assert not restraint.paused("m")


def test_what_cost_much_time_has_its_pause_at_once() -> None:
    restraint = Restraint(Hands().clock)
    restraint.failed("m", at_once=True)
    assert restraint.paused("m")


def test_a_pause_never_grows_out_of_bounds() -> None:
    hands = Hands()
    restraint = Restraint(hands.clock, most_s=600)
    for _ in range(5000):
        restraint.failed("m", at_once=True)
    hands.at += 600
    assert not restraint.paused("m")
