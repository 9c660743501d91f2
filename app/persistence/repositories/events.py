"""Rows of the event log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert

from app.persistence.models import EventLog
from app.persistence.session import Transaction


def add(tx: Transaction, rows: Sequence[dict[str, Any]]) -> None:
    """Append events; the unique key (execution, seq) refuses a number that was given twice."""
    if rows:
        tx.execute(insert(EventLog), list(rows))
