"""Rows of work queues."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, select

from app.persistence.models import WorkQueue
from app.persistence.repositories.matching import page_of
from app.persistence.session import Transaction


def of_pack(tx: Transaction, pack_id: int) -> dict[str, WorkQueue]:
    return {row.ref: row for row in tx.session.scalars(select(WorkQueue).where(WorkQueue.pack == pack_id))}


def listed(tx: Transaction, *, pack_ref: str, offset: int = 0, limit: int = 50) -> tuple[list[WorkQueue], int]:
    """Queues of a pack by ref, with the total."""
    query = select(WorkQueue).where(WorkQueue.pack_ref == pack_ref).order_by(WorkQueue.ref)
    return page_of(tx, query, offset=offset, limit=limit)


def remove(tx: Transaction, ids: Collection[int]) -> None:
    tx.session.flush()
    tx.execute(delete(WorkQueue).where(WorkQueue.id.in_(ids)))
