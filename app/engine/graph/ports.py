"""Where edges leave a box (below) and arrive (above): sorted by where they head, evenly spread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

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
        places.update(_spread(leaving, shared, boxes[source], aims))
    return places


def arrivals(strands: Sequence[StrandLike], boxes: Mapping[str, Box], aims: Mapping[int, float]) -> dict[int, float]:
    """x of each edge's arrowhead; edges that share a lane arrive as one, so do many of one kind."""
    groups: dict[str, list[StrandLike]] = {}
    for strand in strands:
        groups.setdefault(strand.target, []).append(strand)
    places: dict[int, float] = {}
    for target, coming in groups.items():
        crowded = len(coming) > CROWDED
        shared = {s.index: "lane" if s.way == "lane" else (s.kind if crowded else str(s.index)) for s in coming}
        places.update(_spread(coming, shared, boxes[target], aims))
    return places


def _spread(
    strands: Sequence[StrandLike], shared: Mapping[int, str], box: Box, aims: Mapping[int, float]
) -> dict[int, float]:
    keys: dict[str, list[float]] = {}
    for strand in strands:
        keys.setdefault(shared[strand.index], []).append(aims[strand.index])
    order = sorted(keys, key=lambda key: (sum(keys[key]) / len(keys[key]), list(keys).index(key)))
    step = min(SPREAD, (box.w - 2 * INSET) / max(1, len(order) - 1))
    first = box.centre - step * (len(order) - 1) / 2
    place = {key: first + step * number for number, key in enumerate(order)}
    return {strand.index: place[shared[strand.index]] for strand in strands}
