"""A service that restarts between two looks."""

from fleettui.probes.restarts import SHOWN, Restarts
from fleettui.probes.services_wire import degraded, down, up


def test_a_steady_service_is_up() -> None:
    restarts = Restarts()
    assert [restarts.seen(0, up(7, restarts=3), now) for now in (0.0, 5.0)] == [
        up(7, restarts=3)
    ] * 2


def test_a_growing_count_is_shown_for_a_while() -> None:
    restarts = Restarts()
    restarts.seen(0, up(7, restarts=3), 0.0)
    assert restarts.seen(0, up(8, restarts=4), 5.0) == degraded("restarting, 4 ×", 8, 4)
    assert restarts.seen(0, up(8, restarts=4), 5.0 + SHOWN).detail == "restarting, 4 ×"
    assert restarts.seen(0, up(8, restarts=4), 6.0 + SHOWN) == up(8, restarts=4)


def test_another_process_is_a_restart_where_nobody_counts() -> None:
    restarts = Restarts()
    restarts.seen(0, up(7), 0.0)
    restarts.seen(0, down("not running"), 5.0)
    assert restarts.seen(0, up(8), 10.0) == degraded("restarting", 8)


def test_the_count_wins_over_the_process() -> None:
    restarts = Restarts()
    restarts.seen(0, up(7, restarts=3), 0.0)
    assert restarts.seen(0, up(8, restarts=3), 5.0) == up(8, restarts=3)


def test_a_service_that_is_down_stays_down() -> None:
    restarts = Restarts()
    restarts.seen(0, up(7, restarts=3), 0.0)
    restarts.seen(0, up(8, restarts=4), 1.0)
    assert restarts.seen(0, down("errored"), 2.0) == down("errored")


def test_services_do_not_mix() -> None:
    restarts = Restarts()
    restarts.seen(0, up(7), 0.0)
    assert restarts.seen(1, up(8), 5.0) == up(8)
