"""Read models of actions: the object Action, its list rows and search hits (api.md 6)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from app.engine.access import Caller, Target
from app.engine.errors import NotFound
from app.engine.spec.catalog import ActionInfo
from app.engine.times import iso
from app.engine.visibility import action_scope
from app.persistence import session
from app.persistence.models import Action
from app.persistence.repositories import actions, packs


def list_actions(
    *,
    by: Caller,
    pack_ref: str | None = None,
    search: str | None = None,
    is_workflow: bool | None = None,
    offset: int = 0,
    limit: int = 50,
) -> tuple[list[dict[str, Any]], int]:
    """Action without schemas, by ref, with the total."""
    with session.reading() as tx:
        rows, total = actions.listed(
            tx,
            scope=action_scope(by),
            pack_refs=None if pack_ref is None else [pack_ref],
            search=search,
            is_workflow=is_workflow,
            offset=offset,
            limit=limit,
        )
        return [action_row(row) for row in rows], total


def search_actions(
    *, by: Caller, q: str | None = None, packs: Collection[str] | None = None, limit: int = 1000
) -> list[dict[str, Any]]:
    """Search hits: {ref, pack_ref, label, description, runtime_ref, is_workflow, accesses_mcp}, by ref."""
    keys = ("ref", "pack_ref", "label", "description", "runtime_ref", "is_workflow", "accesses_mcp")
    with session.reading() as tx:
        rows, _ = actions.listed(tx, scope=action_scope(by), pack_refs=packs or None, search=q, limit=limit)
        return [{key: getattr(row, key) for key in keys} for row in rows]


def infos(*, refs: Collection[str], by: Caller) -> list[ActionInfo]:
    """What there is to know about these actions without their code; those that the caller may not read are left out."""
    with session.reading() as tx:
        return [ActionInfo(*row) for row in actions.signatures(tx, sorted(refs), scope=action_scope(by))]


def get_action(*, ref: str, by: Caller) -> dict[str, Any]:
    """The Action; NotFound when unknown or not readable."""
    with session.reading() as tx:
        row = actions.by_ref(tx, ref)
        if row is None or not readable(tx, by, ref=row.ref, pack_ref=row.pack_ref, row_id=row.id):
            raise NotFound(f"There is no action '{ref}'.")
        return action_json(row)


def readable(tx: Any, by: Caller, *, ref: str, pack_ref: str, row_id: int | None = None) -> bool:
    """Whether the caller may read an action or workflow: by a grant, or because its pack is standard."""
    pack = packs.by_ref(tx, pack_ref)
    standard = pack is not None and pack.is_standard
    return by.allows("actions", "read", Target(id=row_id, ref=ref, pack_ref=pack_ref, standard=standard))


def action_json(row: Action) -> dict[str, Any]:
    """Action, whole."""
    return {**action_row(row), "param_schema": row.param_schema, "out_schema": row.out_schema}


def action_row(row: Action) -> dict[str, Any]:
    """Action as lists show it: every key but the two schemas."""
    plain = {key: getattr(row, key) for key in _PLAIN}
    maps = {key: getattr(row, key) or {} for key in ("required_worker_runtimes", "worker_selector", "worker_affinity")}
    lists = {key: getattr(row, key) or [] for key in _LISTS}
    return {**plain, **maps, **lists, "created": iso(row.created), "updated": iso(row.updated)}


_LISTS = ("default_execution_permission_set_refs", "worker_tolerations", "tags")
_PLAIN = (
    "id", "ref", "pack", "pack_ref", "label", "description", "entrypoint", "runtime", "runtime_ref",
    "runtime_version_constraint", "workflow_def", "is_workflow", "is_adhoc", "accesses_mcp", "timeout_seconds",
    "max_retries", "output_format", "parameter_delivery", "parameter_format", "artifact_retention_policy",
    "artifact_retention_limit", "log_retention_policy", "log_retention_limit",
)  # fmt: skip
