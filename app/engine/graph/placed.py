"""A graph as JSON with its places: what the editor draws, clicks and shrinks to a map. Source: api.md 7, 7.1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.engine.graph.build import Graph
from app.engine.graph.drawing import Box, Cap, Drawing, Point


def placed_json(graph: Graph, drawing: Drawing) -> dict[str, Any]:
    """`{nodes, edges, ends, entry_points, warnings, caps, width, height}`.

    Nodes carry `id` (of their element in the SVG) and `position {x, y, width, height}`, also those inside of a
    container; edges carry `id`, `points[]` (a start, then three Bezier points for each curve) and `loop`. Edges
    between a container and its own child are not drawn: no points.
    """
    plain = graph.as_json()
    routes = {route.index: route for route in drawing.edges}
    for node in plain["nodes"]:
        node |= {"id": f"node-{node['name']}", "position": _position(drawing.nodes[node["name"]])}
    for index, edge in enumerate(plain["edges"]):
        route = routes.get(index)
        edge |= {
            "id": f"edge-{index}",
            "points": _points(route.points if route else ()),
            "loop": route is not None and route.loop,
        }
    size = {"width": drawing.width, "height": drawing.height}
    return {**plain, "caps": [_cap(cap) for cap in drawing.caps], **size}


def _position(box: Box) -> dict[str, float]:
    return {"x": box.x, "y": box.y, "width": box.w, "height": box.h}


def _points(points: Sequence[Point]) -> list[dict[str, float]]:
    return [{"x": point.x, "y": point.y} for point in points]


def _cap(cap: Cap) -> dict[str, Any]:
    return {"from": cap.source, "kind": cap.kind, "text": cap.text, "x": cap.x, "y": cap.y, "width": cap.w}
