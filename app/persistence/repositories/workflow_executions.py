"""Rows of runs: the locked header and the records of visits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Select,
    TextClause,
    bindparam,
    case,
    insert,
    select,
    text,
    true,
    type_coerce,
    update,
)

from app.persistence.db import table_of
from app.persistence.models import Execution, Identity, Pack, WorkflowExecution, WorkflowTaskExecution
from app.persistence.session import Transaction

T = table_of(WorkflowExecution)
V = table_of(WorkflowTaskExecution)
E = table_of(Execution)
I = table_of(Identity)  # noqa: E741 - one letter per table
P = table_of(Pack)


# Built once: building a statement costs three times as much as running it.
_ADD = insert(T).returning(T.c.id)
# What a step reads each time: the header without what may grow, and what of its execution never changes.
_HEADER = (
    select(
        *(c for c in T.columns if c.name not in ("variables", "sealed")),
        *(E.c[name] for name in ("executor", "permission_set_refs", "env_vars", "depth", "workflow_run", "trace")),
    )
    .join_from(T, E, T.c.execution == E.c.id)
    .with_for_update(key_share=True, of=T)
)
_LOCK = _HEADER.where(T.c.id == bindparam("which"))
_LOCK_OF_EXECUTION = _HEADER.where(T.c.execution == bindparam("which"))
_CONTENTS = (
    select(
        T.c.variables,
        T.c.sealed,
        E.c.parameters,
        E.c.sealed.label("parameters_sealed"),
        I.c.login,
        P.c.config,
    )
    .join_from(T, E, T.c.execution == E.c.id)
    .outerjoin(I, I.c.id == E.c.executor)
    .outerjoin(P, P.c.ref == bindparam("pack"))
    .where(T.c.id == bindparam("which"))
)
_OF_EXECUTION = select(T.c.id).where(T.c.execution == bindparam("wanted"))
_VISIT_KEY = ["workflow_execution", "task_name", "visit"]
_SAVE = update(T).where(T.c.id == bindparam("which"))


def add(tx: Transaction, values: dict[str, Any], *, now: datetime) -> int:
    """Insert the header of a new run; its id."""
    return int(tx.execute(_ADD, {**values, "created": now, "updated": now}).scalar_one())


def lock(tx: Transaction, workflow_execution_id: int) -> RowMapping | None:
    """The header, locked until the transaction ends, without `variables` and `sealed`; with executor,
    permission_set_refs, env_vars, depth, workflow_run and trace of its execution.

    NO KEY UPDATE on PostgreSQL: plain FOR UPDATE conflicts with the foreign keys of the children being inserted.
    SQLite drops the clause; there the writing transaction itself is the lock.
    """
    return tx.execute(_LOCK, {"which": workflow_execution_id}).mappings().first()


def lock_of_execution(tx: Transaction, execution_id: int) -> RowMapping | None:
    """The same for the run that this execution is."""
    return tx.execute(_LOCK_OF_EXECUTION, {"which": execution_id}).mappings().first()


def contents(tx: Transaction, workflow_execution_id: int, *, pack_ref: str) -> RowMapping:
    """What a run is loaded from once: variables, sealed, parameters, parameters_sealed, login, config (of the pack)."""
    return tx.execute(_CONTENTS, {"which": workflow_execution_id, "pack": pack_ref}).mappings().one()


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


_CHANGING = select(T.c.variables, T.c.sealed).where(T.c.id == bindparam("which"))
_DOCUMENTS = select(V.c.doc).where(V.c.workflow_execution == bindparam("run")).order_by(V.c.id)


def visits(tx: Transaction, workflow_execution_id: int, *, all_items: bool = False) -> list[RowMapping]:
    """Rows of every visit {doc, item_values, item_values_sealed}, in the order they were opened.

    The items come only with unfinished visits, unless all are asked for.
    """
    statement = _VISITS_WITH_ITEMS if all_items else _VISITS
    return list(tx.execute(statement, {"run": workflow_execution_id}).mappings())


def changing(tx: Transaction, workflow_execution_id: int) -> RowMapping:
    """What of a run may change and may be large: variables, sealed."""
    return tx.execute(_CHANGING, {"which": workflow_execution_id}).mappings().one()


def visit_documents(tx: Transaction, workflow_execution_id: int) -> list[dict[str, Any]]:
    """The documents of every visit without their items, in the order they were opened."""
    return list(tx.execute(_DOCUMENTS, {"run": workflow_execution_id}).scalars())


def save_visits(tx: Transaction, rows: Sequence[dict[str, Any]], *, now: datetime) -> None:
    """Insert or replace rows of visits; `item_values` and `item_values_sealed` stay as they are where a row does not name them.

    All rows must name the same columns.
    """
    if not rows:
        return
    stamped = [{"created": now, "updated": now, **row} for row in rows]
    tx.execute(_save_visits(tuple(stamped[0])), stamped)


@cache
def _save_visits(named: tuple[str, ...]) -> TextClause:
    # As text: SQLAlchemy does not cache what its on_conflict_do_update compiles to, and compiles it each time.
    # Both databases speak this the same way; `named` are our own column names.
    changed = [name for name in named if name not in (*_VISIT_KEY, "created")]
    statement = (
        f"INSERT INTO {V.name} ({', '.join(named)}) VALUES ({', '.join(f':{name}' for name in named)})"  # noqa: S608
        f" ON CONFLICT ({', '.join(_VISIT_KEY)})"
        f" DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in changed)}"
    )
    return text(statement).bindparams(*(bindparam(name, type_=V.c[name].type) for name in named))


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
