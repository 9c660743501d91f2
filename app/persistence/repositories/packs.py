"""Rows of packs."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import delete, select

from app.engine.visibility import Scope
from app.persistence.models import Pack
from app.persistence.repositories.matching import contains_text, has_any_element, page_of
from app.persistence.repositories.scopes import packs_within
from app.persistence.session import Transaction


def by_ref(tx: Transaction, ref: str) -> Pack | None:
    return tx.session.scalar(select(Pack).where(Pack.ref == ref))


def of_id(tx: Transaction, pack_id: int) -> Pack:
    """The pack that something belongs to, so that there is one."""
    return tx.session.get_one(Pack, pack_id)


def locked_by_ref(tx: Transaction, ref: str) -> Pack | None:
    """The row for somebody who will change it: others who want to wait, so that If-Match sees what they wrote."""
    return tx.session.scalar(select(Pack).where(Pack.ref == ref).with_for_update(key_share=True))


def by_refs(tx: Transaction, refs: list[str]) -> dict[str, Pack]:
    return {pack.ref: pack for pack in tx.session.scalars(select(Pack).where(Pack.ref.in_(refs)))}


def listed(
    tx: Transaction, *, scope: Scope, search: str | None, tag: str | None, offset: int, limit: int
) -> tuple[list[Pack], int]:
    """Packs of the scope, standard ones first, then newest first; with the total."""
    query = select(Pack).where(packs_within(scope))
    if search:
        query = query.where(contains_text(search, Pack.ref, Pack.label, Pack.description))
    if tag:
        query = query.where(has_any_element(Pack.tags, [tag]))
    query = query.order_by(Pack.is_standard.desc(), Pack.created.desc(), Pack.id.desc())
    return page_of(tx, query, offset=offset, limit=limit)


def directories(tx: Transaction) -> list[tuple[str, Path | None]]:
    """(ref, directory of its files or None) of every installed pack."""
    rows = tx.execute(select(Pack.ref, Pack.storage_path))
    return [(ref, Path(path).resolve() if path else None) for ref, path in rows]


def remove(tx: Transaction, pack_id: int) -> None:
    """Delete the pack and, by the database's cascades, everything it holds; what ran stays."""
    tx.session.flush()
    tx.execute(delete(Pack).where(Pack.id == pack_id))
