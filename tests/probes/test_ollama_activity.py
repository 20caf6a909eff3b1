"""What moving timers say about the work of models."""

from datetime import UTC, datetime, timedelta

import pytest

from fleettui.model.ollama import Activity, LoadedModel
from fleettui.probes.ollama_activity import ACTIVE_S, GAP_S, Activities

LATER = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)


def model(moved: float = 0.0, activity: Activity = Activity.IDLE) -> LoadedModel:
    return LoadedModel("a", expires_at=LATER + timedelta(seconds=moved), activity=activity)


def activity(activities: Activities, look: LoadedModel, now: float) -> Activity:
    (judged,) = activities.judge((look,), now)
    return judged.activity


def test_a_timer_that_stands_still_is_idle() -> None:
    activities = Activities()
    assert [activity(activities, model(), now) for now in (0, 5, 10)] == [Activity.IDLE] * 3


def test_a_timer_that_moved_is_busy_for_a_while() -> None:
    activities = Activities()
    activity(activities, model(), 0)
    assert activity(activities, model(7), 5) is Activity.BUSY
    assert activity(activities, model(7), 10) is Activity.BUSY
    assert activity(activities, model(7), 5 + ACTIVE_S) is Activity.IDLE


def test_a_model_that_appears_between_two_looks_is_busy() -> None:
    activities = Activities()
    assert activities.judge((), 0) == ()
    assert activity(activities, model(), 5) is Activity.BUSY


def test_after_a_long_gap_a_moved_timer_means_nothing() -> None:
    activities = Activities()
    activity(activities, model(), 0)
    assert activity(activities, model(7), GAP_S + 1) is Activity.IDLE


def test_a_model_that_left_is_forgotten() -> None:
    activities = Activities()
    activity(activities, model(), 0)
    activities.judge((), 5)
    assert activity(activities, model(), 10) is Activity.BUSY


@pytest.mark.parametrize("told", [Activity.STOPPING, Activity.UNKNOWN])
def test_a_move_does_not_outweigh_what_the_timer_itself_tells(told: Activity) -> None:
    activities = Activities()
    activity(activities, model(), 0)
    assert activity(activities, model(7, told), 5) is told
