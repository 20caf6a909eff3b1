"""One step of a ladder: a model at the place that serves it."""

from dataclasses import dataclass

LOCAL = "local"
"""The tier of what the fleet's own machines serve."""


@dataclass(frozen=True, slots=True)
class Rung:
    """A model at a place: of a machine (`on_machine`) or of a provider. `unknown`: no such model.

    `prices` are US dollars per million tokens, by what they are for; a machine's cost nothing.
    """

    name: str
    place: str
    tier: str = LOCAL
    on_machine: bool = True
    prices: tuple[tuple[str, float], ...] = ()
    unknown: bool = False

    @property
    def id(self) -> str:
        """`name@place`."""
        return f"{self.name}@{self.place}"

    @property
    def free(self) -> bool:
        """Whether it costs nothing."""
        return self.on_machine and self.tier == LOCAL

    def usd(self, tokens_in: int, tokens_out: int) -> float | None:
        """What so many tokens cost, None: the price is not known."""
        prices = dict(self.prices)
        if not prices and self.free:
            return 0.0
        if "input" not in prices or "output" not in prices:
            return None
        return (tokens_in * prices["input"] + tokens_out * prices["output"]) / 1e6
