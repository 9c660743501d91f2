"""Answers about rehearsals (api.md 7.1)."""

from __future__ import annotations

from typing import Any, Literal

from app.api.answers import Answer, Json, TimeText
from app.api.answers.workflow_executions import State
from app.api.answers.workflows import Graph, GraphEdge, GraphNode

Kind = Literal["succeeded", "failed", "timed_out", "always", "custom"]


class RehearsedTransition(Answer):
    index: int
    when: str | None
    kind: Kind
    label: str | None
    value: bool | None
    fired: bool
    targets: list[str]
    published: list[str]
    reason: str | None


class RehearsalStep(Answer):
    seq: int
    at: TimeText
    task: str
    item: int | None
    visit: int
    attempt: int | None
    what: State
    input: Json | None
    result: Any
    error: Json | None
    published: Json | None
    transitions: list[RehearsedTransition] | None


class Waiting(Answer):
    task: str
    visit: int
    state: State
    reason: str
    until: TimeText | None


class UntakenWay(Answer):
    task: str
    index: int
    target: str | None
    when: str | None
    kind: Kind


class TaskCoverage(Answer):
    covered: int
    total: int
    missing: list[str]


class TransitionCoverage(Answer):
    covered: int
    total: int
    missing: list[UntakenWay]


class Coverage(Answer):
    tasks: TaskCoverage
    transitions: TransitionCoverage


class RehearsedNode(GraphNode):
    state: State
    visits: int


class RehearsedEdge(GraphEdge):
    index: int
    taken: bool | None


class RehearsedGraph(Graph):
    """With places, as POST /workflows/analyse gives them; `svg` is null where a graph is too large for a picture."""

    nodes: list[RehearsedNode]
    edges: list[RehearsedEdge]
    svg: str | None


class Rehearsal(Answer):
    status: Literal["requested", "running", "completed", "failed", "cancelled"]
    parameters: Json
    steps: list[RehearsalStep]
    vars: Json
    output: Json | None
    error: str | None
    waiting: list[Waiting]
    warnings: list[Any]
    now: TimeText
    config: Json
    coverage: Coverage
    graph: RehearsedGraph


class RecordedError(Answer):
    type: str
    message: str


class RecordedEntry(Answer):
    """An entry of a script as POST /workflows/rehearse takes it; only the keys that say something are there."""

    task: str
    item: int = 0
    result: Any = None
    error: RecordedError | None = None
    timed_out: bool = False
    answer: Any = None
    silent: bool = False
    took_s: float = 1.0


class RehearsalScript(Answer):
    workflow_ref: str
    revision: int
    parameters: Json
    now: TimeText
    script: list[RecordedEntry]
