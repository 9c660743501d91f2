"""Sizes of boxes, and the children of a parallel task placed inside its box (two columns, document order)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.engine.graph import drawing as d


@dataclass(frozen=True, slots=True)
class Sizes:
    """Width and height of every node, and where each child sits inside its container (relative)."""

    size: Mapping[str, tuple[float, float]]
    children: Mapping[str, tuple[str, ...]]
    offset: Mapping[str, tuple[float, float]]


def measure(nodes: Sequence[d.NodeLike], room: Mapping[str, d.Room] | None = None) -> Sizes:
    """Sizes of all nodes; containers from the inside out. `room`: of tasks that have a picture within their box."""
    by_name = {node.name: node for node in nodes}
    children: dict[str, list[str]] = {}
    for node in nodes:
        if node.container in by_name and node.container != node.name:
            children.setdefault(str(node.container), []).append(node.name)
    size: dict[str, tuple[float, float]] = {}
    offset: dict[str, tuple[float, float]] = {}
    for name in _inside_out(by_name, children):
        node = by_name[name]
        if name in children:
            size[name] = _place_children(children[name], size, offset, name)
        elif room and name in room:
            size[name] = (max(_width(name), room[name].w), d.CONTAINER_HEAD + room[name].h)
        elif node.container in by_name:
            size[name] = (d.CHILD_WIDTH, d.CHILD_HEIGHT)
        else:
            size[name] = (_width(name), d.ITEMS_HEIGHT if node.with_items else d.NODE_HEIGHT)
    return Sizes(size, {name: tuple(inside) for name, inside in children.items()}, offset)


def _inside_out(by_name: Mapping[str, d.NodeLike], children: Mapping[str, list[str]]) -> list[str]:
    order: list[str] = []
    todo = [name for name, node in by_name.items() if node.container not in by_name or node.container == name]
    while todo:
        name = todo.pop()
        order.append(name)
        todo.extend(children.get(name, ()))
    return order[::-1]


def _width(name: str) -> float:
    return min(d.NODE_WIDTH_MAX, max(d.NODE_WIDTH, 2 * round(22 + 3.55 * len(name))))


def _place_children(
    names: Sequence[str],
    size: Mapping[str, tuple[float, float]],
    offset: dict[str, tuple[float, float]],
    container: str,
) -> tuple[float, float]:
    columns = 1 if len(names) == 1 else 2
    widths = [max((size[n][0] for n in names[c::columns]), default=0.0) for c in range(columns)]
    y = d.CONTAINER_HEAD
    for start in range(0, len(names), columns):
        row = names[start : start + columns]
        for column, name in enumerate(row):
            offset[name] = (d.CHILD_GAP + column * (widths[0] + d.CHILD_GAP), y)
        y += max(size[name][1] for name in row) + d.CHILD_ROW_GAP
    width = max(sum(widths) + d.CHILD_GAP * (columns + 1), _width(container))
    return (width, y + d.CHILD_GAP - d.CHILD_ROW_GAP)
