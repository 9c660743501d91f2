"""What changed since one last looked: notifications of executions, runs, tasks and inquiries (api.md 15).

The database is asked again and again; a change between two looks is told in full (`running` before `completed`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from app.engine.access import Caller
from app.engine.errors import NotFound
from app.engine.statuses import NOT_STARTED, TERMINAL
from app.engine.times import iso
from app.persistence import session
from app.persistence.repositories import execution_reads, run_reads
from app.persistence.repositories.rows import Row
from app.persistence.session import Transaction
from app.queries.execution_access import may_read
from app.queries.executions import execution_summary, is_readable

# Numbers are given before transactions commit, so that a lower one may be seen after a higher one.
LATE_IDS = 500
_INQUIRY_TYPES = {
    "pending": "inquiry_created",
    "responded": "inquiry_responded",
    "timeout": "inquiry_timeout",
    "cancelled": "inquiry_cancelled",
}

Notification = dict[str, Any]


class ExecutionChanges:
    """Changes of every execution the caller may read, or of one.

    Found by what has not ended and what is new, so the cost follows what is under way and not what there is.

    Raises:
        NotFound: `execution_id` is unknown or not for this caller.
    """

    def __init__(self, *, by: Caller, execution_id: int | None = None) -> None:
        self._by = by
        self._only = execution_id
        with session.reading() as tx:
            if execution_id is not None and not is_readable(tx, execution_id, by):
                raise NotFound(f"There is no execution {execution_id}.")
            self._newest = execution_reads.newest_id(tx)
            self._known = self._statuses(tx, {})

    def look(self) -> list[Notification]:
        """What changed since the last look, in order of the executions."""
        with session.reading() as tx:
            now = self._statuses(tx, self._known)
            changed = [i for i, status in now.items() if self._known.get(i) != status]
            rows = [row for ids in execution_reads.batched(sorted(changed), 500) for row in execution_reads.by_ids(tx, ids)]
            told = [n for row in rows if self._may_see(tx, row) for n in _steps(row, self._known.get(row["id"]))]
        self._known = now | {row["id"]: row["status"] for row in rows}
        self._newest = max([self._newest, *now])
        return told

    def _may_see(self, tx: Transaction, row: Row) -> bool:
        return self._only is not None or may_read(tx, row, self._by)

    def _statuses(self, tx: Transaction, known: dict[int, str]) -> dict[int, str]:
        if self._only is not None:
            return execution_reads.statuses(tx, [self._only])
        found = execution_reads.unfinished(tx, above=self._newest - LATE_IDS)
        ended = [i for i, status in known.items() if i not in found and status not in TERMINAL]
        return found | execution_reads.statuses(tx, ended)


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
