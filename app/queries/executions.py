"""Read models of executions: Execution and ExecutionSummary (api.md 8), children and statistics."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.engine.access import Caller
from app.engine.statuses import ACTIVE, NOT_STARTED, TERMINAL
from app.engine.times import iso
from app.persistence import session
from app.persistence.repositories import execution_reads
from app.persistence.repositories.execution_reads import ExecutionFilters
from app.persistence.repositories.rows import Row
from app.persistence.session import Transaction
from app.queries.execution_access import execution_scope, may_read, readable

Reveal = Callable[[dict[str, Any], bytes | None], dict[str, Any]]

__all__ = ["ExecutionFilters", "children", "execution_stats", "get_execution", "list_executions", "queue_stats"]


def list_executions(
    *,
    by: Caller,
    filters: ExecutionFilters | None = None,
    limit: int = 20,
    offset: int = 0,
    before: int | None = None,
    with_total: bool = False,
    oldest_first: bool = False,
) -> tuple[list[dict[str, Any]], int | None, bool]:
    """ExecutionSummary newest first, the total (None unless asked for), and whether there are more.

    Args:
        before: only ids below it; a page found this way costs the same at any depth.
    """
    filters = replace(filters or ExecutionFilters(), scope=execution_scope(by))
    with session.reading() as tx:
        rows = execution_reads.listed(
            tx, filters, limit=limit + 1, offset=offset, before=before, oldest_first=oldest_first
        )
        total = execution_reads.counted(tx, filters) if with_total else None
    return [execution_summary(row) for row in rows[:limit]], total, len(rows) > limit


def matching(*, by: Caller, filters: ExecutionFilters, limit: int) -> tuple[list[int], bool]:
    """Ids of the newest that match, and whether there are more."""
    filters = replace(filters, scope=execution_scope(by))
    with session.reading() as tx:
        found = execution_reads.ids(tx, filters, limit=limit + 1)
    return found[:limit], len(found) > limit


def children(*, execution_id: int, by: Caller, limit: int = 20, offset: int = 0) -> tuple[list[dict[str, Any]], bool]:
    """Direct children, oldest first, and whether there are more. NotFound when the parent may not be read.

    Whoever may read a workflow may read what it ran, whoever is named as the executor there.
    """
    with session.reading() as tx:
        readable(tx, execution_reads.found(tx, execution_id), execution_id, by)
        rows = execution_reads.listed(
            tx, ExecutionFilters(parent=execution_id), limit=limit + 1, offset=offset, oldest_first=True
        )
    return [execution_summary(row) for row in rows[:limit]], len(rows) > limit


def get_execution(*, execution_id: int, by: Caller, reveal: Reveal | None = None) -> dict[str, Any]:
    """The Execution. Secret parameters read "***", unless `reveal` is given and the caller may decrypt.

    Args:
        reveal: gives the original of (shown, sealed) parameters.

    Raises:
        NotFound: unknown, or not for this caller.
    """
    with session.reading() as tx:
        row = readable(tx, execution_reads.found(tx, execution_id), execution_id, by)
    if reveal is not None and by.may("keys", "decrypt"):
        row = {**row, "parameters": reveal(row["parameters"], row["sealed"])}
    return execution_json(row)


def execution_history(*, execution_id: int, by: Caller) -> list[dict[str, Any]]:
    """Changes of the status, oldest first: {time, operation, changed_fields, old_values, new_values} (api.md 17)."""
    with session.reading() as tx:
        row = readable(tx, execution_reads.found(tx, execution_id), execution_id, by)
    known = [("requested", row["created"]), ("running", row["started_at"]), (row["status"], row["completed_at"])]
    steps = [(status, time) for status, time in known if time is not None]
    olds = [None, *(status for status, _ in steps)]
    return [_change(time, old, new) for (new, time), old in zip(steps, olds, strict=False)]


def _change(time: datetime, old: str | None, new: str) -> dict[str, Any]:
    return {
        "time": iso(time),
        "operation": "INSERT" if old is None else "UPDATE",
        "changed_fields": ["status"],
        "old_values": {} if old is None else {"status": old},
        "new_values": {"status": new},
    }


def execution_stats() -> dict[str, int]:
    """Counts over all rows. Source: api.md 8 `/executions/stats`."""
    with session.reading() as tx:
        by_status = execution_reads.counts_by_status(tx)

    def count(*names: str) -> int:
        return sum(by_status.get(name, 0) for name in names)

    return {
        "total": sum(by_status.values()),
        "completed": count("completed"),
        "failed": count("failed"),
        "running": count("running"),
        "pending": count("requested", "scheduling", "scheduled"),
        "cancelled": count("cancelled", "canceling"),
        "timeout": count("timeout"),
        "abandoned": count("abandoned"),
    }


def queue_stats(*, action: Mapping[str, Any], max_concurrent: int, now: datetime) -> dict[str, Any]:
    """How much of one action waits and runs (api.md 6 `/actions/{ref}/queue-stats`).

    Args:
        action: as `queries.actions.get_action` shows it.
        max_concurrent: actions a worker process runs at once.
    """
    with session.reading() as tx:
        by_status = execution_reads.counts_of_action(tx, action["id"])

    def count(statuses: Collection[str]) -> int:
        return sum(number for status, (number, _) in by_status.items() if status in statuses)

    waiting_since = [first for status, (_, first) in by_status.items() if status in NOT_STARTED]
    return {
        "action_id": action["id"],
        "action_ref": action["ref"],
        "queue_length": count(NOT_STARTED),
        "active_count": count(ACTIVE),
        "max_concurrent": max_concurrent,
        "oldest_enqueued_at": iso(min(waiting_since, default=None)),
        "total_enqueued": sum(number for number, _ in by_status.values()),
        "total_completed": count(TERMINAL),
        "last_updated": iso(now),
    }


def require_readable(tx: Transaction, execution_id: int, by: Caller) -> Row:
    """The whole row of an execution the caller may read; else NotFound."""
    return readable(tx, execution_reads.found(tx, execution_id), execution_id, by)


def is_readable(tx: Transaction, execution_id: int, by: Caller) -> bool:
    row = execution_reads.found(tx, execution_id)
    return row is not None and may_read(tx, row, by)


def execution_json(row: Row) -> dict[str, Any]:
    """Execution, whole. `config` is the parameters, null when there are none."""
    return {
        **execution_summary(row),
        "config": row["parameters"] or None,
        "parameters": row["parameters"] or {},
        "env_vars": row["env_vars"] or {},
        "result": row["result"],
        "warnings": row["warnings"] or [],
    }


def execution_summary(row: Row) -> dict[str, Any]:
    """ExecutionSummary from a light row with `own_run`."""
    return {
        "id": row["id"],
        "action": row["action"],
        "action_ref": row["action_ref"],
        "parent": row["parent"],
        "enforcement": row["enforcement"],
        "rule_ref": row["rule_ref"],
        "trigger_ref": row["trigger_ref"],
        "executor": row["executor"],
        "permission_set_refs": row["permission_set_refs"] or [],
        "worker": row["worker"],
        "status": row["status"],
        "error": row["error"],
        "original_execution": row["original_execution"],
        "started_at": iso(row["started_at"]),
        "completed_at": iso(row["completed_at"]),
        "workflow_task": workflow_task(row),
        "workflow_execution": row["own_run"],
        "created": iso(row["created"]),
        "updated": iso(row["updated"]),
    }


def workflow_task(row: Row) -> dict[str, Any] | None:
    """What the execution is within a run; None when it is no part of one."""
    if row["workflow_run"] is None:
        return None
    return {
        "workflow_execution": row["workflow_run"],
        "task_name": row["task_name"],
        "triggered_by": row["triggered_by"],
        "task_index": row["task_index"],
        "task_batch": row["task_batch"],
        "retry_count": max((row["attempt"] or 1) - 1, 0),
        "max_retries": row["max_retries"] or 0,
        "next_retry_at": iso(row["next_retry_at"]),
        "timeout_seconds": row["timeout_seconds"],
        "timed_out": bool(row["timed_out"]),
        "duration_ms": row["duration_ms"],
        "started_at": iso(row["started_at"]),
        "completed_at": iso(row["completed_at"]),
    }
