"""Rows of the event log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert

from app.persistence.db import table_of
from app.persistence.models import EventLog
from app.persistence.session import Transaction

_ADD = insert(table_of(EventLog))


def add(tx: Transaction, rows: Sequence[dict[str, Any]]) -> None:
    """Append events; the unique key (execution, seq) refuses a number that was given twice."""
    if rows:
        tx.execute(_ADD, list(rows))
