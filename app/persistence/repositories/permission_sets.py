"""Rows of permission sets, as far as the files of a pack decide about them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select

from app.persistence.models import PermissionSet, PermissionSetRole
from app.persistence.session import Transaction


def of_pack(tx: Transaction, pack_id: int) -> dict[str, PermissionSet]:
    return {row.ref: row for row in tx.session.scalars(select(PermissionSet).where(PermissionSet.pack == pack_id))}


def attach_roles(tx: Transaction, set_id: int, roles: Collection[str], *, now: datetime) -> None:
    """Give a new permission set to every identity with one of the roles."""
    tx.session.add_all(PermissionSetRole(permission_set_id=set_id, role=role, created=now) for role in roles)


def remove(tx: Transaction, ids: Collection[int]) -> None:
    """Delete permission sets with their assignments."""
    tx.session.flush()
    tx.execute(delete(PermissionSet).where(PermissionSet.id.in_(ids)))
