"""Rows of runs: the locked header and the records of visits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Executable,
    RowMapping,
    Select,
    bindparam,
    case,
    insert,
    select,
    true,
    type_coerce,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from app.persistence.db import table_of
from app.persistence.models import WorkflowExecution, WorkflowTaskExecution
from app.persistence.session import Transaction

T = table_of(WorkflowExecution)
V = table_of(WorkflowTaskExecution)


# Built once: building a statement costs three times as much as running it.
_ADD = insert(T).returning(T.c.id)
_LOCK = select(T).where(T.c.id == bindparam("which")).with_for_update(key_share=True)
_OF_EXECUTION = select(T.c.id).where(T.c.execution == bindparam("wanted"))
_VISIT_KEY = ["workflow_execution", "task_name", "visit"]
_SAVE = update(T).where(T.c.id == bindparam("which"))


def add(tx: Transaction, values: dict[str, Any], *, now: datetime) -> int:
    """Insert the header of a new run; its id."""
    return int(tx.execute(_ADD, {**values, "created": now, "updated": now}).scalar_one())


def lock(tx: Transaction, workflow_execution_id: int) -> RowMapping | None:
    """The header, locked until the transaction ends.

    NO KEY UPDATE on PostgreSQL: plain FOR UPDATE conflicts with the foreign keys of the children being inserted.
    SQLite drops the clause; there the writing transaction itself is the lock.
    """
    return tx.execute(_LOCK, {"which": workflow_execution_id}).mappings().first()


def find(tx: Transaction, workflow_execution_id: int) -> RowMapping | None:
    """The header as it is, without a lock."""
    return tx.execute(select(T).where(T.c.id == workflow_execution_id)).mappings().first()


def id_of_execution(tx: Transaction, execution_id: int) -> int | None:
    """The run that this execution is, or None when it is no workflow."""
    return tx.execute(_OF_EXECUTION, {"wanted": execution_id}).scalar_one_or_none()


def save(tx: Transaction, workflow_execution_id: int, values: dict[str, Any], *, now: datetime) -> None:
    tx.execute(_SAVE, {"which": workflow_execution_id, **values, "updated": now})


def _visits(wanted: ColumnElement[bool]) -> Select[Any]:
    values = type_coerce(case((wanted, V.c.item_values), else_=None), V.c.item_values.type)
    sealed = case((wanted, V.c.item_values_sealed), else_=None)
    return (
        select(V.c.doc, values.label("item_values"), sealed.label("item_values_sealed"))
        .where(V.c.workflow_execution == bindparam("run"))
        .order_by(V.c.id)
    )


_VISITS = _visits(V.c.completed_at.is_(None))
_VISITS_WITH_ITEMS = _visits(true())


def visits(tx: Transaction, workflow_execution_id: int, *, all_items: bool = False) -> list[RowMapping]:
    """Rows of every visit {doc, item_values, item_values_sealed}, in the order they were opened.

    The items come only with unfinished visits, unless all are asked for.
    """
    statement = _VISITS_WITH_ITEMS if all_items else _VISITS
    return list(tx.execute(statement, {"run": workflow_execution_id}).mappings())


def save_visits(tx: Transaction, rows: Sequence[dict[str, Any]], *, now: datetime) -> None:
    """Insert or replace rows of visits; `item_values` and `item_values_sealed` stay as they are where a row does not name them.

    All rows must name the same columns.
    """
    if not rows:
        return
    statement = _save_visits(tuple(rows[0]), sqlite_=tx.sqlite)
    tx.execute(statement, [{"created": now, "updated": now, **row} for row in rows])


@cache
def _save_visits(named: tuple[str, ...], *, sqlite_: bool) -> Executable:
    statement = (sqlite if sqlite_ else postgresql).insert(V)
    changed = [name for name in (*named, "updated") if name not in _VISIT_KEY]
    return statement.on_conflict_do_update(
        index_elements=_VISIT_KEY, set_={name: statement.excluded[name] for name in changed}
    )


def waiting_for_inquiry(tx: Transaction, inquiry_id: int) -> list[int]:
    """Runs with a `wait_for` task that waits for this inquiry."""
    statement = select(V.c.workflow_execution).where(
        V.c.state == "waiting_inquiry", V.c.doc["inquiry_id"].as_integer() == inquiry_id
    )
    return list(tx.execute(statement).scalars())


def not_begun(tx: Transaction, *, before: datetime, limit: int) -> list[int]:
    """Executions of runs that were accepted before that time and never begun."""
    statement = (
        select(T.c.execution)
        .where(T.c.status == "requested", T.c.created < before, T.c.paused.is_(False))
        .order_by(T.c.id)
        .limit(limit)
    )
    return list(tx.execute(statement).scalars())


def pausing(tx: Transaction, *, limit: int) -> list[int]:
    """Paused runs in which something still ran when they were looked at last."""
    statement = (
        select(T.c.id)
        .where(T.c.status.in_(["requested", "running", "canceling"]), T.c.paused.is_(True), T.c.pausing.is_(True))
        .limit(limit)
    )
    return list(tx.execute(statement).scalars())


def open_visits(tx: Transaction, workflow_execution_id: int) -> list[RowMapping]:
    """Rows {task_name, visit, doc} of visits that have not ended, in the order they were opened."""
    statement = (
        select(V.c.task_name, V.c.visit, V.c.doc)
        .where(V.c.workflow_execution == workflow_execution_id, V.c.completed_at.is_(None))
        .order_by(V.c.id)
    )
    return list(tx.execute(statement).mappings())
