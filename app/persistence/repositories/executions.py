"""Rows of executions: insert in bulk, claim, fence, end. Every change is conditional on the state it expects."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    BindParameter,
    RowMapping,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from app.engine.conductor.reports import RunKey
from app.engine.statuses import ACTIVE, NOT_STARTED, TERMINAL, ExecutionStatus
from app.persistence.db import dump_json, table_of
from app.persistence.models import Execution, ExecutionLog, WorkflowExecution
from app.persistence.session import Transaction

T = table_of(Execution)
_NOT_STARTED = [s.value for s in NOT_STARTED]
_ACTIVE = [s.value for s in ACTIVE]
_TERMINAL = [s.value for s in TERMINAL]

# Statements of the hot paths are built once: building one costs three times as much as running it.
_ID: BindParameter[int] = bindparam("which")
_PAUSED = exists().where(WorkflowExecution.id == T.c.workflow_run, WorkflowExecution.paused.is_(True))
_INSERT = insert(T)
_INSERT_RETURNING = insert(T).returning(T.c.id, sort_by_parameter_order=True)
_LAST_ID = "SELECT coalesce(max(id), 0) FROM execution"
_FIND = select(T).where(T.c.id == _ID)
_CLAIM = (
    update(T)
    .where(T.c.id == _ID, T.c.status == ExecutionStatus.SCHEDULED.value, ~_PAUSED)
    .values(
        status=ExecutionStatus.RUNNING.value,
        lease_token=bindparam("token"),
        lease_owner=bindparam("owner"),
        lease_expires_at=bindparam("until"),
        worker=bindparam("owner"),
        started_at=func.coalesce(T.c.started_at, bindparam("now", type_=T.c.started_at.type)),
        claims=T.c.claims + 1,
        updated=bindparam("now"),
    )
    .returning(T)
)
_END_LEASED = update(T).where(T.c.id == _ID, T.c.lease_token == bindparam("token"), T.c.status.in_(_ACTIVE))
_CHANGE = update(T).where(T.c.id == _ID, T.c.status.in_(bindparam("expected", expanding=True)))
_END_PURE = update(T).where(T.c.id == _ID, T.c.status == ExecutionStatus.SCHEDULED.value)
_NO_LEASE = {"lease_token": None, "lease_owner": None, "lease_expires_at": None}

# What a new row must hold and its writer may leave out. Columns that may be NULL are left out of the statement.
_BLANK: dict[str, Any] = {
    c.name: getattr(c.default, "arg", None) for c in T.columns if c.default is not None and c.default.is_scalar
} | {"parameters": {}, "env_vars": {}, "permission_set_refs": []}
_DOCUMENTS = [c.name for c in T.columns if isinstance(c.type, JSON)]


def insert_many(tx: Transaction, rows: Sequence[dict[str, Any]], *, now: datetime) -> list[int]:
    """Insert executions (column name -> value) in one statement; ids in the order of the rows."""
    if not rows:
        return []
    named = dict.fromkeys(name for row in rows for name in row)
    full = [{**named, **_BLANK, "created": now, "updated": now, **row} for row in rows]
    if not tx.sqlite:
        return [int(i) for i in tx.execute(_INSERT_RETURNING, full).scalars()]
    # SQLite does not promise the order of RETURNING, so SQLAlchemy would insert one by one. The writing
    # transaction is alone: the numbers after the last one are ours.
    last = int(tx.connection.exec_driver_sql(_LAST_ID).scalar_one())
    numbered = [{"id": number, **row} for number, row in enumerate(full, start=last + 1)]
    tx.execute(_INSERT, numbered)
    return [row["id"] for row in numbered]


def claimed_values(*, owner: str, token: str, now: datetime, lease_s: float) -> dict[str, Any]:
    """Columns of an execution that is claimed when it is inserted."""
    return {
        "status": ExecutionStatus.RUNNING.value,
        "lease_token": token,
        "lease_owner": owner,
        "lease_expires_at": now + timedelta(seconds=lease_s),
        "worker": owner,
        "started_at": now,
        "claims": 1,
    }


def whole_row(row: dict[str, Any]) -> dict[str, Any]:
    """Every column of a row that was inserted with these values, documents as the database would give them back."""
    whole = {**dict.fromkeys(T.columns.keys()), **_BLANK, **row}
    return whole | {name: json.loads(dump_json(whole[name])) for name in _DOCUMENTS if whole[name]}


def find(tx: Transaction, execution_id: int) -> RowMapping | None:
    """The whole row, or None."""
    return tx.execute(_FIND, {"which": execution_id}).mappings().first()


def lock(tx: Transaction, execution_id: int) -> RowMapping | None:
    """The whole row, locked until the transaction ends; lock its run, or the questions it asks, before it."""
    return tx.execute(select(T).where(T.c.id == execution_id).with_for_update(key_share=True)).mappings().first()


def find_run(tx: Transaction, workflow_run: int, key: RunKey) -> RowMapping | None:
    """The row of one attempt of one task run, without its result."""
    statement = select(*_light_columns()).where(
        T.c.workflow_run == workflow_run,
        T.c.task_name == key.task,
        T.c.visit == key.visit,
        T.c.task_index.is_(None) if key.item is None else T.c.task_index == key.item,
        T.c.attempt == key.attempt,
    )
    return tx.execute(statement).mappings().first()


def _light_columns() -> list[Any]:
    heavy = {"parameters", "result", "sealed", "env_vars", "item_value"}
    return [c for c in T.columns if c.name not in heavy]


def claim(
    tx: Transaction, execution_id: int, *, owner: str, token: str, now: datetime, lease_s: float
) -> RowMapping | None:
    """Take a scheduled execution for a worker; None when it is not to be had (taken, ended, paused).

    Two workers with the same hint: the second finds the row running and gets None.
    """
    until = now + timedelta(seconds=lease_s)
    values = {"which": execution_id, "owner": owner, "token": token, "until": until, "now": now}
    return tx.execute(_CLAIM, values).mappings().first()


def end_leased(tx: Transaction, execution_id: int, *, token: str, values: dict[str, Any], now: datetime) -> bool:
    """Write the end of a claimed execution; False when the lease is not the caller's any more (stale)."""
    written = {**values, **_NO_LEASE, "updated": now}
    return tx.execute(_END_LEASED, {"which": execution_id, "token": token, **written}).rowcount == 1


