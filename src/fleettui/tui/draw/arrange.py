"""Where each machine goes on the dashboard, from the number of machines and the size alone.

Nothing here looks at what the machines say, so that nothing moves when they say something else.
"""

from dataclasses import dataclass
from enum import Enum

LEAST_PANE_WIDTH = 56
LEAST_PANE_HEIGHT = 8
LEAST_DETAIL_HEIGHT = 6
MOST_DETAIL_HEIGHT = 24


class Density(Enum):
    """How much of the screen a machine gets."""

    PANES = 0
    COMPACT = 2
    ROWS = 1


@dataclass(frozen=True, slots=True)
class Place:
    """A machine's rectangle, in cells."""

    x: int
    y: int
    width: int
    height: int

    def holds(self, x: int, y: int) -> bool:
        """Whether a cell lies in it."""
        return self.x <= x < self.x + self.width and self.y <= y < self.y + self.height


@dataclass(frozen=True, slots=True)
class Arrangement:
    """A place for each machine; `detail` lines stay free below for the chosen one."""

    density: Density
    places: tuple[Place, ...]
    columns: int
    detail: int = 0


def arrange(count: int, width: int, height: int) -> Arrangement:
    """Panes as long as all of them fit, else two lines each, else one; the list then scrolls."""
    if count == 0 or width <= 0 or height <= 0:
        return Arrangement(Density.PANES, (), 1)
    columns = _columns(count, width)
    rows = -(-count // columns)
    if rows * LEAST_PANE_HEIGHT <= height and width >= 40:
        return Arrangement(Density.PANES, _panes(count, columns, width, height), columns)
    density = Density.COMPACT if count * Density.COMPACT.value <= height else Density.ROWS
    each = density.value
    places = tuple(Place(0, index * each, width, each) for index in range(count))
    spare = height - count * each
    detail = min(spare, MOST_DETAIL_HEIGHT) if spare >= LEAST_DETAIL_HEIGHT else 0
    return Arrangement(density, places, 1, detail)


def _columns(count: int, width: int) -> int:
    most = max(1, min(count, width // LEAST_PANE_WIDTH))
    rows = -(-count // most)
    return -(-count // rows)


def _panes(count: int, columns: int, width: int, height: int) -> tuple[Place, ...]:
    rows = -(-count // columns)
    places = []
    for index in range(count):
        row, column = divmod(index, columns)
        in_row = columns if row < rows - 1 else count - columns * (rows - 1)
        x, end = width * column // in_row, width * (column + 1) // in_row
        y, bottom = height * row // rows, height * (row + 1) // rows
        places.append(Place(x, y, end - x, bottom - y))
    return tuple(places)


def neighbour(arrangement: Arrangement, index: int, dx: int, dy: int) -> int:
    """The machine beside `index` in a direction; itself at the edge."""
    count = len(arrangement.places)
    if count == 0:
        return index
    if arrangement.columns == 1:
        return min(count - 1, max(0, index + (dx or dy)))
    if dx:
        return min(count - 1, max(0, index + dx))
    row, column = divmod(index, arrangement.columns)
    row += dy
    last_row = (count - 1) // arrangement.columns
    if not 0 <= row <= last_row:
        return index
    return min(count - 1, row * arrangement.columns + column)
