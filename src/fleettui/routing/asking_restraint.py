"""What failed lately is left alone for a while."""

from dataclasses import dataclass

from fleettui.model.clock import Clock


@dataclass(frozen=True, slots=True)
class _Trouble:
    failures: int = 0
    pauses: int = 0
    until: float = 0.0


class Restraint:
    """Counts failures by name; one that failed `patience` times in a row has a pause.

    After the pause one more failure brings the next, twice as long, up to `most_s` (seconds).
    A success clears the name.
    """

    def __init__(
        self,
        clock: Clock | None = None,
        *,
        patience: int = 3,
        first_s: float = 30.0,
        most_s: float = 600.0,
    ) -> None:
        self._clock = clock or Clock()
        self._patience = patience
        self._first_s = first_s
        self._most_s = most_s
        self._troubles: dict[str, _Trouble] = {}

    def paused(self, name: str) -> bool:
        """Whether it is to be left alone now."""
        trouble = self._troubles.get(name)
        return trouble is not None and self._clock.monotonic() < trouble.until

    def failed(self, name: str, *, at_once: bool = False) -> None:
        """Count a failure; `at_once`: it cost so much time that one is enough for a pause."""
        before = self._troubles.get(name, _Trouble())
        failures, pauses, until = before.failures + 1, before.pauses, before.until
        if at_once or pauses or failures >= self._patience:
            wait = min(self._most_s, self._first_s * 2.0 ** min(pauses, 30))
            pauses, until = pauses + 1, self._clock.monotonic() + wait
        self._troubles[name] = _Trouble(failures, pauses, until)

    def worked(self, name: str) -> None:
        """Forget its failures."""
        self._troubles.pop(name, None)
