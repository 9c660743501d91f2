"""The ports a node offers in the editor: one for each kind of transition it has no edge of yet.

Those it has are drawn with their edges; these stand between them, and a drag from one makes a transition.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from app.engine.graph.drawing import Box, Drawing

# kind -> where on the lower edge it would like to be, from left to right
HOMES = {"succeeded": 0.38, "failed": 0.62, "timed_out": 0.8, "always": 0.2}
_SHAPES = {"succeeded": "ok", "failed": "fail", "timed_out": "tout", "always": "always"}
_INSET = 14.0
_STEP = 4.0
_ROOM = 18.0  # between the middles of two ports


@dataclass(frozen=True, slots=True)
class PortPicture:
    """A port without an edge; `x` and `y` are its middle, from the box."""

    kind: str
    shape: str
    x: float
    y: float


def spare_ports(drawing: Drawing, inside: Collection[str]) -> dict[str, tuple[PortPicture, ...]]:
    """The ports of every node but those inside of a container, which have no transitions."""
    taken: dict[str, dict[str, list[float]]] = {name: {} for name in drawing.nodes if name not in inside}
    for route in drawing.edges:
        if route.source in taken:
            taken[route.source].setdefault(route.kind, []).append(route.port.x)
    for cap in drawing.caps:
        taken[cap.source].setdefault("\0cap", []).append(cap.x)
    return {name: _of_node(drawing.nodes[name], ports) for name, ports in taken.items()}


def _of_node(box: Box, taken: dict[str, list[float]]) -> tuple[PortPicture, ...]:
    places = [x - box.x for xs in taken.values() for x in xs]
    ports: list[PortPicture] = []
    for kind, home in HOMES.items():
        if kind not in taken:
            place = _free(box, home * box.w, places)
            places.append(place)
            ports.append(PortPicture(kind, _SHAPES[kind], round(place, 1), box.h + 2))
    return tuple(ports)


def _free(box: Box, home: float, taken: Collection[float]) -> float:
    """The place nearest to `home` that has room; on a crowded edge the one with the most."""
    least, most = _INSET, box.w - _INSET
    beside = [place for x in taken for place in (x - _ROOM, x + _ROOM) if least <= place <= most]
    free = [place for place in (home, *beside) if _distance(place, taken) >= _ROOM - 0.01]
    if free:
        return min(free, key=lambda place: (abs(place - home), place))
    slots = [least + _STEP * n for n in range(int((most - least) / _STEP) + 1)]
    return max(slots, key=lambda slot: (_distance(slot, taken), -slot))


def _distance(place: float, taken: Iterable[float]) -> float:
    return min([abs(place - other) for other in taken], default=1e9)
