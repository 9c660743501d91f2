"""A workflow's drawing: layered, top to bottom, deterministic (Sugiyama's method in four steps).

1 `layers` opens cycles and gives every task a layer, 2 `order` sorts each layer, 3 `coordinates` places them,
4 `routes` leads the edges between the boxes. Nothing about places is stored in a definition.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.engine.graph import drawing as d
from app.engine.graph.bands import Plan, Strand
from app.engine.graph.boxes import Sizes, measure
from app.engine.graph.chips import Widths, widths_of
from app.engine.graph.coordinates import place_rows
from app.engine.graph.layers import Layers, assign_layers
from app.engine.graph.order import order_rows
from app.engine.graph.routes import route_edges

FAIL = "fail"
POINT_WIDTH = 10.0
_OFF_SPINE = ("failed", "timed_out")


def layout(graph: d.GraphLike, room: Mapping[str, d.Room] | None = None) -> d.Drawing:
    """Place every node and edge of a graph (`app.engine.graph.build.Graph`).

    Edges that name a task which does not exist are left out, so that a half-written text still has a drawing.
    Tasks in `room` get boxes that hold a picture of that size.
    """
    sizes = measure(graph.nodes, room)
    roots = _roots(graph.nodes)
    top = [node.name for node in graph.nodes if roots[node.name] == node.name]
    strands = _strands(graph.edges, roots)
    caps = _caps([*graph.ends, *graph.edges], roots)
    layers = assign_layers(top, [(s.source, s.target) for s in strands if s.source != s.target])
    strands = [_turned(s, layers) for s in strands]
    rows, chains, neighbours = _rows_with_points(top, strands, layers)
    points = frozenset(itertools.chain.from_iterable(chains.values()))
    rows = order_rows(rows, neighbours.above, neighbours.below, _sides(top, strands, chains), points)
    width = _widths(rows, sizes, strands)
    x = place_rows(rows, width, d.COLUMN_GAP, neighbours.pull_above, neighbours.pull_below)
    plan = Plan(rows=rows, x=x, size=sizes.size, layer=layers.of, chains=chains, caps=caps, chips=_chips(graph.nodes, strands))
    return _with_children(route_edges(plan, strands), sizes)


def _roots(nodes: Sequence[d.NodeLike]) -> dict[str, str]:
    """Each node's outermost container: the box that its edges start and end at."""
    container = {node.name: node.container for node in nodes}
    roots: dict[str, str] = {}
    for name in container:
        root, steps = name, 0
        while container.get(root) in container and container[root] != root and steps < len(container):
            root, steps = str(container[root]), steps + 1
        roots[name] = root
    return roots


def _strands(edges: Sequence[d.EdgeLike], roots: Mapping[str, str]) -> list[Strand]:
    strands: list[Strand] = []
    for index, edge in enumerate(edges):
        if edge.source not in roots or edge.target not in roots:
            continue
        source, target = roots[edge.source], roots[edge.target]
        if source == target and edge.source != edge.target:
            continue  # between a container and its own child: the box says it
        strands.append(Strand(index, source, target, edge.kind, _word(edge)))
    return strands


def _caps(edges: Sequence[d.EdgeLike], roots: Mapping[str, str]) -> dict[str, str]:
    """The kind of the transition that ends the run, by task."""
    ends = [e for e in edges if e.target == FAIL and FAIL not in roots and e.source in roots]
    return {roots[edge.source]: edge.kind for edge in ends}


def _chips(nodes: Sequence[d.NodeLike], strands: Sequence[Strand]) -> dict[str, Widths]:
    sources = Counter(target for _, target in {(s.source, s.target) for s in strands})
    return {node.name: widths_of(node, sources[node.name]) for node in nodes}


def _word(edge: d.EdgeLike) -> str:
    """The word on an edge; plain success needs none."""
    if edge.label:
        return edge.label
    if edge.kind == "succeeded":
        return ""
    return (edge.when or "when") if edge.kind == "custom" else edge.kind.replace("_", " ")


def _turned(strand: Strand, layers: Layers) -> Strand:
    if strand.source == strand.target or (strand.source, strand.target) in layers.back:
        return replace(strand, way="loop")
    span = layers.of[strand.target] - layers.of[strand.source]
    return replace(strand, way="lane") if strand.kind in _OFF_SPINE and span > 1 else strand


