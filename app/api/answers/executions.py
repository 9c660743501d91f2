"""Answers about executions."""

from __future__ import annotations

from typing import Any, Literal

from app.api.answers import Answer, Json, TimeText

Status = Literal[
    "requested", "scheduling", "scheduled", "running", "completed", "failed", "canceling", "cancelled", "timeout",
    "abandoned",
]  # fmt: skip


class WorkflowTask(Answer):
    workflow_execution: int
    task_name: str
    triggered_by: str | None
    task_index: int | None
    task_batch: int | None
    retry_count: int
    max_retries: int
    next_retry_at: TimeText | None
    timeout_seconds: float | None
    timed_out: bool
    duration_ms: int | None
    started_at: TimeText | None
    completed_at: TimeText | None


class ExecutionSummary(Answer):
    id: int
    action: int | None
    action_ref: str
    parent: int | None
    enforcement: int | None
    rule_ref: str | None
    trigger_ref: str | None
    executor: int | None
    permission_set_refs: list[str]
    worker: str | None
    status: Status
    error: str | None
    original_execution: int | None
    started_at: TimeText | None
    completed_at: TimeText | None
    workflow_task: WorkflowTask | None
    workflow_execution: int | None
    created: TimeText
    updated: TimeText


class Execution(ExecutionSummary):
    config: Json | None
    parameters: Json
    env_vars: Json
    result: Json | None


class ExecutionStats(Answer):
    total: int
    completed: int
    failed: int
    running: int
    pending: int
    cancelled: int
    timeout: int
    abandoned: int


class LogSize(Answer):
    size: int
    truncated: bool


class LogSizes(Answer):
    stdout: LogSize
    stderr: LogSize


class HistoryEntry(Answer):
    time: TimeText
    operation: str
    changed_fields: list[str]
    old_values: Json
    new_values: Json


class LoggedEvent(Answer):
    """One entry of the run's own log."""

    id: int
    execution: int
    seq: int
    type: str
    task_name: str | None
    visit: int | None
    item: int | None
    attempt: int | None
    payload: dict[str, Any]
    created: TimeText
