"""Permission sets and who holds them, in the shapes of api.md 14."""

from __future__ import annotations

from typing import Any

from app.engine.errors import NotFound
from app.engine.times import iso
from app.persistence import session
from app.persistence.models import PermissionAssignment, PermissionSet, PermissionSetRole
from app.persistence.repositories import identities, permissions


def list_sets(*, pack_ref: str | None = None) -> list[dict[str, Any]]:
    """Every permission set with the roles it is attached to, by ref."""
    with session.reading() as tx:
        sets = permissions.listed(tx, pack_ref=pack_ref)
        roles = permissions.roles_by_set(tx, [row.id for row in sets])
        return [set_json(row, roles[row.id]) for row in sets]


def get_set(set_id: int) -> dict[str, Any]:
    with session.reading() as tx:
        row = permissions.get(tx, set_id)
        if row is None:
            raise NotFound(f"There is no permission set {set_id}.")
        return set_json(row, permissions.roles_by_set(tx, [set_id])[set_id])


def list_assignments(identity_id: int) -> list[dict[str, Any]]:
    """The direct assignments of an identity; NotFound when there is no such identity."""
    with session.reading() as tx:
        if identities.get(tx, identity_id) is None:
            raise NotFound(f"There is no identity {identity_id}.")
        return [assignment_json(row, ref) for row, ref in permissions.assignments_of(tx, identity_id)]


def set_json(row: PermissionSet, roles: list[PermissionSetRole]) -> dict[str, Any]:
    return {
        "id": row.id,
        "ref": row.ref,
        "pack_ref": row.pack_ref,
        "label": row.label,
        "description": row.description,
        "grants": row.grants or [],
        "roles": [set_role_json(role, row.ref) for role in roles],
    }


def set_role_json(row: PermissionSetRole, set_ref: str) -> dict[str, Any]:
    return {
        "id": row.id,
        "permission_set_id": row.permission_set_id,
        "permission_set_ref": set_ref,
        "role": row.role,
        "created": iso(row.created),
    }


def assignment_json(row: PermissionAssignment, set_ref: str) -> dict[str, Any]:
    return {
        "id": row.id,
        "identity_id": row.identity_id,
        "permission_set_id": row.permission_set_id,
        "permission_set_ref": set_ref,
        "created": iso(row.created),
    }
