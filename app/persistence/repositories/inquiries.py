"""Rows of inquiries: ask, lock, close. A change is conditional on `pending`, so that one answer is accepted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update

from app.persistence.db import table_of
from app.persistence.models import Execution, Inquiry, InquiryAssignee, WorkflowExecution
from app.persistence.repositories.rows import Row, first_row
from app.persistence.session import Transaction

T = table_of(Inquiry)
A = table_of(InquiryAssignee)
E = table_of(Execution)
W = table_of(WorkflowExecution)


def add(tx: Transaction, values: Mapping[str, Any], *, now: datetime) -> int:
    """Insert a pending inquiry and those it is assigned to; its id."""
    statement = insert(Inquiry).values(created=now, updated=now, **values).returning(Inquiry.id)
    inquiry_id = int(tx.execute(statement).scalar_one())
    _add_assignees(tx, inquiry_id, values["assignees"])
    return inquiry_id


def find(tx: Transaction, inquiry_id: int) -> Row | None:
    return first_row(tx.execute(select(T).where(T.c.id == inquiry_id)))


def lock(tx: Transaction, inquiry_id: int) -> Row | None:
    """The inquiry, locked until the transaction ends; before it its run, without one its execution.

    Cancelling a run or an execution locks in the same order; else the two could wait for each other.
    """
    place = tx.execute(select(T.c.workflow_execution, T.c.execution).where(T.c.id == inquiry_id)).first()
    if place is None:
        return None
    run, execution = place
    above = select(W.c.id).where(W.c.id == run) if run is not None else select(E.c.id).where(E.c.id == execution)
    tx.execute(above.with_for_update(key_share=True)).first()
    statement = select(T).where(T.c.id == inquiry_id).with_for_update(key_share=True)
    return first_row(tx.execute(statement))


def change_pending(
    tx: Transaction, inquiry_id: int, values: Mapping[str, Any], *, now: datetime
) -> Row | None:
    """Change a row only while it is pending; the row as it is then, or None when it is not pending any more."""
    statement = (
        update(T)
        .where(T.c.id == inquiry_id, T.c.status == "pending")
        .values(**values, updated=now)
        .returning(T)
    )
    return first_row(tx.execute(statement))


def set_assignees(tx: Transaction, inquiry_id: int, assignees: Mapping[str, Any]) -> None:
    """Replace the searchable form of who is asked."""
    tx.execute(delete(A).where(A.c.inquiry == inquiry_id))
    _add_assignees(tx, inquiry_id, assignees)


def _add_assignees(tx: Transaction, inquiry_id: int, assignees: Mapping[str, Any]) -> None:
    people = [{"inquiry": inquiry_id, "identity": i, "role": None} for i in assignees["identities"]]
    roles = [{"inquiry": inquiry_id, "identity": None, "role": r} for r in assignees["roles"]]
    if people or roles:
        tx.execute(insert(InquiryAssignee), people + roles)


def remove(tx: Transaction, inquiry_id: int) -> None:
    tx.execute(delete(T).where(T.c.id == inquiry_id))


def due(tx: Transaction, *, now: datetime, limit: int) -> list[int]:
    """Pending inquiries whose time is over, oldest first."""
    statement = (
        select(T.c.id).where(T.c.status == "pending", T.c.timeout_at <= now).order_by(T.c.timeout_at).limit(limit)
    )
    return list(tx.execute(statement).scalars())


def pending_of_execution(tx: Transaction, execution_id: int) -> list[int]:
    statement = select(T.c.id).where(T.c.execution == execution_id, T.c.status == "pending").order_by(T.c.id)
    return list(tx.execute(statement).scalars())


def pending_of_run(tx: Transaction, workflow_execution_id: int) -> list[int]:
    statement = (
        select(T.c.id)
        .where(T.c.workflow_execution == workflow_execution_id, T.c.status == "pending")
        .order_by(T.c.id)
    )
    return list(tx.execute(statement).scalars())


def touch_run(tx: Transaction, workflow_execution_id: int | None) -> None:
    """Let the pages of the run see that something about its inquiries has changed."""
    if workflow_execution_id is not None:
        tx.execute(update(W).where(W.c.id == workflow_execution_id).values(version=W.c.version + 1))


def set_record(tx: Transaction, inquiry_id: int, record: Mapping[str, Any]) -> Row:
    """Keep the sealed record of a closed inquiry; the whole row."""
    statement = update(T).where(T.c.id == inquiry_id).values(record=record, updated=T.c.updated).returning(T)
    return dict(tx.execute(statement).mappings().one())
