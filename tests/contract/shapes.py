"""The objects of the contract as types: what every answer is held against, key by key.

A shape is a dict (these keys, all present; further keys allowed), a list of one shape, a set (a closed enum),
a type, ANY, or one of the texts "time" and "ref". `maybe(shape)` may be null, but the key must be there.
"""

from __future__ import annotations

import re
from typing import Any

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z")
ANY = object()
MAP = dict


class Maybe:
    def __init__(self, shape: Any) -> None:
        self.shape = shape


def maybe(shape: Any) -> Maybe:
    return Maybe(shape)


def differences(value: Any, shape: Any, place: str = "$") -> list[str]:
    """Where a JSON value departs from a shape, as sentences; empty when it fits."""
    if isinstance(shape, Maybe):
        return [] if value is None else differences(value, shape.shape, place)
    if shape is ANY:
        return []
    if shape == "time":
        fits = isinstance(value, str) and TIME.fullmatch(value)
        return [] if fits else [f"{place} is {value!r}, no time of the contract's form"]
    if isinstance(shape, set):
        return [] if value in shape else [f"{place} is {value!r}, not one of {sorted(shape)}"]
    if isinstance(shape, list):
        return _of_list(value, shape[0], place)
    if isinstance(shape, dict):
        return _of_object(value, shape, place)
    wrong = not isinstance(value, shape) or (isinstance(value, bool) and shape is not bool)
    return [f"{place} is {value!r}, not {shape}"] if wrong else []


def _of_list(value: Any, shape: Any, place: str) -> list[str]:
    if not isinstance(value, list):
        return [f"{place} is {value!r}, not a list"]
    return [text for n, item in enumerate(value) for text in differences(item, shape, f"{place}[{n}]")]


