"""The snapshot as metrics, read back by the parsers of the Prometheus client library."""

from collections.abc import Iterable
from dataclasses import replace

from hypothesis import given, settings
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics import parser as openmetrics_1
from prometheus_client.parser import text_string_to_metric_families

from fleettui.commands.snapshots.prometheus import as_openmetrics
from fleettui.model.machine import Platform
from fleettui.model.overview import Overview
from fleettui.model.reading import Source, SourceState
from fleettui.model.system import System
from fleettui.model.view import FleetView, MachineView
from tests.lab.fleets import NOW, busy, engine, fleets, fresh, home, machine, mini, overviews

Series = dict[tuple[str, frozenset[tuple[str, str]]], float]


def series(families: Iterable[Metric]) -> Series:
    """Every sample by its name and labels; the same one twice is an error."""
    found: Series = {}
    for family in families:
        for sample in family.samples:
            key = sample.name, frozenset(sample.labels.items())
            assert key not in found
            found[key] = sample.value
    return found


def families(text: str) -> list[Metric]:
    """OpenMetrics 1.0, read strictly."""
    return list(openmetrics_1.text_string_to_metric_families(text))  # type: ignore[no-untyped-call]


def openmetrics(text: str) -> Series:
    return series(families(text))


def at(name: str, /, **labels: str) -> tuple[str, frozenset[tuple[str, str]]]:
    return f"fleettui_{name}", frozenset(labels.items())


def fleet(*machines: MachineView) -> FleetView:
    return FleetView("home", "desk", NOW, machines=machines)


@settings(deadline=None, max_examples=40)
@given(fleets(), overviews())
def test_both_text_formats_read_the_same(view: FleetView, overview: Overview) -> None:
    text = as_openmetrics(view, overview, duration_ms=12.0)
    assert text.endswith("\n# EOF\n")
    assert openmetrics(text) == series(text_string_to_metric_families(text))


def test_values_are_in_base_units() -> None:
    found = openmetrics(as_openmetrics(home(), busy(), duration_ms=12.0))
    assert found[at("snapshot_timestamp_seconds")] == NOW.timestamp()
    assert found[at("snapshot_duration_seconds")] == 0.012
    assert found[at("source_latency_seconds", machine="engine", source="ollama")] == 0.009
    assert found[at("source_age_seconds", machine="brain", source="services")] == 130
    assert found[at("cpu_used_ratio", machine="engine")] == 0.031
    assert found[at("memory_total_bytes", machine="engine")] == 64 * 1024**3
    assert found[at("gpu_used_ratio", machine="engine", gpu="0", name="M1 Max")] == 0.34
    assert found[at("models_missing", machine="engine")] == 1
    assert found[at("model_vram_bytes", machine="engine", model="deepseek-r1:32b")] == 10**10
    assert found[at("service_up", machine="brain", service="gateway", check="port")] == 1
    assert found[at("tasks", state="queued")] == 3
    assert found[at("cost_month_by_tier_usd", tier="sonnet")] == 23.41
    assert found[at("alerts", level="critical")] == 1


def test_one_series_a_state() -> None:
    found = openmetrics(as_openmetrics(home(), duration_ms=None))
    states = {
        state: found[at("source_state", machine="mini", source="system", state=state.value)]
        for state in SourceState
    }
    assert [state for state, value in states.items() if value] == [SourceState.DOWN]
    assert found[at("machine_state", machine="brain", state="stale")] == 1


def test_what_was_not_read_has_no_series() -> None:
    text = as_openmetrics(fleet(mini()), duration_ms=None)
    names = {name for name, _ in openmetrics(text)}
    assert names == {
        "fleettui_snapshot_timestamp_seconds", "fleettui_machine_state", "fleettui_source_state",
        "fleettui_tasks", "fleettui_tasks_last_day", "fleettui_reviews", "fleettui_alerts",
    }  # fmt: skip


def test_labels_come_back_as_they_were() -> None:
    evil = 'a"} 1\\n\\'
    view = fleet(machine(evil, {Source.SYSTEM: fresh()}))
    found = openmetrics(as_openmetrics(view, duration_ms=None))
    assert found[at("machine_state", machine=evil, state="ok")] == 1


def test_a_model_that_is_listed_twice_counts_once() -> None:
    once = engine()
    assert once.ollama is not None
    assert once.ollama.loaded is not None
    model = once.ollama.loaded[0]
    twice = replace(once, ollama=replace(once.ollama, loaded=(model, replace(model, size=1))))
    found = openmetrics(as_openmetrics(fleet(twice), duration_ms=None))
    assert found[at("model_size_bytes", machine="engine", model=model.name)] == model.size


def test_only_gauges_because_the_node_exporter_knows_no_states() -> None:
    found = families(as_openmetrics(home(), busy(), duration_ms=1.0))
    assert {family.type for family in found} == {"gauge"}
    assert all(family.documentation for family in found)


def test_numbers_keep_their_precision() -> None:
    full = replace(engine(), system=System(Platform.MACOS, disk_free=2**53 - 1))
    text = as_openmetrics(fleet(full), duration_ms=None)
    assert f'fleettui_disk_free_bytes{{machine="engine"}} {2**53 - 1}\n' in text
