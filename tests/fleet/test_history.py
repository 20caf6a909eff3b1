"""The grid of a sparkline."""

from fleettui.fleet.history import POINTS, Recorder
from tests.lab.scripted_machine import system


def test_readings_faster_than_the_grid_share_a_slot() -> None:
    recorder = Recorder(5.0)
    for now, cpu in ((0.0, 1.0), (2.0, 2.0), (4.0, 3.0), (6.0, 4.0)):
        recorder.add(system(cpu), now)
    assert recorder.history().cpu == (3.0, 4.0)
    assert recorder.history().memory == (25.0, 25.0)
    assert recorder.history().gpu == (None, None)


def test_a_time_without_readings_is_a_gap() -> None:
    recorder = Recorder(5.0)
    recorder.add(system(1.0), 0.0)
    recorder.add(system(2.0), 16.0)
    assert recorder.history().cpu == (1.0, None, None, 2.0)


def test_it_is_bounded_however_long_the_gap() -> None:
    recorder = Recorder(5.0)
    recorder.add(system(1.0), 0.0)
    recorder.add(system(2.0), 1e9)
    assert len(recorder.history().cpu) == POINTS
    assert recorder.history().cpu[-1] == 2.0


def test_the_time_that_answers_take_leaves_no_gaps() -> None:
    recorder = Recorder(5.0)
    for index in range(40):
        recorder.add(system(7.0), index * 5.3)
    assert None not in recorder.history().cpu
    assert len(recorder.history().cpu) == int(39 * 5.3 / 5) + 1


def test_a_slower_cadence_is_no_row_of_gaps() -> None:
    recorder = Recorder(5.0)
    for index in range(4):
        recorder.add(system(float(index)), index * 25.2, 25.0)
    assert None not in recorder.history().cpu
    recorder.add(system(9.0), 3 * 25.2 + 60, 25.0)
    assert None in recorder.history().cpu
