"""Which tasks can't both happen in one run, because they are behind ways that exclude one another.

Only what is certain counts: behind a cycle nothing is claimed. Source: language.md 4 ("exclude one another", `decision`).
"""

from __future__ import annotations

from functools import reduce
from itertools import combinations

from app.engine.graph.build import Edge
from app.engine.graph.inspect import Shape

Fact = tuple[str, str, str]  # task, question, answer: ("build", "outcome", "failed")
_OUTCOMES = frozenset({"succeeded", "failed", "timed_out"})
_MAX_COMPARED = 12


def certain_facts(shape: Shape) -> dict[str, frozenset[Fact]]:
    """What must have happened for each task to start."""
    facts: dict[str, frozenset[Fact]] = {}
    for knot in shape.knots:
        for name in knot:
            edges = shape.edges_into[name]
            if name in shape.on_cycle or not edges:
                facts[name] = frozenset()
            else:
                ways = [facts[edge.source] | facts_of_edge(edge) for edge in edges]
                facts[name] = reduce(frozenset.intersection, ways)
    return facts


def facts_of_edge(edge: Edge) -> frozenset[Fact]:
    """What the source's end must have been for this edge to fire."""
    if edge.group is not None:
        return frozenset({(edge.source, "outcome", "succeeded"), (edge.source, "branch", str(edge.index))})
    if edge.kind in _OUTCOMES:
        return frozenset({(edge.source, "outcome", edge.kind)})
    return frozenset()


def exclude(first: frozenset[Fact], second: frozenset[Fact]) -> bool:
    """Whether two sets of facts contradict one another."""
    answers = {(task, question): answer for task, question, answer in first}
    return any(answers.get((task, question), answer) != answer for task, question, answer in second)


def most_arrivals(shape: Shape, name: str, facts: dict[str, frozenset[Fact]]) -> int | None:
    """How many distinct predecessors can reach a task in one run; None when there are too many to compare."""
    if name in shape.on_cycle:
        return None
    ways = _ways_by_source(shape, name, facts)
    tied = [s for s in ways if any(s != o and _never_both(ways[s], ways[o]) for o in ways)]
    if len(tied) > _MAX_COMPARED:
        return None
    free = len(ways) - len(tied)
    for size in range(len(tied), 0, -1):
        for group in combinations(tied, size):
            if not any(_never_both(ways[a], ways[b]) for a, b in combinations(group, 2)):
                return free + size
    return free


def _ways_by_source(
    shape: Shape, name: str, facts: dict[str, frozenset[Fact]]
) -> dict[str, list[frozenset[Fact]]]:
    ways: dict[str, list[frozenset[Fact]]] = {}
    for edge in shape.edges_into[name]:
        ways.setdefault(edge.source, []).append(facts[edge.source] | facts_of_edge(edge))
    return ways


def _never_both(first: list[frozenset[Fact]], second: list[frozenset[Fact]]) -> bool:
    return all(exclude(a, b) for a in first for b in second)
