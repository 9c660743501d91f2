"""Identities as the API and pages show them. Shapes: api.md 2 (profile), 14 (identities, integration tokens)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from app.engine.access import Caller
from app.engine.errors import NotFound
from app.engine.times import iso
from app.persistence import session
from app.persistence.models import Identity, IdentityRole, IntegrationToken
from app.persistence.repositories import identities, inquiry_people, permissions
from app.persistence.session import Transaction
from app.queries.permissions import assignment_json


def profile(by: Caller) -> dict[str, Any]:
    """What `/auth/me` says about the caller."""
    with session.reading() as tx:
        row = _existing(tx, by.identity_id)
        return {
            "id": row.id,
            "login": row.login,
            "display_name": row.display_name,
            "email": row.email,
            "auth_provider": "local",
            "is_local": True,
            "can_change_password": row.password_hash is not None,
            "effective_permissions": effective_permissions(by),
            "assigned_permission_set_refs": list(by.permission_set_refs),
            "roles": sorted(by.roles),
        }


def effective_permissions(by: Caller) -> list[dict[str, Any]]:
    """[{resource, actions[]}], constrained grants included, by resource."""
    merged: defaultdict[str, set[str]] = defaultdict(set)
    for grant in by.grants:
        merged[grant.resource] |= grant.actions
    return [{"resource": resource, "actions": sorted(merged[resource])} for resource in sorted(merged)]


def list_identities(*, search: str | None = None, offset: int = 0, limit: int = 50) -> tuple[list[dict[str, Any]], int]:
    """Rows of the list, by login; `roles` are names here."""
    with session.reading() as tx:
        rows, total = identities.listed(tx, search=search, offset=offset, limit=limit)
        roles = identities.roles_by_identity(tx, [row.id for row in rows])
        return [{**_core(row), "roles": [role.role for role in roles[row.id]]} for row in rows], total


def logins_of(identity_ids: Iterable[int]) -> dict[int, str]:
    """Logins by identity id, for lists that show who; ids that are gone are left out."""
    with session.reading() as tx:
        return inquiry_people.logins_of(tx, set(identity_ids))


def id_of_login(login: str) -> int | None:
    """The identity with exactly this login."""
    with session.reading() as tx:
        return inquiry_people.ids_of(tx, [login]).get(login)


def get_identity(identity_id: int) -> dict[str, Any]:
    """One identity with its roles and direct permissions; NotFound."""
    with session.reading() as tx:
        row = _existing(tx, identity_id)
        return {
            **_core(row),
            "roles": [role_json(role) for role in identities.roles_of(tx, identity_id)],
            "direct_permissions": [
                assignment_json(held, ref) for held, ref in permissions.assignments_of(tx, identity_id)
            ],
            "created": iso(row.created),
            "updated": iso(row.updated),
        }


def list_integration_tokens(identity_id: int, *, now: datetime) -> list[dict[str, Any]]:
    """Newest first; the tokens themselves are not known any more. NotFound for an unknown identity."""
    with session.reading() as tx:
        _existing(tx, identity_id)
        return [token_json(row, now=now) for row in identities.integration_tokens_of(tx, identity_id)]


def role_json(row: IdentityRole) -> dict[str, Any]:
    return {
        "id": row.id,
        "identity_id": row.identity_id,
        "role": row.role,
        "source": row.source,
        "managed": row.managed,
        "created": iso(row.created),
        "updated": iso(row.updated),
    }


def token_json(row: IntegrationToken, *, now: datetime) -> dict[str, Any]:
    expired = row.expires_at is not None and row.expires_at <= now
    return {
        "id": row.id,
        "identity_id": row.identity_id,
        "label": row.label,
        "description": row.description,
        "token_prefix": row.token_prefix,
        "token_suffix": row.token_suffix,
        "created_by": row.created_by,
        "expires_at": iso(row.expires_at),
        "last_used_at": iso(row.last_used_at),
        "revoked_at": iso(row.revoked_at),
        "active": row.revoked_at is None and not expired,
        "created": iso(row.created),
        "updated": iso(row.updated),
    }


def _core(row: Identity) -> dict[str, Any]:
    return {
        "id": row.id,
        "login": row.login,
        "display_name": row.display_name,
        "email": row.email,
        "frozen": row.frozen,
        "attributes": row.attributes or {},
    }


def _existing(tx: Transaction, identity_id: int) -> Identity:
    row = identities.get(tx, identity_id)
    if row is None:
        raise NotFound(f"There is no identity {identity_id}.")
    return row
