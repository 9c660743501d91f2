"""What happens when a step fails by a fault of ours: it is tried once more from the database, then the run is ended.

Without this a revision that no longer parses, a damaged row or a bug would be met again by every sweep, for ever.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, ParamSpec, TypeVar

import structlog

from app.engine.conductor.reports import TaskError
from app.engine.errors import AppError, StorageError, StorageInUse
from app.engine.statuses import ACTIVE, TERMINAL, ExecutionStatus, TaskState
from app.engine.storable import shortened, storable_text
from app.persistence import session
from app.persistence.repositories import events, executions, transport, workflow_executions
from app.persistence.session import Row, Transaction, transaction
from app.services import ports
from app.services.orchestration import starting

P = ParamSpec("P")
T = TypeVar("T")
log = structlog.get_logger(__name__)

STEPS = 2  # tries of one step: the first may have used a state in memory, the second reads all rows
COLLISIONS = 5  # tries of a transaction that the database ended for the sake of another
LONGEST_REASON = 4000


class RunBroken(Exception):
    """A run could not be loaded, stepped or written; `__cause__` says why."""

    def __init__(self, workflow_execution_id: int) -> None:
        super().__init__(f"Workflow execution {workflow_execution_id} could not be stepped.")
        self.workflow_execution_id = workflow_execution_id


@contextmanager
def blaming(workflow_execution_id: int) -> Iterator[None]:
    """What fails in this block is the run's fault; a database that is away is nobody's."""
    try:
        yield
    except RunBroken:
        raise
    except StorageError as error:
        if error.retryable:
            raise
        raise RunBroken(workflow_execution_id) from error
    except Exception as error:
        raise RunBroken(workflow_execution_id) from error


def surviving(use_case: Callable[P, T]) -> Callable[P, T]:
    """A use case, a whole transaction, that ends a run which it can't step, and goes on without it."""

    @functools.wraps(use_case)
    def tried(*args: P.args, **kwargs: P.kwargs) -> T:
        steps = collisions = 0
        while True:
            try:
                return use_case(*args, **kwargs)
            except StorageInUse:
                collisions += 1
                if collisions == COLLISIONS:
                    raise
            except RunBroken as broken:
                steps += 1
                if steps > STEPS:
                    raise
                _mend(broken, last=steps == STEPS)

    return tried


def _mend(broken: RunBroken, *, last: bool) -> None:
    run_id = broken.workflow_execution_id
    session.current().kept.get("run_states", {}).pop(run_id, None)
    log.error("run_not_stepped", workflow_execution_id=run_id, ended=last, exc_info=broken)
    if last:
        end_broken(run_id, reason=_reason(broken.__cause__))


def _reason(cause: BaseException | None) -> str:
    said = cause.message if isinstance(cause, AppError) else f"{type(cause).__name__}: {cause}"
    return storable_text(shortened(f"Attune could not go on with this workflow: {said}", LONGEST_REASON))


def end_broken(workflow_execution_id: int, *, reason: str) -> None:
    """End a run as failed without asking the engine; what it still has is stopped, and the run above is told."""
    with transaction() as tx:
        header = workflow_executions.lock(tx, workflow_execution_id)
        if header is None or header["status"] in TERMINAL:
            return
        now, hints = ports.now(), list[ports.Hint]()
        for execution_id, kind, status in executions.unfinished_of_run(tx, workflow_execution_id):
            hints += _stop(tx, execution_id, kind, status, reason=reason, now=now)
        cut_off = _end_visits(tx, header, now=now)
        _end_header(tx, header, cut_off, reason=reason, now=now)
        hints += _end_execution(tx, header, reason=reason, now=now)
        tx.after_commit(lambda: ports.current().dispatcher.send(hints))


def _stop(
    tx: Transaction, execution_id: int, kind: str, status: str, *, reason: str, now: datetime
) -> list[ports.Hint]:
    if kind == "workflow":
        said = {"reason": reason, "cancel_running": True, "timed_out": False}
        return [ports.Hint("cancel_child", execution_id, transport.add_outbox(tx, "cancel_child", execution_id, said, now=now))]
    if kind != "inquiry" and status in ACTIVE:
        signal = {"status": "canceling", "cancel_requested": True, "cancel_reason": reason}
        executions.change(tx, execution_id, expected=["running"], values=signal, now=now)
        return [ports.Hint("cancel", execution_id, 0)]
    ended = starting.cancelled_values(reason, now=now)
    executions.change(tx, execution_id, expected=[status], values=ended, now=now)
    _withdraw_questions(tx, execution_id, now=now)
    return []


def _withdraw_questions(tx: Transaction, execution_id: int, *, now: datetime) -> None:
    from app.services import inquiries  # imported late: inquiries end executions through orchestration

    inquiries.cancel_of_execution(tx, execution_id=execution_id, now=now)


def _end_visits(tx: Transaction, header: Row, *, now: datetime) -> list[dict[str, Any]]:
    """Close the visits that were open; the records of it, in the form of the engine's."""
    ended = {"state": TaskState.CANCELLED.value, "outcome": "cancelled", "live": False, "ended_at": now.isoformat()}
    rows = workflow_executions.open_visits(tx, header["id"])
    closed = [
        {
            "workflow_execution": header["id"],
            "task_name": row["task_name"],
            "visit": row["visit"],
            "state": TaskState.CANCELLED.value,
            "doc": {**row["doc"], **ended},
            "completed_at": now,
        }
        for row in rows
    ]
    workflow_executions.save_visits(tx, closed, now=now)
    return [
        {"type": "task_ended", "task_name": row["task_name"], "visit": row["visit"], "payload": {"visit": ended}}
        for row in rows
    ]


def _end_header(
    tx: Transaction, header: Row, cut_off: list[dict[str, Any]], *, reason: str, now: datetime
) -> None:
    ended = {"status": "failed", "error": ["internal", reason], "ended_at": now.isoformat()}
    said = {"status": "failed", "error": reason, "run": ended}
    records = [*cut_off, {"type": "run_finished", "task_name": None, "visit": None, "payload": said}]
    first = header["event_seq"] + 1
    rows = [
        {"execution": header["execution"], "seq": seq, "item": None, "attempt": None, "created": now, **record}
        for seq, record in enumerate(records, start=first)
    ]
    events.add(tx, rows)
    values = {
        "status": "failed",
        "error_message": reason,
        "completed_at": now,
        "paused": False,
        "pausing": False,
        "state": {**header["state"], **ended},
        "version": header["version"] + 1,
        "event_seq": header["event_seq"] + len(records),
        "failed_tasks": header["failed_tasks"] + len(cut_off),
        "running_tasks": 0,
        "waiting_tasks": 0,
    }
    workflow_executions.save(tx, header["id"], values, now=now)
    transport.clear_timers(tx, header["id"])


def _end_execution(tx: Transaction, header: Row, *, reason: str, now: datetime) -> list[ports.Hint]:
    execution_id = header["execution"]
    values = starting.failed_values(TaskError("internal", reason), now=now)
    unfinished = [status for status in ExecutionStatus if status not in TERMINAL]
    executions.change(tx, execution_id, expected=unfinished, values=values, now=now)
    if header["parent_workflow_execution"] is None:
        return []
    return [ports.Hint("child_done", execution_id, transport.add_outbox(tx, "child_done", execution_id, {}, now=now))]
