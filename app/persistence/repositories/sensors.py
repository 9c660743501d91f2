"""Rows of sensors."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, select

from app.persistence.models import Sensor
from app.persistence.repositories.matching import page_of
from app.persistence.session import Transaction


def by_ref(tx: Transaction, ref: str) -> Sensor | None:
    return tx.session.scalar(select(Sensor).where(Sensor.ref == ref))


def of_pack(tx: Transaction, pack_id: int) -> dict[str, Sensor]:
    return {row.ref: row for row in tx.session.scalars(select(Sensor).where(Sensor.pack == pack_id))}


def listed(tx: Transaction, *, pack_ref: str, offset: int = 0, limit: int = 50) -> tuple[list[Sensor], int]:
    """Sensors of a pack by ref, with the total."""
    query = select(Sensor).where(Sensor.pack_ref == pack_ref).order_by(Sensor.ref)
    return page_of(tx, query, offset=offset, limit=limit)


def remove(tx: Transaction, ids: Collection[int]) -> None:
    tx.session.flush()
    tx.execute(delete(Sensor).where(Sensor.id.in_(ids)))
