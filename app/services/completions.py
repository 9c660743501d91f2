"""COMPLETE of the protocol: write the end of an execution, step its run, and take over what became ready.

Completions of one run that arrive together in this process are committed together: one of the waiting threads
writes for all of them, in one transaction. Each is fenced by its own lease token, so a stale one changes nothing
and keeps nobody else from being accepted. Source: design.md 4, performance.md "What was learned" 3, 5.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.engine.conductor.reports import Report
from app.engine.errors import InvalidValue
from app.engine.pure_actions import PURE_REFS
from app.engine.statuses import ExecutionStatus
from app.persistence.repositories import executions, transport
from app.persistence.session import Transaction, transaction
from app.runners.base import RunOutcome
from app.services import ports
from app.services.environment_builds import may_start
from app.services.jobs import Job
from app.services.orchestration import report_of, surviving
from app.services.orchestration.run import Run, close_run, open_live
from app.services.orchestration.steps import step

LONGEST_WAIT_S = 366 * 86_400
TOGETHER = 64  # completions in one transaction
_STATUS = {"succeeded": "completed", "failed": "failed", "timed_out": "failed", "cancelled": "cancelled"}
_ERROR_TYPE = {"succeeded": None, "failed": "failed", "timed_out": "timeout", "cancelled": "cancelled"}


@dataclass(slots=True, eq=False)
class Completion:
    """One end to be written.

    Attributes:
        owner: the worker that may go straight on with a run that becomes ready; None: it may not.
        accepted: None until written; False: the lease was not ours any more, nothing changed.
        following: the execution this worker has claimed by it.
        alone: it was in a transaction that failed; perhaps through another.
    """

    job: Job
    outcome: RunOutcome
    owner: str | None = None
    accepted: bool | None = None
    following: Job | None = None
    alone: bool = False


@dataclass(slots=True)
class _Queue:
    """The completions of one run that wait; whoever holds `turn` writes."""

    turn: threading.Lock = field(default_factory=threading.Lock)
    waiting: list[Completion] = field(default_factory=list)
    users: int = 0


_queues: dict[int, _Queue] = {}
_guard = threading.Lock()


def write(completion: Completion) -> None:
    """Write one end, together with others of the same run that wait; sets `accepted` and `following`.

    Raises:
        StorageError: the database is away; nothing was written.
    """
    run_id = completion.job.row["workflow_run"]
    if completion.outcome.inquiry is not None:
        _commit_question(completion)
        return
    if run_id is None:
        _commit([completion])
        return
    queue = _enter(run_id, completion)
    try:
        with queue.turn:
            if completion.accepted is None:
                _write_with_others(queue, completion)
    finally:
        _leave(run_id, queue)


def _commit_question(completion: Completion) -> None:
    try:
        _commit([completion])
    except InvalidValue as error:
        completion.outcome = _unaskable(completion.outcome, error)
        _commit([completion])


def _unaskable(outcome: RunOutcome, error: InvalidValue) -> RunOutcome:
    text = f"The action printed an __inquiry that can't be asked: {error.message}"
    return RunOutcome(status="failed", result={**outcome.result, "succeeded": False, "error": text}, error=text)


def _enter(run_id: int, completion: Completion) -> _Queue:
    with _guard:
        queue = _queues.setdefault(run_id, _Queue())
        queue.users += 1
        queue.waiting.append(completion)
        return queue


def _leave(run_id: int, queue: _Queue) -> None:
    with _guard:
        queue.users -= 1
        if queue.users == 0:
            del _queues[run_id]


def _write_with_others(queue: _Queue, completion: Completion) -> None:
    with _guard:
        queue.waiting.remove(completion)
        others = [] if completion.alone else [c for c in queue.waiting if not c.alone][: TOGETHER - 1]
        queue.waiting = [c for c in queue.waiting if c not in others]
    try:
        _commit([completion, *others])
    except Exception:
        if not others:
            raise
        with _guard:
            for other in others:
                other.alone = True
            queue.waiting += others
        _commit([completion])


@surviving
def _commit(batch: Sequence[Completion]) -> None:
    """One transaction: all of one run, or a single one without a run.

    Nothing outside of the database changes before it is committed, so that it may be tried again.
    """
    run_id = batch[0].job.row["workflow_run"]
    with transaction("completion") as tx:
        now = ports.now()
        run = open_live(tx, run_id) if run_id is not None else None
        ended = [_end(tx, completion, run, now) for completion in batch]
        taken: list[tuple[Completion, dict[str, Any]]] = []
        if run is not None:
            step(run, [report for _, report in ended if report is not None])
            taken = _take_over(run, [c for c, (accepted, _) in zip(batch, ended, strict=True) if accepted])
            close_run(run)
    for completion, (accepted, _) in zip(batch, ended, strict=True):
        completion.accepted = accepted
    for completion, row in taken:
        completion.following = _claimed(row)


def _end(tx: Transaction, completion: Completion, run: Run | None, now: datetime) -> tuple[bool, Report | None]:
    """Whether it was accepted, and what it means to its run."""
    job, outcome = completion.job, completion.outcome
    if outcome.inquiry is not None and _may_ask(tx, job, run):
        return _ask_instead(tx, job, outcome.inquiry, now), None
    values = _end_values(job, outcome, now)
    if not executions.end_leased(tx, job.id, token=job.token, values=values, now=now):
        return False, None
    if run is None:
        return True, None
    told = {name: values[name] for name in ("status", "result", "timed_out", "duration_ms")}
    return True, report_of(job.row, **told)


def _end_values(job: Job, outcome: RunOutcome, now: datetime) -> dict[str, Any]:
    started = job.row["started_at"] or now
    return {
        "status": _STATUS[outcome.status],
        "result": outcome.result,
        "error": outcome.error,
        "error_type": _ERROR_TYPE[outcome.status],
        "timed_out": outcome.status == "timed_out",
        "completed_at": now,
        "duration_ms": outcome.result.get("duration_ms") or int((now - started).total_seconds() * 1000),
    }


def _may_ask(tx: Transaction, job: Job, run: Run | None) -> bool:
    """Whoever is being cancelled asks nobody; the run is locked, so the answer holds."""
    ended = run is None and job.row["workflow_run"] is not None
    return not ended and executions.status_of(tx, job.id) == ExecutionStatus.RUNNING


def _ask_instead(tx: Transaction, job: Job, asked: dict[str, Any], now: datetime) -> bool:
    """The action printed `__inquiry`: it goes on as a question to people (api.md 10.2)."""
    from app.services import inquiries

    values = {"status": "running", "kind": "inquiry"}
    if not executions.end_leased(tx, job.id, token=job.token, values=values, now=now):
        return False
    inquiries.open_inquiry(
        tx,
        execution_id=job.id,
        workflow_execution_id=job.row["workflow_run"],
        task_name=job.row["task_name"],
        input={k: v for k, v in asked.items() if k != "timeout_seconds"},
        timeout_s=_seconds(asked.get("timeout_seconds")) or job.row["timeout_seconds"],
        now=now,
    )
    return True


def _seconds(value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= LONGEST_WAIT_S:
        raise InvalidValue(f"timeout_seconds is {value!r}; it takes a number above 0, at most a year")
    return float(value)


def _take_over(run: Run, accepted: Sequence[Completion]) -> list[tuple[Completion, dict[str, Any]]]:
    """Claim what became ready in this transaction for the workers that have just become free: no hint, no second commit."""
    if run.finished is not None or run.state.paused:
        return []
    if run.header["depth"] > 0 and transport.cancel_awaits(run.tx, run.execution_id):
        return []
    ready = (row for row in run.ledger.rows if _can_go_on(run.tx, row))
    free = [completion for completion in accepted if completion.owner is not None]
    taken = list(zip(free, ready, strict=False))
    for completion, row in taken:
        assert completion.owner is not None
        row |= executions.claimed_values(
            owner=completion.owner,
            token=ports.current().new_token(),
            now=run.now,
            lease_s=ports.settings().lease_s,
        )
    return taken


def _can_go_on(tx: Transaction, row: dict[str, Any]) -> bool:
    """Ready, and no environment has to be built for it first."""
    if row["status"] != "scheduled" or row["kind"] != "action":
        return False
    return row["action_ref"] in PURE_REFS or may_start(tx, row["action"])


def _claimed(row: dict[str, Any]) -> Job:
    return Job(executions.whole_row(row), row["lease_token"])
