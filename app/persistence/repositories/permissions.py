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


def listed(tx: Transaction, *, pack_ref: str | None) -> list[PermissionSet]:
    query = select(PermissionSet).order_by(PermissionSet.ref)
    if pack_ref:
        query = query.where(PermissionSet.pack_ref == pack_ref)
    return list(tx.session.scalars(query))


def roles_by_set(tx: Transaction, set_ids: Sequence[int]) -> dict[int, list[PermissionSetRole]]:
    found: dict[int, list[PermissionSetRole]] = {set_id: [] for set_id in set_ids}
    query = select(PermissionSetRole).where(PermissionSetRole.permission_set_id.in_(set_ids))
    for row in tx.session.scalars(query.order_by(PermissionSetRole.id)):
        found[row.permission_set_id].append(row)
    return found


def assignments_of(tx: Transaction, identity_id: int) -> list[tuple[PermissionAssignment, str]]:
    """Assignments of the identity, each with the ref of its set."""
    query = (
        select(PermissionAssignment, PermissionSet.ref)
        .join(PermissionSet, PermissionSet.id == PermissionAssignment.permission_set_id)
        .where(PermissionAssignment.identity_id == identity_id)
        .order_by(PermissionAssignment.id)
    )
    return [(row[0], row[1]) for row in tx.session.execute(query)]
