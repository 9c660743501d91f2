"""Rows of permission sets, as far as the files of a pack decide about them."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, select

from app.persistence.models import PermissionSet
from app.persistence.session import Transaction


def of_pack(tx: Transaction, pack_id: int) -> dict[str, PermissionSet]:
    return {row.ref: row for row in tx.session.scalars(select(PermissionSet).where(PermissionSet.pack == pack_id))}


def remove(tx: Transaction, ids: Collection[int]) -> None:
    """Delete permission sets with their assignments."""
    tx.session.flush()
    tx.execute(delete(PermissionSet).where(PermissionSet.id.in_(ids)))
