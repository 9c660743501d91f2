"""The items that executions work on, for the rows of one page."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from app.persistence import session
from app.persistence.repositories import execution_reads


def values_of(execution_ids: Collection[int]) -> dict[int, Any]:
    """Items by execution id, secrets masked. For executions the caller has already been given by a list."""
    if not execution_ids:
        return {}
    with session.reading() as tx:
        return execution_reads.item_values(tx, execution_ids)
