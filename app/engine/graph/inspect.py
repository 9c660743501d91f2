"""Questions about the shape of a workflow, answered once when a definition is loaded.

Pure functions; sets of tasks are bits of one integer, so 1,000 tasks cost milliseconds.
Source: language.md 4, 10, 11 "Graph".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import networkx as nx

from app.engine.graph.build import Edge, Graph, build_graph
from app.engine.spec.model import TaskSpec, WorkflowSpec


@dataclass(frozen=True)
class Shape:
    """A workflow's graph with what can be derived from it. Children share the place of their container."""

    spec: WorkflowSpec
    graph: Graph

    @classmethod
    def of(cls, spec: WorkflowSpec) -> Shape:
        return cls(spec, build_graph(spec))

    @cached_property
    def tasks(self) -> dict[str, TaskSpec]:
        return {task.name: task for task in self.spec.all_tasks()}

    @cached_property
    def order(self) -> dict[str, int]:
        return {name: index for index, name in enumerate(self.tasks)}

    @cached_property
    def edges_from(self) -> dict[str, list[Edge]]:
        found: dict[str, list[Edge]] = {name: [] for name in self.tasks}
        for edge in self.graph.edges:
            found[edge.source].append(edge)
        return found

    @cached_property
    def edges_into(self) -> dict[str, list[Edge]]:
        found: dict[str, list[Edge]] = {name: [] for name in self.tasks}
        for edge in self.graph.edges:
            found[edge.target].append(edge)
        return found

    @cached_property
    def knots(self) -> list[tuple[str, ...]]:
        """Strongly connected tasks, predecessors first; a task on no cycle is a knot of its own."""
        digraph: nx.DiGraph[str] = nx.DiGraph()
        digraph.add_nodes_from(self.tasks)
        digraph.add_edges_from((edge.source, edge.target) for edge in self.graph.edges)
        return [tuple(knot) for knot in reversed(list(nx.strongly_connected_components(digraph)))]

    @cached_property
    def on_cycle(self) -> frozenset[str]:
        loops = {edge.source for edge in self.graph.edges if edge.source == edge.target}
        return frozenset(name for knot in self.knots if len(knot) > 1 for name in knot) | loops

    @cached_property
    def ancestors(self) -> dict[str, int]:
        """Bits of the tasks that may have ended before each task starts; itself only when it is on a cycle."""
        found: dict[str, int] = {}
        for knot in self.knots:
            inside = self.bits(knot)
            before = 0
            for edge in (edge for name in knot for edge in self.edges_into[name]):
                before |= found.get(edge.source, 0) | self.bits((edge.source,))
            looped = len(knot) > 1 or knot[0] in self.on_cycle
            found.update(dict.fromkeys(knot, before | inside if looped else before & ~inside))
        return found

    def bits(self, names: Iterable[str]) -> int:
        total = 0
        for name in names:
            total |= 1 << self.order[name]
        return total

    def place_of(self, name: str) -> str:
        """The outermost container of a task, or the task itself: what stands in the graph for it."""
        while (container := self.tasks[name].container) is not None:
            name = container
        return name

    def may_precede(self, first: str, second: str) -> bool:
        """Whether `first` may have ended before `second` starts."""
        return bool(self.ancestors[self.place_of(second)] >> self.order[self.place_of(first)] & 1)


def successors(spec: WorkflowSpec) -> dict[str, tuple[str, ...]]:
    """Task -> tasks its transitions lead to, each once, in order."""
    shape = Shape.of(spec)
    return {name: _unique(edge.target for edge in edges) for name, edges in shape.edges_from.items()}


def predecessors(spec: WorkflowSpec) -> dict[str, tuple[str, ...]]:
    """Task -> tasks with a transition to it, each once, in document order of the sources."""
    shape = Shape.of(spec)
    return {name: _unique(edge.source for edge in edges) for name, edges in shape.edges_into.items()}


def entry_tasks(spec: WorkflowSpec) -> tuple[str, ...]:
    """Tasks that no transition (but their own) leads to."""
    return build_graph(spec).entry_points


def reachable(shape: Shape) -> frozenset[str]:
    """Tasks some path from an entry task leads to, children with their containers."""
    found: set[str] = set()
    todo = list(shape.graph.entry_points)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo.extend(edge.target for edge in shape.edges_from[name])
            todo.extend(child.name for child in shape.tasks[name].children)
    return frozenset(found)


def cycles_without_bound(shape: Shape) -> list[tuple[Edge, tuple[str, ...]]]:
    """Edges that close a cycle in which no task has `max_visits` over 1, each with the tasks of the cycle."""
    state: dict[str, int] = {}  # 1: on the current path, 2: done
    found: list[tuple[Edge, tuple[str, ...]]] = []
    for root in [*shape.graph.entry_points, *shape.tasks]:
        if root not in state and _unbounded(shape, root):
            found.extend(_closing_edges(shape, root, state))
    return found


def _closing_edges(shape: Shape, root: str, state: dict[str, int]) -> Iterator[tuple[Edge, tuple[str, ...]]]:
    path: list[str] = [root]
    todo = [iter(shape.edges_from[root])]
    state[root] = 1
    while todo:
        edge = next(todo[-1], None)
        if edge is None:
            todo.pop()
            state[path.pop()] = 2
        elif not _unbounded(shape, edge.target):
            continue
        elif state.get(edge.target) == 1:
            yield edge, tuple(path[path.index(edge.target) :])
        elif edge.target not in state:
            state[edge.target] = 1
            path.append(edge.target)
            todo.append(iter(shape.edges_from[edge.target]))


def _unbounded(shape: Shape, name: str) -> bool:
    return shape.tasks[name].max_visits <= 1


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
