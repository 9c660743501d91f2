"""Runs of workflows for lists and pages: headers without their inner state, visits, and what each task ran."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Label, Select, bindparam, case, func, select

from app.persistence.db import table_of
from app.persistence.models import EventLog, Execution, Inquiry, WorkflowExecution, WorkflowTaskExecution
from app.persistence.repositories.execution_reads import ExecutionScope, matches, within
from app.persistence.repositories.rows import Row, all_rows, first_row
from app.persistence.session import Transaction

T = table_of(WorkflowExecution)
V = table_of(WorkflowTaskExecution)
E = table_of(Execution)
Q = table_of(Inquiry)
L = table_of(EventLog)

_LIGHT = [c for c in T.columns if c.name not in {"variables", "sealed", "state"}]
_RAN = E.alias()


def _written() -> Label[Any]:
    """Bytes of output of an action, or of what runs now in a run: a line of a log is no step of it."""
    running = select(func.sum(_RAN.c.stdout_bytes + _RAN.c.stderr_bytes)).correlate(T)
    # what workers have now are few rows; the parts of a run may be thousands
    running = running.where(_RAN.c.lease_owner.is_not(None), _RAN.c.status == "running", _RAN.c.workflow_run == T.c.id)
    running = running.with_hint(_RAN, "INDEXED BY ix_execution_lease", "sqlite")
    now = case((T.c.running_tasks > 0, running.scalar_subquery()))
    return case((T.c.id.is_(None), E.c.stdout_bytes + E.c.stderr_bytes), else_=now).label("written")


# Asked each second by every open page: built once.
_VERSION = (
    select(E.c.status, E.c.updated, T.c.version, T.c.running_tasks, T.c.updated.label("run_updated"), _written())
    .select_from(E.outerjoin(T, T.c.execution == E.c.id))
    .where(E.c.id == bindparam("which"))
)
_STEERER = (E.c.executor.label("executor"), E.c.action_ref.label("action_ref"))
_FOUND = (
    select(*_LIGHT, T.c.variables, *_STEERER)
    .join_from(T, E, T.c.execution == E.c.id)
    .where(T.c.id == bindparam("which"))
)


@dataclass(frozen=True, slots=True)
class RunFilters:
    """Combined with AND; `workflow_ref` takes `*` as a wildcard; None: no condition."""

    status: str | None = None
    workflow_ref: str | None = None
    pack_ref: str | None = None
    paused: bool | None = None
    executor: int | None = None
    top_level_only: bool = False
    created_after: datetime | None = None
    created_before: datetime | None = None
    scope: ExecutionScope = field(default_factory=lambda: ExecutionScope(everything=True))


def listed(
    tx: Transaction, filters: RunFilters, *, limit: int, offset: int = 0, before: int | None = None
) -> list[Row]:
    """Headers without variables, newest first."""
    query = _where(select(*_LIGHT, *_STEERER).join_from(T, E, T.c.execution == E.c.id), filters)
    if before is not None:
        query = query.where(T.c.id < before)
    return all_rows(tx.execute(query.order_by(T.c.id.desc()).limit(limit).offset(offset)))


def counted(tx: Transaction, filters: RunFilters) -> int:
    query = _where(select(func.count()).select_from(T.join(E, T.c.execution == E.c.id)), filters)
    return int(tx.execute(query).scalar_one())


def found(tx: Transaction, workflow_execution_id: int) -> Row | None:
    """The header with its (masked) variables, and `executor` and `action_ref` of its execution."""
    return first_row(tx.execute(_FOUND, {"which": workflow_execution_id}))


def of_execution(tx: Transaction, execution_id: int) -> int | None:
    return tx.execute(select(T.c.id).where(T.c.execution == execution_id)).scalar_one_or_none()


def of_executions(tx: Transaction, execution_ids: Collection[int], scope: ExecutionScope) -> list[Row]:
    """Headers without variables of those executions that are runs."""
    if not execution_ids:
        return []
    query = _where(select(*_LIGHT, *_STEERER).join_from(T, E, T.c.execution == E.c.id), RunFilters(scope=scope))
    return all_rows(tx.execute(query.where(T.c.execution.in_(list(execution_ids)))))


def revisions_of(tx: Transaction, execution_ids: Collection[int]) -> dict[int, int]:
    """The revision by execution, of those that are runs."""
    query = select(T.c.execution, T.c.revision).where(T.c.execution.in_(execution_ids))
    return {row.execution: row.revision for row in tx.execute(query)}


def version(tx: Transaction, workflow_execution_id: int) -> Row | None:
    """version, status, paused, pausing and execution: all that a poll must know."""
    columns = (T.c.version, T.c.status, T.c.paused, T.c.pausing, T.c.execution, T.c.updated)
    return first_row(tx.execute(select(*columns).where(T.c.id == workflow_execution_id)))


def version_of_execution(tx: Transaction, execution_id: int) -> Row | None:
    """status, updated and written (bytes of output) of an execution, with version, running_tasks and run_updated of the run
    that it is (NULL: it is none)."""
    return first_row(tx.execute(_VERSION, {"which": execution_id}))


def visit_states(tx: Transaction, run_ids: Collection[int]) -> list[Row]:
    """workflow_execution, task_name, visit, state of every visit, in the order they were opened."""
    columns = (V.c.workflow_execution, V.c.task_name, V.c.visit, V.c.state)
    query = select(*columns).where(V.c.workflow_execution.in_(list(run_ids))).order_by(V.c.id)
    return all_rows(tx.execute(query))


def visit_docs(tx: Transaction, workflow_execution_id: int) -> list[dict[str, Any]]:
    """The engine's records of the latest visit of each task."""
    last = (
        select(V.c.task_name, func.max(V.c.visit).label("visit"))
        .where(V.c.workflow_execution == workflow_execution_id)
        .group_by(V.c.task_name)
        .subquery()
    )
    query = (
        select(V.c.doc)
        .join(last, (V.c.task_name == last.c.task_name) & (V.c.visit == last.c.visit))
        .where(V.c.workflow_execution == workflow_execution_id)
    )
    return list(tx.execute(query).scalars())


