"""Rows of the datastore. An expired key is no key: every read leaves it out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, delete, or_, select
from sqlalchemy.orm import defer

from app.engine.access import Target
from app.persistence.models import Action, Identity, Key, Pack
from app.persistence.repositories.matching import page_of
from app.persistence.session import Transaction


def by_ref(tx: Transaction, ref: str, *, now: datetime) -> Key | None:
    return tx.session.scalar(select(Key).where(Key.ref == ref, _alive(now)))


def listed(
    tx: Transaction,
    *,
    identity_id: int,
    owner_type: str | None,
    owner: str | None,
    now: datetime,
    offset: int = 0,
    limit: int | None = None,
) -> tuple[list[Key], int]:
    """Keys newest first, without their values; keys of other identities are left out. `limit` None: all."""
    query = select(Key).options(defer(Key.value), defer(Key.sealed)).order_by(Key.id.desc())
    query = query.where(_alive(now), or_(Key.owner_type != "identity", Key.owner_identity == identity_id))
    if owner_type:
        query = query.where(Key.owner_type == owner_type)
    if owner:
        query = query.where(_owned_by(owner))
    if limit is None:
        rows = list(tx.session.scalars(query))
        return rows, len(rows)
    return page_of(tx, query, offset=offset, limit=limit)


def within_reach(
    tx: Transaction, *, refs: Sequence[str], pack_ref: str | None, action_ref: str | None,
    identity_id: int | None, now: datetime,
) -> list[Key]:  # fmt: skip
    """Those of the named keys that a task of this pack and action, run for this identity, may read."""
    reach = _reach(pack_ref=pack_ref, action_ref=action_ref, identity_id=identity_id)
    return list(tx.session.scalars(select(Key).where(Key.ref.in_(refs), _alive(now), reach)))


def of_action(tx: Transaction, *, pack_ref: str, action_ref: str, now: datetime) -> list[Key]:
    """Keys owned by the pack, then those owned by the action, so that the nearer owner wins when names meet."""
    owned = or_(
        and_(Key.owner_type == "pack", Key.owner_pack_ref == pack_ref),
        and_(Key.owner_type == "action", Key.owner_action_ref == action_ref),
    )
    rows = tx.session.scalars(select(Key).where(owned, _alive(now)).order_by(Key.id))
    return sorted(rows, key=lambda key: key.owner_type == "action")


def forget_expired(tx: Transaction, ref: str, *, now: datetime) -> None:
    """Make way for a new key of the same ref."""
    tx.execute(delete(Key).where(Key.ref == ref, Key.expires_at <= now))


def pack_owner(tx: Transaction, *, ref: str | None, pack_id: int | None) -> tuple[int, str] | None:
    return _owner(tx, Pack, ref, pack_id)


def action_owner(tx: Transaction, *, ref: str | None, action_id: int | None) -> tuple[int, str] | None:
    return _owner(tx, Action, ref, action_id)


def identity_exists(tx: Transaction, identity_id: int) -> bool:
    return tx.session.get(Identity, identity_id) is not None


def target_of(row: Key) -> Target:
    """What access rules look at."""
    return Target(
        id=row.id,
        ref=row.ref,
        pack_ref=row.owner_pack_ref,
        owner=row.owner_identity,
        owner_type=row.owner_type,
        owner_ref=row.owner_pack_ref or row.owner_action_ref or row.owner_sensor_ref,
        encrypted=row.encrypted,
    )


def _owner(tx: Transaction, model: Any, ref: str | None, owner_id: int | None) -> tuple[int, str] | None:
    wanted = model.ref == ref if ref is not None else model.id == owner_id
    row = tx.execute(select(model.id, model.ref).where(wanted)).one_or_none()
    return None if row is None else (row[0], row[1])


def _alive(now: datetime) -> ColumnElement[bool]:
    return or_(Key.expires_at.is_(None), Key.expires_at > now)


def _owned_by(owner: str) -> ColumnElement[bool]:
    ids = (Key.owner_identity, Key.owner_pack, Key.owner_action, Key.owner_sensor)
    refs = (Key.owner_pack_ref, Key.owner_action_ref, Key.owner_sensor_ref)
    return or_(*(cast(column, String) == owner for column in ids), *(column == owner for column in refs))


def _reach(*, pack_ref: str | None, action_ref: str | None, identity_id: int | None) -> ColumnElement[bool]:
    return or_(
        Key.owner_type == "system",
        and_(Key.owner_type == "pack", Key.owner_pack_ref == pack_ref),
        and_(Key.owner_type == "action", Key.owner_action_ref == action_ref),
        and_(Key.owner_type == "identity", Key.owner_identity == identity_id),
    )
