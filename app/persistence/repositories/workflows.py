"""Rows of workflow definitions and their immutable revisions."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ScalarSelect, String, cast, delete, func, select
from sqlalchemy.orm import defer

from app.engine.visibility import Scope
from app.persistence.models import Action, WorkflowDefinition, WorkflowRevision
from app.persistence.repositories.matching import contains_text, has_any_element, page_of
from app.persistence.repositories.scopes import components_within
from app.persistence.session import Transaction


def by_ref(tx: Transaction, ref: str) -> WorkflowDefinition | None:
    return tx.session.scalar(select(WorkflowDefinition).where(WorkflowDefinition.ref == ref))


def locked_by_ref(tx: Transaction, ref: str) -> WorkflowDefinition | None:
    """The row for somebody who will change it: others who want to wait, so that If-Match sees what they wrote."""
    return tx.session.scalar(select(WorkflowDefinition).where(WorkflowDefinition.ref == ref).with_for_update(key_share=True))


def of_pack(tx: Transaction, pack_id: int) -> dict[str, WorkflowDefinition]:
    query = select(WorkflowDefinition).where(WorkflowDefinition.pack == pack_id)
    return {row.ref: row for row in tx.session.scalars(query)}


def listed(
    tx: Transaction,
    *,
    scope: Scope,
    pack_ref: str | None = None,
    tags: Collection[str] = (),
    search: str | None = None,
    offset: int = 0,
    limit: int = 50,
) -> tuple[list[WorkflowDefinition], int]:
    """Workflows of the scope by label, without their definitions; with the total."""
    query = select(WorkflowDefinition).where(components_within(scope, WorkflowDefinition, action_id=_companion_id()))
    if pack_ref is not None:
        query = query.where(WorkflowDefinition.pack_ref == pack_ref)
    if tags:
        query = query.where(has_any_element(WorkflowDefinition.tags, tags))
    if search:
        columns = (WorkflowDefinition.label, WorkflowDefinition.description, WorkflowDefinition.ref)
        query = query.where(contains_text(search, *columns))
    query = query.order_by(func.lower(WorkflowDefinition.label), WorkflowDefinition.ref).options(
        defer(WorkflowDefinition.definition),
        defer(WorkflowDefinition.param_schema),
        defer(WorkflowDefinition.out_schema),
    )
    return page_of(tx, query, offset=offset, limit=limit)


def remove(tx: Transaction, ids: Collection[int]) -> None:
    """Delete definitions and, by cascade, their companion actions; revisions stay for what ran."""
    tx.session.flush()
    tx.execute(delete(WorkflowDefinition).where(WorkflowDefinition.id.in_(ids)))


def revision(tx: Transaction, revision_id: int) -> WorkflowRevision | None:
    return tx.session.get(WorkflowRevision, revision_id)


def revision_by_hash(tx: Transaction, workflow_id: int, content_hash: str) -> WorkflowRevision | None:
    """The newest revision with this content."""
    query = select(WorkflowRevision).where(
        WorkflowRevision.workflow_def == workflow_id, WorkflowRevision.content_hash == content_hash
    )
    return tx.session.scalar(query.order_by(WorkflowRevision.number.desc()).limit(1))


def revision_by_number(tx: Transaction, workflow_id: int, number: int) -> WorkflowRevision | None:
    query = select(WorkflowRevision).where(WorkflowRevision.workflow_def == workflow_id, WorkflowRevision.number == number)
    return tx.session.scalar(query)


def revisions(
    tx: Transaction, workflow_id: int, *, offset: int = 0, limit: int = 1000
) -> tuple[list[tuple[WorkflowRevision, int]], int]:
    """Revisions of a workflow with their sizes in characters, newest first, without their contents; and the total."""
    size = func.length(func.coalesce(WorkflowRevision.text, cast(WorkflowRevision.document, String)))
    query = select(WorkflowRevision, size).where(WorkflowRevision.workflow_def == workflow_id)
    query = query.options(defer(WorkflowRevision.document), defer(WorkflowRevision.text))
    rows = tx.session.execute(query.order_by(WorkflowRevision.number.desc()).offset(offset).limit(limit))
    total = select(func.count()).where(WorkflowRevision.workflow_def == workflow_id)
    return [(row, length) for row, length in rows], int(tx.session.scalar(total) or 0)


def next_number(tx: Transaction, workflow_id: int) -> int:
    last = tx.session.scalar(
        select(func.max(WorkflowRevision.number)).where(WorkflowRevision.workflow_def == workflow_id)
    )
    return int(last or 0) + 1


def _companion_id() -> ScalarSelect[int]:
    """Grants name actions by id; a workflow's is that of its companion."""
    return select(Action.id).where(Action.workflow_def == WorkflowDefinition.id).scalar_subquery()
