"""Answers about workflows."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from app.api.answers import Answer, Json, TimeText


class WorkflowSummary(Answer):
    id: int
    ref: str
    pack_ref: str
    label: str
    description: str | None
    version: str
    tags: list[Any]
    enabled: bool
    task_count: int
    created: TimeText
    updated: TimeText


class Workflow(WorkflowSummary):
    pack: int
    param_schema: Json | None
    out_schema: Json | None
    definition: Json
    warnings: list[Any]


class Finding(Answer):
    severity: Literal["error", "warning", "info"]
    message: str
    path: str
    line: int | None
    column: int | None


class Validation(Answer):
    valid: bool
    errors: list[Finding]
    warnings: list[Finding]


class GraphNode(Answer):
    name: str
    action: str | None
    type: str
    join: Any
    with_items: bool
    position: Json | None


class GraphEdge(Answer):
    source: Annotated[str, Field(alias="from")]
    target: Annotated[str, Field(alias="to")]
    when: str | None
    kind: Literal["succeeded", "failed", "timed_out", "always", "custom"]
    label: str | None


class Graph(Answer):
    nodes: list[GraphNode]
    edges: list[GraphEdge]
    entry_points: list[str]
    warnings: list[Any]
