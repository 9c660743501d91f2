"""Executions for lists and pages. Lists never touch parameters, results or sealed values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    String,
    and_,
    bindparam,
    cast,
    func,
    or_,
    select,
    union,
)

from app.engine.statuses import TERMINAL, ExecutionStatus
from app.persistence.db import table_of
from app.persistence.models import Action, Execution, WorkflowExecution
from app.persistence.repositories.rows import Row, all_rows, first_row
from app.persistence.session import Transaction

A = table_of(Action)
T = table_of(Execution)
W = table_of(WorkflowExecution)

_HEAVY = {"parameters", "result", "sealed", "env_vars", "item_value", "warnings"}
_INTERNAL = {"lease_token", "lease_owner", "lease_expires_at", "cancel_requested", "cancel_reason", "claims"}
_LIGHT = [c for c in T.columns if c.name not in _HEAVY | _INTERNAL]
_MOST_REFS = 12  # searched one by one; more of them are found soon anyway
_UNFINISHED = [status.value for status in ExecutionStatus if status not in TERMINAL]
_OWN_RUN = W.c.id.label("own_run")
# Pages ask for it several times: built once, since building it costs more than running it.
_FOUND = select(T, _OWN_RUN).select_from(T.outerjoin(W, W.c.execution == T.c.id)).where(T.c.id == bindparam("which"))


@dataclass(frozen=True, slots=True)
class ExecutionScope:
    """Which executions somebody may read: everything, or what they started and what a grant names.

    Attributes:
        named: alternatives of {"pack_refs" | "refs" | "ids": values}; within one, all must hold.
    """

    everything: bool = False
    executor: int | None = None
    named: tuple[dict[str, frozenset[Any]], ...] = ()


@dataclass(frozen=True, slots=True)
class ExecutionFilters:
    """Combined with AND; refs take `*` as a wildcard; None: no condition. Times are aware UTC."""

    status: str | None = None
    action_ref: str | None = None
    pack_name: str | None = None
    rule_ref: str | None = None
    trigger_ref: str | None = None
    executor: int | None = None
    enforcement: int | None = None
    parent: int | None = None
    workflow_execution: int | None = None
    task_name: str | None = None
    kind: str | None = None
    result_contains: str | None = None
    text: str | None = None  # in the ref or the label of what ran, or in the error
    top_level_only: bool = False
    created_after: datetime | None = None
    created_before: datetime | None = None
    scope: ExecutionScope = field(default_factory=lambda: ExecutionScope(everything=True))


def listed(
    tx: Transaction,
    filters: ExecutionFilters,
    *,
    limit: int,
    offset: int = 0,
    before: int | None = None,
    oldest_first: bool = False,
) -> list[Row]:
    """Rows without their heavy columns, newest first. `before`: only ids below it, for pages that stay fast."""
    order = T.c.id if oldest_first else T.c.id.desc()
    query = select(*_LIGHT, _OWN_RUN).select_from(T.outerjoin(W, W.c.execution == T.c.id))
    if filters.text:
        query = query.where(T.c.id.in_(_holding(tx, filters, before=before, order=order, most=limit + offset)))
    else:
        query = _after(_where(query, filters), before)
    return all_rows(tx.execute(query.order_by(order).limit(limit).offset(offset)))


def ids(tx: Transaction, filters: ExecutionFilters, *, limit: int) -> list[int]:
    """Ids of the newest that match."""
    query = _where(select(T.c.id), filters).order_by(T.c.id.desc()).limit(limit)
    return list(tx.execute(query).scalars())


def counted(tx: Transaction, filters: ExecutionFilters, *, most: int | None = None) -> int:
    """How many match; with `most` it is not counted further."""
    query = _where(select(T.c.id), filters)
    if most is not None:
        query = query.limit(most)
    return int(tx.execute(select(func.count()).select_from(query.subquery())).scalar_one())


def _after(query: Select[Any], before: int | None) -> Select[Any]:
    return query if before is None else query.where(T.c.id < before)


def _holding(tx: Transaction, filters: ExecutionFilters, *, before: int | None, order: Any, most: int) -> CompoundSelect[Any]:
    """Ids of what holds the text: one search by what ran and one in the errors, each along an index of its own."""
    text = filters.text or ""
    refs = list(tx.execute(_refs_by_text(text).limit(_MOST_REFS + 1)).scalars())
    if len(refs) <= _MOST_REFS:
        ran = [("action", T.c.action_ref == ref) for ref in refs]
    else:
        ran = [("id", _ran_by_text(text))]
    found = []
    for index, condition in (*ran, ("error", _error_holds(text))):
        part = _after(_where(select(T.c.id), replace(filters, text=None)), before).where(condition)
        if filters.top_level_only:  # SQLite, which has no statistics, takes any index of `parent` for better
            part = part.with_hint(T, f"INDEXED BY ix_execution_top_{index}", "sqlite")
        found.append(part.order_by(order).limit(most).subquery())
    return union(*(select(part.c.id) for part in found))


def _refs_by_text(text: str) -> Select[Any]:
    return select(A.c.ref).where(or_(_holds(A.c.ref, text), _holds(A.c.label, text)))


def _ran_by_text(text: str) -> ColumnElement[bool]:
    return T.c.action_ref.in_(_refs_by_text(text))


def _error_holds(text: str) -> ColumnElement[bool]:
    return and_(T.c.error.is_not(None), _holds(T.c.error, text))


def _holds(column: Any, text: str) -> ColumnElement[bool]:
    """Contains it, letter case aside; `*` stands for anything."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_").replace("*", "%")
    return column.ilike(f"%{escaped}%", escape="\\")


