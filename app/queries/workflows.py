"""Read models of workflows: Workflow, WorkflowSummary (api.md 7) and what a pinned revision says."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from app.engine.access import Caller
from app.engine.errors import NotFound
from app.engine.times import iso
from app.engine.visibility import action_scope
from app.persistence import session
from app.persistence.models import WorkflowDefinition, WorkflowRevision
from app.persistence.repositories import workflows
from app.queries.actions import readable


def list_workflows(
    *,
    by: Caller,
    pack_ref: str | None = None,
    tags: Collection[str] = (),
    search: str | None = None,
    offset: int = 0,
    limit: int = 50,
) -> tuple[list[dict[str, Any]], int]:
    """WorkflowSummary by label; `tags`: any of them matches. With the total."""
    with session.reading() as tx:
        rows, total = workflows.listed(
            tx, scope=action_scope(by), pack_ref=pack_ref, tags=tags, search=search, offset=offset, limit=limit
        )
        return [workflow_summary(row) for row in rows], total


def get_workflow(*, ref: str, by: Caller) -> dict[str, Any]:
    """The Workflow; NotFound when unknown or not readable."""
    with session.reading() as tx:
        return workflow_json(readable_workflow(tx, ref, by))


def readable_workflow(tx: Any, ref: str, by: Caller) -> WorkflowDefinition:
    """The row, or NotFound."""
    row = workflows.by_ref(tx, ref)
    if row is None or not readable(tx, by, ref=row.ref, pack_ref=row.pack_ref):
        raise NotFound(f"There is no workflow '{ref}'.")
    return row


def source_path(*, ref: str, by: Caller) -> str | None:
    """The file it lives in, relative to its pack's directory; None when only the database has it. NotFound."""
    with session.reading() as tx:
        return readable_workflow(tx, ref, by).source_path


def plan_source(revision_id: int) -> dict[str, Any]:
    """The whole document of a revision: definition with ref, label, version and schemas in one mapping."""
    with session.reading() as tx:
        return _revision(tx, revision_id).document


def source_text(revision_id: int) -> str | None:
    """The YAML a revision was saved as, byte for byte; None when it came as JSON."""
    with session.reading() as tx:
        return _revision(tx, revision_id).text


def workflow_json(row: WorkflowDefinition) -> dict[str, Any]:
    """Workflow, whole; `definition` exactly as stored."""
    return {
        **workflow_summary(row),
        "pack": row.pack,
        "param_schema": row.param_schema,
        "out_schema": row.out_schema,
        "definition": row.definition,
        "warnings": row.warnings or [],
        "revision": row.revision,
    }


def workflow_summary(row: WorkflowDefinition) -> dict[str, Any]:
    return {
        "id": row.id,
        "ref": row.ref,
        "pack_ref": row.pack_ref,
        "label": row.label,
        "description": row.description,
        "version": row.version,
        "tags": row.tags or [],
        "enabled": row.enabled,
        "draft": row.draft,
        "task_count": row.task_count,
        "created": iso(row.created),
        "updated": iso(row.updated),
    }


def _revision(tx: Any, revision_id: int) -> WorkflowRevision:
    row = workflows.revision(tx, revision_id)
    if row is None:
        raise NotFound(f"There is no workflow revision {revision_id}.")
    return row
