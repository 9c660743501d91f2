"""The graph of a rehearsal: what ran, which ways were taken and which can't be any more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.engine.conductor.progress import task_states
from app.engine.conductor.rehearsal import Rehearsal
from app.engine.graph.build import Graph
from app.engine.graph.looks import Looks, NodeLook
from app.engine.rehearsals.coverage import Way, coverage_of
from app.engine.statuses import TASK_ENDED, TaskState

_MARKS = {
    "completed": "ok", "failed": "fail", "timed_out": "tout", "skipped": "skip", "cancelled": "cancel", "running": "run",
    "waiting_inquiry": "ask", "waiting_retry": "retry", "waiting_join": "wait", "pending": "wait",
}  # fmt: skip
_WORDS = {
    "completed": "succeeded", "timed_out": "timed out", "waiting_inquiry": "needs an answer", "waiting_join": "waits",
    "waiting_retry": "will retry", "pending": "waits",
}  # fmt: skip


def looks_of(rehearsal: Rehearsal, graph: Graph) -> Looks:
    """How nodes and edges look: as in a run that stands where the rehearsal ended."""
    rows = {row["name"]: row for row in task_states(rehearsal.state)}
    ended = rehearsal.finish is not None
    nodes = {name: _node_look(row, ended=ended) for name, row in rows.items()}
    return Looks(nodes, dict(enumerate(taken_edges(rehearsal, graph))))


def taken_edges(rehearsal: Rehearsal, graph: Graph) -> list[bool | None]:
    """For each edge: taken in some visit, can't be any more (False), or not looked at yet (None)."""
    ways, rows = coverage_of(rehearsal).ways, {row["name"]: row for row in task_states(rehearsal.state)}
    ended = rehearsal.finish is not None
    found: list[bool | None] = []
    for edge in graph.edges:
        taken = Way(edge.source, edge.index, edge.target) in ways
        over = ended or rows[edge.source]["state"] in TASK_ENDED
        found.append(True if taken else False if over else None)
    return found


def with_states(graph_json: Mapping[str, Any], rehearsal: Rehearsal, graph: Graph) -> dict[str, Any]:
    """The graph of api.md 7 with `state` and `visits` of each node and `taken` of each edge."""
    rows = {row["name"]: row for row in task_states(rehearsal.state)}
    nodes = [
        {**node, "state": rows[node["name"]]["state"], "visits": rows[node["name"]]["visits"]}
        for node in graph_json["nodes"]
    ]
    taken = taken_edges(rehearsal, graph)
    edges = [{**edge, "taken": found} for edge, found in zip(graph_json["edges"], taken, strict=True)]
    return {**graph_json, "nodes": nodes, "edges": edges}


def _node_look(row: Mapping[str, Any], *, ended: bool) -> NodeLook:
    state = row["state"]
    if state == TaskState.PENDING and not row["visits"]:
        return NodeLook("dead", "not taken") if ended else NodeLook("todo", "not reached yet")
    word: str = _WORDS.get(state, state)
    items = row["items"]
    if items:
        return NodeLook(_MARKS[state], f"{items['completed'] + items['failed']} of {items['total']}", _tally(items))
    return NodeLook(_MARKS[state], f"{word}, visit {row['visits']}" if row["visits"] > 1 else word)


def _tally(items: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    rest = max(0, items["total"] - items["completed"] - items["failed"] - items["running"])
    return (("ok", items["completed"]), ("fail", items["failed"]), ("run", items["running"]), ("todo", rest))
