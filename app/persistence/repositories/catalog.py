"""What the engine must know of an action before it can start it: one row, found by ref."""

from __future__ import annotations

from sqlalchemy import RowMapping, bindparam, select

from app.persistence.db import table_of
from app.persistence.models import Action, Pack, Runtime, WorkflowDefinition, WorkflowRevision
from app.persistence.session import Transaction

A = table_of(Action)
W = table_of(WorkflowDefinition)
P = table_of(Pack)
R = table_of(Runtime)


_ACTION = (
    select(
        A.c.id,
        A.c.ref,
        A.c.pack,
        A.c.pack_ref,
        A.c.param_schema,
        A.c.out_schema,
        A.c.timeout_seconds,
        A.c.is_workflow,
        A.c.workflow_def,
        A.c.default_execution_permission_set_refs,
        W.c.enabled,
        W.c.draft,
        W.c.revision,
    )
    .select_from(A.outerjoin(W, A.c.workflow_def == W.c.id))
    .where(A.c.ref == bindparam("wanted"))
)
_ACTION_BY_ID = select(A).where(A.c.id == bindparam("which"))
_PACK_BY_ID = select(P).where(P.c.id == bindparam("which"))
_RUNTIME_BY_ID = select(R).where(R.c.id == bindparam("which"))


def action(tx: Transaction, ref: str) -> RowMapping | None:
    """An action with what starting it needs.

    Keys: id, ref, pack, pack_ref, param_schema, out_schema, timeout_seconds, is_workflow, workflow_def,
    enabled, draft, revision (the last three None for plain actions), default_execution_permission_set_refs.
    """
    return tx.execute(_ACTION, {"wanted": ref}).mappings().first()


def runnable(tx: Transaction, action_id: int) -> tuple[RowMapping, RowMapping, RowMapping | None] | None:
    """(action, pack, runtime) rows, whole, for a worker; None when the action is gone."""
    act = tx.execute(_ACTION_BY_ID, {"which": action_id}).mappings().first()
    if act is None:
        return None
    pack = tx.execute(_PACK_BY_ID, {"which": act["pack"]}).mappings().one()
    runtime = tx.execute(_RUNTIME_BY_ID, {"which": act["runtime"]}).mappings().first() if act["runtime"] else None
    return act, pack, runtime


def revision(tx: Transaction, revision_id: int) -> RowMapping | None:
    """One immutable revision: id, workflow_def, workflow_ref, number, text, document."""
    t = table_of(WorkflowRevision)
    return tx.execute(select(t).where(t.c.id == revision_id)).mappings().first()
