"""The order inside each layer. Tasks stand where the file has them: below what leads to them, in the order it names them.

Only what is above decides, and only by comparing places, so an edit moves what hangs on it and nothing else
(`docs/explanation/drawing.md` says exactly what stays). Points of long edges go where they cross the least.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Rows = list[list[str]]
Links = Mapping[str, Sequence[str]]

SWEEPS = 3
LARGE = 400  # entries; beyond it points stay below what they come from, to stay within the time


def order_rows(rows: Rows, above: Links, below: Links, side: Mapping[str, int], points: frozenset[str]) -> Rows:
    """Rows from left to right.

    Args:
        rows: names (tasks and pass-through points) per layer, in document order.
        above, below: neighbours one layer up and down, in the order the file names them.
        side: 0 for the spine, 1 for what only failures reach; the latter stays on the right.
        points: names of those that are no tasks; each has one neighbour above and one below.
    """
    ordered: Rows = []
    for row in rows:
        ordered.append(_below(ordered[-1] if ordered else (), row, above, below, side))
    if points and sum(map(len, rows)) <= LARGE:
        for sweep in range(SWEEPS):
            _move_points(ordered, above, below, points, downwards=sweep % 2 == 0)
    return ordered


def _below(upper: Sequence[str], row: Sequence[str], above: Links, below: Links, side: Mapping[str, int]) -> list[str]:
    """Each entry below the middle one of those that lead to it; of an even number the middle two decide."""
    place = {name: index for index, name in enumerate(upper)}
    keys: dict[str, tuple[int, int, int, int]] = {}
    for index, name in enumerate(row):
        near = sorted({place[other] for other in above.get(name, ()) if other in place})
        if near:
            left, right = near[(len(near) - 1) // 2], near[len(near) // 2]
            keys[name] = (side.get(name, 0), left, right, below[upper[left]].index(name))
        else:
            keys[name] = (side.get(name, 0), -1, -1, index)
    return sorted(row, key=keys.__getitem__)


@dataclass(frozen=True, slots=True)
class _Ends:
    """Where the edges of one entry end, sorted, in the layer above and the one below."""

    up: list[int]
    down: list[int]

    def beyond(self, other: _Ends) -> int:
        """How many of these edges cross those of a point that stands right of this entry."""
        return sum(len(ends) - bisect_right(ends, end[0]) for ends, end in self._with(other) if end)

    def before(self, other: _Ends) -> int:
        """How many of these edges cross those of a point that stands left of this entry."""
        return sum(bisect_left(ends, end[0]) for ends, end in self._with(other) if end)

    def _with(self, other: _Ends) -> tuple[tuple[list[int], list[int]], tuple[list[int], list[int]]]:
        return ((self.up, other.up), (self.down, other.down))


def _move_points(rows: Rows, above: Links, below: Links, points: frozenset[str], *, downwards: bool) -> None:
    numbers = range(1, len(rows) - 1)
    for number in numbers if downwards else reversed(numbers):
        row = rows[number]
        moving = [name for name in row if name in points]
        if not moving:
            continue
        up, down = ({name: index for index, name in enumerate(rows[number + side])} for side in (-1, 1))
        ends = {name: _ends(name, above, below, up, down) for name in row}
        stood = {name: index for index, name in enumerate(row)}
        line = [name for name in row if name not in points]
        for point in sorted(moving, key=lambda name: (ends[name].up, ends[name].down)):
            before = sum(stood[name] < stood[point] for name in line)
            line.insert(_best_slot(ends[point], [ends[name] for name in line], before), point)
        rows[number] = line


def _ends(name: str, above: Links, below: Links, up: Mapping[str, int], down: Mapping[str, int]) -> _Ends:
    return _Ends(
        sorted(up[other] for other in above.get(name, ()) if other in up),
        sorted(down[other] for other in below.get(name, ()) if other in down),
    )


def _best_slot(point: _Ends, line: Sequence[_Ends], before: int) -> int:
    """The place in the line with the fewest crossings, of those the one nearest to where the point stood before."""
    crossings = sum(entry.before(point) for entry in line)
    slots = [(crossings, before, 0)]
    for index, entry in enumerate(line, start=1):
        crossings += entry.beyond(point) - entry.before(point)
        slots.append((crossings, abs(index - before), index))
    return min(slots)[2]
