"""How long to leave a machine alone that did not answer."""

import random
from collections.abc import Callable


class Backoff:
    """Waits of 1 to 60 seconds, random below a bound that doubles with each failure."""

    def __init__(
        self,
        *,
        first: float = 1.0,
        most: float = 60.0,
        uniform: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._first = first
        self._most = most
        self._uniform = uniform
        self._failures = 0

    def failed(self) -> float:
        """Count one more failure and return the seconds to wait now."""
        self._failures += 1
        bound = min(self._most, self._first * 2.0 ** min(self._failures, 30))
        return self._uniform(self._first, bound)

    def reset(self) -> None:
        """Forget the failures."""
        self._failures = 0
