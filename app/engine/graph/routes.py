"""Edges as Bezier curves that never cross a box.

Curves run only in the gaps between layers; through a layer an edge goes straight down, at a place that the
layout kept free for it. Failures over more than one layer share a lane on the right, one for each target;
edges that lead back go up in a lane on the left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from app.engine.graph import drawing as d
from app.engine.graph.bands import CAP_ROOM, Band, Plan, Strand, bands_of, boxes_of, caps_beside
from app.engine.graph.labels import place_labels
from app.engine.graph.pen import Pen, own_loop
from app.engine.graph.ports import FAILURES, arrivals, departures, free_place

LANE_GAP = 14.0
LANE_MARGIN = 22.0
PORT_DROP = 2.0  # the port sits on the lower edge of the box
ARROW = 7.0
CAP_CLEAR = 37.0  # below a box with a cap, from here on an edge may pass


@dataclass(slots=True)
class _Canvas:
    plan: Plan
    bands: list[Band]
    boxes: dict[str, d.Box]
    lanes: dict[tuple[str, str], float] = field(default_factory=dict)  # (way, target or pair) -> x


def route_edges(plan: Plan, strands: Sequence[Strand]) -> d.Drawing:
    """The drawing of all top-level boxes and edges."""
    bands = bands_of(plan, strands)
    canvas = _Canvas(plan, bands, boxes_of(plan, bands))
    _lay_lanes(canvas, strands)
    ends = {s.index: _aims(canvas, s) for s in strands}
    starts = departures(strands, canvas.boxes, {i: first for i, (first, _) in ends.items()})
    landings = arrivals(strands, canvas.boxes, {i: last for i, (_, last) in ends.items()}, plan.chips)
    routes = [_route(canvas, s, starts[s.index], landings[s.index]) for s in strands]
    caps = _caps(canvas, routes)
    routes = place_labels(routes, {s.index: s.word for s in strands}, caps)
    return _shifted(canvas, routes, caps)


def _lay_lanes(canvas: _Canvas, strands: Sequence[Strand]) -> None:
    """A lane passes outside of every layer it spans; lanes of overlapping spans lie beside one another."""
    spans: dict[tuple[str, str], tuple[int, int]] = {}
    for s in strands:
        if s.way == "direct" or s.source == s.target:
            continue
        ends = sorted((canvas.plan.layer[s.source], canvas.plan.layer[s.target]))
        low, high = spans.get(_lane(s), (ends[0], ends[1]))
        spans[_lane(s)] = (min(low, ends[0]), max(high, ends[1]))
    rights, lefts = _extents(canvas)
    for lane, (low, high) in sorted(spans.items(), key=lambda item: (item[1][1] - item[1][0], item[1])):
        rows = range(low + 1, high) if lane[0] == "lane" else range(low, high + 1)
        if lane[0] == "lane":
            canvas.lanes[lane] = max(rights[n] for n in rows) + LANE_MARGIN
            for n in rows:
                rights[n] = canvas.lanes[lane] + LANE_GAP - LANE_MARGIN
        else:
            canvas.lanes[lane] = min(lefts[n] for n in rows) - LANE_MARGIN
            for n in rows:
                lefts[n] = canvas.lanes[lane] - LANE_GAP + LANE_MARGIN


def _lane(strand: Strand) -> tuple[str, str]:
    return (strand.way, strand.target if strand.way == "lane" else f"{strand.source}\0{strand.target}")


def _extents(canvas: _Canvas) -> tuple[list[float], list[float]]:
    rights, lefts = [], []
    for row in canvas.plan.rows:
        sides = [(canvas.boxes[n].x, canvas.boxes[n].right + 2) if n in canvas.boxes else (canvas.plan.x[n],) * 2 for n in row]
        rights.append(max((right for _, right in sides), default=0.0))
        lefts.append(min((left for left, _ in sides), default=0.0))
    return rights, lefts


def _aims(canvas: _Canvas, strand: Strand) -> tuple[float, float]:
    """Where the edge heads for first, and where it comes from last: ports are sorted by it."""
    if strand.source == strand.target:
        return (float("inf"), float("inf"))
    if strand.way != "direct":
        return (canvas.lanes[_lane(strand)],) * 2
    chain = canvas.plan.chains[strand.index]
    first = canvas.plan.x[chain[0] if chain else strand.target]
    return (first, canvas.plan.x[chain[-1] if chain else strand.source])


def _route(canvas: _Canvas, strand: Strand, start: float, landing: float) -> d.Route:
    source, target = canvas.boxes[strand.source], canvas.boxes[strand.target]
    port = d.Point(start, source.bottom + PORT_DROP)
    end = d.Point(landing, target.y - ARROW)
    points = own_loop(port, end, source) if strand.source == strand.target else _through(canvas, strand, port, end)
    return d.Route(strand.index, strand.source, strand.target, strand.kind, port, tuple(points), None, strand.way == "loop")


def _through(canvas: _Canvas, strand: Strand, port: d.Point, end: d.Point) -> list[d.Point]:
    bands, layer = canvas.bands, canvas.plan.layer
    upper, lower = layer[strand.source], layer[strand.target]
    pen = Pen(port)
    pen.line(d.Point(port.x, max(port.y, bands[upper].bottom + _clear(canvas, strand, upper, canvas.plan.x[strand.source]))))
    if strand.way == "direct":
        for number, name in enumerate(canvas.plan.chains[strand.index], upper + 1):
            pen.curve(d.Point(canvas.plan.x[name], bands[number].top - ARROW))
            pen.line(d.Point(canvas.plan.x[name], bands[number].bottom + PORT_DROP))
    elif strand.way == "lane":
        lane = canvas.lanes[_lane(strand)]
        pen.curve(d.Point(lane, bands[upper + 1].top - ARROW))
        pen.line(d.Point(lane, bands[lower - 1].bottom + _clear(canvas, strand, lower - 1, canvas.plan.x[strand.target])))
    else:
        pen.around(canvas.lanes[_lane(strand)], bands[lower].top - 0.55 * d.LAYER_GAP)
        pen.over(d.Point(end.x, bands[lower].top - ARROW))
        pen.line(end)
        return pen.points
    pen.curve(d.Point(end.x, min(end.y, bands[lower].top - ARROW)))
    pen.line(end)
    return pen.points


def _clear(canvas: _Canvas, strand: Strand, layer: int, x: float) -> float:
    """How far below a layer an edge may go sideways: past the caps there, when it is on its way between x and a lane."""
    if strand.way != "lane":
        return PORT_DROP
    return CAP_CLEAR if caps_beside(canvas.plan, layer, x, canvas.lanes[_lane(strand)]) else PORT_DROP


def _caps(canvas: _Canvas, routes: Sequence[d.Route]) -> tuple[d.Cap, ...]:
    """Below the port of its own transition, where that leads aside; else beside the ports, with one word only."""
    caps = []
    for name, kind in canvas.plan.caps.items():
        box, leaving = canvas.boxes[name], [route for route in routes if route.source == name]
        aside = [r.port.x for r in leaving if r.kind == kind in FAILURES and _leads_aside(r)]
        place = aside[0] if aside else free_place(box, [r.port.x for r in leaving])
        word, width = ("fail", 30.0) if leaving else ("do: fail", 60.0)
        caps.append(d.Cap(name, word, place, box.bottom, width, kind))
    return tuple(caps)


def _leads_aside(route: d.Route) -> bool:
    """Whether an edge leaves the place below its port at once, and for good."""
    at, down = route.points[0], route.points[3]
    falls = down.y - at.y if at.x == down.x else 0.0
    return falls < CAP_ROOM / 2 and abs(route.points[-1].x - at.x) > CAP_ROOM


def _shifted(canvas: _Canvas, routes: Sequence[d.Route], caps: Sequence[d.Cap]) -> d.Drawing:
    """The drawing moved so that everything lies inside, with a margin."""
    xs = [v for b in canvas.boxes.values() for v in (b.x, b.right)] + [p.x for r in routes for p in r.points]
    xs += [v for r in routes if r.label for v in (r.label.x - r.label.w / 2, r.label.x + r.label.w / 2)]
    ys = [v for b in canvas.boxes.values() for v in (b.y, b.bottom + 8)] + [p.y for r in routes for p in r.points]
    ys += [cap.y + 36 for cap in caps]
    dx, dy = d.MARGIN - min(xs, default=0.0), d.MARGIN - min(ys, default=0.0)
    return d.Drawing(
        width=round(max(xs, default=0.0) + dx + d.MARGIN, 1),
        height=round(max(ys, default=0.0) + dy + d.MARGIN, 1),
        nodes={name: d.Box(b.x + dx, b.y + dy, b.w, b.h) for name, b in canvas.boxes.items()},
        edges=tuple(_moved(route, dx, dy) for route in routes),
        caps=tuple(replace(cap, x=cap.x + dx, y=cap.y + dy) for cap in caps),
    )


def _moved(route: d.Route, dx: float, dy: float) -> d.Route:
    label = route.label and d.Label(route.label.text, round(route.label.x + dx, 1), round(route.label.y + dy, 1), route.label.w)
    points = tuple(d.Point(round(p.x + dx, 1), round(p.y + dy, 1)) for p in route.points)
    port = d.Point(round(route.port.x + dx, 1), round(route.port.y + dy, 1))
    return d.Route(route.index, route.source, route.target, route.kind, port, points, label, route.loop)
