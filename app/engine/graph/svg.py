"""A drawing as SVG text. Works without Flask, so that a command line can write the same picture as the pages.

The markup is in `app/templates/graph/_svg.html`; here its inputs are made: marks, words, path data, classes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise
from math import hypot
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from app.engine.graph.changes import marks_of, unchanged
from app.engine.graph.drawing import Box, Drawing, Point, Route

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
KIND_CLASSES = {"succeeded": "ok", "failed": "fail", "timed_out": "tout", "always": "always", "custom": "when"}
DASHES = {"failed": 11, "timed_out": 6}  # length of the pattern in graph.css
NAME_WIDTH = 7.9  # of a bold character in the widest of the usual system fonts

SUB_WIDTH = 5.9  # the same for the second line


@dataclass(frozen=True, slots=True)
class NodeLook:
    """How one node looks in a run.

    Attributes:
        mark: a shape of the status vocabulary (`ok run ask wait retry fail tout skip dead todo cancel pause unk`).
        text: the second line, e.g. "retry 3 of 5, 38 s".
        tally: (mark, count) pairs of the items, in the order of the bar.
    """

    mark: str
    text: str
    tally: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Looks:
    """Looks of nodes by name, and of edges by index: True taken, False can't be any more, None may come."""

    nodes: Mapping[str, NodeLook] = field(default_factory=dict)
    edges: Mapping[int, bool | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NodePicture:
    """One node, ready for the template."""

    id: str
    name: str
    box: Box
    shown: str
    sub: str
    look: NodeLook | None
    icon: str
    chip: str
    container: bool
    child: bool
    selected: bool
    href: str | None
    bars: tuple[tuple[str, float, float], ...]
    same: bool = False


@dataclass(frozen=True, slots=True)
class EdgePicture:
    """One edge, ready for the template; `state` is taken, maybe, dead or empty outside of a run.

    `phase` shifts the dashes, so that those of all edges in one lane lie on one another.
    """

    route: Route
    kind: str
    state: str
    path: str
    tip: Point
    flows: bool
    title: str
    phase: float | None = None
    same: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """The `<svg>` element, and the marks of its parts (`app.engine.graph.changes`)."""

    markup: Markup
    marks: str


def svg(
    drawing: Drawing,
    graph: Any,
    looks: Looks | None = None,
    *,
    selected: str | None = None,
    href: str | None = None,
    standalone: bool = False,
    title: str = "Graph of the workflow",
) -> Markup:
    """The picture as one `<svg>` element.

    Args:
        graph: what `layout` got; names, actions and joins come from it.
        looks: the run's state; None draws the definition alone.
        selected: name of the task to mark.
        href: address of a task's panel with `{name}` in it; None: nodes are no links.
        standalone: with its own style sheet and namespace, to be saved as a file.
    """
    nodes = node_pictures(drawing, graph, looks, selected=selected, href=href)
    return _drawn(drawing, nodes, edge_pictures(drawing, graph, looks), title, _style() if standalone else None)


def live_svg(
    drawing: Drawing, graph: Any, looks: Looks, *, seen: str, selected: str | None, href: str | None, title: str
) -> Picture:
    """The picture of a run for somebody who has `seen` one (its marks, or ""): what is the same is left empty."""
    nodes = node_pictures(drawing, graph, looks, selected=selected, href=href)
    edges = edge_pictures(drawing, graph, looks)
    in_order = sorted(edges, key=lambda e: e.route.index)
    marks = marks_of([*nodes, *in_order])
    same = unchanged(marks, seen)
    nodes = [replace(node, same=old) for node, old in zip(nodes, same[: len(nodes)], strict=True)]
    old_edges = {e.route.index for e, old in zip(in_order, same[len(nodes) :], strict=True) if old}
    edges = [replace(edge, same=edge.route.index in old_edges) for edge in edges]
    return Picture(_drawn(drawing, nodes, edges, title, None), marks)


def _drawn(
    drawing: Drawing, nodes: list[NodePicture], edges: list[EdgePicture], title: str, style: str | None
) -> Markup:
    template = _environment().get_template("graph/_svg.html")
    markup = template.module.drawing(drawing=drawing, nodes=nodes, edges=edges, style=style, title=title)  # type: ignore[attr-defined]
    return Markup(markup)  # noqa: S704 - rendered with autoescape


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True)


@lru_cache(maxsize=1)
def _style() -> str:
    css = TEMPLATES.parent / "static" / "css"
    return "\n".join((css / name).read_text() for name in ("tokens.css", "status.css", "graph.css"))


def node_pictures(
    drawing: Drawing, graph: Any, looks: Looks | None, *, selected: str | None = None, href: str | None = None
) -> list[NodePicture]:
    """Every node, containers before what is inside them."""
    joined = _arrivals(drawing)
    pictures = [_node(node, drawing, looks, joined, selected, href) for node in graph.nodes if node.name in drawing.nodes]
    return sorted(pictures, key=lambda p: not p.container)


