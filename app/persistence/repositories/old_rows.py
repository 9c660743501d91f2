"""Rows that have had their time: what is old enough to be cleaned up, counted and removed in batches.

A run goes as a whole, from its top. What waits or runs is kept, with everything it is part of or refers to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, or_, select, union, update
from sqlalchemy.sql.elements import ColumnElement

from app.engine.statuses import TERMINAL, ExecutionStatus
from app.persistence.db import table_of
from app.persistence.models import (
    DispatchOutbox,
    Enforcement,
    Execution,
    ExecutionLog,
    IdempotencyKey,
    Inquiry,
    InquiryRecord,
    RefreshToken,
    Timer,
    TriggerEvent,
    WorkflowExecution,
)
from app.persistence.session import Transaction

E = table_of(Execution)
W = table_of(WorkflowExecution)
Q = table_of(Inquiry)
R = table_of(InquiryRecord)
O = table_of(DispatchOutbox)  # noqa: E741 - the initial of the noun, as its neighbours
L = table_of(ExecutionLog)
T = table_of(RefreshToken)
V = table_of(TriggerEvent)
F = table_of(Enforcement)
ENDED = sorted(TERMINAL)
LIVE = sorted(set(ExecutionStatus) - TERMINAL)


@dataclass(frozen=True, slots=True)
class Age:
    """How many rows, and from when the first and the last is; no times where there is no row."""

    rows: int
    oldest: datetime | None
    newest: datetime | None


def _age(tx: Transaction, column: Any, *where: ColumnElement[bool]) -> Age:
    rows, oldest, newest = tx.execute(select(func.count(), func.min(column), func.max(column)).where(*where)).one()
    return Age(rows, oldest, newest)


def _kept() -> Select[Any]:
    """Executions that are needed: what goes on, waits or is referred to by such a one, and everything above it.

    The newest row of each table stays as well: SQLite gives the number of the last row, once that is gone, to the next.
    """
    live = E.c.status.in_(LIVE)
    needed = union(
        select(E.c.id).where(live),
        select(Q.c.execution).where(Q.c.status == "pending"),
        select(O.c.execution),
        select(E.c.original_execution).where(live),
        select(E.c.copied_from).where(live),
        select(func.max(E.c.id)),
        *(select(t.c.execution).where(t.c.id == select(func.max(t.c.id)).scalar_subquery()) for t in (Q, W)),
    ).cte("needed")
    first = select(E.c.id, E.c.parent).join(needed, needed.c.id == E.c.id).cte("kept", recursive=True)
    above = E.alias("above")
    kept = first.union(select(above.c.id, above.c.parent).where(above.c.id == first.c.parent))
    return select(kept.c.id)


def _old_tops(before: datetime) -> tuple[ColumnElement[bool], ...]:
    return (E.c.parent.is_(None), E.c.status.in_(ENDED), E.c.completed_at < before, E.c.id.not_in(_kept()))


def runs(tx: Transaction, *, before: datetime) -> Age:
    """Runs, and single actions, that ended before that time; parts of a run are not counted."""
    return _age(tx, E.c.completed_at, *_old_tops(before))


def parts(tx: Transaction, *, before: datetime) -> tuple[int, int]:
    """(executions, closed questions) of all these runs."""
    tree = _below(select(E.c.id).where(*_old_tops(before)))
    executions = tx.execute(select(func.count()).select_from(tree.subquery())).scalar_one()
    questions = tx.execute(select(func.count()).where(Q.c.execution.in_(tree))).scalar_one()
    return executions, questions


def _below(tops: Select[Any]) -> Select[Any]:
    """The ids of these executions and of everything below them."""
    first = tops.cte("tree", recursive=True)
    part = E.alias("part")
    tree = first.union_all(select(part.c.id).where(part.c.parent == first.c.id))
    return select(tree.c.id)


def next_runs(tx: Transaction, *, before: datetime, after_id: int, limit: int) -> list[int]:
    """The next old runs by id."""
    statement = select(E.c.id).where(*_old_tops(before), E.c.id > after_id).order_by(E.c.id).limit(limit)
    return list(tx.execute(statement).scalars())


def lock_run(tx: Transaction, top: int) -> bool:
    """Keep others from removing it; False when it is gone or somebody else has it."""
    statement = select(E.c.id).where(E.c.id == top).with_for_update(skip_locked=True)
    return tx.execute(statement).first() is not None


def lowest_parts(tx: Transaction, top: int, *, limit: int) -> list[int]:
    """Executions of a run with nothing below them, its top left out: what may go first."""
    tree = _below(select(E.c.id).where(E.c.id == top))
    child = E.alias("child")
    statement = select(E.c.id).where(E.c.id.in_(tree), E.c.id != top, ~select(child.c.id).where(child.c.parent == E.c.id).exists())
    return list(tx.execute(statement.order_by(E.c.id).limit(limit)).scalars())


def remove_executions(tx: Transaction, ids: Sequence[int], *, keep_records: bool) -> None:
    """Remove executions and, by the database's cascades, their runs, events, output and questions."""
    if keep_records:
        record = select(Q.c.record).where(Q.c.id == R.c.inquiry).scalar_subquery()
        tx.execute(update(R).where(R.c.inquiry.in_(select(Q.c.id).where(Q.c.execution.in_(ids)))).values(record=record))
    tx.execute(delete(Timer).where(Timer.workflow_execution.in_(select(W.c.id).where(W.c.execution.in_(ids)))))
    tx.execute(delete(IdempotencyKey).where(IdempotencyKey.execution.in_(ids)))
    tx.execute(delete(E).where(E.c.id.in_(ids)))