def change(
    tx: Transaction, execution_id: int, *, expected: Iterable[str], values: dict[str, Any], now: datetime
) -> bool:
    """Change a row only while its status is one of `expected`; says whether it did."""
    written = {**values, "updated": now}
    return tx.execute(_CHANGE, {"which": execution_id, "expected": list(expected), **written}).rowcount == 1


def heartbeat(tx: Transaction, leases: Mapping[int, str], *, now: datetime, lease_s: float) -> None:
    """Prolong these leases (execution -> token), in one statement.

    Rows that another transaction is changing are left for the next beat: to wait for one while holding others
    would be a deadlock with whoever cancels or completes them.
    """
    held = (
        select(T.c.id)
        .where(T.c.id.in_(list(leases)), T.c.lease_token.in_(list(leases.values())), T.c.status.in_(_ACTIVE))
        .with_for_update(skip_locked=True, key_share=True)
    )
    tx.execute(update(T).where(T.c.id.in_(held)).values(lease_expires_at=now + timedelta(seconds=lease_s)))


def leases_of(tx: Transaction, execution_ids: Iterable[int]) -> list[tuple[int, str | None, bool]]:
    """(id, lease token, whether it was told to stop) of executions that some worker thinks it has."""
    statement = select(T.c.id, T.c.lease_token, T.c.cancel_requested).where(T.c.id.in_(list(execution_ids)))
    return [(i, t, c) for i, t, c in tx.execute(statement)]


def lost_leases(tx: Transaction, *, before: datetime, limit: int = 100) -> list[RowMapping]:
    """Claimed executions whose lease ended before that time."""
    statement = (
        select(*_light_columns())
        .where(T.c.status.in_(_ACTIVE), T.c.lease_expires_at < before, T.c.lease_token.is_not(None))
        .order_by(T.c.lease_expires_at)
        .limit(limit)
    )
    return list(tx.execute(statement).mappings())


def lease_owners(tx: Transaction) -> list[str]:
    """Everyone who holds a lease."""
    statement = select(T.c.lease_owner).where(T.c.lease_owner.is_not(None)).distinct()
    return list(tx.execute(statement).scalars())


def expire_leases_of(tx: Transaction, owner: str, *, at: datetime) -> None:
    """A worker is known to be gone: its leases count as ended at that time."""
    held = select(T.c.id).where(T.c.lease_owner == owner).with_for_update(skip_locked=True, key_share=True)
    tx.execute(update(T).where(T.c.id.in_(held)).values(lease_expires_at=at))