def task_executions(
    tx: Transaction, workflow_execution_id: int, *, with_items: bool = True, until: datetime | None = None
) -> list[Row]:
    """id, task_name, visit, task_index, attempt, status, kind and action of what a run started (`until` then), oldest first."""
    columns = (E.c.id, E.c.task_name, E.c.visit, E.c.task_index, E.c.attempt, E.c.status, E.c.kind, E.c.action)
    query = select(*columns).where(E.c.workflow_run == workflow_execution_id)
    if not with_items:
        query = query.where(E.c.task_index.is_(None))
    if until is not None:
        query = query.where(E.c.created <= until)
    return all_rows(tx.execute(query.order_by(E.c.id)))


def ran(tx: Transaction, workflow_execution_id: int, *, limit: int) -> list[Row]:
    """What everything a run started came to, by task in the order of visits, attempts and items."""
    columns = (
        E.c.task_name, E.c.visit, E.c.task_index, E.c.action_ref, E.c.kind, E.c.status, E.c.result, E.c.error, E.c.error_type,
        E.c.timed_out, E.c.duration_ms,
    )  # fmt: skip
    query = select(*columns).where(E.c.workflow_run == workflow_execution_id)
    order = (E.c.task_name, E.c.visit, E.c.attempt, E.c.task_index, E.c.id)
    return all_rows(tx.execute(query.order_by(*order).limit(limit)))


def stopped(tx: Transaction, execution_id: int) -> set[tuple[str, int]]:
    """(task, visit) of what a run told to stop by itself."""
    query = select(L.c.task_name, L.c.visit).where(L.c.execution == execution_id, L.c.type == "cancel_asked")
    return {(row.task_name, row.visit) for row in tx.execute(query)}


