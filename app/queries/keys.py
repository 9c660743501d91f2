"""Keys as the API shows them (api.md 11). Values only one at a time, and in clear only to who may decrypt."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from app.engine.access import Caller
from app.engine.errors import NotFound
from app.engine.times import iso
from app.persistence import session
from app.persistence.models import Key
from app.persistence.repositories import keys
from app.persistence.repositories.keys import target_of


def list_keys(
    *, by: Caller, now: datetime, owner_type: str | None = None, owner: str | None = None, offset: int = 0, limit: int = 50
) -> tuple[list[dict[str, Any]], int]:
    """Keys the caller may read, newest first, without values."""
    # A constrained grant is checked key by key; only an unconstrained one can be paged by the database.
    paged = by.may_all("keys", "read")
    with session.reading() as tx:
        rows, total = keys.listed(
            tx, identity_id=by.identity_id, owner_type=owner_type, owner=owner, now=now,
            offset=offset, limit=limit if paged else None,
        )  # fmt: skip
        if not paged:
            seen = [row for row in rows if by.allows("keys", "read", target_of(row))]
            rows, total = seen[offset : offset + limit], len(seen)
        return [key_row(row) for row in rows], total


def get_key(*, ref: str, by: Caller, now: datetime, unseal: Callable[[bytes], Any]) -> dict[str, Any]:
    """One key; NotFound when it is unknown, expired or not the caller's to see."""
    with session.reading() as tx:
        row = keys.by_ref(tx, ref, now=now)
        if row is None or not by.allows("keys", "read", target_of(row)):
            raise NotFound(f"There is no key '{ref}'.")
        return key_json(row, by=by, unseal=unseal)


def key_json(row: Key, *, by: Caller, unseal: Callable[[bytes], Any]) -> dict[str, Any]:
    """The whole Key; an encrypted value is null without the right to decrypt."""
    value = row.value
    if row.sealed is not None:
        value = unseal(row.sealed) if by.allows("keys", "decrypt", target_of(row)) else None
    return {**key_row(row), "value": value}


def key_row(row: Key) -> dict[str, Any]:
    return {
        "id": row.id,
        "ref": row.ref,
        "name": row.name,
        "owner_type": row.owner_type,
        "owner": _owner(row),
        "owner_identity": row.owner_identity,
        "owner_pack": row.owner_pack,
        "owner_pack_ref": row.owner_pack_ref,
        "owner_action": row.owner_action,
        "owner_action_ref": row.owner_action_ref,
        "owner_sensor": row.owner_sensor,
        "owner_sensor_ref": row.owner_sensor_ref,
        "encrypted": row.encrypted,
        "expires_at": iso(row.expires_at),
        "created": iso(row.created),
        "updated": iso(row.updated),
    }


def _owner(row: Key) -> str | None:
    if row.owner_type == "identity":
        return str(row.owner_identity)
    return row.owner_pack_ref or row.owner_action_ref or row.owner_sensor_ref
