"""Parallel tasks that somebody has closed to see less of a large graph: drawn as one box, as any other task."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from app.engine.graph.build import Graph

_SEVERITIES = ("error", "warning", "info")


@dataclass(frozen=True, slots=True)
class Folded:
    """A graph without what stands inside of closed containers.

    Attributes:
        inside: closed container -> how many tasks are in it.
        worst: task -> severity of its worst problem; a closed container answers for what is in it.
    """

    graph: Graph
    inside: Mapping[str, int]
    worst: Mapping[str, str]


def folded(graph: Graph, worst: Mapping[str, str], closed: Collection[str]) -> Folded:
    """Close these containers; names that are no containers are passed over."""
    around = _closed_around(graph, frozenset(closed))
    if not around:
        return Folded(graph, {}, worst)
    kept = replace(
        graph,
        nodes=tuple(node for node in graph.nodes if node.name not in around),
        edges=tuple(edge for edge in graph.edges if not {edge.source, edge.target} & around.keys()),
        ends=tuple(edge for edge in graph.ends if edge.source not in around),
    )
    return Folded(kept, Counter(around.values()), _worst(worst, around))


def _closed_around(graph: Graph, closed: Collection[str]) -> dict[str, str]:
    """Task -> the outermost closed container that it stands in."""
    container = {node.name: node.container for node in graph.nodes}
    found: dict[str, str] = {}
    for name in container:
        seen, outer = {name}, container[name]
        while outer is not None and outer not in seen:
            if outer in closed:
                found[name] = outer
            seen.add(outer)
            outer = container.get(outer)
    return found


def _worst(worst: Mapping[str, str], around: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, severity in worst.items():
        shown = around.get(name, name)
        found[shown] = min(severity, found.get(shown, severity), key=_SEVERITIES.index)
    return found