def give_back(tx: Transaction, execution_id: int, *, token: str, held: bool, counts: bool, now: datetime) -> bool:
    """Make a claimed, running execution claimable again; False when the lease has changed.

    Args:
        held: its run is paused (the caller has locked the run): it stays out of the queue until `release_held`.
        counts: whether the claim counts as one that was lost.
    """
    status = ExecutionStatus.REQUESTED if held else ExecutionStatus.SCHEDULED
    statement = (
        update(T)
        .where(T.c.id == execution_id, T.c.lease_token == token, T.c.status == ExecutionStatus.RUNNING)
        .values(
            status=status.value,
            lease_token=None,
            lease_owner=None,
            lease_expires_at=None,
            worker=None,
            claims=T.c.claims if counts else T.c.claims - 1,
            updated=now,
        )
    )
    return tx.execute(statement).rowcount == 1


def status_of(tx: Transaction, execution_id: int) -> str | None:
    return tx.execute(select(T.c.status).where(T.c.id == execution_id)).scalar_one_or_none()


def unfinished_of_run(tx: Transaction, workflow_run: int) -> list[tuple[int, str, str]]:
    """(id, kind, status) of everything in a run that has not ended."""
    statement = (
        select(T.c.id, T.c.kind, T.c.status)
        .where(T.c.workflow_run == workflow_run, T.c.status.not_in(_TERMINAL))
        .order_by(T.c.id)
    )
    return [(i, k, s) for i, k, s in tx.execute(statement)]


def unclaimed(tx: Transaction, *, before: datetime, limit: int) -> list[tuple[int, str, int | None]]:
    """(id, kind, run) of executions that became claimable before that time and that nobody took."""
    statement = (
        select(T.c.id, T.c.kind, T.c.workflow_run)
        .where(T.c.status == ExecutionStatus.SCHEDULED, T.c.updated < before, ~_PAUSED)
        .order_by(T.c.updated)
        .limit(limit)
    )
    return [(i, k, r) for i, k, r in tx.execute(statement)]


def any_yet(tx: Transaction) -> bool:
    """Whether anything was ever run here."""
    return tx.execute(select(T.c.id).limit(1)).first() is not None


def execution_of_run(tx: Transaction, workflow_run: int) -> int:
    """The execution that a run is."""
    t = table_of(WorkflowExecution)
    return int(tx.execute(select(t.c.execution).where(t.c.id == workflow_run)).scalar_one())


def scheduled_pure(tx: Transaction, workflow_run: int, *, limit: int) -> list[RowMapping]:
    """Pure runs of one workflow that wait for the engine itself."""
    columns = (T.c.id, T.c.action_ref, T.c.parameters, T.c.sealed, T.c.task_name, T.c.visit, T.c.task_index, T.c.attempt)
    statement = (
        select(*columns)
        .where(T.c.workflow_run == workflow_run, T.c.status == ExecutionStatus.SCHEDULED, T.c.kind == "pure")
        .order_by(T.c.id)
        .limit(limit)
    )
    return list(tx.execute(statement).mappings())


def end_pure(tx: Transaction, rows: Sequence[dict[str, Any]], *, now: datetime) -> None:
    """Write the ends of pure runs found by `scheduled_pure` in this transaction, which holds the lock of their run.

    Args:
        rows: {id, **columns}; all name the same columns.
    """
    if rows:
        ended = [{"which": row["id"], "updated": now, **{k: v for k, v in row.items() if k != "id"}} for row in rows]
        tx.execute(_END_PURE, ended)


def hold_scheduled(tx: Transaction, workflow_run: int, *, now: datetime) -> None:
    """Take what no worker has claimed out of the queue, while the run is paused."""
    tx.execute(
        update(T)
        .where(T.c.workflow_run == workflow_run, T.c.status == ExecutionStatus.SCHEDULED)
        .values(status=ExecutionStatus.REQUESTED, updated=now)
    )


def release_held(tx: Transaction, workflow_run: int, *, now: datetime) -> list[tuple[int, str]]:
    """Put held runs back into the queue; (id, kind) of each."""
    statement = (
        update(T)
        .where(
            T.c.workflow_run == workflow_run,
            T.c.status == ExecutionStatus.REQUESTED,
            T.c.kind.in_(["action", "pure"]),
        )
        .values(status=ExecutionStatus.SCHEDULED, updated=now)
        .returning(T.c.id, T.c.kind)
    )
    return [(i, k) for i, k in tx.execute(statement)]


