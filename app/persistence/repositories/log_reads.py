"""Captured output of executions, by byte position."""

from __future__ import annotations

from sqlalchemy import select

from app.persistence.db import table_of
from app.persistence.models import ExecutionLog
from app.persistence.session import Transaction

L = table_of(ExecutionLog)


def chunks_from(tx: Transaction, execution_id: int, stream: str, offset: int, *, limit: int) -> list[tuple[int, str]]:
    """(position, text) of chunks, from the one that holds byte `offset` on, in order."""
    holding = (
        select(L.c.position)
        .where(L.c.execution == execution_id, L.c.stream == stream, L.c.position <= offset)
        .order_by(L.c.position.desc())
        .limit(1)
    )
    start = tx.execute(holding).scalar_one_or_none() or 0
    query = (
        select(L.c.position, L.c.text)
        .where(L.c.execution == execution_id, L.c.stream == stream, L.c.position >= start)
        .order_by(L.c.position, L.c.id)
        .limit(limit)
    )
    return [(position, text) for position, text in tx.execute(query)]
