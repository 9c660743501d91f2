"""Executions and inquiries that break a promise, found by single statements, so that each sees one moment."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, func, select, update

from app.engine.statuses import TERMINAL
from app.persistence.db import table_of
from app.persistence.models import Execution, Inquiry, WorkflowExecution
from app.persistence.repositories.rows import Row, all_rows
from app.persistence.session import Transaction

E = table_of(Execution)
W = table_of(WorkflowExecution)
Q = table_of(Inquiry)
ENDED = sorted(TERMINAL)
_SHOWN = (E.c.id, E.c.action_ref, E.c.status, E.c.lease_owner, E.c.workflow_run)


def started_twice(tx: Transaction, *, limit: int) -> list[Row]:
    """Attempts of one task run that exist twice: {workflow_run, task_name, visit, item, attempt, number, last}.

    The unique key does not see them: NULL, which stands for "no item", differs from NULL.
    """
    item = func.coalesce(E.c.task_index, -1)
    key = (E.c.workflow_run, E.c.task_name, E.c.visit, item, E.c.attempt)
    statement = (
        select(*key[:3], item.label("item"), E.c.attempt, func.count().label("number"), func.max(E.c.id).label("last"))
        .where(E.c.workflow_run.is_not(None))
        .group_by(*key)
        .having(func.count() > 1)
        .limit(limit)
    )
    return all_rows(tx.execute(statement))


def ended_with_lease(tx: Transaction, *, limit: int) -> list[Row]:
    """Ended executions that a worker still holds."""
    statement = select(*_SHOWN).where(E.c.status.in_(ENDED), E.c.lease_token.is_not(None))
    return all_rows(tx.execute(statement.order_by(E.c.id).limit(limit)))


def clear_lease(tx: Transaction, execution_id: int) -> None:
    """Take the lease from an ended execution; `updated` stays, clients compute overlap from it."""
    statement = update(E).where(E.c.id == execution_id, E.c.status.in_(ENDED))
    tx.execute(statement.values(lease_token=None, lease_owner=None, lease_expires_at=None, updated=E.c.updated))


def ended_without_time(tx: Transaction, *, limit: int) -> list[Row]:
    """Ended executions that do not say when."""
    statement = select(*_SHOWN).where(E.c.status.in_(ENDED), E.c.completed_at.is_(None))
    return all_rows(tx.execute(statement.order_by(E.c.id).limit(limit)))


def set_end_time(tx: Transaction, execution_id: int) -> None:
    """Let what has ended without saying when have ended at its last change."""
    ended = (E.c.id == execution_id, E.c.status.in_(ENDED), E.c.completed_at.is_(None))
    tx.execute(update(E).where(*ended).values(completed_at=E.c.updated, updated=E.c.updated))


def lost_leases(tx: Transaction, *, before: datetime, limit: int) -> list[Row]:
    """Running executions whose worker has not been heard of since that time, and that nobody took back."""
    statement = select(*_SHOWN).where(
        E.c.status.in_(["running", "canceling"]), E.c.lease_token.is_not(None), E.c.lease_expires_at < before
    )
    return all_rows(tx.execute(statement.order_by(E.c.id).limit(limit)))


def running_by_nobody(tx: Transaction, *, before: datetime, limit: int) -> list[Row]:
    """Actions that count as running while no worker has them and nobody is asked."""
    asks = exists().where(Q.c.execution == E.c.id, Q.c.status == "pending")
    statement = select(*_SHOWN).where(
        E.c.kind == "action", E.c.status.in_(["running", "canceling"]), E.c.lease_token.is_(None), E.c.updated < before, ~asks
    )
    return all_rows(tx.execute(statement.order_by(E.c.id).limit(limit)))


def asking_nothing(tx: Transaction, *, before: datetime, limit: int) -> list[Row]:
    """Executions that wait for an answer while no question is pending."""
    asks = exists().where(Q.c.execution == E.c.id, Q.c.status == "pending")
    statement = select(*_SHOWN).where(E.c.kind == "inquiry", E.c.status == "running", E.c.updated < before, ~asks)
    return all_rows(tx.execute(statement.order_by(E.c.id).limit(limit)))


def not_taken(tx: Transaction, *, before: datetime, limit: int) -> list[Row]:
    """Queued executions that no worker has taken since that time, in runs that are not paused."""
    paused = exists().where(W.c.id == E.c.workflow_run, W.c.paused.is_(True))
    statement = select(*_SHOWN).where(E.c.status == "scheduled", E.c.updated < before, ~paused)
    return all_rows(tx.execute(statement.order_by(E.c.id).limit(limit)))


def outliving_their_run(tx: Transaction, *, before: datetime, limit: int) -> list[Row]:
    """Executions that go on although the run they belong to has ended."""
    statement = select(*_SHOWN).where(
        W.c.id == E.c.workflow_run, W.c.status.in_(ENDED), E.c.status.not_in(ENDED), E.c.updated < before
    )
    return all_rows(tx.execute(statement.order_by(E.c.id).limit(limit)))


def questions_of_ended(tx: Transaction, *, limit: int) -> list[Row]:
    """Pending questions that a workflow asked and whose execution has ended: {id, execution, status}."""
    statement = select(Q.c.id, Q.c.execution, E.c.status).where(
        Q.c.status == "pending", Q.c.asked_by_engine.is_(True), E.c.id == Q.c.execution, E.c.status.in_(ENDED)
    )
    return all_rows(tx.execute(statement.order_by(Q.c.id).limit(limit)))
