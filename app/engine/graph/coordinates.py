"""Horizontal places: each entry as near as may be to its neighbours, never nearer to the next than its room.

Each row is solved exactly (least squares under minimal distances, by pooling adjacent violators), and the
rows are gone through down and up until the picture is quiet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Links = Mapping[str, Sequence[tuple[str, float]]]

PASSES = 10
QUIET = 4  # the last passes, in which both sides pull


def place_rows(rows: Sequence[Sequence[str]], width: Mapping[str, float], gap: float, above: Links, below: Links) -> dict[str, float]:
    """Centre of every entry, in whole pixels, the leftmost edge at 0.

    Args:
        rows: names per layer, ordered.
        width: width of each entry; a point that an edge passes through has a narrow one.
        gap: least distance between two boxes.
        above, below: neighbours with the weight of the pull.
    """
    x = _packed(rows, width, gap)
    for number in range(PASSES):
        order = rows if number % 2 == 0 else list(reversed(rows))
        links = (above, below) if number < PASSES - QUIET else (_both(above, below),) * 2
        for row in order:
            _settle(row, x, width, gap, links[number % 2])
    return _whole_pixels(rows, x, width, gap)


def _packed(rows: Sequence[Sequence[str]], width: Mapping[str, float], gap: float) -> dict[str, float]:
    x: dict[str, float] = {}
    for row in rows:
        total = sum(width[name] for name in row) + gap * (len(row) - 1)
        left = -total / 2
        for name in row:
            x[name] = left + width[name] / 2
            left += width[name] + gap
    return x


def _both(above: Links, below: Links) -> Links:
    return {name: [*above.get(name, ()), *below.get(name, ())] for name in {**above, **below}}


def _settle(row: Sequence[str], x: dict[str, float], width: Mapping[str, float], gap: float, links: Links) -> None:
    if not row:
        return
    room, wanted, weights = 0.0, [], []
    rooms = []
    for index, name in enumerate(row):
        if index:
            room += (width[row[index - 1]] + width[name]) / 2 + gap
        rooms.append(room)
        pulls = links.get(name, ())
        weight = sum(w for _, w in pulls)
        middle = sum(x[other] * w for other, w in pulls) / weight if weight else x[name]
        wanted.append(middle - room)
        weights.append(weight or 0.05)
    for name, place, room in zip(row, _rising(wanted, weights), rooms, strict=True):
        x[name] = place + room


def _rising(values: Sequence[float], weights: Sequence[float]) -> list[float]:
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
