"""The graph of a workflow: tasks as nodes, one edge for each target of each transition.

This is what REST shows (api.md 7 `/graph`) and what is drawn.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.engine.spec.model import (
    RESERVED_TARGETS,
    Join,
    TaskSpec,
    TransitionKind,
    TransitionSpec,
    WorkflowSpec,
)


@dataclass(frozen=True, slots=True)
class Node:
    """One task. `container` names the parallel task it is inside of, `path` is its place in the document."""

    name: str
    type: str
    action: str | None
    join: Join
    with_items: bool
    container: str | None
    path: str
    retry: int = 0  # extra attempts
    max_visits: int = 1


@dataclass(frozen=True, slots=True)
class Edge:
    """A way from one task to another.

    Attributes:
        when: the condition as written; None for classic keys and for "always".
        group: edges of one group exclude one another (`decision`), None otherwise.
        index: place among the transitions of the source; edges of one transition share it.
        path: place of the transition in the document.
    """

    source: str
    target: str
    kind: TransitionKind
    when: str | None
    label: str | None
    index: int
    path: str
    group: int | None = None


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes in document order, edges in the order they are looked at.

    `ends` are the edges to `fail` and `noop`, which are no tasks.
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    entry_points: tuple[str, ...]
    ends: tuple[Edge, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """`{nodes, edges, ends, entry_points, warnings: []}` as in api.md 7; `ends` lead to `fail` and `noop`."""
        return {
            "nodes": [_node_json(node) for node in self.nodes],
            "edges": [_edge_json(edge) for edge in self.edges],
            "ends": [_edge_json(edge) for edge in self.ends],
            "entry_points": list(self.entry_points),
            "warnings": [],
        }


def build_graph(spec: WorkflowSpec) -> Graph:
    """The graph of a workflow; targets that do not exist are left out."""
    tasks = spec.all_tasks()
    names = {task.name for task in tasks}
    edges = [edge for task in tasks for edge in _edges_of(task)]
    inner = tuple(edge for edge in edges if edge.target in names)
    led_to = {edge.target for edge in inner if edge.source != edge.target}
    return Graph(
        nodes=tuple(_node_of(task) for task in tasks),
        edges=inner,
        # an edge from a task to itself doesn't make it a non-entry task (language.md 11)
        entry_points=tuple(t.name for t in tasks if t.name not in led_to and t.container is None),
        ends=tuple(edge for edge in edges if edge.target in RESERVED_TARGETS),
    )


def _edges_of(task: TaskSpec) -> Iterator[Edge]:
    for index, transition in enumerate(task.transitions):
        for target in transition.targets:
            yield _edge(task.name, target, index, transition)


def _edge(source: str, target: str, index: int, transition: TransitionSpec) -> Edge:
    return Edge(
        source=source,
        target=target,
        kind=transition.kind,
        when=transition.when,
        label=transition.label,
        index=index,
        path=transition.path,
        group=transition.group,
    )


def _node_of(task: TaskSpec) -> Node:
    return Node(
        name=task.name,
        type=task.type,
        action=task.action,
        join=task.join,
        with_items=task.with_items is not None,
        container=task.container,
        path=task.path,
        retry=task.retry.count if task.retry else 0,
        max_visits=task.max_visits,
    )


def _node_json(node: Node) -> dict[str, Any]:
    return {
        "name": node.name,
        "action": node.action,
        "type": node.type,
        "join": None if node.join == "any" else node.join,
        "with_items": node.with_items,
        "container": node.container,
        "retry": node.retry,
        "max_visits": node.max_visits,
        "position": None,
    }


def _edge_json(edge: Edge) -> dict[str, Any]:
    return {
        "from": edge.source,
        "to": edge.target,
        "when": edge.when,
        "kind": edge.kind,
        "label": edge.label,
        "index": edge.index,
    }
