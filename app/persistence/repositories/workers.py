"""Rows of worker processes, as their heartbeats left them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from app.persistence.models import WorkerRow
from app.persistence.session import Transaction


def get(tx: Transaction, worker_id: int) -> WorkerRow | None:
    return tx.session.get(WorkerRow, worker_id)


def listed(tx: Transaction) -> list[WorkerRow]:
    return list(tx.session.scalars(select(WorkerRow).order_by(WorkerRow.name)))


def alive_since(tx: Transaction, moment: datetime) -> int:
    """How many have sent a heartbeat after `moment`."""
    alive = select(func.count(WorkerRow.id)).where(WorkerRow.heartbeat_at > moment)
    return tx.session.scalar(alive) or 0
