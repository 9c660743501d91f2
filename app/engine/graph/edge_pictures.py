"""How each edge of a picture is drawn: its path, its kind, whether a run took it, where its dashes begin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import hypot
from typing import Any

from app.engine.graph.drawing import Drawing, Point, Route
from app.engine.graph.looks import PLAIN, Looks, View
from app.engine.graph.obstacles import curves_of, on_curve

KIND_CLASSES = {"succeeded": "ok", "failed": "fail", "timed_out": "tout", "always": "always", "custom": "when"}
DASHES = {"failed": 11, "timed_out": 6}  # length of the pattern in graph.css
_NOWHERE = Point(0.0, 0.0)
_ORDER = ("dead", "maybe", "", "taken")


@dataclass(frozen=True, slots=True)
class EdgePicture:
    """One edge, ready for the template; `state` is taken, maybe, dead or empty outside of a run.

    `route`, `path`, `tip` and `middle` are seen from `place`, where the edge begins: an edge that is moved along with
    its tasks differs in nothing else. `phase` shifts the dashes, so that those of all edges in one lane lie on one
    another. `index` is the edge's in the graph, `transition` the place of its transition among those of its source.
    """

    index: int
    place: Point
    target: str
    route: Route
    kind: str
    state: str
    path: str
    tip: Point
    flows: bool
    title: str
    phase: float | None = None
    editing: bool = False
    transition: int = 0
    untested: bool = False
    same: bool = False
    letter: str = ""
    middle: Point | None = None
    prefix: str = ""
    moved: bool = False  # the same, at another place

    @property
    def id(self) -> str:
        return f"{self.prefix}edge-{self.index}"

    def still(self) -> EdgePicture:
        """Without its place: what moving does not change."""
        return replace(self, place=_NOWHERE)

    def again(self, *, at_its_place: bool) -> EdgePicture:
        """For who has seen it."""
        return replace(self, same=at_its_place, moved=not at_its_place)

    def inside(self) -> EdgePicture:
        """What is drawn in its groups, whichever edge it is."""
        return replace(self, index=0, place=_NOWHERE, target="", transition=0)


def edge_pictures(drawing: Drawing, graph: Any, view: View = PLAIN) -> list[EdgePicture]:
    """Every edge, faint ones first, so that what was taken lies on top."""
    pictures = [_edge(route, graph.edges[route.index], view) for route in drawing.edges]
    return sorted(pictures, key=lambda p: _ORDER.index(p.state))


def _edge(route: Route, edge: Any, view: View) -> EdgePicture:
    looks = view.looks
    state, letter = "", looks.only.get(route.index, "") if looks else ""
    if looks is not None:
        state = {True: "taken", False: "dead", None: "maybe"}[looks.edges.get(route.index)]
    place = route.points[0]
    drawn = replace(route.seen_from(place), index=0, target="")
    return EdgePicture(
        index=route.index,
        place=place,
        target=route.target,
        route=drawn,
        kind=KIND_CLASSES.get(route.kind, "when"),
        state=state,
        path=path_data(drawn.points),
        tip=drawn.points[-1],
        flows=looks is not None and state == "taken" and _runs(looks, route.target),
        title=f"{edge.source} to {edge.target}: {edge.label or edge.when or edge.kind}",
        phase=_phase(route),
        editing=view.editing,
        transition=edge.index,
        untested=route.index in view.untested,
        letter=letter,
        middle=_middle(drawn) if letter else None,
        prefix=view.prefix,
    )


def _middle(route: Route) -> Point:
    """A place on the edge for a letter: half way, or before its end when a word stands there."""
    curves = curves_of(route.points)
    return on_curve(curves[-1], 0.8) if route.label else on_curve(max(curves[:2], key=_length), 0.5)


def _phase(route: Route) -> float | None:
    """How far into their pattern the dashes of an edge begin, so that in its lane they lie where `y` says.

    The longest upright part is the lane.
    """
    if route.kind not in DASHES or len(route.points) < 8:
        return None
    curves = curves_of(route.points)
    lane = max(curves, key=lambda c: (c[0].x == c[3].x) * (c[3].y - c[0].y))
    before = sum(_length(curve) for curve in curves[: curves.index(lane)])
    return round((lane[0].y - before) % DASHES[route.kind], 1) or None


def _length(curve: Sequence[Point]) -> float:
    if curve[0].x == curve[3].x:
        return abs(curve[3].y - curve[0].y)
    steps = [on_curve(curve, n / 16) for n in range(17)]
    return sum(hypot(b.x - a.x, b.y - a.y) for a, b in pairwise(steps))


def _runs(looks: Looks, name: str) -> bool:
    look = looks.nodes.get(name)
    return look is not None and look.mark in ("run", "retry")


def path_data(points: Sequence[Point]) -> str:
    """`M x y C …` of a route's points."""
    start, rest = points[0], points[1:]
    curves = "".join(
        f"C{_n(a.x)} {_n(a.y)} {_n(b.x)} {_n(b.y)} {_n(c.x)} {_n(c.y)}"
        for a, b, c in zip(rest[::3], rest[1::3], rest[2::3], strict=True)
    )
    return f"M{_n(start.x)} {_n(start.y)}{curves}"


def _n(value: float) -> str:
    return f"{value:g}"
