"""Every row of the shipped table, on a fleet that has all three levels."""

from dataclasses import replace

import pytest

from fleettui.model.kind import Kind
from fleettui.routing.defaults import ROWS, Level, Row, levels
from tests.routing.worlds import STUDIO, example, route, without_routing

TIERS = {Level.LOCAL: "local", Level.CHEAP: "sonnet", Level.RARE: "opus"}
FIRST = [row for row in ROWS if row.work != "Elaboration (escalated)"]


def test_there_are_fifteen_rows_and_every_kind_has_one() -> None:
    assert len(ROWS) == 15
    assert {row.kind for row in ROWS} == set(Kind) - {Kind.AMBIGUOUS, Kind.HEARTBEAT}


@pytest.mark.parametrize("row", FIRST, ids=[row.work for row in FIRST])
def test_a_row_by_the_shipped_table(row: Row) -> None:
    found = route(without_routing(example(STUDIO)), row.kind)
    assert found.chosen is not None
    assert found.chosen.tier == TIERS[row.level]
    assert found.chosen.model.endswith(row.model)
    assert found.machine == "brain"


@pytest.mark.parametrize("row", FIRST, ids=[row.work for row in FIRST])
def test_a_row_by_the_example_of_the_same_fleet(row: Row) -> None:
    found = route(example(STUDIO), row.kind)
    assert found.chosen is not None
    assert found.chosen.model.endswith(row.model)
    assert found.chosen.model_machine == ("engine" if row.level is Level.LOCAL else None)


def test_an_elaboration_that_was_not_good_enough_is_escalated() -> None:
    row = next(row for row in ROWS if row.work == "Elaboration (escalated)")
    for fleet in (example(STUDIO), without_routing(example(STUDIO))):
        first = route(fleet, row.kind)
        second = first.fallbacks[0]
        assert second.model.endswith(row.model)
        assert second.tier == TIERS[row.level]


@pytest.mark.parametrize("kind", list(Kind))
def test_a_ladder_climbs_one_level_at_a_time(kind: Kind) -> None:
    climbed = levels(kind)
    assert list(climbed) == sorted(climbed)
    found = route(without_routing(example(STUDIO)), kind)
    tiers = [rung.tier for rung in found.ladder]
    assert list(dict.fromkeys(tiers)) == [TIERS[level] for level in climbed]


def test_what_nobody_understands_goes_to_the_cheapest_judge() -> None:
    found = route(without_routing(example(STUDIO)), Kind.AMBIGUOUS)
    assert [rung.tier for rung in found.ladder] == ["sonnet", "opus"]
    assert found.kind.category == "novel"
    assert found.unclear


def test_a_paid_tier_by_any_name_is_found_by_its_price() -> None:
    fleet = without_routing(example(STUDIO))
    paid = tuple(
        replace(model, id=f"{name}@openrouter", tier=tier)
        for model, name, tier in zip(
            fleet.models[2:], ("glm-5", "kimi-k3"), ("mid", "top"), strict=True
        )
    )
    fleet = replace(fleet, models=(*fleet.models[:2], *reversed(paid)))
    assert [rung.tier for rung in route(fleet, Kind.QA_VERIFICATION).ladder] == ["mid", "top"]
    assert [rung.tier for rung in route(fleet, Kind.CONFLICT_RESOLUTION).ladder] == ["top"]


def test_one_paid_tier_is_for_everything_dear() -> None:
    fleet = without_routing(example(STUDIO))
    fleet = replace(fleet, models=fleet.models[:3])
    for kind in (Kind.GAP_ANALYSIS, Kind.ARCHITECTURAL_DECISION, Kind.AMBIGUOUS):
        assert [rung.tier for rung in route(fleet, kind).ladder] == ["sonnet"]


def test_without_a_paid_model_the_fleets_own_do_their_best() -> None:
    fleet = without_routing(example(STUDIO))
    fleet = replace(fleet, models=fleet.models[:2])
    found = route(fleet, Kind.ARCHITECTURAL_DECISION)
    assert found.chosen is not None
    assert found.chosen.tier == "local"
