"""Rows of permission sets, what roles they go with, and who holds them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from app.persistence.models import PermissionAssignment, PermissionSet, PermissionSetRole
from app.persistence.session import Transaction


def get(tx: Transaction, set_id: int) -> PermissionSet | None:
    return tx.session.get(PermissionSet, set_id)


def by_ref(tx: Transaction, ref: str) -> PermissionSet | None:
    return tx.session.scalar(select(PermissionSet).where(PermissionSet.ref == ref))


def by_refs(tx: Transaction, refs: Sequence[str]) -> list[PermissionSet]:
    return list(tx.session.scalars(select(PermissionSet).where(PermissionSet.ref.in_(refs))))


def with_role(tx: Transaction, role: str) -> list[PermissionSet]:
    attached = select(PermissionSetRole.permission_set_id).where(PermissionSetRole.role == role)
    return list(tx.session.scalars(select(PermissionSet).where(PermissionSet.id.in_(attached))))


def set_role(tx: Transaction, set_role_id: int) -> PermissionSetRole | None:
    return tx.session.get(PermissionSetRole, set_role_id)


def has_set_role(tx: Transaction, *, set_id: int, role: str) -> bool:
    attached = select(PermissionSetRole.id).where(
        PermissionSetRole.permission_set_id == set_id, PermissionSetRole.role == role
    )
    return tx.session.scalar(attached) is not None


def assignment(tx: Transaction, assignment_id: int) -> PermissionAssignment | None:
    return tx.session.get(PermissionAssignment, assignment_id)


def is_assigned(tx: Transaction, *, identity_id: int, set_id: int) -> bool:
    held = select(PermissionAssignment.id).where(
        PermissionAssignment.identity_id == identity_id, PermissionAssignment.permission_set_id == set_id
    )
    return tx.session.scalar(held) is not None
