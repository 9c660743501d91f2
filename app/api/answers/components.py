"""Answers about what packs carry beside actions and rules: sensors and work queues."""

from __future__ import annotations

from typing import Any, Literal

from app.api.answers import Answer, Json, TimeText


class Sensor(Answer):
    id: int
    ref: str
    pack: int | None
    pack_ref: str | None
    label: str
    description: str | None
    entrypoint: str
    runtime: int | None
    runtime_ref: str | None
    trigger: int | None
    trigger_ref: str | None
    trigger_types: list[str]
    enabled: bool
    param_schema: Json | None
    config: Json | None
    worker_selector: Json
    worker_tolerations: list[Any]
    worker_affinity: Json
    created: TimeText
    updated: TimeText


class Queue(Answer):
    id: int
    ref: str
    pack: int | None
    pack_ref: str | None
    is_adhoc: bool
    label: str
    description: str | None
    enabled: bool
    accepting_new_items: bool
    dispatch_action: int | None
    dispatch_action_ref: str | None
    default_priority: int
    allow_pending_update: bool
    update_strategy: Literal["immutable", "replace", "merge_patch"]
    batch_mode: Literal["single", "batch"]
    item_schema: Json
    action_params: Json
    permission_set_refs: list[str] | None
    config: Json
    created: TimeText
    updated: TimeText
