"""Horizontal places: each entry as near as may be to its neighbours, never nearer to the next than its room.

The sum of the squared distances between neighbours is made least: each row is solved exactly (by pooling adjacent
violators), and the rows are gone through down and up until nothing moves any more. So what is added in a free place
straight below its only neighbour pulls at nothing, and moves nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

Links = Mapping[str, Sequence[tuple[str, float]]]

DOWN_AND_UP = 4  # first passes, in which only one side pulls: they bring everything near its place
MAX_PASSES = 80
MAX_VISITS = 24_000  # of entries in all passes, so that a thousand tasks stay within their time
STILL = 0.05  # pixels: nothing moved further in a pass
NEAR = 24.0  # pixels: what is as near as this to its neighbour stands straight below it


_Pulls = Mapping[str, tuple[Sequence[tuple[str, float]], float]]  # neighbours with the weight of each, and of all


@dataclass(frozen=True, slots=True)
class _Row:
    """Names from left to right, and how far each is at least from the first."""

    names: Sequence[str]
    rooms: Sequence[float]


def place_rows(rows: Sequence[Sequence[str]], width: Mapping[str, float], gap: float, above: Links, below: Links) -> dict[str, float]:
    """Centre of every entry, in whole pixels where widths are even, the leftmost edge at 0.

    Args:
        rows: names per layer, ordered.
        width: width of each entry; a point that an edge passes through has a narrow one.
        gap: least distance between two boxes.
        above, below: neighbours with the weight of the pull.
    """
    measured = [_Row(row, _rooms(row, width, gap)) for row in rows if row]
    x = {name: room - row.rooms[-1] / 2 for row in measured for name, room in zip(row.names, row.rooms, strict=True)}
    _settle(measured, x, above, below)
    return _straightened(rows, _whole_pixels(rows, x, width, gap), width, gap, above)


def visits(entries: int) -> int:
    """How many entries are looked at, at most, to place so many."""
    return max(1, min(MAX_PASSES, MAX_VISITS // max(1, entries))) * entries + DOWN_AND_UP * entries


def _rooms(row: Sequence[str], width: Mapping[str, float], gap: float) -> list[float]:
    rooms = [0.0]
    for left, right in itertools.pairwise(row):
        rooms.append(rooms[-1] + (width[left] + width[right]) / 2 + gap)
    return rooms


def _settle(rows: Sequence[_Row], x: dict[str, float], above: Links, below: Links) -> None:
    sides = (_pulls(x, above), _pulls(x, below))
    for number in range(DOWN_AND_UP):
        for row in rows if number % 2 == 0 else reversed(rows):
            _place(row, x, sides[number % 2])
    both = _pulls(x, above, below)
    for number in range(visits(len(x)) // max(1, len(x)) - DOWN_AND_UP):
        order = rows if number % 2 == 0 else reversed(rows)
        if max([_place(row, x, both) for row in order], default=0.0) < STILL:
            break


def _pulls(names: Iterable[str], *sides: Links) -> _Pulls:
    pulls: dict[str, tuple[Sequence[tuple[str, float]], float]] = {}
    for name in names:
        near = [pull for side in sides for pull in side.get(name, ())]
        pulls[name] = (near, sum(weight for _, weight in near))
    return pulls


def _place(row: _Row, x: dict[str, float], pulls: _Pulls) -> float:
    """Put a row where its neighbours pull it; gives how far something moved."""
    wanted, weights = [], []
    for name, room in zip(row.names, row.rooms, strict=True):
        near, total = pulls[name]
        middle = 0.0
        for other, weight in near:
            middle += weight * x[other]
        wanted.append((middle / total if total else x[name]) - room)
        weights.append(total or 0.05)
    if len(wanted) > 1:
        wanted = _rising(wanted, weights)
    moved = 0.0
    for name, place, room in zip(row.names, wanted, row.rooms, strict=True):
        to = place + room
        if abs(to - x[name]) > moved:
            moved = abs(to - x[name])
        x[name] = to
    return moved


def _rising(values: list[float], weights: Sequence[float]) -> list[float]:
    """The non-decreasing sequence nearest to `values` (pool adjacent violators)."""
    pools: list[tuple[float, float, int]] = []  # mean, weight, length
    for value, weight in zip(values, weights, strict=True):
        mean, total, length = value, weight, 1
        while pools and pools[-1][0] > mean:
            before, before_weight, before_length = pools.pop()
            mean = (before * before_weight + mean * total) / (before_weight + total)
            total += before_weight
            length += before_length
        pools.append((mean, total, length))
    return [mean for mean, _, length in pools for _ in range(length)]


def _whole_pixels(rows: Sequence[Sequence[str]], x: Mapping[str, float], width: Mapping[str, float], gap: float) -> dict[str, float]:
    left = min((x[name] - width[name] / 2 for row in rows for name in row), default=0.0)
    placed: dict[str, float] = {}
    for row in rows:
        limit = float("-inf")
        for name in row:
            half = width[name] / 2
            placed[name] = max(float(round(x[name] - left)), limit + gap + half)
            limit = placed[name] + half
    return placed


def _straightened(
    rows: Sequence[Sequence[str]], x: dict[str, float], width: Mapping[str, float], gap: float, above: Links
) -> dict[str, float]:
    """What nearly stands below the one that pulls most does so exactly, where a row has the room: the lower moves, or the upper."""
    pairs = [(pull[0], name) for row in rows for name in row if (pull := _strongest(above.get(name, ()))) is not None]
    room = _Room({name: (row, index) for row in rows for index, name in enumerate(row)}, x, width, gap)
    for upper, lower in pairs:
        room.move(lower, x[upper])
    for upper, lower in reversed(pairs):
        room.move(upper, x[lower])
    return x


def _strongest(pulls: Sequence[tuple[str, float]]) -> tuple[str, float] | None:
    """The neighbour that pulls more than any other."""
    if len(pulls) == 1:
        return pulls[0]
    first, second, *_ = [*sorted(pulls, key=lambda pull: -pull[1]), None, None]
    return first if first is not None and second is not None and first[1] > second[1] else None


@dataclass(frozen=True, slots=True)
class _Room:
    at: Mapping[str, tuple[Sequence[str], int]]
    x: dict[str, float]
    width: Mapping[str, float]
    gap: float

    def move(self, name: str, to: float) -> None:
        """Move one entry, unless that is far or it would come too near to another."""
        if not 0 < abs(to - self.x[name]) <= NEAR:
            return
        row, index = self.at[name]
        beside = [row[n] for n in (index - 1, index + 1) if 0 <= n < len(row)]
        if all(abs(to - self.x[other]) >= (self.width[name] + self.width[other]) / 2 + self.gap for other in beside):
            self.x[name] = to
