"""Small graphs for the layout's tests, and a Hypothesis strategy that makes many."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

KINDS = ("succeeded", "failed", "timed_out", "always", "custom")


@dataclass(frozen=True)
class Node:
    name: str
    action: str | None = "core.noop"
    type: str = "action"
    join: Any = "any"
    with_items: bool = False
    container: str | None = None
    retry: int = 0
    max_visits: int = 1


@dataclass(frozen=True)
class Edge:
    source: str
    target: str
    kind: str = "succeeded"
    when: str | None = None
    label: str | None = None
    index: int = 0


@dataclass(frozen=True)
class Graph:
    nodes: list[Node] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    entry_points: tuple[str, ...] = ()
    ends: tuple[Edge, ...] = ()


def graph(text: str, **nodes: dict[str, Any]) -> Graph:
    """`"a -> b; a -failed> c"`: nodes in the order they appear, with more keys from `nodes`."""
    names: dict[str, None] = {}
    edges = []
    for part in filter(None, (p.strip() for p in text.split(";"))):
        left, _, right = part.partition(">")
        source, _, kind = left.rstrip("- ").partition("-")
        names[source.strip()] = None
        if right.strip() != "fail":
            names[right.strip()] = None
        edges.append(Edge(source.strip(), right.strip(), kind.strip("- ") or "succeeded"))
    return _with_ends([Node(name, **nodes.get(name, {})) for name in [*names, *(n for n in nodes if n not in names)]], edges)


def _with_ends(nodes: list[Node], edges: list[Edge]) -> Graph:
    inner, ends = ([e for e in edges if (e.target == "fail") == is_end] for is_end in (False, True))
    return Graph(nodes, inner, ends=tuple(ends))


@st.composite
def graphs(draw: st.DrawFn, most: int = 14) -> Graph:
    """Any graph: cycles, loops to oneself, double edges, islands, containers with children, end caps."""
    names = [f"t{number}" for number in range(draw(st.integers(0, most)))]
    nodes = []
    for number, name in enumerate(names):
        inside = draw(st.sampled_from([None, None, None, *names[:number]]))
        nodes.append(Node(name, with_items=draw(st.booleans()), container=inside))
    one = st.sampled_from(names or ["none"])
    pairs = st.tuples(one, st.sampled_from([*names, "fail"]), st.sampled_from(KINDS))
    edges = [Edge(a, b, kind) for a, b, kind in draw(st.lists(pairs, max_size=2 * most))] if names else []
    return _with_ends(nodes, edges)


@st.composite
def flows(draw: st.DrawFn, most: int = 16) -> Graph:
    """As people write them: every task but the first follows some that stand shortly above it in the file."""
    count = draw(st.integers(6, most))
    edges = []
    for number in range(1, count):
        parents = draw(st.lists(st.integers(max(0, number - 5), number - 1), min_size=1, max_size=3, unique=True))
        kinds = draw(st.lists(st.sampled_from(KINDS), min_size=len(parents), max_size=len(parents)))
        edges += [Edge(f"t{parent}", f"t{number}", kind) for parent, kind in zip(parents, kinds, strict=True)]
    return Graph([Node(f"t{number}") for number in range(count)], sorted(edges, key=lambda edge: int(edge.source[1:])))
