"""What is written and drawn in each box of a picture: name, second line, mark or icon, chips, tally."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.engine.graph.drawing import Box, Drawing
from app.engine.graph.looks import PLAIN, NodeLook, View
from app.engine.graph.port_pictures import PortPicture, spare_ports

NAME_WIDTH = 7.9  # of a bold character in the widest of the usual system fonts
SUB_WIDTH = 5.9  # the same for the second line
_CHIP_CHARACTER, _CHIP_PADDING = 6.2, 10.0
_CHIP_GAP, _CHIP_INSET = 3.0, 6.0


@dataclass(frozen=True, slots=True)
class Chip:
    """A word on the upper edge of a box; `x` is its left end, from the box."""

    text: str
    x: float
    w: float


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
    chips: tuple[Chip, ...]
    container: bool
    child: bool
    selected: bool
    href: str | None
    bars: tuple[tuple[str, float, float], ...]
    editing: bool = False
    problem: str = ""
    ports: tuple[PortPicture, ...] = ()
    same: bool = False


def node_pictures(drawing: Drawing, graph: Any, view: View = PLAIN) -> list[NodePicture]:
    """Every node, containers before what is inside them."""
    joined = _arrivals(drawing)
    inside = {name for names in drawing.children.values() for name in names}
    ports = spare_ports(drawing, inside) if view.editing else {}
    pictures = [
        _node(node, drawing, view, joined.get(node.name, 0), node.name in inside, ports.get(node.name, ()))
        for node in graph.nodes
        if node.name in drawing.nodes
    ]
    return sorted(pictures, key=lambda p: not p.container)


def _arrivals(drawing: Drawing) -> dict[str, int]:
    sources: dict[str, set[str]] = {}
    for route in drawing.edges:
        sources.setdefault(route.target, set()).add(route.source)
    return {name: len(found) for name, found in sources.items()}


def _node(
    node: Any, drawing: Drawing, view: View, sources: int, child: bool, ports: tuple[PortPicture, ...]
) -> NodePicture:
    box = drawing.nodes[node.name]
    children = drawing.children.get(node.name, ())
    look = None if view.looks is None else view.looks.nodes.get(node.name, NodeLook("todo", "not reached yet"))
    shown, sub = _texts(node, look, box, child=child, children=len(children))
    return NodePicture(
        id=f"node-{node.name}",
        name=node.name,
        box=box,
        shown=shown,
        sub=sub,
        look=look,
        icon=_icon(node),
        chips=_chips(_words(node, sources, in_run=look is not None), box),
        container=bool(children),
        child=child,
        selected=node.name == view.selected,
        href=view.href.replace("{name}", node.name) if view.href else None,
        bars=_bars(look.tally if look else (), box),
        editing=view.editing,
        problem=view.problems.get(node.name, ""),
        ports=ports,
    )


def _texts(node: Any, look: NodeLook | None, box: Box, *, child: bool, children: int) -> tuple[str, str]:
    """The name and the second line, as much of them as the box has room for."""
    sub = look.text if look else _purpose(node, children)
    room = box.w - 36
    shown = fitted(node.name, room / 2 if children else room, 7.1)
    if child:
        return shown, _short(sub, room - NAME_WIDTH * len(shown) - 8)
    if children:
        return shown, fitted(sub, room - NAME_WIDTH * len(shown), 5.4)
    return shown, _short(sub, room) if look and look.mark == "ok" else fitted(sub, room, SUB_WIDTH)


def _purpose(node: Any, children: int) -> str:
    if children:
        return f"parallel, {children} task{'s' if children > 1 else ''}"
    return "ask a person" if node.action == "core.ask" else node.action or node.type


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


def _words(node: Any, sources: int, *, in_run: bool) -> tuple[str, ...]:
    """What the chips say: the join, then, where no run says more, items, retry and visits."""
    join = "" if node.join in (None, "any") or (node.join == 1 and sources < 2) else f"join {node.join}"
    if in_run:
        return (join, "", "", "")
    return (
        join,
        "items" if node.with_items else "",
        f"retry {node.retry}" if node.retry else "",
        f"max {node.max_visits}" if node.max_visits > 1 else "",
    )


def _chips(words: Sequence[str], box: Box) -> tuple[Chip, ...]:
    """The join in the middle, where the edges arrive; the others from the right, the join left of them if need be."""
    join, *others = words
    chips: list[Chip] = []
    right = box.w - _CHIP_INSET
    for word in reversed([word for word in others if word]):
        width = _chip_width(word)
        chips.append(Chip(word, round(right - width, 1), width))
        right -= width + _CHIP_GAP
    if join:
        width = _chip_width(join)
        middle = (box.w - width) / 2
        chips.append(Chip(join, round(min(middle, right - width), 1), width))
    return tuple(reversed(chips))


def _chip_width(word: str) -> float:
    return round(_CHIP_CHARACTER * len(word) + _CHIP_PADDING, 1)


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
