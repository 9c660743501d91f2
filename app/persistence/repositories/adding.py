"""Add a row whose ref must be new, also when somebody else adds the same one at the same moment."""

from __future__ import annotations

from typing import Any

from sqlalchemy.exc import IntegrityError

from app.engine.errors import Conflict
from app.persistence.session import Transaction


def add_new(tx: Transaction, row: Any, *, what: str) -> None:
    """Add and flush the row. Conflict when a unique value of it is taken; the transaction is then over."""
    tx.session.add(row)
    try:
        tx.session.flush()
    except IntegrityError as error:
        raise Conflict(f"There is already {what}.") from error
