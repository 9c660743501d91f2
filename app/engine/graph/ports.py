"""Where edges leave a box (below) and arrive (above): sorted by where they head, evenly spread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from app.engine.graph.chips import CLEAR, Widths
from app.engine.graph.drawing import Box

SPREAD = 40.0  # widest distance between two ports
INSET = 14.0  # nothing touches a rounded corner


class StrandLike(Protocol):
    @property
    def index(self) -> int: ...
    @property
    def source(self) -> str: ...
    @property
    def target(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def way(self) -> str: ...


FAILURES = ("failed", "timed_out")
CROWDED = 6  # more edges than this share one port for each kind of transition


def departures(strands: Sequence[StrandLike], boxes: Mapping[str, Box], aims: Mapping[int, float]) -> dict[int, float]:
    """x of each edge's port, by edge index."""
    groups: dict[str, list[StrandLike]] = {}
    for strand in strands:
        groups.setdefault(strand.source, []).append(strand)
    places: dict[int, float] = {}
    for source, leaving in groups.items():
        crowded = len(leaving) > CROWDED
        shared = {s.index: s.kind if crowded else str(s.index) for s in leaving}
        main = [s.index for s in leaving if s.kind not in FAILURES and s.way == "direct"]
        places.update(_spread(leaving, shared, boxes[source], aims, middle=main[0] if len(main) == 1 else None))
    return places


def free_place(box: Box, taken: Sequence[float]) -> float:
    """x of one more thing below a box: right of the ports there are, else left of them."""
    if not taken:
        return box.centre
    right = max(taken) + SPREAD * 0.8
    return right if right <= box.right - 8 else max(box.x + 8, min(taken) - SPREAD * 0.8)


def arrivals(
    strands: Sequence[StrandLike], boxes: Mapping[str, Box], aims: Mapping[int, float], chips: Mapping[str, Widths]
) -> dict[int, float]:
    """x of each edge's arrowhead; edges that share a lane arrive as one, so do many of one kind.

    Args:
        chips: by task; the arrowheads leave them their room.
    """
    groups: dict[str, list[StrandLike]] = {}
    for strand in strands:
        groups.setdefault(strand.target, []).append(strand)
    places: dict[int, float] = {}
    for target, coming in groups.items():
        crowded = len(coming) > CROWDED
        shared = {s.index: "lane" if s.way == "lane" else (s.kind if crowded else str(s.index)) for s in coming}
        main = [s.index for s in coming if s.way == "direct"]
        box, room = boxes[target], chips.get(target, Widths())
        middle = main[0] if len(main) == 1 and not room.join else None
        if room.join:
            places.update(_around_join(coming, shared, box, aims, room.join))
        elif room.others and middle is None:
            places.update(_spread(coming, shared, _left_part(box, room.others), aims, middle=None))
        else:
            places.update(_spread(coming, shared, box, aims, middle=middle))
    return places


def _around_join(
    coming: Sequence[StrandLike], shared: Mapping[int, str], box: Box, aims: Mapping[int, float], chip: float
) -> dict[int, float]:
    """One or two arrowheads stand beside the chip in the middle; of more, all stand right of it."""
    if len(set(shared.values())) <= 2:
        return _spread(coming, shared, box, aims, middle=None, widest=chip + 2 * CLEAR)
    left = min(chip + CLEAR - INSET / 2, box.w / 2)
    return _spread(coming, shared, Box(box.x + left, box.y, box.w - left, box.h), aims, middle=None)


def _left_part(box: Box, chips: float) -> Box:
    return Box(box.x, box.y, max(box.w / 2, box.w - chips - CLEAR + INSET), box.h)


def _spread(
    strands: Sequence[StrandLike],
    shared: Mapping[int, str],
    box: Box,
    aims: Mapping[int, float],
    *,
    middle: int | None,
    widest: float = SPREAD,
) -> dict[int, float]:
    """`middle`: the one edge that goes on, drawn straight from the middle, with what leads aside beside it."""
    keys: dict[str, list[float]] = {}
    for strand in strands:
        keys.setdefault(shared[strand.index], []).append(aims[strand.index])
    order = sorted(keys, key=lambda key: (sum(keys[key]) / len(keys[key]), list(keys).index(key)))
    step = min(widest, (box.w - 2 * INSET) / max(1, len(order) - 1))
    before = (len(order) - 1) / 2
    if middle is not None:
        before = order.index(shared[middle])
        sides = max(before, len(order) - 1 - before)
        step = min(SPREAD, (box.w / 2 - INSET) / max(1, sides))
    first = box.centre - step * before
    place = {key: first + step * number for number, key in enumerate(order)}
    return {strand.index: place[shared[strand.index]] for strand in strands}