def _arrivals(drawing: Drawing) -> dict[str, int]:
    sources: dict[str, set[str]] = {}
    for route in drawing.edges:
        sources.setdefault(route.target, set()).add(route.source)
    return {name: len(found) for name, found in sources.items()}


def _node(
    node: Any, drawing: Drawing, looks: Looks | None, joined: Mapping[str, int], selected: str | None, href: str | None
) -> NodePicture:
    box = drawing.nodes[node.name]
    container = node.name in drawing.children
    child = any(node.name in inside for inside in drawing.children.values())
    look = None if looks is None else looks.nodes.get(node.name, NodeLook("todo", "not reached yet"))
    sub = look.text if look else (node.action or node.type)
    room = box.w - 36
    shown = fitted(node.name, room if not container else room / 2, 7.1)
    if child:
        sub = _short(sub, room - NAME_WIDTH * len(shown) - 8)
    elif container:
        sub = fitted(sub, room - NAME_WIDTH * len(shown), 5.4)
    else:
        sub = _short(sub, room) if look and look.mark == "ok" else fitted(sub, room, SUB_WIDTH)
    return NodePicture(
        id=f"node-{node.name}",
        name=node.name,
        box=box,
        shown=shown,
        sub=sub,
        look=look,
        icon=_icon(node),
        chip=_join_chip(node.join, joined.get(node.name, 0)),
        container=container,
        child=child,
        selected=node.name == selected,
        href=href.replace("{name}", node.name) if href else None,
        bars=_bars(look.tally if look else (), box),
    )


def fitted(text: str, room: float, per_character: float) -> str:
    """The text cut with an ellipsis when an estimate says that it is wider than `room` pixels."""
    longest = int(room / per_character)
    return text if len(text) <= longest else ("" if longest < 2 else text[: longest - 1] + "…")


def _short(text: str, room: float) -> str:
    """The whole text where it fits, else what comes after its comma ("succeeded, 4 s"), else nothing."""
    fitting = (part for part in (text, text.rpartition(", ")[2]) if SUB_WIDTH * len(part) <= room)
    return next(fitting, "")


def _icon(node: Any) -> str:
    if node.type == "parallel":
        return "i-arrows-split-2"
    if node.type == "workflow":
        return "i-route"
    return "i-message-question" if node.action == "core.ask" else "i-box"


def _join_chip(join: Any, sources: int) -> str:
    if join in (None, "any") or (join == 1 and sources < 2):
        return ""
    return f"join {join}"


def _bars(tally: Sequence[tuple[str, int]], box: Box) -> tuple[tuple[str, float, float], ...]:
    """(mark, x, width) of the tally bar's parts; nothing that happened is thinner than a pixel."""
    total = sum(count for _, count in tally)
    if not total:
        return ()
    room, x, bars = box.w - 16, 8.0, []
    for mark, count in tally:
        if count:
            width = max(1.0, round(room * count / total, 1))
            bars.append((mark, round(x, 1), max(0.5, width - 1)))
            x += width
    return tuple(bars)


def edge_pictures(drawing: Drawing, graph: Any, looks: Looks | None) -> list[EdgePicture]:
    """Every edge, faint ones first, so that what was taken lies on top."""
    pictures = [_edge(route, graph.edges[route.index], looks) for route in drawing.edges]
    return sorted(pictures, key=lambda p: ("dead", "maybe", "", "taken").index(p.state))


def _edge(route: Route, edge: Any, looks: Looks | None) -> EdgePicture:
    state = ""
    if looks is not None:
        state = {True: "taken", False: "dead", None: "maybe"}[looks.edges.get(route.index)]
    running = looks is not None and state == "taken" and _runs(looks, route.target)
    return EdgePicture(
        route=route,
        kind=KIND_CLASSES.get(route.kind, "when"),
        state=state,
        path=path_data(route.points),
        tip=route.points[-1],
        flows=running,
        title=f"{edge.source} to {edge.target}: {edge.label or edge.when or edge.kind}",
        phase=_phase(route),
    )


def _phase(route: Route) -> float | None:
    """Where the dashes of an edge begin: the longest upright part decides, that is its lane."""
    if route.kind not in DASHES or len(route.points) < 8:
        return None
    curves = [route.points[i : i + 4] for i in range(0, len(route.points) - 3, 3)]
    lane = max(curves, key=lambda c: (c[0].x == c[3].x) * (c[3].y - c[0].y))
    before = sum(_length(curve) for curve in curves[: curves.index(lane)])
    return round((before - lane[0].y) % DASHES[route.kind], 1) or None


def _length(curve: Sequence[Point]) -> float:
    if curve[0].x == curve[3].x:
        return abs(curve[3].y - curve[0].y)
    steps = [_between(curve, n / 16) for n in range(17)]
    return sum(hypot(b.x - a.x, b.y - a.y) for a, b in pairwise(steps))


def _between(curve: Sequence[Point], t: float) -> Point:
    weights = ((1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3)
    return Point(*(sum(w * p[axis] for w, p in zip(weights, curve, strict=True)) for axis in (0, 1)))


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
