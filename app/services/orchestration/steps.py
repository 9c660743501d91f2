"""The use cases of a run: begin, a task ended, a timer fired, a child ended, a question was closed.

Each is one transaction that locks one run first; each may come twice or late, the second changes nothing.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any

from app.engine.conductor.advance import advance
from app.engine.conductor.reports import (
    CancelRequested,
    InquiryAnswered,
    Report,
    RunKey,
    Started,
    TaskCancelled,
    TaskError,
    TaskFailed,
    TaskSucceeded,
    TaskTimedOut,
    TimerDue,
)
from app.engine.pure_actions import run_pure
from app.engine.statuses import TERMINAL, ExecutionStatus
from app.persistence.repositories import executions, transport, workflow_executions
from app.persistence.session import Row, Transaction, transaction
from app.services import ports, sealing
from app.services.orchestration import commands
from app.services.orchestration.faults import blaming, surviving
from app.services.orchestration.run import Run, close_run, open_live, open_live_of


def step(run: Run, reports: Iterable[Report]) -> None:
    """Feed reports to the engine and carry out its commands until nothing follows at once."""
    todo = deque(reports)
    with blaming(run.id):
        while todo:
            chance = random.random()  # noqa: S311 - jitter of retries, not a secret
            run.state, decided = advance(run.state, todo.popleft(), now=run.now, chance=chance)
            for command in decided:
                todo.extend(commands.carry_out(run, command))


def take_step(tx: Transaction, workflow_execution_id: int, reports: Iterable[Report]) -> Run | None:
    """Lock, step, write. None when the run is gone or has ended."""
    run = open_live(tx, workflow_execution_id)
    if run is None:
        return None
    step(run, reports)
    close_run(run)
    return run


@surviving
def begin(*, execution_id: int) -> None:
    """Start an accepted run, or go on with pure actions that were left for the next transaction."""
    with transaction("begin") as tx:
        run = open_live_of(tx, execution_id)
        if run is None:
            return
        with blaming(run.id):
            step(run, _first_reports(run))
        close_run(run)


def _first_reports(run: Run) -> list[Report]:
    if run.header["status"] != "requested":
        return _end_scheduled_pure(run)
    run.begun = True
    return [Started()]


def _end_scheduled_pure(run: Run) -> list[Report]:
    reports: list[Report] = []
    rows: list[dict[str, Any]] = []
    for row in executions.scheduled_pure(run.tx, run.id, limit=ports.settings().run_ahead or 250):
        values, _ = sealing.unseal(row["parameters"], row["sealed"])
        result = run_pure(row["action_ref"], values)
        assert result is not None
        rows.append({"id": row["id"], **commands.pure_values(result, run)})
        reports.append(commands.pure_report(key_of(row), result))
    executions.end_pure(run.tx, rows, now=run.now)
    return reports


def key_of(row: Row) -> RunKey:
    """The engine's name of a child execution."""
    return RunKey(row["task_name"], row["visit"], row["task_index"], row["attempt"])


def report_of(row: Row, *, status: str, result: dict[str, Any], timed_out: bool, duration_ms: int) -> Report:
    """What the end of a child execution means to its run."""
    key = key_of(row)
    text = str(result.get("error") or status)
    if status == ExecutionStatus.COMPLETED:
        return TaskSucceeded(key, result, duration_ms)
    if timed_out or status == ExecutionStatus.TIMEOUT:
        return TaskTimedOut(key, TaskError("timeout", text), result, duration_ms)
    if status == ExecutionStatus.CANCELLED:
        return TaskCancelled(key, result, duration_ms)
    return TaskFailed(key, TaskError("failed", text), result, duration_ms)


@surviving
def child_done(*, outbox_id: int) -> None:
    """A nested run has ended: tell the run above, in its own transaction."""
    with transaction("child_done") as tx:
        word = transport.take_outbox(tx, outbox_id, kind="child_done")
        child = executions.find(tx, word["execution"]) if word else None
        if child is None or child["workflow_run"] is None or child["status"] not in TERMINAL:
            return
        report = report_of(
            child,
            status=child["status"],
            result=child["result"] or {},
            timed_out=child["timed_out"],
            duration_ms=child["duration_ms"] or 0,
        )
        take_step(tx, child["workflow_run"], [report])


