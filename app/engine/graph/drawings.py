"""Drawings that were made lately, so that a graph is laid out once and not for every request that shows it."""

from __future__ import annotations

from app.engine.graph.build import Graph
from app.engine.graph.drawing import Drawing
from app.engine.graph.layout import layout
from app.engine.recent import Recent

_KEPT_BYTES = 8 * 1024 * 1024  # some fifty of 45 tasks: each is a thousand points that the collector goes through
_PER_NODE, _PER_EDGE = 600, 1_400  # bytes, about
_drawings: Recent[Graph, Drawing] = Recent(_KEPT_BYTES)


def drawing_of(graph: Graph) -> Drawing:
    """The graph's drawing: what `layout` makes of it."""
    known = _drawings.get(graph)
    if known is not None:
        return known
    weight = _PER_NODE * len(graph.nodes) + _PER_EDGE * len(graph.edges)
    return _drawings.put(graph, layout(graph), weight=weight)
