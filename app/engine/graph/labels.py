"""Words on edges: near the source, where they hide the least: no port, no other word, no end cap, few other edges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TypeVar

from app.engine.graph.drawing import Cap, Label, Point, Route

HEIGHT = 16.0
CHARACTER = 6.6  # of the widest of the usual system fonts
PADDING = 14.0
LONGEST = 24
PORT = 7.0
_Pill = tuple[float, float, float, float]  # x and y of the middle, width, height
_T = TypeVar("_T")
_Strips = dict[int, list[_Pill]]
_PLACES = (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.12, 0.9)
_SPOTS = (  # place on the curve, and how far aside in widths of the word, which still lies on its edge
    *((t, 0.0) for t in _PLACES),
    *((t, aside) for aside in (0.35, -0.35) for t in (0.5, 0.35, 0.65)),
)
_STEP_X, _STEP_Y = 40.0, 16.0  # between two points of an edge that are looked at: less than a word is large
_HIDDEN_THING = 20  # as bad as so many points of other edges


@dataclass(slots=True)
class _Drawn:
    """What a word could hide: things (other words, ports, caps) and points of the edges, in strips of the picture."""

    things: _Strips = field(default_factory=dict)
    lines: dict[int, list[tuple[int, Point]]] = field(default_factory=dict)

    def add(self, x: float, y: float, width: float, height: float) -> None:
        self.things.setdefault(_strip(y), []).append((x, y, width, height))


def place_labels(routes: Sequence[Route], words: Mapping[int, str], caps: Sequence[Cap] = ()) -> list[Route]:
    """The routes with their labels. A word that several edges of one bundle share is written once."""
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
        drawn.add(label.x, label.y, label.w, HEIGHT)
        placed.append(replace(route, label=label))
    return placed


def width_of(word: str) -> float:
    """Width of the pill around a word, in pixels."""
    return round(CHARACTER * len(_shortened(word)) + PADDING, 1)


def _shortened(word: str) -> str:
    word = " ".join(word.replace("{{", "").replace("}}", "").split())
    return word if len(word) <= LONGEST else word[: LONGEST - 1] + "…"


def _drawn(routes: Sequence[Route], caps: Sequence[Cap]) -> _Drawn:
    drawn = _Drawn()
    for cap in caps:
        drawn.add(cap.x, cap.y + 25, cap.w, HEIGHT + 2)
    seen: set[Sequence[Point]] = set()  # edges of one bundle share most of their way
    for route in routes:
        drawn.add(route.port.x, route.port.y, 2 * PORT, 2 * PORT)
        for curve in _segments(route.points):
            if curve not in seen:
                seen.add(curve)
                for point in _points(curve):
                    drawn.lines.setdefault(_strip(point.y), []).append((route.index, point))
    return drawn


def _points(curve: Sequence[Point]) -> list[Point]:
    """Points along a part of an edge, near enough to one another that none slips under a word unseen."""
    start, end = curve[0], curve[3]
    steps = max(1, int(max(abs(start.x - end.x) / _STEP_X, abs(start.y - end.y) / _STEP_Y)))
    if start.x == end.x:
        step = (end.y - start.y) / steps
        return [Point(start.x, start.y + step * (n + 0.5)) for n in range(steps)]
    return [_on(curve, (n + 0.5) / steps) for n in range(steps)]


def _segments(points: Sequence[Point]) -> list[Sequence[Point]]:
    return [points[i : i + 4] for i in range(0, len(points) - 3, 3)]


def _label(route: Route, word: str, drawn: _Drawn) -> Label:
    width = width_of(word)
    curve = _first_curve(route.points)
    best, least = _on(curve, 0.5), float("inf")
    for t, aside in _SPOTS:
        on = _on(curve, t)
        spot = Point(on.x + aside * width, on.y)
        hidden = _hidden(spot, width, route.index, drawn, least)
        if hidden < least:
            best, least = spot, hidden
        if not least:
            break
    return Label(word, best.x, best.y, width)


def _hidden(spot: Point, width: float, own: int, drawn: _Drawn, enough: float) -> int:
    """How much a word would hide here; no further counted than `enough`."""
    hidden = 0
    for thing in _near(spot.y, drawn.things):
        if hidden >= enough:
            return hidden
        hidden += _HIDDEN_THING * _touch(spot, width, thing)
    left, right = spot.x - width / 2 - 2, spot.x + width / 2 + 2
    top, bottom = spot.y - HEIGHT / 2 - 1, spot.y + HEIGHT / 2 + 1
    for index, (x, y) in _near(spot.y, drawn.lines):
        if left < x < right and top < y < bottom and index != own:
            hidden += 1
            if hidden >= enough:
                return hidden
    return hidden


def _first_curve(points: Sequence[Point]) -> Sequence[Point]:
    """The first segment that goes sideways, else the longest one."""
    segments = _segments(points)
    bent = [s for s in segments if abs(s[0].x - s[3].x) > 1]
    return bent[0] if bent else max(segments, key=lambda s: abs(s[3].y - s[0].y))


def _on(curve: Sequence[Point], t: float) -> Point:
    u = 1 - t
    a, b, c, e = u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t
    return Point(
        a * curve[0].x + b * curve[1].x + c * curve[2].x + e * curve[3].x,
        a * curve[0].y + b * curve[1].y + c * curve[2].y + e * curve[3].y,
    )


def _strip(y: float) -> int:
    """Words are looked for only in the strip of the picture around one, not among all."""
    return int(y // (2 * HEIGHT))


def _near(y: float, strips: Mapping[int, Iterable[_T]]) -> Iterator[_T]:
    return chain.from_iterable(strips.get(_strip(y) + side, ()) for side in (-1, 0, 1))


def _touch(spot: Point, width: float, other: _Pill) -> bool:
    x, y, w, h = other
    return abs(spot.x - x) < (width + w) / 2 + 3 and abs(spot.y - y) < (HEIGHT + h) / 2
