"""What is written and drawn in each box of a picture: name, second line, mark or icon, chips, tally."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from app.engine.graph import icons
from app.engine.graph.chips import Chip, chips_of, join_word, other_words
from app.engine.graph.drawing import Box, Drawing, Point, Route
from app.engine.graph.looks import PLAIN, NodeLook, Opener, View
from app.engine.graph.port_pictures import PortPicture, spare_ports

NAME_WIDTH = 7.9  # of a bold character in the widest of the usual system fonts
SUB_WIDTH = 5.9  # the same for the second line
FOLD_WIDTH = 18.0  # of what opens and closes a container
_NOWHERE = Point(0.0, 0.0)


@dataclass(frozen=True, slots=True)
class NodePicture:
    """One node, ready for the template; everything in it is seen from `place`, its top left corner."""

    id: str
    name: str
    place: Point
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
    fold: Literal["", "open", "closed"] = ""  # of what can be closed
    opener: Opener | None = None
    same: bool = False
    moved: bool = False  # the same, at another place

    def still(self) -> NodePicture:
        """Without its place: what moving does not change."""
        return replace(self, place=_NOWHERE)

    def again(self, *, at_its_place: bool) -> NodePicture:
        """For who has seen it."""
        return replace(self, same=at_its_place, moved=not at_its_place)


def node_pictures(drawing: Drawing, graph: Any, view: View = PLAIN) -> list[NodePicture]:
    """Every node, containers before what is inside them."""
    coming = _arrivals(drawing)
    inside = {name for names in drawing.children.values() for name in names}
    ports = spare_ports(drawing, inside) if view.editing else {}
    pictures = [
        _node(node, drawing, view, coming.get(node.name, ()), node.name in inside, ports.get(node.name, ()))
        for node in graph.nodes
        if node.name in drawing.nodes
    ]
    return sorted(pictures, key=lambda p: not p.container)


def _arrivals(drawing: Drawing) -> dict[str, list[Route]]:
    coming: dict[str, list[Route]] = {}
    for route in drawing.edges:
        coming.setdefault(route.target, []).append(route)
    return coming


def _node(
    node: Any, drawing: Drawing, view: View, coming: Sequence[Route], child: bool, ports: tuple[PortPicture, ...]
) -> NodePicture:
    box = drawing.nodes[node.name]
    children = drawing.children.get(node.name, ())
    look = None if view.looks is None else view.looks.nodes.get(node.name, NodeLook("todo", "not reached yet"))
    inside = view.containers.get(node.name)
    fold: Literal["", "open", "closed"] = "" if inside is None else "closed" if inside else "open"
    opener, holds = view.openers.get(node.name), bool(children) or node.name in view.insets
    shown, sub = _texts(node, look, box, child=child and not holds, holds=len(children) or int(holds), inside=0 if opener else inside)
    return NodePicture(
        id=f"{view.prefix}node-{node.name}",
        name=node.name,
        place=Point(box.x, box.y),
        box=Box(0.0, 0.0, box.w, box.h),
        shown=shown,
        sub=sub,
        look=look,
        icon=_icon(node, view),
        chips=_chips(node, box, coming, in_run=look is not None),
        container=holds,
        child=child,
        selected=node.name == view.selected,
        href=view.href.replace("{name}", node.name) if view.href else None,
        bars=_bars(look.tally if look else (), box),
        editing=view.editing,
        problem=view.problems.get(node.name, ""),
        ports=ports,
        fold=fold,
        opener=opener,
    )


def _texts(
    node: Any, look: NodeLook | None, box: Box, *, child: bool, holds: int, inside: int | None = None
) -> tuple[str, str]:
    """The name and the second line, as much of them as the box has room for."""
    sub = look.text if look else _purpose(node, holds, inside or 0)
    room = box.w - (56 if look and look.other else 36)
    fold = 0 if inside is None else FOLD_WIDTH  # it stands behind the name
    shown = fitted(node.name, room / 2 if holds else room - fold, 7.1)
    if child:
        return shown, _short(sub, room - fold - NAME_WIDTH * len(shown) - 8)
    if holds:
        left = room - fold - NAME_WIDTH * len(shown)
        return shown, _short(sub, left) if look and look.mark == "ok" else fitted(sub, left, SUB_WIDTH if fold else 5.4)
    room -= fold if look else 0
    return shown, _short(sub, room) if look and look.mark == "ok" else fitted(sub, room, SUB_WIDTH)


def _purpose(node: Any, children: int, closed: int = 0) -> str:
    if closed:
        return f"{closed} task{'s' if closed > 1 else ''} inside"
    if children:
        return f"parallel, {children} task{'s' if children > 1 else ''}"
    return "ask a person" if node.action == icons.ASK else node.action or node.type


def fitted(text: str, room: float, per_character: float) -> str:
    """The text cut with an ellipsis when an estimate says that it is wider than `room` pixels."""
    longest = int(room / per_character)
    return text if len(text) <= longest else ("" if longest < 2 else text[: longest - 1] + "…")


def _short(text: str, room: float) -> str:
    """The whole text where it fits, else what comes after its comma ("succeeded, 4 s"), else nothing."""
    fitting = (part for part in (text, text.rpartition(", ")[2]) if SUB_WIDTH * len(part) <= room)
    return next(fitting, "")


def _icon(node: Any, view: View) -> str:
    if node.type == "parallel":
        return icons.PARALLEL
    known = view.icons.get(node.action or "")
    return known or icons.icon_of(node.action or "", is_workflow=node.type == "workflow")


def _chips(node: Any, box: Box, coming: Sequence[Route], *, in_run: bool) -> tuple[Chip, ...]:
    """The join; then, where no run says more, items, retry and visits."""
    join = join_word(node.join, len({route.source for route in coming}))
    return chips_of(join, () if in_run else other_words(node), box.w, {route.points[-1].x - box.x for route in coming})


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
