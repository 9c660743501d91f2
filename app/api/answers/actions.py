"""Answers about actions."""

from __future__ import annotations

from typing import Any

from app.api.answers import Answer, Json, TimeText


class ActionRow(Answer):
    id: int
    ref: str
    pack: int
    pack_ref: str
    label: str
    description: str | None
    entrypoint: str
    runtime: int | None
    runtime_ref: str | None
    runtime_version_constraint: str | None
    required_worker_runtimes: Json
    workflow_def: int | None
    is_workflow: bool
    is_adhoc: bool
    accesses_mcp: bool
    default_execution_permission_set_refs: list[str]
    timeout_seconds: float | None
    max_retries: int | None
    output_format: str
    parameter_delivery: str
    parameter_format: str
    worker_selector: Json
    worker_tolerations: list[Any]
    worker_affinity: Json
    artifact_retention_policy: str | None
    artifact_retention_limit: int | None
    log_retention_policy: str | None
    log_retention_limit: int | None
    tags: list[Any]
    created: TimeText
    updated: TimeText


class Action(ActionRow):
    param_schema: Json | None
    out_schema: Json | None


class ActionHit(Answer):
    ref: str
    pack_ref: str
    label: str
    description: str | None
    runtime_ref: str | None
    is_workflow: bool
    accesses_mcp: bool


class QueueStats(Answer):
    action_id: int
    action_ref: str
    queue_length: int
    active_count: int
    max_concurrent: int
    oldest_enqueued_at: TimeText | None
    total_enqueued: int
    total_completed: int
    last_updated: TimeText
