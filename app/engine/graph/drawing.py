"""What a drawing is made of: boxes, routes, labels and end caps, in pixels from the top left corner.

Pure data; `layout` makes it, `svg` and the API's `position`/`points` read it.
Sizes come from the design of the run page: layers 74 px apart (42 + 32), columns 154 (136 + 18).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Protocol

NODE_WIDTH = 136.0
NODE_WIDTH_MAX = 196.0
NODE_HEIGHT = 42.0
ITEMS_HEIGHT = 48.0  # a task over items carries a tally bar
COLUMN_GAP = 18.0
LAYER_GAP = 32.0
CHILD_WIDTH = 130.0
CHILD_HEIGHT = 31.0
CHILD_GAP = 8.0
CHILD_ROW_GAP = 4.0
CONTAINER_HEAD = 24.0
MARGIN = 12.0


class NodeLike(Protocol):
    """What the layout needs of a graph's node (`app.engine.graph.build.Node`)."""

    @property
    def name(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def join(self) -> Any: ...
    @property
    def with_items(self) -> bool: ...
    @property
    def retry(self) -> int: ...
    @property
    def max_visits(self) -> int: ...
    @property
    def container(self) -> str | None: ...


class EdgeLike(Protocol):
    """What the layout needs of a graph's edge (`app.engine.graph.build.Edge`)."""

    @property
    def source(self) -> str: ...
    @property
    def target(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def when(self) -> str | None: ...
    @property
    def label(self) -> str | None: ...


class GraphLike(Protocol):
    """What the layout needs of a graph. `ends` are edges to `fail` and `noop`, which are no tasks."""

    @property
    def nodes(self) -> Sequence[NodeLike]: ...
    @property
    def edges(self) -> Sequence[EdgeLike]: ...
    @property
    def ends(self) -> Sequence[EdgeLike]: ...


class Point(NamedTuple):
    x: float
    y: float

    def seen_from(self, place: Point) -> Point:
        """The same place in pixels from another one; what sums leave behind a hundredth is dropped."""
        return Point(round(self.x - place.x, 2), round(self.y - place.y, 2))


class Room(NamedTuple):
    """Width and height of a picture that stands within a box, below its head."""

    w: float
    h: float


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle; `x` and `y` are its top left corner."""

    x: float
    y: float
    w: float
    h: float

    @property
    def centre(self) -> float:
        return self.x + self.w / 2

    @property
    def right(self) -> float:
        return self.x + self.w

    @property
    def bottom(self) -> float:
        return self.y + self.h


@dataclass(frozen=True, slots=True)
class Label:
    """A word on an edge; `x` and `y` are the middle of its pill."""

    text: str
    x: float
    y: float
    w: float


@dataclass(frozen=True, slots=True)
class Route:
    """One edge as it is drawn.

    Attributes:
        index: place of the edge in `graph.edges`.
        port: where it leaves its source, below the box.
        points: polyline of cubic Bezier points: start, then three points for each segment.
        loop: it leads back to a task above it (or to its own).
    """

    index: int
    source: str
    target: str
    kind: str
    port: Point
    points: tuple[Point, ...]
    label: Label | None = None
    loop: bool = False

    def seen_from(self, place: Point) -> Route:
        """The same route in pixels from another place."""
        label = self.label
        if label is not None:
            at = Point(label.x, label.y).seen_from(place)
            label = replace(label, x=at.x, y=at.y)
        points = tuple(point.seen_from(place) for point in self.points)
        return replace(self, port=self.port.seen_from(place), points=points, label=label)


@dataclass(frozen=True, slots=True)
class Cap:
    """The end cap of transitions with `do: fail`; `x` is the middle, `y` the top of its stem, `w` the pill's width.

    `kind` is that of the transition.
    """

    source: str
    text: str
    x: float
    y: float
    w: float
    kind: str = "always"


@dataclass(frozen=True, slots=True)
class Drawing:
    """The whole picture. `children` maps a parallel task to the tasks drawn inside its box."""

    width: float
    height: float
    nodes: Mapping[str, Box]
    edges: tuple[Route, ...]
    caps: tuple[Cap, ...] = ()
    children: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
