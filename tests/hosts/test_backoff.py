from hypothesis import given
from hypothesis import strategies as st

from fleettui.hosts.backoff import Backoff


@given(st.integers(1, 2000), st.floats(0, 1))
def test_waits_are_between_one_second_and_a_minute(failures: int, luck: float) -> None:
    backoff = Backoff(uniform=lambda low, high: low + luck * (high - low))
    waits = [backoff.failed() for _ in range(failures)]
    assert min(waits) >= 1.0
    assert max(waits) <= 60.0


def test_the_bound_doubles_and_is_forgotten_when_it_went_well() -> None:
    backoff = Backoff(uniform=lambda _, high: high)
    assert [backoff.failed() for _ in range(7)] == [2, 4, 8, 16, 32, 60, 60]
    backoff.reset()
    assert backoff.failed() == 2


def test_machines_that_fail_together_do_not_come_back_together() -> None:
    waits = set()
    for _ in range(20):
        backoff = Backoff()
        for _ in range(5):
            wait = backoff.failed()
        waits.add(wait)
    assert len(waits) > 10
