"""The event log, for pages and streams."""

from __future__ import annotations

from sqlalchemy import select

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
