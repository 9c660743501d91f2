"""Runs and event logs that break a promise, found by single statements, so that each sees one moment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Select, and_, case, delete, exists, func, or_, select, update

from app.engine.statuses import TASK_ENDED, TERMINAL
from app.persistence.db import table_of
from app.persistence.models import (
    DispatchOutbox,
    EventLog,
    Execution,
    Inquiry,
    Timer,
    WorkflowExecution,
    WorkflowTaskExecution,
)
from app.persistence.repositories.rows import Row, all_rows
from app.persistence.session import Transaction

W = table_of(WorkflowExecution)
V = table_of(WorkflowTaskExecution)
E = table_of(Execution)
Q = table_of(Inquiry)
L = table_of(EventLog)
M = table_of(Timer)
O = table_of(DispatchOutbox)  # noqa: E741 - the initial of the noun, as its neighbours
ENDED = sorted(TERMINAL)

# counter of the header -> states of visits that it counts; the same as services.orchestration.ledger
COUNTERS = {
    "completed_tasks": ("completed",),
    "failed_tasks": ("failed", "timed_out", "cancelled"),
    "running_tasks": ("running",),
    "waiting_tasks": ("waiting_join", "waiting_retry", "waiting_inquiry", "pending"),
    "skipped_tasks": ("skipped",),
}


def without_next_event(tx: Transaction, *, before: datetime, limit: int) -> list[Row]:
    """Runs that go on, where nothing is queued, running, asked, timed or in the outbox: they hang."""
    child = E.alias("child")
    of_run = child.c.workflow_run == W.c.id
    live_child = exists().where(of_run, child.c.status.not_in(ENDED))
    alarm = exists().where(M.c.workflow_execution == W.c.id)
    word = exists().where(or_(O.c.execution == W.c.execution, O.c.execution.in_(select(child.c.id).where(of_run))))
    asked = exists().where(
        V.c.workflow_execution == W.c.id,
        V.c.state == "waiting_inquiry",
        Q.c.id == V.c.doc["inquiry_id"].as_integer(),
        Q.c.status == "pending",
    )
    statement = (
        select(W.c.id, W.c.execution, W.c.workflow_ref, W.c.status)
        .where(W.c.status.in_(["running", "canceling"]), W.c.paused.is_(False), W.c.updated < before)
        .where(~live_child, ~alarm, ~word, ~asked)
        .order_by(W.c.id)
        .limit(limit)
    )
    return all_rows(tx.execute(statement))


def never_begun(tx: Transaction, *, before: datetime, limit: int) -> list[Row]:
    """Runs that were accepted and that nobody has begun."""
    statement = select(W.c.id, W.c.execution, W.c.workflow_ref).where(
        W.c.status == "requested", W.c.created < before, W.c.paused.is_(False)
    )
    return all_rows(tx.execute(statement.order_by(W.c.id).limit(limit)))


def ended_otherwise(tx: Transaction, *, limit: int) -> list[Row]:
    """Runs and their executions of which only one has ended, or that ended differently."""
    differ = or_(W.c.status.in_(ENDED), E.c.status.in_(ENDED)) & (W.c.status != E.c.status)
    statement = select(W.c.id, W.c.execution, W.c.status, E.c.status.label("execution_status")).where(
        E.c.id == W.c.execution, differ
    )
    return all_rows(tx.execute(statement.order_by(W.c.id).limit(limit)))


def active_while_paused(tx: Transaction, *, before: datetime, limit: int) -> list[Row]:
    """Executions that are queued or run although their run has come to rest."""
    statement = select(E.c.id, E.c.status, E.c.workflow_run).where(
        E.c.workflow_run == W.c.id,
        W.c.paused.is_(True),
        W.c.pausing.is_(False),
        E.c.kind.in_(["action", "pure"]),
        E.c.status.in_(["scheduled", "running", "canceling"]),
        E.c.updated < before,
        ~exists().where(Q.c.execution == E.c.id, Q.c.status == "pending"),
    )
    return all_rows(tx.execute(statement.order_by(E.c.id).limit(limit)))


def counters_off(tx: Transaction, *, limit: int) -> list[Row]:
    """Runs whose counters differ from their visits; the row has both: `completed_tasks` and `real_completed_tasks`."""
    real = _real_counts().subquery()
    counted = [func.coalesce(real.c[name], 0) for name in COUNTERS]
    statement = (
        select(W.c.id, W.c.execution, *(W.c[name] for name in COUNTERS))
        .add_columns(*(value.label(f"real_{name}") for name, value in zip(COUNTERS, counted, strict=True)))
        .select_from(W.outerjoin(real, real.c.workflow_execution == W.c.id))
        .where(or_(*(W.c[name] != value for name, value in zip(COUNTERS, counted, strict=True))))
        .order_by(W.c.id)
        .limit(limit)
    )
    return all_rows(tx.execute(statement))


def recount(tx: Transaction, workflow_execution_id: int, *, now: datetime) -> None:
    """Make the counters of a run what its visits say; the caller holds the run's lock."""
    row = tx.execute(_real_counts().where(V.c.workflow_execution == workflow_execution_id)).mappings().first()
    values = {name: row[name] if row else 0 for name in COUNTERS}
    tx.execute(update(W).where(W.c.id == workflow_execution_id).values(**values, version=W.c.version + 1, updated=now))


