"""What changed since one last looked: notifications of executions, runs, tasks and inquiries (api.md 15).

The database is asked again and again; a change between two looks is told in full (`running` before `completed`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from app.engine.access import Caller
from app.engine.errors import NotFound
from app.engine.statuses import NOT_STARTED, TERMINAL, ExecutionStatus
from app.engine.times import iso
from app.persistence import session
from app.persistence.repositories import execution_reads, run_reads
from app.persistence.repositories.rows import Row
from app.persistence.session import Transaction
from app.queries.execution_access import may_read
from app.queries.executions import execution_summary, is_readable

# A row is stamped before its transaction commits, so the last seconds are looked at again.
OVERLAP = timedelta(seconds=2)
MOST_AT_ONCE = 5000
_STATUSES = [status.value for status in ExecutionStatus]
_INQUIRY_TYPES = {
    "pending": "inquiry_created",
    "responded": "inquiry_responded",
    "timeout": "inquiry_timeout",
    "cancelled": "inquiry_cancelled",
}

Notification = dict[str, Any]


class ExecutionChanges:
    """Changes of every execution the caller may read, or of one.

    Raises:
        NotFound: `execution_id` is unknown or not for this caller.
    """

    def __init__(self, *, by: Caller, now: datetime, execution_id: int | None = None) -> None:
        self._by = by
        self._only = execution_id
        self._since = now
        self._known: dict[int, str] = {}
        with session.reading() as tx:
            if execution_id is not None and not is_readable(tx, execution_id, by):
                raise NotFound(f"There is no execution {execution_id}.")
            self._known = {row["id"]: row["status"] for row in self._rows(tx)}

    def look(self) -> list[Notification]:
        """What changed since the last look, oldest first."""
        with session.reading() as tx:
            rows = self._rows(tx)
            changed = [row for row in rows if self._known.get(row["id"]) != row["status"]]
            told = [n for row in changed if self._may_see(tx, row) for n in _steps(row, self._known.get(row["id"]))]
        self._since = max([self._since, *(row["updated"] for row in rows)])
        self._known = {i: status for i, status in self._known.items() if status not in TERMINAL}
        self._known |= {row["id"]: row["status"] for row in rows}
        return told

    def _may_see(self, tx: Transaction, row: Row) -> bool:
        return self._only is not None or may_read(tx, row, self._by)

    def _rows(self, tx: Transaction) -> list[Row]:
        if self._only is not None:
            return execution_reads.by_ids(tx, [self._only])
        since = self._since - OVERLAP
        return execution_reads.changed_since(tx, since, statuses=_STATUSES, limit=MOST_AT_ONCE)


class RunChanges:
    """Changes of one run: its header, its tasks, what it runs and what it asks.

    Raises:
        NotFound: unknown, or not for this caller.
    """

    def __init__(self, *, workflow_execution_id: int, by: Caller) -> None:
        self._run = workflow_execution_id
        self._version: Any = None
        self._header: Row | None = None
        self._tasks: dict[tuple[str, int], str] = {}
        self._children: dict[int, str] = {}
        self._inquiries: dict[int, str] = {}
        with session.reading() as tx:
            header = run_reads.version(tx, workflow_execution_id)
            if header is None or not is_readable(tx, header["execution"], by):
                raise NotFound(f"There is no workflow execution {workflow_execution_id}.")
            list(self._changes(tx, header))
            self._version = header["version"]

    def look(self) -> list[Notification]:
        """What changed since the last look; one row is read when nothing did."""
        with session.reading() as tx:
            header = run_reads.version(tx, self._run)
            if header is None or header["version"] == self._version:
                return []
            self._version = header["version"]
            return list(self._changes(tx, header))

    def _changes(self, tx: Transaction, header: Row) -> Iterator[Notification]:
        yield from self._header_changes(header)
        yield from self._task_changes(tx, header)
        yield from self._execution_changes(tx)
        yield from self._inquiry_changes(tx)

    def _header_changes(self, header: Row) -> Iterator[Notification]:
        shown = {key: header[key] for key in ("status", "paused", "pausing", "execution")}
        if self._header is None or any(self._header[key] != value for key, value in shown.items()):
            payload = {"id": self._run, **shown}
            yield _notification("workflow_execution_status_changed", "workflow_execution", self._run, payload, header["updated"])
        self._header = header

    def _task_changes(self, tx: Transaction, header: Row) -> Iterator[Notification]:
        for row in run_reads.visit_states(tx, [self._run]):
            key = (row["task_name"], row["visit"])
            if self._tasks.get(key) != row["state"]:
                self._tasks[key] = row["state"]
                payload = {"workflow_execution": self._run, **{k: row[k] for k in ("task_name", "visit", "state")}}
                yield _notification("workflow_task_changed", "workflow_execution", self._run, payload, header["updated"])

    def _execution_changes(self, tx: Transaction) -> Iterator[Notification]:
        states = run_reads.task_executions(tx, self._run)
        changed = [row["id"] for row in states if self._children.get(row["id"]) != row["status"]]
        for ids in execution_reads.batched(changed, 500):
            for row in execution_reads.by_ids(tx, ids):
                yield from _steps(row, self._children.get(row["id"]))
                self._children[row["id"]] = row["status"]

    def _inquiry_changes(self, tx: Transaction) -> Iterator[Notification]:
        for row in run_reads.inquiry_states(tx, self._run):
            before = self._inquiries.get(row["id"])
            if before != row["status"]:
                self._inquiries[row["id"]] = row["status"]
                words = ["pending", row["status"]] if before is None and row["status"] != "pending" else [row["status"]]
                yield from (_inquiry_notification(row, word) for word in words)


def _steps(row: Row, before: str | None) -> Iterator[Notification]:
    """Every status the execution went through since it was `before` (None: never seen)."""
    if before is None:
        yield _execution_notification("execution_created", row, "requested")
    if row["status"] != before and row["status"] != "requested":
        started = row["started_at"] is not None and row["status"] in TERMINAL
        if started and (before is None or before in NOT_STARTED):
            yield _execution_notification("execution_status_changed", row, "running")
        yield _execution_notification("execution_status_changed", row, row["status"])


def _execution_notification(kind: str, row: Row, status: str) -> Notification:
    payload = execution_summary({**row, "status": status})
    return _notification(kind, "execution", row["id"], payload, row["updated"], user_id=row["executor"])


def _inquiry_notification(row: Row, status: str) -> Notification:
    payload = {key: row[key] for key in ("id", "execution", "prompt", "assigned_to")}
    payload |= {"status": status, "timeout_at": iso(row["timeout_at"])}
    return _notification(_INQUIRY_TYPES[status], "inquiry", row["id"], payload, row["updated"], user_id=row["assigned_to"])


def _notification(
    kind: str, entity: str, entity_id: int, payload: dict[str, Any], at: datetime, *, user_id: int | None = None
) -> Notification:
    return {
        "notification_type": kind,
        "entity_type": entity,
        "entity_id": entity_id,
        "user_id": user_id,
        "payload": payload,
        "timestamp": iso(at),
    }
