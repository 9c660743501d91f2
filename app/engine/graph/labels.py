"""Words on edges: in the gap below the source, at the first place where nothing else is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from app.engine.graph.drawing import Cap, Label, Point, Route

HEIGHT = 16.0
CHARACTER = 5.9
PADDING = 14.0
LONGEST = 24
_Pill = tuple[float, float, float]  # x and y of the middle, width
_Taken = dict[int, list[_Pill]]
_PLACES = (0.5, 0.36, 0.64, 0.24, 0.76, 0.15, 0.85, 0.08, 0.9)


def place_labels(routes: Sequence[Route], words: Mapping[int, str], caps: Sequence[Cap] = ()) -> list[Route]:
    """The routes with their labels. A word that several edges of one bundle share is written once."""
    taken: _Taken = {}
    for cap in caps:
        taken.setdefault(_strip(cap.y + 25), []).append((cap.x, cap.y + 25, cap.w))
    said: set[tuple[str, str, tuple[Point, ...]]] = set()
    placed: list[Route] = []
    for route in routes:
        word = _shortened(words.get(route.index, ""))
        bundle = (word, route.target, route.points[-4:])
        if not word or (bundle in said and len(route.points) > 8):
            placed.append(route)
            continue
        said.add(bundle)
        label = _label(route, word, taken)
        taken.setdefault(_strip(label.y), []).append((label.x, label.y, label.w))
        placed.append(replace(route, label=label))
    return placed


def width_of(word: str) -> float:
    """Width of the pill around a word, in pixels."""
    return round(CHARACTER * len(_shortened(word)) + PADDING, 1)


def _shortened(word: str) -> str:
    word = " ".join(word.replace("{{", "").replace("}}", "").split())
    return word if len(word) <= LONGEST else word[: LONGEST - 1] + "…"


def _label(route: Route, word: str, taken: _Taken) -> Label:
    width = width_of(word)
    curve = _first_curve(route.points)
    spots = [_on(curve, t) for t in _PLACES]
    free = (p for p in spots if not any(_touch(p, width, other) for other in _near(p.y, taken)))
    spot = next(free, spots[0])
    return Label(word, spot.x, spot.y, width)


def _first_curve(points: Sequence[Point]) -> Sequence[Point]:
    """The first segment that goes sideways, else the longest one."""
    segments = [points[i : i + 4] for i in range(0, len(points) - 3, 3)]
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


def _near(y: float, taken: _Taken) -> Iterator[_Pill]:
    return chain.from_iterable(taken.get(_strip(y) + side, ()) for side in (-1, 0, 1))


def _touch(spot: Point, width: float, other: _Pill) -> bool:
    x, y, w = other
    return abs(spot.x - x) < (width + w) / 2 + 4 and abs(spot.y - y) < HEIGHT + 1
