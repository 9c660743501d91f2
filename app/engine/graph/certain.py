"""What is certain at each task: what holds on every path that leads to it. Joins that wait for all add up."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import and_, or_

from app.engine.graph.inspect import Shape


def surely_ran(shape: Shape, name: str) -> frozenset[str]:
    """Tasks that have ended on every path to a task; children stand with their container."""
    gains = {id(edge): shape.bits((edge.source,)) for edge in shape.graph.edges}
    sure = on_every_path(shape, gains, everything=(1 << len(shape.tasks)) - 1)[shape.place_of(name)]
    return frozenset(task for task in shape.tasks if sure >> shape.order[shape.place_of(task)] & 1)


def on_every_path(shape: Shape, gains: Mapping[int, int], *, everything: int) -> dict[str, int]:
    """Bits that hold at each task, forward over the graph, from "everything" downwards until nothing changes.

    Args:
        gains: `id(edge)` -> bits that hold as soon as this edge fires.
    """
    sure = dict.fromkeys(shape.tasks, everything)
    order = [name for knot in shape.knots for name in knot]
    changed = True
    while changed:  # cycles need more than one round
        changed = False
        for name in order:
            now = _before(shape, name, sure, gains)
            changed |= now != sure[name]
            sure[name] = now
    return sure


def _before(shape: Shape, name: str, sure: Mapping[str, int], gains: Mapping[int, int]) -> int:
    edges = [edge for edge in shape.edges_into[name] if edge.source != name]
    if not edges:
        return 0
    by_source: dict[str, int] = {}
    for edge in edges:
        way = sure[edge.source] | gains[id(edge)]
        by_source[edge.source] = by_source[edge.source] & way if edge.source in by_source else way
    join = shape.tasks[name].join
    waits_for_all = join == "all" or (isinstance(join, int) and join >= len(by_source))
    return reduce(or_ if waits_for_all else and_, by_source.values())