def _old_logs(before: datetime) -> tuple[ColumnElement[bool], ...]:
    return (E.c.status.in_(ENDED), E.c.completed_at < before, or_(E.c.stdout_bytes > 0, E.c.stderr_bytes > 0))


def logs(tx: Transaction, *, before: datetime) -> Age:
    """Executions that ended before that time and whose output is still there."""
    return _age(tx, E.c.completed_at, *_old_logs(before))


def remove_logs(tx: Transaction, *, before: datetime, after_id: int, limit: int) -> list[int]:
    """Forget the output of the next executions by id; their ids."""
    ids = list(tx.execute(select(E.c.id).where(*_old_logs(before), E.c.id > after_id).order_by(E.c.id).limit(limit)).scalars())
    tx.execute(delete(L).where(L.c.execution.in_(ids)))
    tx.execute(update(E).where(E.c.id.in_(ids)).values(stdout_bytes=0, stderr_bytes=0, updated=E.c.updated))
    return ids


def _old_sessions(before: datetime) -> ColumnElement[bool]:
    return T.c.expires_at < before


def sessions(tx: Transaction, *, before: datetime) -> Age:
    """Sessions that expired before that time."""
    return _age(tx, T.c.expires_at, _old_sessions(before))


def remove_sessions(tx: Transaction, *, before: datetime, limit: int) -> int:
    return _remove(tx, T, _old_sessions(before), limit=limit)


def _old_enforcements(before: datetime) -> ColumnElement[bool]:
    """What rules made of events, but for what is under way, what an execution still names, and the newest."""
    named = select(E.c.enforcement).where(E.c.enforcement == F.c.id).exists()
    newest = select(func.max(F.c.id)).scalar_subquery()
    return (F.c.created < before) & (F.c.status != "created") & (F.c.id != newest) & ~named


def _old_events(before: datetime) -> ColumnElement[bool]:
    taken_up = select(F.c.id).where(F.c.event == V.c.id).exists()
    return (V.c.created < before) & (V.c.id != select(func.max(V.c.id)).scalar_subquery()) & ~taken_up


def enforcements(tx: Transaction, *, before: datetime) -> Age:
    return _age(tx, F.c.created, _old_enforcements(before))


def events(tx: Transaction, *, before: datetime) -> Age:
    """Events before that time that no rule took up, or whose enforcements have been removed."""
    return _age(tx, V.c.created, _old_events(before))


def remove_enforcements(tx: Transaction, *, before: datetime, limit: int) -> int:
    return _remove(tx, F, _old_enforcements(before), limit=limit)


def remove_events(tx: Transaction, *, before: datetime, limit: int) -> int:
    return _remove(tx, V, _old_events(before), limit=limit)


def _remove(tx: Transaction, table: Any, where: ColumnElement[bool], *, limit: int) -> int:
    ids = list(tx.execute(select(table.c.id).where(where).order_by(table.c.id).limit(limit)).scalars())
    return tx.execute(delete(table).where(table.c.id.in_(ids))).rowcount if ids else 0


def kept_record(tx: Transaction, inquiry_id: int) -> dict[str, Any] | None:
    """The record of a question that was cleaned up with its run."""
    gone = ~select(Q.c.id).where(Q.c.id == R.c.inquiry).exists()
    found: dict[str, Any] | None = tx.execute(select(R.c.record).where(R.c.inquiry == inquiry_id, gone)).scalar()
    return found
