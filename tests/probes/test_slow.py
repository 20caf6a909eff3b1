"""Values that are read less often than the rest."""

from fleettui.probes.slow import Slow


def test_due_at_first_and_after_each_interval() -> None:
    kept = Slow[str](30.0)
    assert kept.due(5.0)
    kept.tried_at = 5.0
    assert not kept.due(34.9)
    assert kept.due(35.0)


def test_kept_for_three_intervals() -> None:
    kept = Slow[str](30.0)
    assert kept.fresh(5.0) is None
    kept.keep("value", 5.0)
    assert kept.fresh(95.0) == "value"
    assert kept.fresh(95.1) is None
