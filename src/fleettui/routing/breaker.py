"""Who is left alone for a while, so that a dead machine costs one short timeout, not one a task.

One switch a machine (or provider) and one a model there. Closed: tasks pass. A failure opens it:
tasks pass by without trying. After a back-off it is half open: not a task but a probe tries, one
at a time, and what it finds closes the switch or opens it for longer.
"""

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from fleettui.hosts.backoff import Backoff
from fleettui.routing.conditions import WHOLE, Refusal

TRIAL_S = 60.0
"""Seconds after which a trial of which nothing was heard no longer holds up others."""


class Position(StrEnum):
    """How a switch stands."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


@dataclass(slots=True)
class _Switch:
    backoff: Backoff
    reason: str = ""
    failures: int = 0
    until: float = 0.0
    proven: bool = False
    tried_at: float | None = None

    def position(self, now: float) -> Position:
        if not self.failures:
            return Position.CLOSED
        return Position.OPEN if now < self.until else Position.HALF_OPEN


class Breaker:
    """Switches by place and model. `clock` is monotonic seconds; belongs to one thread.

    `first_s` and `most_s` bound the back-off, which is random below a bound that doubles.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        uniform: Callable[[float, float], float] = random.uniform,
        first_s: float = 2.0,
        most_s: float = 300.0,
    ) -> None:
        self._clock = clock
        self._uniform = uniform
        self._first_s = first_s
        self._most_s = most_s
        self._switches: dict[tuple[str, str], _Switch] = {}

    def position(self, place: str, model: str = WHOLE) -> Position:
        """How a model's switch stands; what is open for a machine is open for its models."""
        now = self._clock()
        found = {switch.position(now) for switch in self._of(place, model)}
        return max(found, key=list(Position).index, default=Position.CLOSED)

    def refusals(self) -> tuple[Refusal, ...]:
        """Whom tasks must leave alone now: everything open or half open."""
        now = self._clock()
        return tuple(
            Refusal(place, model, self._told(switch, now))
            for (place, model), switch in sorted(self._switches.items())
            if switch.failures
        )

    def begin(self, place: str, model: str = WHOLE) -> bool:
        """Whether a task may turn to the model now; the one that tries first is a trial.

        Until the trial of an unproven machine has ended, others are told no: they wait for it
        or go elsewhere. Follow every yes by `succeeded`, `failed` or `withdrawn`.
        """
        now = self._clock()
        switches = [self._switch(place, WHOLE), self._switch(place, model)]
        if any(one.failures or (not one.proven and self._tried(one, now)) for one in switches):
            return False
        for one in switches:
            one.tried_at = now
        return True

    def due(self) -> tuple[tuple[str, str], ...]:
        """What should be probed now: half open, and nobody is at it."""
        now = self._clock()
        return tuple(
            at
            for at, switch in sorted(self._switches.items())
            if switch.position(now) is Position.HALF_OPEN and not self._tried(switch, now)
        )

    def probe(self, place: str, model: str = WHOLE) -> bool:
        """Take the one probe of a half-open switch; False where it is not there to be taken."""
        if (place, model) not in self.due():
            return False
        self._switches[place, model].tried_at = self._clock()
        return True

    def succeeded(self, place: str, model: str = WHOLE) -> None:
        """It answered: the model's switch and its machine's are closed."""
        for switch in (self._switch(place, WHOLE), self._switch(place, model)):
            switch.backoff.reset()
            switch.failures, switch.proven, switch.tried_at = 0, True, None

    def failed(self, place: str, model: str = WHOLE, reason: str = "did not answer") -> None:
        """It did not answer: without a model the whole machine, else only that model there.

        What fails while the switch is open anyway (others were on their way) lengthens nothing.
        """
        now = self._clock()
        for other in self._all(place) if model == WHOLE else self._of(place, model):
            other.tried_at = None
        switch = self._switch(place, model)
        switch.reason, switch.proven = reason, False
        if switch.position(now) is Position.OPEN:
            return
        switch.failures += 1
        switch.until = now + switch.backoff.failed()

    def withdrawn(self, place: str, model: str = WHOLE) -> None:
        """A trial or probe was given up before anything came of it."""
        for switch in self._of(place, model):
            switch.tried_at = None

    def seen(self, place: str) -> None:
        """Somebody else heard from the machine: its own switch is closed, its models' stay."""
        self.succeeded(place, WHOLE)

    def _of(self, place: str, model: str) -> Iterator[_Switch]:
        for at in dict.fromkeys(((place, WHOLE), (place, model))):
            if at in self._switches:
                yield self._switches[at]

    def _all(self, place: str) -> Iterator[_Switch]:
        return (switch for (where, _), switch in self._switches.items() if where == place)

    def _switch(self, place: str, model: str) -> _Switch:
        if (place, model) not in self._switches:
            backoff = Backoff(first=self._first_s, most=self._most_s, uniform=self._uniform)
            self._switches[place, model] = _Switch(backoff)
        return self._switches[place, model]

    @staticmethod
    def _tried(switch: _Switch, now: float) -> bool:
        return switch.tried_at is not None and now - switch.tried_at < TRIAL_S

    @staticmethod
    def _told(switch: _Switch, now: float) -> str:
        left = switch.until - now
        next_try = f"next try in {left:.0f} s" if left > 0 else "waits for a probe"
        return f"left alone: {switch.reason} ({next_try})"
