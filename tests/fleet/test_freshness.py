"""The table of source states."""

from datetime import UTC, datetime

import pytest

from fleettui.fleet.freshness import Attempts, judge
from fleettui.model.errors import (
    AuthRefused,
    HostKeyChanged,
    Malformed,
    ProxyDown,
    ReadError,
    SourceBusy,
    TimedOut,
    Unreachable,
)
from fleettui.model.reading import Reading, SourceState, worst

NOW = 1000.0


def read_at(age: float) -> Reading[str]:
    return Reading("value", datetime.now(UTC), NOW - age, 3.0)


@pytest.mark.parametrize(
    "age,expected",
    [
        (0.0, SourceState.OK),
        (10.0, SourceState.OK),
        (10.1, SourceState.LATE),
        (30.0, SourceState.LATE),
        (30.1, SourceState.STALE),
    ],
)
def test_a_value_grows_late_then_stale(age: float, expected: SourceState) -> None:
    state, reason = judge(Attempts(interval=5.0, reading=read_at(age)), NOW)
    assert state is expected
    assert (reason is None) == (expected is SourceState.OK)


@pytest.mark.parametrize(
    "failure,expected",
    [
        (Unreachable("refused"), SourceState.DOWN),
        (AuthRefused("no key"), SourceState.AUTH),
        (HostKeyChanged("changed"), SourceState.HOSTKEY),
        (ProxyDown("proxy"), SourceState.PROXY),
        (SourceBusy("loading"), SourceState.BUSY),
        (Malformed("html"), SourceState.ERROR),
    ],
)
def test_a_failure_is_said_at_once_and_with_its_reason(
    failure: ReadError, expected: SourceState
) -> None:
    attempts = Attempts(interval=5.0, reading=read_at(1.0), failure=failure)
    assert judge(attempts, NOW) == (expected, failure.text)


def test_a_missed_deadline_is_late_first_and_never_hides_the_values_age() -> None:
    slow = Attempts(interval=5.0, reading=read_at(4.0), failure=TimedOut("no answer in 10s"))
    assert judge(slow, NOW) == (SourceState.LATE, "no answer in 10s")
    older = Attempts(interval=5.0, reading=read_at(40.0), failure=TimedOut("no answer in 10s"))
    assert judge(older, NOW)[0] is SourceState.STALE


def test_a_missed_deadline_is_down_where_there_is_nothing_older_to_show() -> None:
    missed = TimedOut("no answer in 5s")
    assert judge(Attempts(interval=5.0, failure=missed), NOW)[0] is SourceState.DOWN
    older = Attempts(interval=5.0, reading=read_at(4.0), failure=missed)
    assert judge(older, NOW, single=True)[0] is SourceState.DOWN


def test_nothing_read_yet_is_not_fine() -> None:
    assert judge(Attempts(interval=5.0), NOW) == (SourceState.STALE, "no answer yet")


def test_after_sleep_everything_is_stale_until_it_is_read_again() -> None:
    attempts = Attempts(interval=5.0, reading=read_at(1.0), slept=True)
    assert judge(attempts, NOW) == (SourceState.STALE, "this computer was asleep")


def test_a_question_that_stays_open_makes_a_slow_cadence_late() -> None:
    asked = Attempts(interval=25.0, reading=read_at(20.0), asked_at=NOW - 11, patience=5.0)
    assert judge(asked, NOW)[0] is SourceState.LATE


def test_a_machine_is_the_worst_of_what_is_configured() -> None:
    assert worst([SourceState.OK, SourceState.ABSENT]) is SourceState.OK
    assert worst([SourceState.OK, SourceState.STALE, SourceState.LATE]) is SourceState.STALE
    assert worst([SourceState.DOWN, SourceState.ERROR]) is SourceState.ERROR
    assert worst([SourceState.ABSENT]) is SourceState.ABSENT
    order = "ok absent busy late stale proxy auth hostkey down error"
    assert [state.value for state in SourceState] == order.split()
    assert [s.value for s in SourceState if s.healthy] == ["ok", "absent", "busy"]
