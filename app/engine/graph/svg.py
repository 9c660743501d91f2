"""A drawing as SVG text. Works without Flask, so that a command line can write the same picture as the pages.

The markup is in `app/templates/graph/_svg.html`; its inputs are made in `node_pictures`, `edge_pictures` and
`port_pictures`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from app.engine.graph.cap_pictures import CapPicture, cap_pictures
from app.engine.graph.changes import Shown, again, marks_of, shown, unchanged
from app.engine.graph.drawing import Drawing
from app.engine.graph.edge_pictures import EdgePicture, edge_pictures
from app.engine.graph.looks import PLAIN, Looks, NodeLook, View
from app.engine.graph.node_pictures import NodePicture, node_pictures
from app.engine.recent import Recent

__all__ = ["Looks", "NodeLook", "Picture", "View", "edited_svg", "live_svg", "svg"]

_ENDED = ("ok", "fail", "tout")  # marks of tasks whose transitions were looked at
TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


@dataclass(frozen=True, slots=True)
class Picture:
    """The `<svg>` element, and the marks of its parts (`app.engine.graph.changes`)."""

    markup: Markup
    marks: str


def svg(
    drawing: Drawing,
    graph: Any,
    view: View = PLAIN,
    *,
    standalone: bool = False,
    title: str = "Graph of the workflow",
) -> Markup:
    """The picture as one `<svg>` element.

    Args:
        graph: what `layout` got; names, actions and joins come from it.
        view: a run's state, what the editor shows, or neither: the definition alone.
        standalone: with its own style sheet and namespace, to be saved as a file.
    """
    nodes, edges = node_pictures(drawing, graph, view), edge_pictures(drawing, graph, view)
    caps = cap_pictures(drawing, graph, view)
    return _drawn(drawing, nodes, edges, caps, view=view, title=title, style=_style() if standalone else None)


def live_svg(drawing: Drawing, graph: Any, view: View, *, seen: str, title: str) -> Picture:
    """The picture for somebody who has `seen` one (its marks, or ""): what is the same is left empty."""
    nodes = node_pictures(drawing, graph, view)
    edges = edge_pictures(drawing, graph, view)
    in_order = sorted(edges, key=lambda e: e.index)
    marks = marks_of([*nodes, *in_order])
    same = unchanged(marks, seen)
    nodes = [replace(node, same=old) for node, old in zip(nodes, same[: len(nodes)], strict=True)]
    old_edges = {e.index for e, old in zip(in_order, same[len(nodes) :], strict=True) if old}
    edges = [replace(edge, same=edge.index in old_edges) for edge in edges]
    return Picture(_drawn(drawing, nodes, edges, cap_pictures(drawing, graph, view), view=view, title=title), marks)


def edited_svg(drawing: Drawing, graph: Any, view: View, *, seen: Shown, title: str) -> tuple[Markup, Shown]:
    """The picture for somebody who has `seen` one of the same workflow, and what they have seen then.

    What is the same is left empty; what is the same at another place says only that.
    """
    nodes, edges = node_pictures(drawing, graph, view), edge_pictures(drawing, graph, view)
    caps = cap_pictures(drawing, graph, view)
    shows = shown([*nodes, *edges])
    return _drawn(drawing, again(nodes, shows, seen), again(edges, shows, seen), caps, view=view, title=title), shows


def prepare() -> None:
    """Compile the markup now, which takes 50 ms, and not when the first picture is asked for."""
    _macros()


def _drawn(
    drawing: Drawing, nodes: list[NodePicture], edges: list[EdgePicture], caps: list[CapPicture], *, view: View, **more: Any
) -> Markup:
    insets = [(node, view.insets[node.name]) for node in nodes if node.name in view.insets]
    unended = {node.name for node in nodes if node.look is not None and node.look.mark not in _ENDED}
    markup = _macros().drawing(drawing=drawing, nodes=nodes, edges=edges, caps=caps, unended=unended, insets=insets, **more)
    return Markup(markup)  # noqa: S704 - rendered with autoescape


@lru_cache(maxsize=1)
def _macros() -> Any:
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.globals["drawn_once"] = _drawn_once
    return environment.get_template("graph/_svg.html").module


_insides: Recent[tuple[str, Any], Markup] = Recent(4 * 1024 * 1024)  # bytes


def _drawn_once(macro: str, part: Any) -> Markup:
    """What a macro makes of a part. Most parts of a picture are those of the one before, at most at another place."""
    known = _insides.get((macro, part))
    if known is not None:
        return known
    made: Markup = getattr(_macros(), macro)(part)
    return _insides.put((macro, part), made, weight=1_500 + len(made))


@lru_cache(maxsize=1)
def _style() -> str:
    css = TEMPLATES.parent / "static" / "css"
    return "\n".join((css / name).read_text() for name in ("tokens.css", "status.css", "graph.css"))
