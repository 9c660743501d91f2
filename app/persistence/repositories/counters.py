"""Rows of the counters that all processes add to."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from app.persistence.db import table_of
from app.persistence.models import Counter
from app.persistence.session import Transaction

C = table_of(Counter)


def add(tx: Transaction, numbers: Mapping[str, int]) -> None:
    """Add to counters, made when they are new; always in the same order, so that two who do it do not block each other."""
    if not numbers:
        return
    statement = (sqlite if tx.sqlite else postgresql).insert(C)
    statement = statement.on_conflict_do_update(index_elements=["name"], set_={"value": C.c.value + statement.excluded.value})
    tx.execute(statement, [{"name": name, "value": value} for name, value in sorted(numbers.items())])


def values(tx: Transaction) -> dict[str, int]:
    """Every counter by name."""
    return dict(tx.execute(select(C.c.name, C.c.value)).tuples().all())
