"""The order inside each layer: barycentre sweeps that bring neighbours near one another."""

from __future__ import annotations

import itertools
from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence

Rows = list[list[str]]
Links = Mapping[str, Sequence[str]]

SWEEPS = 8
SWEEPS_WHEN_LARGE = 4
LARGE = 400  # entries; beyond it crossings are no longer counted, to stay within the time


def order_rows(rows: Rows, above: Links, below: Links, side: Mapping[str, int]) -> Rows:
    """Rows with few crossings, the same for the same input.

    Args:
        rows: names (tasks and pass-through points) per layer, in document order.
        above, below: neighbours one layer up and down.
        side: 0 for the spine, 1 for what only failures reach; the latter stays on the right.
    """
    rows = [sorted(row, key=lambda name: side.get(name, 0)) for row in rows]
    large = sum(map(len, rows)) > LARGE
    best, best_crossings = rows, _crossings(rows, below) if not large else 0
    current = rows
    for sweep in range(SWEEPS_WHEN_LARGE if large else SWEEPS):
        current = _sweep(current, above if sweep % 2 == 0 else below, side, downwards=sweep % 2 == 0)
        if large:
            best = current
            continue
        crossings = _crossings(current, below)
        if crossings < best_crossings:
            best, best_crossings = current, crossings
        if not crossings:
            break
    return best


def _sweep(rows: Rows, links: Links, side: Mapping[str, int], *, downwards: bool) -> Rows:
    result = [list(row) for row in rows]
    numbers = range(1, len(rows)) if downwards else range(len(rows) - 2, -1, -1)
    for number in numbers:
        beside = result[number - 1 if downwards else number + 1]
        scale = 1 / max(1, len(beside) - 1)
        place = {name: index * scale for index, name in enumerate(beside)}
        result[number] = _sorted_by_neighbours(result[number], place, links, side)
    return result


def _sorted_by_neighbours(row: list[str], place: Mapping[str, float], links: Links, side: Mapping[str, int]) -> list[str]:
    scale = 1 / max(1, len(row) - 1)
    keys: dict[str, tuple[int, float, int]] = {}
    for index, name in enumerate(row):
        near = [place[other] for other in links.get(name, ()) if other in place]
        keys[name] = (side.get(name, 0), sum(near) / len(near) if near else index * scale, index)
    return sorted(row, key=keys.__getitem__)


def _crossings(rows: Rows, below: Links) -> int:
    total = 0
    for upper, lower in itertools.pairwise(rows):
        place = {name: index for index, name in enumerate(lower)}
        passed: list[int] = []
        for name in upper:
            ends = sorted(place[other] for other in below.get(name, ()) if other in place)
            total += sum(len(passed) - bisect_right(passed, end) for end in ends)
            for end in ends:
                insort(passed, end)
    return total
