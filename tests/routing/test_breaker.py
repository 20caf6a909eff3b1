"""The breaker in virtual time: who pays for a dead machine, and how often."""

import random
from dataclasses import dataclass, field

import pytest

from fleettui.model.kind import Kind
from fleettui.model.route import Ask
from fleettui.routing.breaker import TRIAL_S, Breaker, Position
from fleettui.routing.conditions import WHOLE, Conditions
from fleettui.routing.decide import decide
from fleettui.routing.facts import FleetFacts, MachineFacts
from tests.routing.worlds import toml


@dataclass
class Clock:
    """Seconds that pass when they are told to."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def longest(low: float, high: float) -> float:
    """The longest wait that chance could give."""
    return high


def made(clock: Clock) -> Breaker:
    return Breaker(clock=clock, uniform=longest, first_s=2.0, most_s=60.0)


def test_a_failure_opens_a_probe_half_opens_an_answer_closes() -> None:
    clock = Clock()
    breaker = made(clock)
    assert breaker.position("mini") is Position.CLOSED
    assert breaker.begin("mini", "qwen3:8b")
    breaker.failed("mini", reason="no route to host")
    assert breaker.position("mini", "qwen3:8b") is Position.OPEN
    assert not breaker.begin("mini", "gpt-oss:20b")
    assert breaker.due() == ()
    clock.now = 4.0
    assert breaker.position("mini") is Position.HALF_OPEN
    assert not breaker.begin("mini", "qwen3:8b")
    assert breaker.due() == (("mini", WHOLE),)
    assert breaker.probe("mini")
    assert not breaker.probe("mini")
    assert breaker.due() == ()
    breaker.succeeded("mini")
    assert breaker.position("mini", "qwen3:8b") is Position.CLOSED
    assert breaker.begin("mini", "qwen3:8b")


def test_a_probe_in_vain_waits_longer() -> None:
    clock = Clock()
    breaker = made(clock)
    waits = []
    breaker.failed("mini")
    for _ in range(8):
        began = clock.now
        while not breaker.due():
            clock.now += 1.0
        waits.append(clock.now - began)
        assert breaker.probe("mini")
        breaker.failed("mini")
    assert waits == [4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0, 60.0]


def test_the_waits_are_random_but_bounded() -> None:
    clock = Clock()
    breaker = Breaker(clock=clock, uniform=random.Random(7).uniform, first_s=2.0, most_s=60.0)
    places = [f"m{at}" for at in range(40)]
    for place in places:
        breaker.failed(place)
    clock.now = 3.0
    early = len(breaker.due())
    assert 0 < early < len(places)
    clock.now = 4.0
    assert len(breaker.due()) == len(places)


def test_one_models_failure_is_its_own() -> None:
    breaker = made(Clock())
    breaker.failed("mini", "deepseek-r1:32b", "out of memory")
    assert breaker.position("mini", "deepseek-r1:32b") is Position.OPEN
    assert breaker.position("mini", "qwen3:8b") is Position.CLOSED
    (refusal,) = breaker.refusals()
    assert (refusal.place, refusal.model) == ("mini", "deepseek-r1:32b")
    assert refusal.reason == "left alone: out of memory (next try in 4 s)"


def test_while_the_first_one_tries_the_others_do_not() -> None:
    clock = Clock()
    breaker = made(clock)
    assert breaker.begin("mini", "a")
    assert not breaker.begin("mini", "a")
    assert not breaker.begin("mini", "b")
    breaker.succeeded("mini", "a")
    assert breaker.begin("mini", "a")
    assert breaker.begin("mini", "a")


def test_a_trial_that_was_withdrawn_or_lost_holds_nobody_up() -> None:
    clock = Clock()
    breaker = made(clock)
    assert breaker.begin("mini", "a")
    breaker.withdrawn("mini", "a")
    assert breaker.begin("mini", "a")
    clock.now += TRIAL_S
    assert breaker.begin("mini", "a")


def test_late_failures_of_the_same_outage_count_once() -> None:
    clock = Clock()
    breaker = made(clock)
    for _ in range(5):
        breaker.failed("mini")
    clock.now = 4.0
    assert breaker.due() == (("mini", WHOLE),)


def test_who_is_heard_from_by_others_is_back() -> None:
    breaker = made(Clock())
    breaker.failed("mini")
    breaker.failed("mini", "broken:1b")
    breaker.seen("mini")
    assert breaker.position("mini", "qwen3:8b") is Position.CLOSED
    assert breaker.position("mini", "broken:1b") is Position.OPEN


@dataclass
class Outage:
    """Ten machines of which half are dead though nobody has noticed; who pays for it?"""

    clock: Clock = field(default_factory=Clock)
    lost: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        machines = "\n".join(
            f'[[machines]]\nname = "m{at}"\nollama = "http://m{at}:11434"\nmodels = ["qwen3:8b"]'
            f'\nroles = ["execution"]\n{_ssh(at)}'
            for at in range(10)
        )
        rungs = ", ".join(f'"qwen3:8b@m{at}"' for at in range(10))
        self.fleet = toml(f"{machines}\n[routing]\nmechanical = [{rungs}]\n")
        self.breaker = made(self.clock)
        self.facts = FleetFacts({f"m{at}": _unread(f"m{at}") for at in range(10)})

    def task(self) -> str | None:
        """Route a task and try what was chosen, one after another; the model that served it."""
        while True:
            now = Conditions(self.facts, refusals=self.breaker.refusals())
            chosen = decide(Ask("x", kind=Kind.LINT_STYLE), self.fleet, now).route.chosen
            if chosen is None:
                return None
            assert self.breaker.begin(chosen.place, chosen.model)
            if int(chosen.place[1:]) >= 5:
                self.breaker.succeeded(chosen.place, chosen.model)
                return chosen.id
            self.lost[chosen.place] = self.lost.get(chosen.place, 0) + 1
            self.clock.now += 2.0
            self.breaker.failed(chosen.place)

    def probes(self) -> None:
        """What the background does: it tries what is due, at nobody's expense."""
        for place, model in self.breaker.due():
            assert self.breaker.probe(place, model)
            self.breaker.failed(place, model)


def _ssh(at: int) -> str:
    return f'ssh = "m{at}"' if at else ""


def _unread(name: str) -> MachineFacts:
    return MachineFacts(name, has_ollama=True)


@pytest.mark.parametrize("pause", [0.0, 1.0, 90.0])
def test_a_hundred_tasks_lose_one_timeout_a_dead_machine(pause: float) -> None:
    outage = Outage()
    for _ in range(100):
        assert outage.task() == "qwen3:8b@m5"
        outage.clock.now += pause
        outage.probes()
    assert outage.lost == {f"m{at}": 1 for at in range(5)}
