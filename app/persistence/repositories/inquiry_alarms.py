"""Rows of alarms: when an open question reminds and when it escalates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, insert, select

from app.persistence.db import table_of
from app.persistence.models import InquiryAlarm
from app.persistence.repositories.rows import Row, all_rows
from app.persistence.session import Transaction

T = table_of(InquiryAlarm)


def add(tx: Transaction, inquiry_id: int, alarms: Sequence[tuple[str, int, datetime]]) -> None:
    """Set (kind, number, due_at) of a question."""
    if alarms:
        tx.execute(insert(T), [{"inquiry": inquiry_id, "kind": k, "number": n, "due_at": at} for k, n, at in alarms])


def clear(tx: Transaction, inquiry_id: int) -> None:
    tx.execute(delete(T).where(T.c.inquiry == inquiry_id))


def due(tx: Transaction, *, now: datetime, limit: int) -> list[int]:
    """Questions with an alarm whose time has come, longest waiting first, each once."""
    first = func.min(T.c.due_at)
    statement = select(T.c.inquiry).where(T.c.due_at <= now).group_by(T.c.inquiry).order_by(first).limit(limit)
    return list(tx.execute(statement).scalars())


def take(tx: Transaction, inquiry_id: int, *, now: datetime) -> list[Row]:
    """Remove the due alarms of a question and give them, oldest first; empty when somebody else has them."""
    statement = delete(T).where(T.c.inquiry == inquiry_id, T.c.due_at <= now).returning(T)
    return sorted(all_rows(tx.execute(statement)), key=lambda row: (row["due_at"], row["id"]))


def of_inquiry(tx: Transaction, inquiry_id: int) -> list[Row]:
    """What is still to come, soonest first."""
    return all_rows(tx.execute(select(T).where(T.c.inquiry == inquiry_id).order_by(T.c.due_at, T.c.id)))
