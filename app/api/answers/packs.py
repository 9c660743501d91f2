"""Answers about packs and runtimes."""

from __future__ import annotations

from typing import Any

from app.api.answers import Answer, Json, TimeText


class PackSummary(Answer):
    id: int
    ref: str
    label: str
    description: str | None
    version: str
    tags: list[Any]
    is_standard: bool
    created: TimeText
    updated: TimeText


class Pack(PackSummary):
    conf_schema: Json
    config: Json
    meta: Json
    runtime_deps: list[Any]
    dependencies: list[Any]
    installed_by: int | None
    source_type: str | None
    source_url: str | None
    storage_path: str | None


class InstalledPack(Answer):
    pack: Pack
    test_result: Json | None
    tests_skipped: bool


class SyncedWorkflow(Answer):
    ref_name: str
    created: bool
    workflow_def_id: int | None
    warnings: list[Any]


class WorkflowSync(Answer):
    pack_ref: str
    loaded_count: int
    registered_count: int
    workflows: list[SyncedWorkflow]
    errors: list[Any]


class WorkflowValidation(Answer):
    pack_ref: str
    validated_count: int
    error_count: int
    errors: dict[str, list[str]]


class Runtime(Answer):
    id: int
    ref: str
    pack: int | None
    pack_ref: str | None
    name: str
    aliases: list[str]
    description: str | None
    distributions: Json
    installation: Json | None
    execution_config: Json
    created: TimeText
    updated: TimeText