@dataclass(slots=True)
class _Neighbours:
    above: dict[str, list[str]]
    below: dict[str, list[str]]
    pull_above: dict[str, list[tuple[str, float]]]
    pull_below: dict[str, list[tuple[str, float]]]

    def join(self, upper: str, lower: str, weight: float) -> None:
        self.below.setdefault(upper, []).append(lower)
        self.above.setdefault(lower, []).append(upper)
        self.pull_below.setdefault(upper, []).append((lower, weight))
        self.pull_above.setdefault(lower, []).append((upper, weight))


def _rows_with_points(
    top: Sequence[str], strands: Sequence[Strand], layers: Layers
) -> tuple[list[list[str]], dict[int, tuple[str, ...]], _Neighbours]:
    """Rows of tasks and of the points that long edges pass through, and who is next to whom."""
    rows: list[list[str]] = [[] for _ in range(layers.count)]
    for name in top:
        rows[layers.of[name]].append(name)
    neighbours = _Neighbours({}, {}, {}, {})
    chains: dict[int, tuple[str, ...]] = {}
    shared: dict[tuple[str, str], tuple[str, ...]] = {}
    alone = _only_neighbours(strands)
    for strand in strands:
        if strand.way != "direct":
            continue
        pair = (strand.source, strand.target)
        if pair not in shared:
            shared[pair] = _chain(strand, layers, rows)
            stops = (strand.source, *shared[pair], strand.target)
            for upper, lower in itertools.pairwise(stops):
                neighbours.join(upper, lower, 4.0 if pair in alone else _weight(strand, upper, lower))
        chains[strand.index] = shared[pair]
    return rows, chains, neighbours


def _only_neighbours(strands: Sequence[Strand]) -> set[tuple[str, str]]:
    """Pairs that have nobody else: they are drawn one straight below the other."""
    direct = {(s.source, s.target) for s in strands if s.way == "direct" and s.kind not in _OFF_SPINE}
    leaving = Counter(source for source, _ in direct)
    coming = Counter(target for _, target in direct)
    return {(source, target) for source, target in direct if leaving[source] == coming[target] == 1}


def _chain(strand: Strand, layers: Layers, rows: list[list[str]]) -> tuple[str, ...]:
    numbers = range(layers.of[strand.source] + 1, layers.of[strand.target])
    names = tuple(f"\0{strand.source}\0{strand.target}\0{number}" for number in numbers)
    for number, name in zip(numbers, names, strict=True):
        rows[number].append(name)
    return names


def _weight(strand: Strand, upper: str, lower: str) -> float:
    if upper.startswith("\0") and lower.startswith("\0"):
        return 6.0  # keep long edges straight
    return 0.25 if strand.kind in _OFF_SPINE else 1.0


def _sides(top: Sequence[str], strands: Sequence[Strand], chains: Mapping[int, tuple[str, ...]]) -> dict[str, int]:
    """1 for tasks that only failures lead to, and for the points on the way to them; they stay right."""
    on_spine = _spine(top, strands)
    sides = {name: int(name not in on_spine) for name in top}
    for strand in strands:
        for point in chains.get(strand.index, ()):
            sides[point] = sides[strand.target]
    return sides


def _spine(top: Sequence[str], strands: Sequence[Strand]) -> set[str]:
    reached = {s.target for s in strands if s.source != s.target}
    following: dict[str, list[str]] = {}
    for strand in strands:
        if strand.kind not in _OFF_SPINE:
            following.setdefault(strand.source, []).append(strand.target)
    spine: set[str] = set()
    todo = [name for name in top if name not in reached] or list(top[:1])
    while todo:
        name = todo.pop()
        if name not in spine:
            spine.add(name)
            todo.extend(following.get(name, ()))
    return spine


def _widths(rows: Sequence[Sequence[str]], sizes: Sizes, strands: Sequence[Strand]) -> dict[str, float]:
    own_loop = {s.source for s in strands if s.source == s.target}
    return {
        name: (sizes.size[name][0] + (48.0 if name in own_loop else 0.0)) if name in sizes.size else POINT_WIDTH
        for row in rows
        for name in row
    }


def _with_children(drawing: d.Drawing, sizes: Sizes) -> d.Drawing:
    nodes = dict(drawing.nodes)
    todo = [name for name in sizes.children if name in nodes]
    while todo:
        name = todo.pop()
        for child in sizes.children[name]:
            dx, dy = sizes.offset[child]
            width, height = sizes.size[child]
            nodes[child] = d.Box(nodes[name].x + dx, nodes[name].y + dy, width, height)
            if child in sizes.children:
                todo.append(child)
    return replace(drawing, nodes=nodes, children=sizes.children)
