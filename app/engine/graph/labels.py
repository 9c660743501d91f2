"""Words on edges: near the source, where they hide the least: no port, no other word, no end cap, few other edges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from app.engine.graph.drawing import Cap, Label, Point, Route
from app.engine.graph.obstacles import Curve, Obstacles, curves_of, on_curve

HEIGHT = 16.0
CHARACTER = 6.6  # of the widest of the usual system fonts
PADDING = 14.0
LONGEST = 24
PORT = 7.0
_PLACES = (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.12, 0.9)
_SPOTS = (  # place on the curve, and how far aside in widths of the word, which still lies on its edge
    *((t, 0.0) for t in _PLACES),
    *((t, aside) for aside in (0.35, -0.35) for t in (0.5, 0.35, 0.65)),
)


def place_labels(routes: Sequence[Route], words: Mapping[int, str], caps: Sequence[Cap] = ()) -> list[Route]:
    """The routes with their labels. A word that several edges of one bundle share is written once."""
    if not any(words.values()):
        return list(routes)
    drawn = _drawn(routes, caps)
    said: set[tuple[str, str, tuple[Point, ...]]] = set()
    placed: list[Route] = []
    for route in routes:
        word = _shortened(words.get(route.index, ""))
        bundle = (word, route.target, route.points[-4:])
        if not word or (bundle in said and len(route.points) > 8):
            placed.append(route)
            continue
        said.add(bundle)
        label = _label(route, word, drawn)
        drawn.add_pill(label.x, label.y, label.w, HEIGHT)
        placed.append(replace(route, label=label))
    return placed


def width_of(word: str) -> float:
    """Width of the pill around a word, in pixels."""
    return round(CHARACTER * len(_shortened(word)) + PADDING, 1)


def _shortened(word: str) -> str:
    word = " ".join(word.replace("{{", "").replace("}}", "").split())
    return word if len(word) <= LONGEST else word[: LONGEST - 1] + "…"


def _drawn(routes: Sequence[Route], caps: Sequence[Cap]) -> Obstacles:
    drawn = Obstacles()
    for cap in caps:
        drawn.add_pill(cap.x, cap.y + 25, cap.w, HEIGHT + 2)
    for route in routes:
        drawn.add_pill(route.port.x, route.port.y, 2 * PORT, 2 * PORT)
    drawn.add_edges((route.index, route.points) for route in routes)
    return drawn


def _label(route: Route, word: str, drawn: Obstacles) -> Label:
    width = width_of(word)
    curve = _first_curve(route.points)
    best, least = on_curve(curve, 0.5), float("inf")
    for t, aside in _SPOTS:
        on = on_curve(curve, t)
        spot = Point(on.x + aside * width, on.y)
        hidden = drawn.hidden(spot, width, HEIGHT, route.index, least)
        if hidden < least:
            best, least = spot, hidden
        if not least:
            break
    return Label(word, best.x, best.y, width)


def _first_curve(points: Sequence[Point]) -> Curve:
    """The first segment that goes sideways, else the longest one."""
    curves = curves_of(points)
    bent = [curve for curve in curves if abs(curve[0].x - curve[3].x) > 1]
    return bent[0] if bent else max(curves, key=lambda curve: abs(curve[3].y - curve[0].y))
