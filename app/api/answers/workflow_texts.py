"""Answers about workflow texts (api.md 7.1)."""

from __future__ import annotations

from typing import Literal

from app.api.answers import Answer, Json
from app.api.answers.workflows import Graph, GraphEdge, GraphNode


class Fix(Answer):
    label: str
    operation: Json


class Problem(Answer):
    severity: Literal["error", "warning", "info"]
    message: str
    path: str
    code: str
    task: str | None
    line: int
    column: int
    end_line: int
    end_column: int
    fix: Fix | None


class Position(Answer):
    x: float
    y: float
    width: float
    height: float


class Point(Answer):
    x: float
    y: float


class PlacedNode(GraphNode):
    id: str
    container: str | None
    position: Position


class PlacedEdge(GraphEdge):
    id: str
    index: int
    points: list[Point]
    loop: bool


class EndCap(Answer):
    kind: str
    text: str
    x: float
    y: float
    width: float


class PlacedGraph(Graph):
    """`ends` are the ways to `fail` and `noop`, which are no tasks; `caps` show where a run ends as failed."""

    nodes: list[PlacedNode]
    edges: list[PlacedEdge]
    ends: list[GraphEdge]
    caps: list[EndCap]
    width: float
    height: float
    svg: str


class OutlineTransition(Answer):
    kind: Literal["succeeded", "failed", "timed_out", "always", "custom"]
    when: str | None
    label: str | None
    targets: list[str]
    line: int


class OutlineTask(Answer):
    name: str
    type: str
    action: str | None
    path: str
    line: int
    end_line: int
    column: int
    transitions: list[OutlineTransition]
    problems: int
    errors: int
    children: list[OutlineTask]


class Analysis(Answer):
    """`drawing` names the graph and its picture; `graph` is null for who has it, or when nothing can be drawn."""

    problems: list[Problem]
    drawing: str | None
    graph: PlacedGraph | None
    outline: list[OutlineTask]
    stale: bool
