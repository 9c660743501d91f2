"""The event log, for pages and streams."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import func, select

from app.persistence.db import table_of
from app.persistence.models import EventLog
from app.persistence.repositories.rows import Row, all_rows
from app.persistence.session import Transaction

L = table_of(EventLog)


def after(tx: Transaction, execution_id: int, *, seq: int, limit: int) -> list[Row]:
    """Events of one execution with a number above `seq`, in order."""
    query = select(L).where(L.c.execution == execution_id, L.c.seq > seq).order_by(L.c.seq).limit(limit)
    return all_rows(tx.execute(query))


def before(tx: Transaction, execution_id: int, *, seq: int | None, limit: int) -> list[Row]:
    """The newest events below `seq` (None: at all), newest first."""
    query = select(L).where(L.c.execution == execution_id)
    if seq is not None:
        query = query.where(L.c.seq < seq)
    return all_rows(tx.execute(query.order_by(L.c.seq.desc()).limit(limit)))


def upto(tx: Transaction, execution_id: int, *, seq: int) -> list[Row]:
    """The events of one execution up to a number, in order."""
    return all_rows(tx.execute(select(L).where(L.c.execution == execution_id, L.c.seq <= seq).order_by(L.c.seq)))


def last_seq(tx: Transaction, execution_id: int) -> int:
    return tx.execute(select(func.max(L.c.seq)).where(L.c.execution == execution_id)).scalar_one_or_none() or 0


def marks(tx: Transaction, execution_id: int, types: Collection[str], *, every: int) -> list[Row]:
    """seq, type and task_name of every n-th event of these types, in order."""
    query = select(L.c.seq, L.c.type, L.c.task_name).where(L.c.execution == execution_id, L.c.type.in_(list(types)))
    return all_rows(tx.execute(query.where(L.c.seq % every == 0).order_by(L.c.seq)))


def first_seq(tx: Transaction, execution_id: int, task: str, visit: int, types: Collection[str]) -> int | None:
    """Number of the first event of these types about a visit; None when there is none."""
    of_visit = (L.c.execution == execution_id, L.c.task_name == task, L.c.visit == visit)
    query = select(func.min(L.c.seq)).where(*of_visit, L.c.type.in_(list(types)))
    return tx.execute(query).scalar_one_or_none()


def variable_changes(tx: Transaction, execution_id: int, *, before: int) -> list[dict[str, Any]]:
    """Payloads of the events below a number that changed variables, in order."""
    query = select(L.c.payload).where(
        L.c.execution == execution_id, L.c.seq < before, L.c.type.in_(("variables_set", "published"))
    )
    return list(tx.execute(query.order_by(L.c.seq)).scalars())
