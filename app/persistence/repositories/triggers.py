"""Rows of triggers."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Select, delete, select, update

from app.engine.visibility import Scope
from app.persistence.models import Rule, Trigger
from app.persistence.repositories.matching import contains_text, page_of
from app.persistence.repositories.scopes import components_within
from app.persistence.session import Transaction


def by_ref(tx: Transaction, ref: str) -> Trigger | None:
    return tx.session.scalar(select(Trigger).where(Trigger.ref == ref))


def held_by_ref(tx: Transaction, ref: str) -> Trigger | None:
    """The row; nobody can delete it until the transaction ends."""
    return tx.session.scalar(select(Trigger).where(Trigger.ref == ref).with_for_update(read=True, key_share=True))


def by_key(tx: Transaction, webhook_key: str) -> Trigger | None:
    """The trigger whose webhook has this key and is switched on."""
    return tx.session.scalar(_with_key(webhook_key))


def held_by_key(tx: Transaction, webhook_key: str, *, alone: bool) -> Trigger | None:
    """The same, held until the transaction ends; `alone`: others who want to count its events wait."""
    return tx.session.scalar(_with_key(webhook_key).with_for_update(key_share=True, read=not alone))


def locked_by_ref(tx: Transaction, ref: str) -> Trigger | None:
    """The row for somebody who will change it, or who counts its events: others who want to wait."""
    return tx.session.scalar(select(Trigger).where(Trigger.ref == ref).with_for_update(key_share=True))


def of_pack(tx: Transaction, pack_id: int) -> dict[str, Trigger]:
    return {row.ref: row for row in tx.session.scalars(select(Trigger).where(Trigger.pack == pack_id))}


def ids_by_ref(tx: Transaction, refs: Collection[str]) -> dict[str, int]:
    """Refs that nobody has are left out."""
    query = select(Trigger.ref, Trigger.id).where(Trigger.ref.in_(list(refs)))
    return {row.ref: row.id for row in tx.session.execute(query)}


def listed(
    tx: Transaction,
    *,
    scope: Scope,
    pack_ref: str | None = None,
    enabled: bool | None = None,
    webhook_enabled: bool | None = None,
    search: str | None = None,
    offset: int = 0,
    limit: int = 50,
) -> tuple[list[Trigger], int]:
    """Triggers of the scope by ref, with the total."""
    query = select(Trigger).where(components_within(scope, Trigger, action_id=Trigger.id)).order_by(Trigger.ref)
    wanted = {Trigger.pack_ref: pack_ref, Trigger.enabled: enabled, Trigger.webhook_enabled: webhook_enabled}
    query = query.where(*(column == value for column, value in wanted.items() if value is not None))
    if search:
        query = query.where(contains_text(search, Trigger.ref, Trigger.label, Trigger.description))
    return page_of(tx, query, offset=offset, limit=limit)


def found_by_rules(tx: Transaction, row: Trigger) -> None:
    """Rules that named a trigger before it was there, or after it had gone, name this one now."""
    tx.session.flush()
    tx.execute(update(Rule).where(Rule.trigger_ref == row.ref, Rule.trigger.is_(None)).values(trigger=row.id))


def _with_key(webhook_key: str) -> Select[tuple[Trigger]]:
    return select(Trigger).where(Trigger.webhook_key == webhook_key, Trigger.webhook_enabled)


def remove(tx: Transaction, ids: Collection[int]) -> None:
    """Delete triggers; their events stay, and their rules keep the ref."""
    tx.session.flush()
    tx.execute(delete(Trigger).where(Trigger.id.in_(ids)))