def running_children(tx: Transaction, workflow_run: int, *, kind: str) -> list[int]:
    """Executions of a run that are under way, by kind."""
    statement = select(T.c.id).where(
        T.c.workflow_run == workflow_run, T.c.kind == kind, T.c.status.not_in(_TERMINAL)
    )
    return list(tx.execute(statement).scalars())


def anything_active(tx: Transaction, workflow_run: int) -> bool:
    """Whether a worker still runs something of this run, or of a nested one that has not come to rest."""
    statement = select(T.c.id).where(
        T.c.workflow_run == workflow_run, T.c.kind.in_(["action", "pure"]), T.c.status.in_(_ACTIVE)
    )
    if tx.execute(statement.limit(1)).first():
        return True
    w = table_of(WorkflowExecution)
    nested = select(w.c.id).where(
        w.c.parent_workflow_execution == workflow_run,
        w.c.status.not_in(_TERMINAL),
        or_(w.c.paused.is_(False), w.c.pausing.is_(True)),
    )
    return tx.execute(nested.limit(1)).first() is not None


def results_of(tx: Transaction, workflow_run: int, task: str, visit: int) -> list[RowMapping]:
    """Results of the latest attempts of a visit: rows of {task_index, attempt, status, result, error, error_type, item_value}."""
    later = T.alias("later")
    newest = ~exists().where(
        and_(
            later.c.workflow_run == T.c.workflow_run,
            later.c.task_name == T.c.task_name,
            later.c.visit == T.c.visit,
            func.coalesce(later.c.task_index, -1) == func.coalesce(T.c.task_index, -1),
            later.c.attempt > T.c.attempt,
        )
    )
    statement = (
        select(T.c.task_index, T.c.attempt, T.c.status, T.c.result, T.c.error, T.c.error_type, T.c.item_value)
        .where(T.c.workflow_run == workflow_run, T.c.task_name == task, T.c.visit == visit, newest)
        .order_by(T.c.task_index)
    )
    return list(tx.execute(statement).mappings())


_LAST_RESULT = (
    select(T.c.result)
    .where(
        T.c.workflow_run == bindparam("run"),
        T.c.task_name == bindparam("task"),
        T.c.visit == bindparam("number"),
        T.c.task_index.is_(None),
    )
    .order_by(T.c.attempt.desc())
    .limit(1)
)


def last_result(tx: Transaction, workflow_run: int, task: str, visit: int) -> dict[str, Any] | None:
    """Result of the last attempt of a visit without items."""
    return tx.execute(_LAST_RESULT, {"run": workflow_run, "task": task, "number": visit}).scalar_one_or_none()


def copy_runs(
    tx: Transaction,
    workflow_run: int,
    runs: Iterable[tuple[str, int, int | None]],
    *,
    into: int,
    parent: int,
    now: datetime,
) -> None:
    """Give a new run the last attempts of an old one's (task, visit, item) runs, as rows of its own."""
    wanted = set(runs)
    statement = select(T).where(T.c.workflow_run == workflow_run).order_by(T.c.id)
    last: dict[tuple[str, int, int | None], RowMapping] = {}
    for row in tx.execute(statement).mappings():
        if (key := (row["task_name"], row["visit"], row["task_index"])) in wanted:
            last[key] = row
    copies = [
        {
            **{name: value for name, value in row.items() if name not in ("id", "created", "updated")},
            "workflow_run": into,
            "parent": parent,
            "copied_from": row["copied_from"] or row["id"],
        }
        for row in last.values()
    ]
    insert_many(tx, copies, now=now)


def append_log(tx: Transaction, execution_id: int, stream: str, text: str, *, now: datetime) -> None:
    """Add captured output behind what is there already."""
    column = T.c.stdout_bytes if stream == "stdout" else T.c.stderr_bytes
    size = len(text.encode("utf-8", "replace"))
    statement = update(T).where(T.c.id == execution_id).values({column.name: column + size}).returning(column)
    end = tx.execute(statement).scalar_one()
    tx.execute(
        insert(ExecutionLog).values(
            execution=execution_id, stream=stream, position=end - size, text=text, created=now
        )
    )


def clear_log(tx: Transaction, execution_id: int) -> None:
    """Forget the output of a run that was taken back; the next one starts from nothing."""
    tx.execute(delete(ExecutionLog).where(ExecutionLog.execution == execution_id))
    tx.execute(update(T).where(T.c.id == execution_id).values(stdout_bytes=0, stderr_bytes=0))