def _real_counts() -> Select[Any]:
    sums = [func.sum(case((V.c.state.in_(states), 1), else_=0)).label(name) for name, states in COUNTERS.items()]
    return select(V.c.workflow_execution, *sums).group_by(V.c.workflow_execution)


def event_gaps(tx: Transaction, *, limit: int) -> list[Row]:
    """Logs whose numbers are not 1, 2, 3 … up to the one the run remembers: {execution, first, last, number, expected}."""
    first, last, number = func.min(L.c.seq), func.max(L.c.seq), func.count()
    grouped = select(L.c.execution, first.label("first"), last.label("last"), number.label("number")).group_by(L.c.execution).subquery()
    expected = func.coalesce(W.c.event_seq, grouped.c.last)
    statement = (
        select(grouped, expected.label("expected"))
        .select_from(grouped.outerjoin(W, W.c.execution == grouped.c.execution))
        .where(or_(grouped.c.first != 1, grouped.c.number != grouped.c.last, grouped.c.last != expected))
        .order_by(grouped.c.execution)
        .limit(limit)
    )
    return all_rows(tx.execute(statement))


def events_missing(tx: Transaction, *, limit: int) -> list[Row]:
    """Runs that remember events of which none is left."""
    statement = select(W.c.id, W.c.execution, W.c.event_seq).where(
        W.c.event_seq > 0, ~exists().where(L.c.execution == W.c.execution)
    )
    return all_rows(tx.execute(statement.order_by(W.c.id).limit(limit)))


def timers_of_ended(tx: Transaction, *, limit: int) -> list[Row]:
    """Alarms of runs that have ended or are gone: {id, kind, workflow_execution, status}."""
    statement = (
        select(M.c.id, M.c.kind, M.c.workflow_execution, W.c.status)
        .select_from(M.outerjoin(W, W.c.id == M.c.workflow_execution))
        .where(or_(W.c.id.is_(None), W.c.status.in_(ENDED)))
        .order_by(M.c.id)
        .limit(limit)
    )
    return all_rows(tx.execute(statement))


def overdue_timers(tx: Transaction, *, before: datetime, limit: int) -> list[Row]:
    """Alarms of live runs that should have gone off before that time."""
    statement = select(M.c.id, M.c.kind, M.c.workflow_execution, M.c.due_at).where(
        M.c.due_at < before, W.c.id == M.c.workflow_execution, W.c.status.not_in(ENDED)
    )
    return all_rows(tx.execute(statement.order_by(M.c.due_at).limit(limit)))


def remove_timer(tx: Transaction, timer_id: int) -> None:
    tx.execute(delete(M).where(M.c.id == timer_id))


def old_words(tx: Transaction, *, before: datetime, limit: int) -> list[Row]:
    """Outbox rows that nobody has taken since that time: {id, kind, execution, created}."""
    statement = select(O.c.id, O.c.kind, O.c.execution, O.c.created).where(O.c.created < before)
    return all_rows(tx.execute(statement.order_by(O.c.id).limit(limit)))


def ended_children_of_open_visits(tx: Transaction, workflow_execution_id: int) -> list[RowMapping]:
    """Ended executions whose visit does not know it: whole rows, oldest first."""
    unfinished = and_(
        V.c.workflow_execution == E.c.workflow_run,
        V.c.task_name == E.c.task_name,
        V.c.visit == E.c.visit,
        V.c.state.not_in(sorted(TASK_ENDED)),
    )
    statement = select(E).where(E.c.workflow_run == workflow_execution_id, E.c.status.in_(ENDED), exists().where(unfinished))
    return list(tx.execute(statement.order_by(E.c.id)).mappings())


def recent(tx: Transaction, *, limit: int) -> list[Row]:
    """The newest runs without sealed values: {id, execution, state}."""
    statement = select(W.c.id, W.c.execution, W.c.state).where(W.c.sealed.is_(None), W.c.event_seq > 0)
    return all_rows(tx.execute(statement.order_by(W.c.id.desc()).limit(limit)))


def visit_documents(tx: Transaction, workflow_execution_id: int) -> dict[tuple[str, int], Row]:
    """(task, visit) -> the engine's record of it."""
    statement = select(V.c.task_name, V.c.visit, V.c.doc).where(V.c.workflow_execution == workflow_execution_id)
    return {(task, visit): doc for task, visit, doc in tx.execute(statement)}
