"""Draws an edge as cubic Bezier segments, every one of which begins and ends upright."""

from __future__ import annotations

from app.engine.graph import drawing as d

SELF_LOOP_REACH = 20.0


class Pen:
    """Its `points` are a start, then three for each segment."""

    def __init__(self, start: d.Point) -> None:
        self.points = [start]

    def line(self, to: d.Point) -> None:
        """Straight on."""
        at = self.points[-1]
        if abs(to.y - at.y) > 0.5 or abs(to.x - at.x) > 0.5:
            self.points += [at, to, to]

    def curve(self, to: d.Point) -> None:
        """In an S to the side."""
        at = self.points[-1]
        bend = 0.55 * (to.y - at.y)
        self.points += [d.Point(at.x, at.y + bend), d.Point(to.x, to.y - bend), to]

    def around(self, lane: float, y: float) -> None:
        """Down a little, sideways to the lane, and up it."""
        at = self.points[-1]
        turn = at.y + 12
        self.points += [d.Point(at.x, turn), d.Point(lane, turn), d.Point(lane, at.y)]
        self.line(d.Point(lane, y + 6))

    def over(self, to: d.Point) -> None:
        """From the top of a lane back into the picture, ending downwards."""
        at = self.points[-1]
        top = to.y - 0.9 * d.LAYER_GAP + 8
        self.points += [d.Point(at.x, top), d.Point(to.x, top), to]


def own_loop(port: d.Point, end: d.Point, box: d.Box) -> list[d.Point]:
    """From a task back to itself, round its right side."""
    side = box.right + SELF_LOOP_REACH
    low, high = d.Point(side, port.y), d.Point(side, end.y)
    down, up = port.y + 14, end.y - 14
    return [
        port,
        *(d.Point(port.x, down), d.Point(side, down), low),
        *(low, high, high),
        *(d.Point(side, up), d.Point(end.x, up), end),
    ]
