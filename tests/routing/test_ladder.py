"""Which ladder counts, and that a written one keeps its order."""

import pytest

from fleettui.model.kind import Kind
from fleettui.model.route import Ask, Classified
from fleettui.routing.conditions import Conditions
from fleettui.routing.decide import decide
from fleettui.routing.outcomes import Outcome
from tests.routing.worlds import CLAWDBOT, STUDIO, conditions, example, goes, route, toml

BASE = """
[[machines]]
name = "desk"
roles = ["workstation", "execution"]
ollama = "http://127.0.0.1:11434"
models = ["small:1b", "coder:7b"]
{own}
[[machines]]
name = "engine"
ssh = "engine"
ollama = "ssh"
models = ["coder:7b"]
[providers.cloud]
base_url = "https://cloud.example/v1"
[[models]]
id = "mid@cloud"
tier = "mid"
usd_per_mtok = {{ input = 1, output = 5 }}
[[models]]
id = "top@cloud"
tier = "top"
usd_per_mtok = {{ input = 5, output = 25 }}
{routing}
"""


def ladder(kind: Kind, *, own: str = "", routing: str = "", asker: str | None = None) -> list[str]:
    fleet = toml(BASE.format(own=own, routing=routing))
    found = route(fleet, Ask("do it", kind=kind, asker=asker))
    return [rung.id for rung in found.ladder]


ROUTING = """
[routing]
mechanical = ["coder:7b@desk", "mid@cloud"]
reasoning = ["small:1b@desk"]
judgment = ["mid@cloud", "top@cloud"]
novel = ["top@cloud"]
[routing.kinds]
lint-style = ["small:1b@desk"]
"""


@pytest.mark.parametrize(
    "kind, wanted",
    [
        (Kind.CODE_GENERATION, ["coder:7b@desk", "mid@cloud"]),
        (Kind.LINT_STYLE, ["small:1b@desk"]),
        (Kind.BUG_HUNTING, ["small:1b@desk"]),
        (Kind.ELABORATION, ["small:1b@desk", "mid@cloud"]),
        (Kind.AMBIGUOUS, ["mid@cloud", "top@cloud"]),
        (Kind.CONFLICT_RESOLUTION, ["top@cloud"]),
        (Kind.HEARTBEAT, ["coder:7b@desk"]),
    ],
)
def test_a_kind_then_its_category(kind: Kind, wanted: list[str]) -> None:
    assert ladder(kind, routing=ROUTING) == wanted


def test_a_machines_own_ladders_count_for_what_it_asks() -> None:
    own = 'routing = { bug-hunting = ["top@cloud"], "*" = ["mid@cloud"] }'
    assert ladder(Kind.BUG_HUNTING, own=own, routing=ROUTING, asker="desk") == ["top@cloud"]
    assert ladder(Kind.LINT_STYLE, own=own, routing=ROUTING, asker="desk") == ["mid@cloud"]
    assert ladder(Kind.LINT_STYLE, own=own, routing=ROUTING) == ["small:1b@desk"]
    assert ladder(Kind.LINT_STYLE, own=own, routing=ROUTING, asker="engine") == ["small:1b@desk"]


def test_a_machine_without_a_star_falls_back_to_the_fleets() -> None:
    own = 'routing = { mechanical = ["mid@cloud"] }'
    assert ladder(Kind.LINT_STYLE, own=own, routing=ROUTING, asker="desk") == ["mid@cloud"]
    assert ladder(Kind.BUG_HUNTING, own=own, routing=ROUTING, asker="desk") == ["small:1b@desk"]


def test_a_heartbeat_without_a_ladder_of_its_own_costs_nothing() -> None:
    own = 'routing = { mechanical = ["mid@cloud", "coder:7b@engine"] }'
    assert ladder(Kind.HEARTBEAT, own=own, asker="desk") == ["coder:7b@engine"]
    fleet = toml(BASE.format(own="", routing=""))
    assert {rung.tier for rung in route(fleet, Kind.HEARTBEAT).ladder} == {"local"}


def test_a_tier_takes_the_kinds_own_rungs_first() -> None:
    fleet = toml(BASE.format(own="", routing=ROUTING))
    found = route(fleet, Ask("x", kind=Kind.CODE_GENERATION, tier="local"))
    assert found.ladder[0].id == "coder:7b@desk"
    assert {rung.id for rung in found.ladder} == {
        "coder:7b@desk",
        "coder:7b@engine",
        "small:1b@desk",
    }
    assert route(fleet, Ask("x", kind=Kind.LINT_STYLE, tier="nope")).document()["tier"] is None