def spans(tx: Transaction, workflow_execution_id: int, *, limit: int) -> list[Row]:
    """When each attempt of what a run started was asked for, began and ended, oldest first; without items."""
    query = _spans().where(E.c.workflow_run == workflow_execution_id, E.c.task_index.is_(None))
    return all_rows(tx.execute(query.order_by(E.c.id).limit(limit)))


def item_spans(tx: Transaction, workflow_execution_id: int, task: str, *, every: int) -> list[Row]:
    """The same of every n-th item of a task."""
    of_task = (E.c.workflow_run == workflow_execution_id, E.c.task_name == task, E.c.task_index.is_not(None))
    return all_rows(tx.execute(_spans().where(*of_task, E.c.task_index % every == 0).order_by(E.c.id)))


def item_numbers(tx: Transaction, workflow_execution_id: int) -> dict[str, int]:
    """How many executions each task with items has."""
    of_run = (E.c.workflow_run == workflow_execution_id, E.c.task_index.is_not(None))
    query = select(E.c.task_name, func.count().label("number")).where(*of_run).group_by(E.c.task_name)
    return {row.task_name: int(row.number) for row in tx.execute(query)}


def _spans() -> Select[Any]:
    columns = (
        E.c.id, E.c.task_name, E.c.visit, E.c.task_index, E.c.attempt, E.c.status, E.c.kind, E.c.copied_from, E.c.created,
        E.c.started_at, E.c.completed_at, T.c.id.label("own_run"),
    )  # fmt: skip
    return select(*columns).select_from(E.outerjoin(T, T.c.execution == E.c.id))


def visit_times(tx: Transaction, workflow_execution_id: int) -> list[Row]:
    """task_name, visit, state, created (when it was reached), started_at and completed_at of every visit, in order."""
    columns = (V.c.task_name, V.c.visit, V.c.state, V.c.created, V.c.started_at, V.c.completed_at)
    query = select(*columns).where(V.c.workflow_execution == workflow_execution_id).order_by(V.c.id)
    return all_rows(tx.execute(query))


def results(tx: Transaction, execution_ids: Iterable[int]) -> dict[int, Any]:
    query = select(E.c.id, E.c.result).where(E.c.id.in_(list(execution_ids)))
    return {row.id: row.result for row in tx.execute(query)}


def asked_by(tx: Transaction, workflow_execution_id: int) -> dict[int, int]:
    """Execution id -> id of the inquiry it asks, for what this run has asked."""
    query = select(Q.c.execution, Q.c.id).where(Q.c.workflow_execution == workflow_execution_id).order_by(Q.c.id)
    return {row.execution: row.id for row in tx.execute(query)}


def inquiry_states(tx: Transaction, workflow_execution_id: int) -> list[Row]:
    """id, status, execution, prompt, assigned_to, timeout_at and updated of every inquiry within a run."""
    columns = (Q.c.id, Q.c.status, Q.c.execution, Q.c.prompt, Q.c.assigned_to, Q.c.timeout_at, Q.c.updated)
    return all_rows(tx.execute(select(*columns).where(Q.c.workflow_execution == workflow_execution_id).order_by(Q.c.id)))


def _where(query: Select[Any], filters: RunFilters) -> Select[Any]:
    equal = {T.c.status: filters.status, T.c.paused: filters.paused, E.c.executor: filters.executor}
    query = query.where(*(column == value for column, value in equal.items() if value is not None))
    if filters.workflow_ref:
        query = query.where(matches(T.c.workflow_ref, filters.workflow_ref))
    if filters.pack_ref:
        query = query.where(matches(T.c.workflow_ref, f"{filters.pack_ref}.*"))
    if filters.top_level_only:
        query = query.where(T.c.parent_workflow_execution.is_(None))
    if filters.created_after is not None:
        query = query.where(T.c.created >= filters.created_after)
    if filters.created_before is not None:
        query = query.where(T.c.created <= filters.created_before)
    return query if filters.scope.everything else query.where(within(filters.scope))
