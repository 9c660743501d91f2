"""Questions as the engine sees them: the latest of a task, and what closing an execution does to its question."""

from __future__ import annotations

from sqlalchemy import RowMapping, func, select

from app.persistence.db import table_of
from app.persistence.models import Execution, Identity, Inquiry
from app.persistence.session import Transaction

Q = table_of(Inquiry)
E = table_of(Execution)
I = table_of(Identity)  # noqa: E741 - the initial of the noun, as its neighbours


def latest_of_task(tx: Transaction, workflow_execution_id: int, task: str) -> list[RowMapping]:
    """Questions of the task's latest visit, in item order."""
    last = select(func.max(E.c.visit)).where(E.c.workflow_run == workflow_execution_id, E.c.task_name == task)
    statement = (
        select(
            Q.c.id,
            Q.c.status,
            Q.c.response,
            Q.c.responded_at,
            I.c.login.label("responded_by_login"),
            E.c.task_index,
        )
        .select_from(Q.join(E, Q.c.execution == E.c.id).outerjoin(I, Q.c.responded_by == I.c.id))
        .where(
            E.c.workflow_run == workflow_execution_id,
            E.c.task_name == task,
            E.c.visit == last.scalar_subquery(),
            Q.c.asked_by_engine.is_(True),
        )
        .order_by(E.c.task_index, Q.c.id)
    )
    return list(tx.execute(statement).mappings())


def tasks_that_asked(tx: Transaction, workflow_execution_id: int) -> list[str]:
    """Names of tasks that have asked something in this run."""
    statement = (
        select(E.c.task_name)
        .select_from(Q.join(E, Q.c.execution == E.c.id))
        .where(E.c.workflow_run == workflow_execution_id)
        .distinct()
    )
    return list(tx.execute(statement).scalars())


def find(tx: Transaction, inquiry_id: int) -> RowMapping | None:
    return tx.execute(select(Q).where(Q.c.id == inquiry_id)).mappings().first()
