"""Answers about runs of workflows."""

from __future__ import annotations

from typing import Any, Literal

from app.api.answers import Answer, Json, TimeText
from app.api.answers.executions import Status

State = Literal[
    "pending", "waiting_join", "waiting_retry", "waiting_inquiry", "running", "completed", "failed", "timed_out",
    "skipped", "cancelled",
]  # fmt: skip


class Progress(Answer):
    total: int
    completed: int
    failed: int
    running: int
    waiting: int
    skipped: int


class WorkflowExecutionSummary(Answer):
    id: int
    execution: int
    workflow_def: int | None
    workflow_ref: str
    status: Status
    paused: bool
    pausing: bool
    pause_reason: str | None
    current_tasks: list[str]
    completed_tasks: list[str]
    failed_tasks: list[str]
    skipped_tasks: list[str]
    error_message: str | None
    warnings: list[Any]
    parent_workflow_execution: int | None
    progress: Progress
    started_at: TimeText | None
    completed_at: TimeText | None
    created: TimeText
    updated: TimeText


class WorkflowExecution(WorkflowExecutionSummary):
    variables: Json


class ItemCounts(Answer):
    total: int
    completed: int
    failed: int
    running: int


class Transition(Answer):
    when: str | None
    taken: bool | None
    targets: list[str]
    published: list[str]


class TaskState(Answer):
    name: str
    type: str
    action_ref: str | None
    state: State
    attempts: int
    retry_count: int
    max_retries: int
    triggered_by: str | None
    join: str | int | None
    items: ItemCounts | None
    execution: int | None
    executions: list[int]
    inquiry: int | None
    started_at: TimeText | None
    completed_at: TimeText | None
    duration_ms: int | None
    timed_out: bool
    result: Any
    error: str | None
    reason: str | None
    transitions: list[Transition]


class RunGraph(Answer):
    nodes: list[Json]
    edges: list[Json]
    entry_points: list[str]
    warnings: list[Any]


class RunContext(Answer):
    parameters: Json
    vars: Json
    tasks: Json
    system: Json