def test_a_model_alone_may_be_served_anywhere() -> None:
    fleet = toml(BASE.format(own="", routing=""))
    now = conditions(fleet, loaded={"engine": ["coder:7b"]})
    found = route(fleet, Ask("x", kind=Kind.BUG_HUNTING, model="coder:7b"), now)
    assert [rung.id for rung in found.ladder] == ["coder:7b@engine", "coder:7b@desk"]
    one = route(fleet, Ask("x", kind=Kind.BUG_HUNTING, model="coder:7b@desk"), now)
    assert [rung.id for rung in one.ladder] == ["coder:7b@desk"]
    none = route(fleet, Ask("x", kind=Kind.BUG_HUNTING, model="who@cloud"), now)
    assert none.chosen is None
    assert none.ladder[0].skipped == "the fleet has no model who@cloud"


def test_a_written_ladder_keeps_its_order_whatever_the_records_and_the_load() -> None:
    fleet = example(CLAWDBOT)
    records = (
        Outcome(Kind.LINT_STYLE, "devstral-small-2:24b@macbook", 20, 0, 0, 20),
        Outcome(Kind.LINT_STYLE, "gpt-oss:20b@mini", 20, 20, 20, 0),
    )
    loaded = conditions(fleet, loaded={"mini": ["gpt-oss:20b"]})
    now = Conditions(loaded.facts, outcomes=records)
    found = route(fleet, Kind.LINT_STYLE, now)
    assert tuple(rung.id for rung in found.ladder) == fleet.routing.categories["mechanical"]


@pytest.mark.parametrize("kind", [Kind.ARCHITECTURAL_DECISION, Kind.QA_VERIFICATION])
def test_who_is_not_sure_starts_at_the_lowest_tier(kind: Kind) -> None:
    fleet = example(STUDIO)
    decision = decide(Ask("hm"), fleet, conditions(fleet), Classified(kind, 0.3))
    tiers = [rung.tier for rung in decision.route.ladder]
    assert tiers == sorted(tiers, key=["local", "sonnet", "opus"].index)
    assert tiers[0] == "local"
    assert decision.route.unclear
    sure = decide(Ask("hm"), fleet, conditions(fleet), Classified(kind, 0.8))
    assert goes(sure.route) == goes(route(fleet, kind))


def test_kinds_that_start_alike_speak_for_each_other() -> None:
    fleet = example(STUDIO)
    ranked = ((Kind.GAP_ANALYSIS, 0.35), (Kind.QA_VERIFICATION, 0.3), (Kind.BUG_HUNTING, 0.2))
    said = Classified(Kind.GAP_ANALYSIS, 0.35, ranked=ranked)
    found = decide(Ask("hm"), fleet, conditions(fleet), said).route
    assert found.chosen is not None
    assert found.chosen.tier == "sonnet"


def test_a_fleet_without_models_has_no_candidate() -> None:
    fleet = toml('[[machines]]\nname = "desk"\n')
    found = route(fleet, Kind.CODE_GENERATION).document()
    assert found["ladder"] == []
    below = ("tier", "model", "model_machine", "machine", "agent", "estimate_usd")
    assert [found[key] for key in below] == [None] * 6  # type: ignore[literal-required]
    assert "no model" in found["why"]


@pytest.mark.parametrize(
    "kind, source",
    [
        (Kind.ELABORATION, "routing.kinds.elaboration"),
        (Kind.BUG_HUNTING, "routing.reasoning"),
        (Kind.HEARTBEAT, "routing.heartbeat"),
    ],
)
def test_where_a_ladder_is_from(kind: Kind, source: str) -> None:
    fleet = example(STUDIO)
    assert decide(Ask("x", kind=kind), fleet, conditions(fleet)).source == source


@pytest.mark.parametrize(
    "asker, kind, source",
    [
        ("msi", Kind.BUG_HUNTING, "machines.msi.routing.*"),
        ("macbook", Kind.BUG_HUNTING, "machines.macbook.routing.reasoning"),
        ("macbook", Kind.HEARTBEAT, "machines.macbook.routing.heartbeat"),
    ],
)
def test_where_a_machines_ladder_is_from(asker: str, kind: Kind, source: str) -> None:
    fleet = example(CLAWDBOT)
    assert decide(Ask("x", kind=kind, asker=asker), fleet, conditions(fleet)).source == source