def found(tx: Transaction, execution_id: int) -> Row | None:
    """The whole row, with `own_run`: the run that this execution is, or None."""
    return first_row(tx.execute(_FOUND, {"which": execution_id}))


def by_ids(tx: Transaction, ids: Iterable[int]) -> list[Row]:
    """Light rows, oldest first."""
    query = select(*_LIGHT, _OWN_RUN).select_from(T.outerjoin(W, W.c.execution == T.c.id))
    return all_rows(tx.execute(query.where(T.c.id.in_(list(ids))).order_by(T.c.id)))


def ancestors(tx: Transaction, execution_id: int) -> frozenset[int]:
    """Ids of the parents up to the top."""
    seen: set[int] = set()
    current: int | None = execution_id
    while current is not None:
        current = tx.execute(select(T.c.parent).where(T.c.id == current)).scalar_one_or_none()
        if current is None or current in seen:
            break
        seen.add(current)
    return frozenset(seen)


def counts_by_status(tx: Transaction) -> dict[str, int]:
    query = select(T.c.status, func.count()).group_by(T.c.status)
    return {status: int(number) for status, number in tx.execute(query)}


def counts_of_action(tx: Transaction, action_id: int) -> dict[str, tuple[int, datetime]]:
    """(number, created first) of one action's executions, by status."""
    query = select(T.c.status, func.count(), func.min(T.c.created)).where(T.c.action == action_id).group_by(T.c.status)
    return {status: (int(number), first) for status, number, first in tx.execute(query)}


def unfinished(tx: Transaction, *, above: int) -> dict[int, str]:
    """Status by id of everything that has not ended, and of every row with an id above a number."""
    query = select(T.c.id, T.c.status)
    found = dict(_pairs(tx, query.where(T.c.status.in_(_UNFINISHED))))
    return found | dict(_pairs(tx, query.where(T.c.id > above)))


def statuses(tx: Transaction, ids: Iterable[int]) -> dict[int, str]:
    """Status by id."""
    parts = batched(list(ids), 500)
    return {i: s for part in parts for i, s in _pairs(tx, select(T.c.id, T.c.status).where(T.c.id.in_(part)))}


def newest_id(tx: Transaction) -> int:
    return tx.execute(select(func.max(T.c.id))).scalar_one_or_none() or 0


def _pairs(tx: Transaction, query: Select[Any]) -> list[tuple[int, str]]:
    return [(row.id, row.status) for row in tx.execute(query)]


