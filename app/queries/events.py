"""What happened in an execution, by number."""

from __future__ import annotations

from typing import Any

from app.engine.access import Caller
from app.persistence import session
from app.persistence.repositories import event_reads
from app.persistence.repositories.rows import Row
from app.queries.executions import require_readable
from app.queries.times import iso


def list_events(*, execution_id: int, by: Caller, after_seq: int = 0, limit: int = 200) -> list[dict[str, Any]]:
    """Events after a number, in order: {id, execution, seq, type, task_name, visit, item, attempt, payload, created}."""
    with session.reading() as tx:
        require_readable(tx, execution_id, by)
        return [_event(row) for row in event_reads.after(tx, execution_id, seq=after_seq, limit=limit)]


def latest_events(
    *, execution_id: int, by: Caller, before_seq: int | None = None, limit: int = 200
) -> list[dict[str, Any]]:
    """The newest events below a number, newest first, in the shape of `list_events`."""
    with session.reading() as tx:
        require_readable(tx, execution_id, by)
        return [_event(row) for row in event_reads.before(tx, execution_id, seq=before_seq, limit=limit)]


def _event(row: Row) -> dict[str, Any]:
    return {**row, "created": iso(row["created"])}
