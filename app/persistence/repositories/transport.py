"""Rows of the outbox, of timers, of idempotency keys and of workers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, bindparam, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.engine.conductor.reports import RunKey
from app.persistence.db import table_of
from app.persistence.models import DispatchOutbox, Execution, IdempotencyKey, Timer, WorkerRow
from app.persistence.session import Transaction

_O = table_of(DispatchOutbox)
_T = table_of(Timer)
_ADD_OUTBOX = insert(_O).returning(_O.c.id)
_TAKE_OUTBOX = delete(_O).where(_O.c.id == bindparam("which"), _O.c.kind == bindparam("of_kind")).returning(_O)
_CLEAR_TIMERS = delete(_T).where(_T.c.workflow_execution == bindparam("run"))
_CANCELS = select(_O.c.id).where(_O.c.kind == "cancel_child")
_KEY_LOCKS = 0x61747475  # seed; keeps these locks apart from others
TIMER_KEY = ["workflow_execution", "kind", "task_name", "visit", "item", "attempt"]


def add_outbox(tx: Transaction, kind: str, execution_id: int, payload: dict[str, Any], *, now: datetime) -> int:
    """Leave word for another run; the id of the row."""
    values = {"kind": kind, "execution": execution_id, "payload": payload, "created": now}
    return int(tx.execute(_ADD_OUTBOX, values).scalar_one())


def take_outbox(tx: Transaction, outbox_id: int, *, kind: str) -> RowMapping | None:
    """Remove a row and give what it said; None when somebody else has done it.

    The kind belongs to the key: SQLite gives the number of a row that is gone to a later one, and a late hint
    must not take word that says something else.
    """
    return tx.execute(_TAKE_OUTBOX, {"which": outbox_id, "of_kind": kind}).mappings().first()


def withdraw_outbox(tx: Transaction, kind: str, execution_id: int) -> None:
    """Take back word that nobody has read."""
    tx.execute(delete(_O).where(_O.c.kind == kind, _O.c.execution == execution_id))


def cancel_awaits(tx: Transaction, execution_id: int) -> bool:
    """Whether a run, or one that it is nested in, is to be cancelled and has not read the word yet.

    Args:
        execution_id: the execution that the run is.
    """
    if tx.execute(_CANCELS.limit(1)).first() is None:  # nearly always
        return False
    e = table_of(Execution)
    chain = select(e.c.id, e.c.parent).where(e.c.id == execution_id).cte("chain", recursive=True)
    chain = chain.union_all(select(e.c.id, e.c.parent).where(e.c.id == chain.c.parent))
    return tx.execute(_CANCELS.where(_O.c.execution.in_(select(chain.c.id))).limit(1)).first() is not None


def old_outbox(tx: Transaction, *, before: datetime, limit: int) -> list[tuple[int, str, int]]:
    """(id, kind, execution) of rows whose hint seems lost."""
    t = table_of(DispatchOutbox)
    statement = select(t.c.id, t.c.kind, t.c.execution).where(t.c.created < before).order_by(t.c.id).limit(limit)
    return [(i, k, e) for i, k, e in tx.execute(statement)]


def _key_values(workflow_execution_id: int, kind: str, key: RunKey) -> dict[str, Any]:
    return {
        "workflow_execution": workflow_execution_id,
        "kind": kind,
        "task_name": key.task,
        "visit": key.visit,
        "item": -1 if key.item is None else key.item,
        "attempt": key.attempt,
    }


def set_timers(tx: Transaction, workflow_execution_id: int, timers: Sequence[tuple[str, RunKey, datetime]]) -> None:
    """Set alarms; the same kind and key moves the earlier one."""
    if not timers:
        return
    dialect = sqlite if tx.sqlite else postgresql
    statement = dialect.insert(Timer)
    statement = statement.on_conflict_do_update(index_elements=TIMER_KEY, set_={"due_at": statement.excluded.due_at})
    tx.execute(statement, [{**_key_values(workflow_execution_id, kind, key), "due_at": at} for kind, key, at in timers])


def clear_timer(tx: Transaction, workflow_execution_id: int, kind: str, key: RunKey) -> None:
    t = table_of(Timer)
    values = _key_values(workflow_execution_id, kind, key)
    tx.execute(delete(t).where(*(t.c[name] == value for name, value in values.items())))


def clear_timers(tx: Transaction, workflow_execution_id: int) -> None:
    tx.execute(_CLEAR_TIMERS, {"run": workflow_execution_id})


def due_timers(tx: Transaction, *, now: datetime, limit: int) -> list[tuple[int, int]]:
    """(timer id, run) of alarms whose time has come, oldest first."""
    t = table_of(Timer)
    statement = select(t.c.id, t.c.workflow_execution).where(t.c.due_at <= now).order_by(t.c.due_at).limit(limit)
    return [(i, w) for i, w in tx.execute(statement)]


def next_timer(tx: Transaction) -> datetime | None:
    """When the next alarm is due."""
    return tx.execute(select(func.min(Timer.due_at))).scalar_one()


def take_timer(tx: Transaction, timer_id: int, workflow_execution_id: int, *, now: datetime) -> RowMapping | None:
    """Remove a due alarm of a run and give it; None when it was moved, cleared or taken (its number may be another's)."""
    mine = (_T.c.id == timer_id, _T.c.workflow_execution == workflow_execution_id, _T.c.due_at <= now)
    return tx.execute(delete(_T).where(*mine).returning(_T)).mappings().first()


def lock_idempotency(tx: Transaction, identity_id: int, key: str) -> None:
    """Until the transaction ends nobody else starts anything with this key: a simultaneous repeat waits, then finds it."""
    if not tx.sqlite:
        tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{identity_id}:{key}", _KEY_LOCKS))))


def find_idempotency(tx: Transaction, identity_id: int, key: str) -> RowMapping | None:
    t = table_of(IdempotencyKey)
    statement = select(t).where(t.c.identity_id == identity_id, t.c.key == key)
    return tx.execute(statement).mappings().first()


def add_idempotency(
    tx: Transaction, identity_id: int, key: str, *, body_hash: str, execution_id: int, now: datetime
) -> None:
    """Remember a start; the unique key makes a simultaneous second one fail."""
    tx.execute(
        insert(IdempotencyKey).values(
            identity_id=identity_id, key=key, body_hash=body_hash, execution=execution_id, created=now
        )
    )


def forget_idempotency(tx: Transaction, *, before: datetime) -> None:
    tx.execute(delete(IdempotencyKey).where(IdempotencyKey.created < before))


def beat_worker(tx: Transaction, name: str, *, now: datetime, threads: int, running: int) -> None:
    """Say that a worker lives."""
    changed = tx.execute(
        update(WorkerRow).where(WorkerRow.name == name).values(heartbeat_at=now, threads=threads, running=running)
    )
    if changed.rowcount == 0:
        tx.execute(
            insert(WorkerRow).values(name=name, started_at=now, heartbeat_at=now, threads=threads, running=running)
        )


def forget_worker(tx: Transaction, name: str) -> None:
    tx.execute(delete(WorkerRow).where(WorkerRow.name == name))


def forget_workers(tx: Transaction, *, before: datetime) -> None:
    tx.execute(delete(WorkerRow).where(WorkerRow.heartbeat_at < before))
