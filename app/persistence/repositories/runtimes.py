"""Rows of runtimes."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, select

from app.persistence.models import Runtime
from app.persistence.session import Transaction


def by_ref(tx: Transaction, ref: str) -> Runtime | None:
    return tx.session.scalar(select(Runtime).where(Runtime.ref == ref))


def locked_by_ref(tx: Transaction, ref: str) -> Runtime | None:
    """The row for somebody who will change it: others who want to wait, so that If-Match sees what they wrote."""
    return tx.session.scalar(select(Runtime).where(Runtime.ref == ref).with_for_update(key_share=True))


def by_id(tx: Transaction, runtime_id: int) -> Runtime | None:
    return tx.session.get(Runtime, runtime_id)


def by_word(tx: Transaction, word: str) -> Runtime | None:
    """The runtime with this ref, name, last part of its ref, or alias, letter case aside; in that order."""
    rows = list(tx.session.scalars(select(Runtime).order_by(Runtime.id)))
    wanted = word.strip().lower()
    for names in (_ref, _name, _short, _aliases):
        for row in rows:
            if wanted in names(row):
                return row
    return None


def of_pack(tx: Transaction, pack_id: int) -> dict[str, Runtime]:
    return {row.ref: row for row in tx.session.scalars(select(Runtime).where(Runtime.pack == pack_id))}


def listed(tx: Transaction, *, pack_ref: str | None = None) -> list[Runtime]:
    """Runtimes by ref."""
    query = select(Runtime).order_by(Runtime.ref)
    if pack_ref is not None:
        query = query.where(Runtime.pack_ref == pack_ref)
    return list(tx.session.scalars(query))


def remove(tx: Transaction, ids: Collection[int]) -> None:
    """Delete runtimes; actions that named them keep the ref."""
    tx.session.flush()
    tx.execute(delete(Runtime).where(Runtime.id.in_(ids)))


def _ref(row: Runtime) -> set[str]:
    return {row.ref.lower()}


def _name(row: Runtime) -> set[str]:
    return {row.name.lower()}


def _short(row: Runtime) -> set[str]:
    return {row.ref.rpartition(".")[2].lower()}


def _aliases(row: Runtime) -> set[str]:
    return {str(alias).lower() for alias in row.aliases}