def _where(query: Select[Any], filters: ExecutionFilters) -> Select[Any]:
    equal = {
        T.c.status: filters.status,
        T.c.executor: filters.executor,
        T.c.enforcement: filters.enforcement,
        T.c.parent: filters.parent,
        T.c.workflow_run: filters.workflow_execution,
        T.c.task_name: filters.task_name,
        T.c.kind: filters.kind,
    }
    refs = {T.c.action_ref: filters.action_ref, T.c.rule_ref: filters.rule_ref, T.c.trigger_ref: filters.trigger_ref}
    query = query.where(*(column == value for column, value in equal.items() if value is not None))
    query = query.where(*(matches(column, text) for column, text in refs.items() if text))
    return query.where(*_further(filters))


def _further(filters: ExecutionFilters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.pack_name:
        conditions.append(matches(T.c.action_ref, f"{filters.pack_name}.*"))
    if filters.top_level_only:
        conditions.append(T.c.parent.is_(None))
    if filters.created_after is not None:
        conditions.append(T.c.created >= filters.created_after)
    if filters.created_before is not None:
        conditions.append(T.c.created <= filters.created_before)
    if filters.text:
        conditions.append(or_(_ran_by_text(filters.text), _error_holds(filters.text)))
    if filters.result_contains:
        conditions.append(cast(T.c.result, String).icontains(filters.result_contains, autoescape=True))
    if not filters.scope.everything:
        conditions.append(within(filters.scope))
    return conditions


def matches(column: Any, text: str) -> ColumnElement[bool]:
    """Equality, or a pattern in which only `*` has a meaning."""
    if "*" not in text:
        return column == text
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return column.like(escaped.replace("*", "%"), escape="\\")


def within(scope: ExecutionScope) -> ColumnElement[bool]:
    return or_(T.c.executor == scope.executor, *(_named(alternative) for alternative in scope.named))


def _named(alternative: dict[str, frozenset[Any]]) -> ColumnElement[bool]:
    parts: list[ColumnElement[bool]] = []
    if "pack_refs" in alternative:
        parts.append(or_(*(matches(T.c.action_ref, f"{ref}.*") for ref in sorted(alternative["pack_refs"]))))
    if "refs" in alternative:
        parts.append(T.c.action_ref.in_(sorted(alternative["refs"])))
    if "ids" in alternative:
        parts.append(T.c.id.in_(sorted(alternative["ids"])))
    return and_(*parts)


def item_results(tx: Transaction, ids: Iterable[int], *, visit: int) -> list[Row]:
    """task_index, status and result of these items of one visit; a later attempt comes after an earlier one."""
    columns = (T.c.task_index, T.c.status, T.c.result)
    rows: list[Row] = []
    for chunk in batched(list(ids), 500):
        query = select(*columns).where(T.c.id.in_(chunk), T.c.visit == visit).order_by(T.c.id)
        rows += all_rows(tx.execute(query))
    return rows


def latest_of_task(tx: Transaction, run_id: int, task: str) -> Row | None:
    """The newest execution of a task's latest visit, whole; with items that of its first item."""
    query = select(T).where(T.c.workflow_run == run_id, T.c.task_name == task)
    return first_row(tx.execute(query.order_by(T.c.visit.desc(), T.c.task_index, T.c.attempt.desc()).limit(1)))


def item_results_of(tx: Transaction, run_id: int, task: str, visit: int) -> list[Row]:
    """task_index, status and result of every item of a visit; a later attempt comes after an earlier one."""
    of_visit = (T.c.workflow_run == run_id, T.c.task_name == task, T.c.visit == visit)
    query = select(T.c.task_index, T.c.status, T.c.result).where(*of_visit, T.c.task_index.is_not(None))
    return all_rows(tx.execute(query.order_by(T.c.id)))


def item_values(tx: Transaction, ids: Iterable[int]) -> dict[int, Any]:
    """The item each of these executions works on, by execution id; masked when it was stored."""
    query = select(T.c.id, T.c.item_value).where(T.c.id.in_(list(ids)))
    return {row.id: row.item_value for row in tx.execute(query)}


def batched(ids: list[int], size: int) -> list[list[int]]:
    """Parts small enough for one statement."""
    return [ids[start : start + size] for start in range(0, len(ids), size)]
