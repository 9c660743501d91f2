"""Drawings that were made lately, so that a graph is laid out once and not for every request that shows it."""

from __future__ import annotations

from collections.abc import Mapping

from app.engine.graph.build import Graph
from app.engine.graph.drawing import Drawing, Room
from app.engine.graph.layout import layout
from app.engine.recent import Recent

_KEPT_BYTES = 8 * 1024 * 1024  # some fifty of 45 tasks: each is a thousand points that the collector goes through
_PER_NODE, _PER_EDGE = 600, 1_400  # bytes, about
_drawings: Recent[tuple[Graph, tuple[tuple[str, Room], ...]], Drawing] = Recent(_KEPT_BYTES)


def drawing_of(graph: Graph, room: Mapping[str, Room] | None = None) -> Drawing:
    """The graph's drawing: what `layout` makes of it."""
    key = (graph, tuple(sorted((room or {}).items())))
    known = _drawings.get(key)
    if known is not None:
        return known
    weight = _PER_NODE * len(graph.nodes) + _PER_EDGE * len(graph.edges)
    return _drawings.put(key, layout(graph, room), weight=weight)
