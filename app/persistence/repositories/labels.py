"""Labels of actions and workflows by ref, for lists that name them."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from app.persistence.models import Action
from app.persistence.session import Transaction


def labels_of(tx: Transaction, refs: Collection[str]) -> dict[str, str]:
    """Refs that are gone are left out."""
    if not refs:
        return {}
    rows = tx.execute(select(Action.ref, Action.label).where(Action.ref.in_(list(refs))))
    return {row.ref: row.label for row in rows}
