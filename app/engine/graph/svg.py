"""A drawing as SVG text. Works without Flask, so that a command line can write the same picture as the pages.

The markup is in `app/templates/graph/_svg.html`; here its inputs are made: marks, words, path data, classes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from app.engine.graph.drawing import Box, Drawing, Point, Route

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
KIND_CLASSES = {"succeeded": "ok", "failed": "fail", "timed_out": "tout", "always": "always", "custom": "when"}
NAME_WIDTH = 7.9  # of a bold character in the widest of the usual system fonts


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


@dataclass(frozen=True, slots=True)
class EdgePicture:
    """One edge, ready for the template; `state` is taken, maybe, dead or empty outside of a run."""

    route: Route
    kind: str
    state: str
    path: str
    tip: Point
    flows: bool
    title: str


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
    template = _environment().get_template("graph/_svg.html")
    return Markup(  # noqa: S704 - rendered with autoescape
        template.module.drawing(  # type: ignore[attr-defined]
            drawing=drawing,
            nodes=node_pictures(drawing, graph, looks, selected=selected, href=href),
            edges=edge_pictures(drawing, graph, looks),
            style=_style() if standalone else None,
            title=title,
        )
    )


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
    room = box.w - (40 if not child else 36)
    shown = fitted(node.name, room if not container else room / 2, 7.1)
    if child:
        left = room - NAME_WIDTH * len(shown) - 8
        sub = fitted(sub, left, 5.4) if left > 5 * 5.4 else ""
    elif container:
        sub = fitted(sub, room - NAME_WIDTH * len(shown), 5.4)
    else:
        sub = fitted(sub, room, 5.4)
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
    )


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
