"""What one step writes, collected first and written in bulk at the end: executions, visits, timers, events, hints."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.engine.conductor import codec
from app.engine.conductor.commands import Record
from app.engine.conductor.reports import RunKey
from app.engine.conductor.state import RunState, Visit
from app.engine.expressions.masking import mask
from app.engine.statuses import TaskState
from app.persistence.repositories import events, executions, transport, workflow_executions
from app.persistence.session import Transaction
from app.services import ports

COUNTED = {
    TaskState.COMPLETED: "completed_tasks",
    TaskState.FAILED: "failed_tasks",
    TaskState.TIMED_OUT: "failed_tasks",
    TaskState.CANCELLED: "failed_tasks",
    TaskState.RUNNING: "running_tasks",
    TaskState.WAITING_JOIN: "waiting_tasks",
    TaskState.WAITING_RETRY: "waiting_tasks",
    TaskState.WAITING_INQUIRY: "waiting_tasks",
    TaskState.PENDING: "waiting_tasks",
    TaskState.SKIPPED: "skipped_tasks",
}


@dataclass(slots=True)
class Ledger:
    """Everything a transaction on one run has decided and not yet written."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    index: dict[RunKey, int] = field(default_factory=dict)
    visits: dict[tuple[str, int], Visit] = field(default_factory=dict)
    items: dict[tuple[str, int], tuple[Any, ...]] = field(default_factory=dict)
    timers: dict[tuple[str, RunKey], datetime | None] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
    warnings: list[dict[str, str]] = field(default_factory=list)

    def add_row(self, key: RunKey, row: dict[str, Any]) -> None:
        self.index[key] = len(self.rows)
        self.rows.append(row)

    def pending_row(self, key: RunKey) -> dict[str, Any] | None:
        """The row of a run that was decided in this same transaction."""
        return self.rows[self.index[key]] if key in self.index else None


def write_visits(tx: Transaction, run_id: int, ledger: Ledger, *, secrets: frozenset[str], now: datetime) -> None:
    """One row per touched visit; the items go along only in the step that opened them."""
    plain, with_items = [], []
    for key, visit in ledger.visits.items():
        row = _visit_row(run_id, visit)
        if key in ledger.items:
            with_items.append({**row, **_items_columns(ledger.items[key], secrets)})
        else:
            plain.append(row)
    workflow_executions.save_visits(tx, plain, now=now)
    workflow_executions.save_visits(tx, with_items, now=now)


def _visit_row(run_id: int, visit: Visit) -> dict[str, Any]:
    return {
        "workflow_execution": run_id,
        "task_name": visit.task,
        "visit": visit.number,
        "state": visit.state.value,
        "doc": codec.encode_visit(visit),
        "started_at": visit.started_at,
        "completed_at": visit.ended_at,
        "duration_ms": visit.duration_ms,
    }


def _items_columns(values: tuple[Any, ...], secrets: frozenset[str]) -> dict[str, Any]:
    items = list(values)
    if secrets and mask(items, secrets) != items:
        return {"item_values": None, "item_values_sealed": ports.current().sealer.seal(items)}
    return {"item_values": items, "item_values_sealed": None}


def write_timers(tx: Transaction, run_id: int, ledger: Ledger) -> None:
    for (kind, key), due_at in ledger.timers.items():
        if due_at is None:
            transport.clear_timer(tx, run_id, kind, key)
    transport.set_timers(tx, run_id, [(kind, key, at) for (kind, key), at in ledger.timers.items() if at is not None])


def write_events(tx: Transaction, execution_id: int, state: RunState, ledger: Ledger, *, first: int, now: datetime) -> None:
    rows = [
        {
            "execution": execution_id,
            "seq": first + offset,
            "type": record.type,
            "task_name": record.task,
            "visit": record.visit,
            "item": record.item,
            "attempt": record.attempt,
            "payload": mask(record.payload, state.secrets) if state.secrets else record.payload,
            "created": now,
        }
        for offset, record in enumerate(ledger.records)
    ]
    events.add(tx, rows)


def write_rows(tx: Transaction, ledger: Ledger, *, now: datetime) -> list[ports.Hint]:
    """Insert the executions, which learn their `id`; the hints to send for those that somebody must run."""
    ids = executions.insert_many(tx, ledger.rows, now=now)
    for execution_id, row in zip(ids, ledger.rows, strict=True):
        row["id"] = execution_id
    return [
        ports.Hint("run", row["id"], 0)
        for row in ledger.rows
        if row["status"] == "scheduled" and row["kind"] == "action"
    ]


def counters(before: dict[str, int], base: RunState, ledger: Ledger) -> dict[str, int]:
    """Task counters after the step; only touched visits are looked at."""
    counts = dict(before)
    for key, visit in ledger.visits.items():
        old = base.visits.get(key)
        if old is not None and old.state in COUNTED:
            counts[COUNTED[old.state]] -= 1
        if visit.state in COUNTED:
            counts[COUNTED[visit.state]] += 1
    return counts
