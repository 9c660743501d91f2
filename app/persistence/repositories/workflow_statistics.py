"""The last runs of one workflow as few columns, and how long their tasks took. Bounded by the caller's limits."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import case, func, select

from app.persistence.db import table_of
from app.persistence.models import Execution, WorkflowExecution, WorkflowTaskExecution
from app.persistence.repositories.execution_reads import ExecutionScope, within
from app.persistence.repositories.rows import Row, all_rows
from app.persistence.session import Transaction

E, W, V = table_of(Execution), table_of(WorkflowExecution), table_of(WorkflowTaskExecution)
_FAILED = ("failed", "timed_out")


def last_runs(tx: Transaction, ref: str, scope: ExecutionScope, *, since: datetime, limit: int) -> list[Row]:
    """id, run, status, created, started_at, completed_at of what was started by itself, newest first."""
    columns = (E.c.id, W.c.id.label("run"), E.c.status, E.c.created, E.c.started_at, E.c.completed_at)
    query = select(*columns).join_from(E, W, W.c.execution == E.c.id)
    query = query.where(E.c.action_ref == ref, E.c.parent.is_(None), E.c.created >= since)
    if not scope.everything:
        query = query.where(within(scope))
    return all_rows(tx.execute(query.order_by(E.c.id.desc()).limit(limit)))


def task_times(tx: Transaction, run_ids: Collection[int]) -> list[Row]:
    """task_name, visits, failed, mean_ms and most_ms of the visits of these runs that have ended, slowest first.

    A visit with 10,000 items is one row here, so that the cost does not grow with them.
    """
    mean = func.avg(V.c.duration_ms).label("mean_ms")
    failed = func.sum(case((V.c.state.in_(_FAILED), 1), else_=0)).label("failed")
    query = select(V.c.task_name, func.count().label("visits"), failed, mean, func.max(V.c.duration_ms).label("most_ms"))
    query = query.where(V.c.workflow_execution.in_(run_ids), V.c.duration_ms.is_not(None))
    return all_rows(tx.execute(query.group_by(V.c.task_name).order_by(mean.desc(), V.c.task_name)))
