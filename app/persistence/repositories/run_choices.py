"""Few columns of workflows and people, for the choices of a filter."""

from __future__ import annotations

from sqlalchemy import exists, func, select

from app.engine.visibility import Scope
from app.persistence.models import Action, Execution, Identity, WorkflowDefinition
from app.persistence.repositories.scopes import components_within
from app.persistence.session import Transaction


def workflows(tx: Transaction, *, scope: Scope, limit: int) -> list[tuple[str, str]]:
    companion = select(Action.id).where(Action.ref == WorkflowDefinition.ref).scalar_subquery()
    query = select(WorkflowDefinition.ref, WorkflowDefinition.label).where(
        components_within(scope, WorkflowDefinition, action_id=companion)
    )
    rows = tx.execute(query.order_by(func.lower(WorkflowDefinition.label), WorkflowDefinition.ref).limit(limit))
    return [(row.ref, row.label) for row in rows]


def people(tx: Transaction, *, limit: int) -> list[str]:
    """Logins of the executors of anything that is no part of a run."""
    started = exists().where(Execution.executor == Identity.id, Execution.parent.is_(None))
    return list(tx.execute(select(Identity.login).where(started).order_by(Identity.login).limit(limit)).scalars())