@surviving
def timer_due(*, timer_id: int, workflow_execution_id: int) -> None:
    """An alarm of a run: the header is locked first, then the alarm is taken, so that it fires once."""
    with transaction("timer") as tx:
        run = open_live(tx, workflow_execution_id)
        timer = transport.take_timer(tx, timer_id, workflow_execution_id, now=ports.now())
        if run is None or timer is None:
            return
        if run.header["status"] == "requested":
            run.begun = True
        step(run, [_report_of_timer(timer)])
        close_run(run)


def _report_of_timer(timer: Row) -> Report:
    if timer["kind"] == "caller_timeout":
        return CancelRequested(reason="timed out", cancel_running=True, timed_out=True)
    item = None if timer["item"] == -1 else timer["item"]
    return TimerDue(timer["kind"], RunKey(timer["task_name"], timer["visit"], item, timer["attempt"]))


def inquiry_closed(tx: Transaction, inquiry: Mapping[Any, Any], *, defaulted: bool = False) -> None:
    """A question was answered, expired or cancelled: end the execution that asked and step its run.

    Args:
        inquiry: the row after the change, at least {id, execution, status, response, answers, asked_by_engine}.
    """
    if inquiry["asked_by_engine"]:
        _end_asking(tx, inquiry, defaulted=defaulted)
    wake_waiting(tx, inquiry)


def wake_waiting(tx: Transaction, inquiry: Mapping[Any, Any]) -> None:
    """Tell the runs with a `wait_for` task that waits for this question; each is a row to lock of its own."""
    for run_id in workflow_executions.waiting_for_inquiry(tx, inquiry["id"]):
        payload = {"run": run_id, "inquiry": inquiry["id"], "outcome": str(inquiry["status"])}
        outbox_id = transport.add_outbox(tx, "inquiry_closed", inquiry["execution"], payload, now=ports.now())
        _send_after(tx, ports.Hint("inquiry_closed", inquiry["execution"], outbox_id))


def _end_asking(tx: Transaction, inquiry: Mapping[Any, Any], *, defaulted: bool) -> None:
    row = executions.find(tx, inquiry["execution"])
    if row is None:
        return
    now = ports.now()
    values = _asking_values(inquiry, row, defaulted=defaulted)
    values |= {"completed_at": now, "duration_ms": _elapsed_ms(row, now)}
    if not executions.change(tx, row["id"], expected=["running", "canceling"], values=values, now=now):
        return
    if row["workflow_run"] is not None:
        report = report_of(
            row,
            status=values["status"],
            result=values["result"],
            timed_out=values["timed_out"],
            duration_ms=values["duration_ms"],
        )
        take_step(tx, row["workflow_run"], [report])


def _elapsed_ms(row: Row, now: Any) -> int:
    return int((now - (row["started_at"] or now)).total_seconds() * 1000)


def _asking_values(inquiry: Mapping[Any, Any], row: Row, *, defaulted: bool) -> dict[str, Any]:
    status = str(inquiry["status"])
    if status == "responded" or defaulted:
        result = {"succeeded": True, "response": inquiry["response"], "inquiry_id": inquiry["id"]}
        if inquiry["answers"]:
            result["answers"] = inquiry["answers"]
        if defaulted:
            result["defaulted"] = True
        return {"status": "completed", "result": result, "error": None, "timed_out": False}
    if status == "timeout":
        return _asking_failed("timeout", "inquiry timed out", inquiry, timed_out=True)
    return _asking_failed("failed", "inquiry was cancelled", inquiry, timed_out=False)


def _asking_failed(status: str, error: str, inquiry: Mapping[Any, Any], *, timed_out: bool) -> dict[str, Any]:
    result = {"succeeded": False, "error": error, "inquiry_id": inquiry["id"]}
    return {"status": status, "result": result, "error": error, "timed_out": timed_out}


@surviving
def told_inquiry_closed(*, outbox_id: int) -> None:
    """A `wait_for` task's inquiry was closed."""
    with transaction("question_closed") as tx:
        word = transport.take_outbox(tx, outbox_id, kind="inquiry_closed")
        if word is not None:
            said = word["payload"]
            take_step(tx, said["run"], [InquiryAnswered(said["inquiry"], outcome=said["outcome"])])


def _send_after(tx: Transaction, hint: ports.Hint) -> None:
    tx.after_commit(lambda: ports.current().dispatcher.send([hint]))
