"""What a word on an edge could hide: other words, ports and end caps as pills, edges as points along their way.

Everything is kept in the cells of a grid, so that a word is compared with what is near it and not with all there is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from app.engine.graph.drawing import Point

Curve = Sequence[Point]  # four points of a cubic Bezier
_Upright = tuple[float, float, int]  # top, bottom, edge
_Pill = tuple[float, float, float, float]  # x and y of the middle, width, height
_T = TypeVar("_T")
_CELL_W, _CELL_H = 96.0, 32.0  # at least half of the largest pill
_STEP_X, _STEP_Y = 40.0, 16.0  # between two points of an edge that are looked at: less than a word is large
_MOST_STEPS = 32  # of one curve: what is far wider than any screen is looked at less closely
_MANY = -1  # in the place of an edge's index: several edges run here
_PILL = 20  # hiding one is as bad as hiding so many points of other edges


@dataclass(slots=True)
class _Grid(Generic[_T]):
    cells: dict[tuple[int, int], list[_T]] = field(default_factory=dict)

    def add(self, x: float, y: float, what: _T) -> None:
        self.cells.setdefault((int(x // _CELL_W), int(y // _CELL_H)), []).append(what)

    def within(self, left: float, top: float, right: float, bottom: float) -> Iterator[_T]:
        rows = range(int(top // _CELL_H), int(bottom // _CELL_H) + 1)
        for column in range(int(left // _CELL_W), int(right // _CELL_W) + 1):
            for row in rows:
                yield from self.cells.get((column, row), ())


class Obstacles:
    """What is drawn already. `looked_at` counts what was compared with a word."""

    def __init__(self) -> None:
        self.looked_at = 0
        self._pills: _Grid[_Pill] = _Grid()
        self._lines: _Grid[tuple[int, float, float]] = _Grid()

    def add_pill(self, x: float, y: float, width: float, height: float) -> None:
        """A word, port or cap by its middle."""
        self._pills.add(x, y, (x, y, width, height))

    def add_edges(self, edges: Iterable[tuple[int, Sequence[Point]]]) -> None:
        """All edges, by index. What several share (a lane, the way into it) counts once."""
        uprights: dict[float, list[_Upright]] = {}
        curves: dict[Curve, int] = {}
        for index, points in edges:
            for curve in curves_of(points):
                start, end = curve[0], curve[3]
                if start.x == end.x:
                    uprights.setdefault(start.x, []).append((min(start.y, end.y), max(start.y, end.y), index))
                else:
                    curves[curve] = index if curves.get(curve, index) == index else _MANY
        for x, spans in uprights.items():
            self._add_uprights(x, spans)
        for curve, index in curves.items():
            self._add_curve(curve, index)

    def hidden(self, spot: Point, width: float, height: float, own: int, enough: float) -> int:
        """How much a word would hide here, that lies on the edge `own`; no further counted than `enough`."""
        hidden = 0
        left, right = spot.x - width / 2, spot.x + width / 2
        top, bottom = spot.y - height / 2, spot.y + height / 2
        for x, y, w, h in self._pills.within(left - _CELL_W, top - _CELL_H, right + _CELL_W, bottom + _CELL_H):
            self.looked_at += 1
            if abs(spot.x - x) < (width + w) / 2 + 3 and abs(spot.y - y) < (height + h) / 2:
                hidden += _PILL
                if hidden >= enough:
                    return hidden
        left, right, top, bottom = left - 2, right + 2, top - 1, bottom + 1
        for index, x, y in self._lines.within(left, top, right, bottom):
            self.looked_at += 1
            hidden += left < x < right and top < y < bottom and index != own
            if hidden >= enough:
                return hidden
        return hidden

    def _add_uprights(self, x: float, spans: list[_Upright]) -> None:
        top, bottom, edge = float("inf"), float("-inf"), _MANY
        for start, end, index in sorted(spans):
            if start > bottom:
                self._add_upright(x, top, bottom, edge)
                top, bottom, edge = start, end, index
            else:
                bottom, edge = max(bottom, end), edge if edge == index else _MANY
        self._add_upright(x, top, bottom, edge)

    def _add_upright(self, x: float, top: float, bottom: float, index: int) -> None:
        steps = max(1, int((bottom - top) / _STEP_Y)) if bottom >= top else 0
        for number in range(steps):
            y = top + (bottom - top) * (number + 0.5) / steps
            self._lines.add(x, y, (index, x, y))

    def _add_curve(self, curve: Curve, index: int) -> None:
        start, end = curve[0], curve[3]
        steps = max(1, min(_MOST_STEPS, int(max(abs(start.x - end.x) / _STEP_X, abs(start.y - end.y) / _STEP_Y))))
        for number in range(steps):
            x, y = on_curve(curve, (number + 0.5) / steps)
            self._lines.add(x, y, (index, x, y))


def curves_of(points: Sequence[Point]) -> list[Curve]:
    """The parts of an edge."""
    return [points[i : i + 4] for i in range(0, len(points) - 3, 3)]


def on_curve(curve: Curve, t: float) -> Point:
    """The place on a curve at `t` from 0 to 1."""
    u = 1 - t
    a, b, c, e = u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = curve
    return Point(a * x0 + b * x1 + c * x2 + e * x3, a * y0 + b * y1 + c * y2 + e * y3)
