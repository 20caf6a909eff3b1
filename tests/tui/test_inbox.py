"""What waits for the human, and how it is said."""

from dataclasses import replace
from datetime import timedelta

from fleettui.model.machine import CheckKind
from fleettui.model.reading import Source, SourceState
from fleettui.model.service import Service, ServiceState
from fleettui.model.view import Alert, FleetView, Level
from fleettui.tui.draw.inbox import item_lines, waiting
from fleettui.tui.draw.paint import Tone, plain
from fleettui.tui.draw.report import report_lines
from tests.tui import fleets


def alert(level: Level, text: str, machine: str, source: Source) -> Alert:
    """Something that is so for three minutes."""
    return Alert(text, level, text, fleets.NOW - timedelta(minutes=3), machine, source)


def fleet(*alerts: Alert) -> FleetView:
    """Two machines, the second with a key that is not known."""
    return FleetView(
        "home", "desk", fleets.NOW, (fleets.brain(), fleets.locked()), alerts=tuple(alerts)
    )


def test_an_agent_with_a_question_waits_for_the_human() -> None:
    told = alert(Level.INFO, "agent in agent/t-43 waits for you", "brain", Source.WORKTREES)
    worse = alert(Level.WARNING, "memory pressure is warning", "brain", Source.SYSTEM)
    items = waiting(FleetView("home", "desk", fleets.NOW, (fleets.brain(),), (told, worse)))
    assert [item.text for item in items] == [worse.text, told.text]
    assert items[1].mark.glyph == "▲"


def test_a_key_to_be_looked_at_is_one_item_with_the_way_to_look_at_it() -> None:
    told = alert(Level.CRITICAL, "vault is not to be trusted: SHA256:…", "vault", Source.SYSTEM)
    (item,) = waiting(fleet(told))
    assert item.id == told.id
    assert item.remedy == "look at the key with: fleettui doctor vault --trust"


def test_another_alert_of_the_machine_does_not_hide_its_key() -> None:
    other = alert(Level.WARNING, "service bot is stale", "vault", Source.COSTS)
    items = waiting(fleet(other))
    assert items[0].text == "service bot is stale"
    assert items[1].remedy == "look at the key with: fleettui doctor vault --trust"


def test_an_alert_keeps_its_own_remedy() -> None:
    told = alert(Level.CRITICAL, "vault is not to be trusted", "vault", Source.SYSTEM)
    (item,) = waiting(fleet(replace(told, remedy="ask its owner")))
    assert item.remedy == "ask its owner"


def test_the_name_of_the_machine_is_not_said_twice() -> None:
    told = alert(Level.WARNING, "brain is down: connection refused", "brain", Source.SYSTEM)
    items = waiting(FleetView("home", "desk", fleets.NOW, (fleets.brain(),), (told,)))
    first, second = (plain(line) for line in item_lines(items[0], fleets.NOW, 80, 6, chosen=True))
    assert first.startswith("▌ ▲ brain  is down: connection refused")
    assert "enter shows the machine" in second
    assert plain(item_lines(items[0], fleets.NOW, 80, 6, chosen=False)[1]).strip() == ""


def test_ages_of_what_waits_line_up_on_the_machines_screen() -> None:
    alerts = [
        alert(Level.WARNING, "brain is down: connection refused", "brain", Source.SYSTEM),
        alert(Level.CRITICAL, "service api is down", "brain", Source.SERVICES),
    ]
    lines = report_lines(fleets.brain(), fleets.NOW, 90, alerts=alerts)
    shown = [plain(line) for line in lines[1:3]]
    assert shown[0].startswith(" ▲ is down: connection refused")
    assert all(line.endswith(" 3m") and len(line) == 89 for line in shown)
    assert lines[2][1][1] is Tone.BAD


def test_when_a_job_ran_is_said_once() -> None:
    job = Service("cleaner", CheckKind.FILE, ServiceState.UP, "31s ago", 31.0)
    words = Service("bot", CheckKind.TASK, ServiceState.UP, "running", 31.0)
    view = replace(fleets.brain(), services=(job, words))
    text = "\n".join(plain(line) for line in report_lines(view, fleets.NOW, 90))
    assert text.count("31s ago") == 2
    assert "last run 31s ago  running" in text


def test_refused_keys_lead_to_doctor() -> None:
    view = replace(fleets.locked("attic"), state=SourceState.AUTH)
    (item,) = waiting(FleetView("home", "desk", fleets.NOW, (view,)))
    assert item.remedy == "find out why with: fleettui doctor attic"