def _of_object(value: Any, shape: dict[str, Any], place: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{place} is {value!r}, not an object"]
    missing = [f"{place}.{key} is missing" for key in shape if key not in value]
    return missing + [
        text
        for key, inner in shape.items()
        if key in value
        for text in differences(value[key], inner, f"{place}.{key}")
    ]


NUMBER = (int, float)
STAMPS = {"created": "time", "updated": "time"}

PACK_SUMMARY = {
    "id": int, "ref": str, "label": str, "description": maybe(str), "version": str, "tags": [str],
    "is_standard": bool, **STAMPS,
}
PACK = {
    **PACK_SUMMARY, "conf_schema": MAP, "config": MAP, "meta": MAP, "runtime_deps": [ANY], "dependencies": [ANY],
    "installed_by": maybe(int), "source_type": maybe(str), "source_url": maybe(str), "storage_path": maybe(str),
}
RUNTIME = {
    "id": int, "ref": str, "pack": maybe(int), "pack_ref": maybe(str), "name": str, "aliases": [str],
    "description": maybe(str), "distributions": MAP, "installation": maybe(ANY), "execution_config": MAP, **STAMPS,
}
ACTION_ROW = {
    "id": int, "ref": str, "pack": int, "pack_ref": str, "label": str, "description": maybe(str), "entrypoint": str,
    "runtime": maybe(int), "runtime_ref": maybe(str), "runtime_version_constraint": maybe(str),
    "required_worker_runtimes": MAP, "workflow_def": maybe(int), "is_adhoc": bool, "accesses_mcp": bool,
    "default_execution_permission_set_refs": [str], "timeout_seconds": maybe(NUMBER), "max_retries": maybe(int),
    "output_format": {"text", "json", "yaml", "jsonl"}, "parameter_delivery": str, "parameter_format": str,
    "worker_selector": MAP, "worker_tolerations": [ANY], "worker_affinity": MAP,
    "artifact_retention_policy": maybe(str), "artifact_retention_limit": maybe(int),
    "log_retention_policy": maybe(str), "log_retention_limit": maybe(int), "tags": [str], "is_workflow": bool,
    **STAMPS,
}  # fmt: skip
ACTION = {**ACTION_ROW, "param_schema": maybe(MAP), "out_schema": maybe(MAP)}
ACTION_HIT = {
    "ref": str, "pack_ref": str, "label": str, "description": maybe(str), "runtime_ref": maybe(str),
    "is_workflow": bool, "accesses_mcp": bool,
}
WORKFLOW_SUMMARY = {
    "id": int, "ref": str, "pack_ref": str, "label": str, "description": maybe(str), "version": str, "tags": [str],
    "task_count": int, "enabled": bool, **STAMPS,
}
WORKFLOW = {
    "id": int, "ref": str, "pack": int, "pack_ref": str, "label": str, "description": maybe(str), "version": str,
    "param_schema": maybe(MAP), "out_schema": maybe(MAP), "definition": MAP, "tags": [str], "enabled": bool, **STAMPS,
}
FINDING = {
    "path": str, "message": str, "severity": {"error", "warning"}, "line": maybe(int), "column": maybe(int),
}
VERDICT = {"valid": bool, "errors": [FINDING], "warnings": [FINDING]}
GRAPH_NODE = {"name": str, "type": str, "with_items": ANY}
GRAPH_EDGE = {"from": str, "to": str, "kind": {"succeeded", "failed", "timed_out", "always", "custom"}}
GRAPH = {"nodes": [GRAPH_NODE], "edges": [GRAPH_EDGE], "entry_points": [str], "warnings": [ANY]}

STATUSES = {
    "requested", "scheduling", "scheduled", "running", "completed", "failed", "canceling", "cancelled", "timeout",
    "abandoned",
}  # fmt: skip
TERMINAL = {"completed", "failed", "cancelled", "timeout", "abandoned"}
WORKFLOW_TASK = {
    "workflow_execution": int, "task_name": str, "triggered_by": maybe(str), "task_index": maybe(int),
    "task_batch": maybe(int), "retry_count": int, "max_retries": int, "next_retry_at": maybe("time"),
    "timeout_seconds": maybe(NUMBER), "timed_out": bool, "duration_ms": maybe(int), "started_at": maybe("time"),
    "completed_at": maybe("time"),
}
EXECUTION_SUMMARY = {
    "id": int, "action": maybe(int), "action_ref": str, "parent": maybe(int), "enforcement": maybe(int),
    "rule_ref": maybe(str), "trigger_ref": maybe(str), "executor": maybe(int), "permission_set_refs": [str],
    "worker": maybe(ANY), "status": STATUSES, "error": maybe(str), "original_execution": maybe(int),
    "started_at": maybe("time"), "completed_at": maybe("time"), "workflow_task": maybe(WORKFLOW_TASK),
    "workflow_execution": maybe(int), **STAMPS,
}  # fmt: skip
EXECUTION = {
    **EXECUTION_SUMMARY, "config": maybe(MAP), "parameters": MAP, "env_vars": MAP, "result": maybe(MAP),
}
RUN_ROW = {
    "id": int, "execution": int, "workflow_def": maybe(int), "workflow_ref": str, "status": STATUSES, "paused": bool,
    "pause_reason": maybe(str), "current_tasks": [str], "completed_tasks": [str], "failed_tasks": [str],
    "skipped_tasks": [str], "error_message": maybe(str), "pausing": bool, "warnings": [ANY],
    "parent_workflow_execution": maybe(int),
    "progress": {"total": int, "completed": int, "failed": int, "running": int, "waiting": int, "skipped": int},
    "started_at": maybe("time"), "completed_at": maybe("time"), **STAMPS,
}
RUN = {**RUN_ROW, "variables": MAP}
TASK_STATE = {
    "name": str, "type": str, "action_ref": maybe(str),
    "state": {
        "pending", "waiting_join", "waiting_retry", "waiting_inquiry", "running", "completed", "failed", "timed_out",
        "skipped", "cancelled",
    },
    "attempts": int, "retry_count": int, "max_retries": int, "triggered_by": maybe(ANY), "join": maybe(ANY),
    "items": maybe({"total": int, "completed": int, "failed": int, "running": int}), "execution": maybe(int),
    "executions": [int], "inquiry": maybe(int), "started_at": maybe("time"), "completed_at": maybe("time"),
    "duration_ms": maybe(int), "timed_out": bool, "result": ANY, "error": ANY,
    "transitions": [{"when": maybe(str), "taken": maybe(bool), "targets": [str], "published": [str]}],
}  # fmt: skip
INQUIRY_STATUSES = {"pending", "responded", "timeout", "cancelled"}
INQUIRY = {
    "id": int, "execution": int, "prompt": str, "response_schema": maybe(MAP), "assigned_to": maybe(int),
    "status": INQUIRY_STATUSES, "response": ANY, "default_response": ANY, "timeout_at": maybe("time"),
    "responded_at": maybe("time"), "responded_by": maybe(int), "workflow_execution": maybe(int),
    "task_name": maybe(str), "evidence": [ANY], "buttons": [ANY], "assignees": {"identities": [ANY], "roles": [ANY]},
    "quorum": ANY, "answers": [ANY], "needed": maybe(str), "claimed_by": maybe(int), **STAMPS,
}  # fmt: skip
INQUIRY_SUMMARY = {
    "id": int, "execution": int, "prompt": str, "assigned_to": maybe(int), "status": INQUIRY_STATUSES,
    "has_response": bool, "timeout_at": maybe("time"), "workflow_execution": maybe(int), "task_name": maybe(str),
    **STAMPS,
}
KEY_ROW = {
    "id": int, "ref": str, "name": str, "owner_type": {"system", "identity", "pack", "action", "sensor"},
    "owner": maybe(str), "owner_identity": maybe(int), "owner_pack": maybe(int), "owner_pack_ref": maybe(str),
    "owner_action": maybe(int), "owner_action_ref": maybe(str), "owner_sensor": maybe(int),
    "owner_sensor_ref": maybe(str), "encrypted": bool, "expires_at": maybe("time"), **STAMPS,
}
KEY = {**KEY_ROW, "value": ANY}
TOKENS = {
    "access_token": str, "refresh_token": str, "token_type": {"Bearer"}, "expires_in": {3600},
    "user": {"id": int, "login": str, "display_name": maybe(str)},
}
ME = {
    "id": int, "login": str, "display_name": maybe(str), "auth_provider": {"local"}, "is_local": bool,
    "can_change_password": bool, "effective_permissions": [{"resource": str, "actions": [str]}],
    "assigned_permission_set_refs": [str],
}
AUTH_SETTINGS = {
    **dict.fromkeys(
        (
            "authentication_enabled", "local_password_enabled", "local_password_visible_by_default", "oidc_enabled",
            "oidc_visible_by_default", "ldap_enabled", "ldap_visible_by_default", "self_registration_enabled",
        ),
        bool,
    ),
    **dict.fromkeys(
        (
            "oidc_provider_name", "oidc_provider_label", "oidc_provider_icon_url", "ldap_provider_name",
            "ldap_provider_label", "ldap_provider_icon_url",
        ),
        maybe(str),
    ),
}  # fmt: skip
SET_ROLE = {"id": int, "permission_set_id": int, "permission_set_ref": str, "role": str, "created": "time"}
PERMISSION_SET = {
    "id": int, "ref": str, "pack_ref": maybe(str), "label": maybe(str), "description": maybe(str),
    "grants": [{"resource": str, "actions": [str]}], "roles": [SET_ROLE],
}
ASSIGNMENT = {
    "id": int, "identity_id": int, "permission_set_id": int, "permission_set_ref": str, "created": "time",
}
IDENTITY_ROW = {
    "id": int, "login": str, "display_name": maybe(str), "frozen": bool, "attributes": MAP, "roles": [ANY],
}
IDENTITY = {
    **IDENTITY_ROW,
    "roles": [{"id": int, "identity_id": int, "role": str, "source": str, "managed": bool, **STAMPS}],
    "direct_permissions": [ANY],
}
INTEGRATION_TOKEN = {
    "id": int, "identity_id": int, "label": str, "description": maybe(str), "token_prefix": str, "token_suffix": str,
    "created_by": maybe(int), "expires_at": maybe("time"), "last_used_at": maybe("time"),
    "revoked_at": maybe("time"), "active": bool, **STAMPS,
}
ERROR = {"error": str, "code": str, "message": str}
PAGINATION = {"page": int, "page_size": int, "has_previous": bool, "has_next": bool}
TOTALS = {**PAGINATION, "total_items": int, "total_pages": int}
WORKER = {
    "id": int, "name": str, "worker_type": str, "worker_role": {"action", "sensor"}, "status": str,
    "health_state": str, "heartbeat_stale": bool, "heartbeat_age_seconds": maybe(NUMBER),
    "last_heartbeat": maybe("time"), "cordoned": bool, "cordon_reason": maybe(str), "cordoned_by": maybe(ANY),
    "cordoned_at": maybe("time"), "capabilities": MAP, "load": MAP,
}
