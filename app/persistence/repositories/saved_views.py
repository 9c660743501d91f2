"""Rows of saved views. Functions take an open Transaction and never commit."""

from __future__ import annotations

from sqlalchemy import func, select

from app.persistence.models import SavedView
from app.persistence.session import Transaction


def of_identity(tx: Transaction, identity_id: int) -> list[SavedView]:
    """By name."""
    query = select(SavedView).where(SavedView.identity == identity_id).order_by(func.lower(SavedView.name), SavedView.id)
    return list(tx.session.scalars(query))


def find(tx: Transaction, view_id: int, *, identity_id: int) -> SavedView | None:
    return tx.session.scalar(select(SavedView).where(SavedView.id == view_id, SavedView.identity == identity_id))


def by_name(tx: Transaction, name: str, *, identity_id: int) -> SavedView | None:
    return tx.session.scalar(select(SavedView).where(SavedView.name == name, SavedView.identity == identity_id))


def add(tx: Transaction, *, identity_id: int, name: str, filters: dict[str, str]) -> SavedView:
    row = SavedView(identity=identity_id, name=name, filters=filters)
    tx.session.add(row)
    tx.flush()
    return row


def remove(tx: Transaction, row: SavedView) -> None:
    tx.session.delete(row)
