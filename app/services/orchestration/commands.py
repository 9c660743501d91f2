"""Carrying out what the engine decided. Each function takes the run and a command, and gives the reports that
follow at once (a pure action has ended, an action is unknown, a queued run was cancelled)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from app.engine.conductor import commands as c
from app.engine.conductor.items import item_names
from app.engine.conductor.reports import (
    InquiryAnswered,
    Report,
    RunKey,
    TaskCancelled,
    TaskError,
    TaskFailed,
    TaskSucceeded,
)
from app.engine.errors import AppError
from app.engine.expressions.masking import mask
from app.engine.pure_actions import run_pure
from app.engine.statuses import NOT_STARTED, TERMINAL, ExecutionStatus
from app.persistence.repositories import executions, inquiry_rows, transport, workflow_executions
from app.services import ports
from app.services.orchestration import starting
from app.services.orchestration.run import Run

NOT_STARTED_TEXT = "Cancelled by user before execution started"


def carry_out(run: Run, command: c.Command) -> list[Report]:
    """Do one command; the reports that follow from it at once."""
    return _CARRY_OUT[type(command)](run, command)


def _run_action(run: Run, command: c.RunAction) -> list[Report]:
    prepared = starting.prepare(run.tx, command.action_ref, command.input, secrets=command.secrets, known=run.actions)
    row = {**starting.first_row(prepared, command.action_ref, now=run.now), **_task_columns(run, command)}
    if prepared.error is not None:
        run.ledger.add_row(command.key, row)
        return [TaskFailed(command.key, prepared.error, row["result"])]
    if prepared.kind == "pure" and len(run.ledger.rows) < ports.settings().run_ahead:
        return _run_ahead(run, command.key, row, prepared.values)
    if prepared.kind == "workflow":
        return _start_child(run, command, prepared, row)
    if prepared.kind == "pure":
        run.hints.append(ports.Hint("advance", run.execution_id, 0))
    run.ledger.add_row(command.key, row)
    return []


def _refuse_run(run: Run, command: c.RefuseRun) -> list[Report]:
    prepared = starting.prepare(run.tx, command.action_ref, {})
    refused = replace(prepared, error=command.error)
    row = {**starting.first_row(refused, command.action_ref, now=run.now), **_task_columns(run, command)}
    run.ledger.add_row(command.key, row)
    return []


def _task_columns(run: Run, command: c.RunAction | c.RefuseRun | c.OpenInquiry) -> dict[str, Any]:
    key = command.key
    columns = {
        "parent": run.execution_id,
        "executor": run.header["executor"],
        "permission_set_refs": run.header["permission_set_refs"],
        "env_vars": run.header["env_vars"],
        "depth": run.header["depth"] + 1,
        "workflow_run": run.id,
        "task_name": key.task,
        "visit": key.visit,
        "task_index": key.item,
        "task_batch": command.batch_index,
        "attempt": key.attempt,
        "max_retries": getattr(command, "max_retries", 0),
        "triggered_by": command.triggered_by,
        **({"trace": run.header["trace"]} if run.header["trace"] else {}),
        "item_value": _item_value(run, key),
    }
    if command.timeout_s is not None:
        columns["timeout_seconds"] = command.timeout_s
    return columns


def _item_value(run: Run, key: RunKey) -> Any:
    visit = run.state.visits.get((key.task, key.visit))
    if key.item is None or visit is None or visit.items is None:
        return None
    return mask(item_names(run.state.plan.tasks[key.task], visit.items, key.item)["item"], run.state.secrets)


def _run_ahead(run: Run, key: RunKey, row: dict[str, Any], values: dict[str, Any]) -> list[Report]:
    """Complete a pure action inside this transaction: it needs no worker."""
    result = run_pure(row["action_ref"], values)
    assert result is not None
    run.ledger.add_row(key, {**row, **pure_values(result, run)})
    return [pure_report(key, result)]


def pure_values(result: dict[str, Any], run: Run) -> dict[str, Any]:
    """Columns of a pure execution that has ended."""
    status = ExecutionStatus.COMPLETED if result["succeeded"] else ExecutionStatus.FAILED
    return {
        "status": status.value,
        "result": mask(result, run.state.secrets) if run.state.secrets else result,
        "error": result.get("error"),
        "error_type": None if result["succeeded"] else "failed",
        "started_at": run.now,
        "completed_at": run.now,
        "duration_ms": 0,
    }


def pure_report(key: RunKey, result: dict[str, Any]) -> Report:
    if result["succeeded"]:
        return TaskSucceeded(key, result)
    return TaskFailed(key, TaskError("failed", str(result.get("error"))), result)


def _start_child(run: Run, command: c.RunAction, prepared: starting.Prepared, row: dict[str, Any]) -> list[Report]:
    limit = ports.settings().max_nesting
    if row["depth"] > limit:
        text = (
            f"Workflows are nested deeper than ATTUNE_MAX_NESTING = {limit} allows, "
            f"at '{command.action_ref}' (nesting_limit)."
        )
        error = TaskError("nesting_limit", text)
        run.ledger.add_row(command.key, {**row, **starting.failed_values(error, now=run.now)})
        return [TaskFailed(command.key, error, {"succeeded": False, "error": text})]
    assert prepared.action is not None
    [execution_id] = executions.insert_many(run.tx, [row], now=run.now)
    child = add_run(run.tx, execution_id, prepared.action, parent=run.id, now=run.now)
    if command.timeout_s is not None:
        due = run.now + timedelta(seconds=command.timeout_s)
        transport.set_timers(run.tx, child, [("caller_timeout", RunKey("", 0, None, 0), due)])
    run.hints.append(ports.Hint("advance", execution_id, 0))
    return []


def add_run(tx: Any, execution_id: int, action: Any, *, parent: int | None, now: Any) -> int:
    """The header of a new run of a workflow action, pinned to the workflow's current revision."""
    values = {
        "execution": execution_id,
        "workflow_def": action["workflow_def"],
        "workflow_ref": action["ref"],
        "revision": action["revision"],
        "parent_workflow_execution": parent,
        "status": "requested",
    }
    return workflow_executions.add(tx, values, now=now)


def _open_inquiry(run: Run, command: c.OpenInquiry) -> list[Report]:
    from app.services import inquiries

    prepared = starting.prepare(run.tx, starting.ASK, command.input, secrets=command.secrets, known=run.actions)
    row = {**starting.first_row(prepared, starting.ASK, now=run.now), **_task_columns(run, command)}
    if prepared.error is not None:
        run.ledger.add_row(command.key, row)
        return [TaskFailed(command.key, prepared.error, row["result"])]
    [execution_id] = executions.insert_many(run.tx, [row], now=run.now)
    try:
        inquiries.open_inquiry(
            run.tx,
            execution_id=execution_id,
            workflow_execution_id=run.id,
            task_name=command.key.task,
            input=prepared.sealed.shown,
            timeout_s=command.timeout_s,
            now=run.now,
        )
    except AppError as error:
        text = f"The question can't be asked: {error.message}"
        values = starting.failed_values(TaskError("invalid_input", text), now=run.now)
        executions.change(run.tx, execution_id, expected=["running"], values=values, now=run.now)
        return [TaskFailed(command.key, TaskError("invalid_input", text), values["result"])]
    return []


def _await_inquiry(run: Run, command: c.AwaitInquiry) -> list[Report]:
    row = inquiry_rows.find(run.tx, command.inquiry_id)
    if row is None:
        return [InquiryAnswered(command.inquiry_id, outcome="cancelled")]
    if row["status"] != "pending":
        return [InquiryAnswered(command.inquiry_id, outcome=row["status"])]
    return []


def _cancel_run(run: Run, command: c.CancelRun) -> list[Report]:
    pending = run.ledger.pending_row(command.key)
    if pending is not None:
        if pending["status"] in TERMINAL:
            return []
        pending.update(starting.cancelled_values(NOT_STARTED_TEXT, now=run.now))
        return [TaskCancelled(command.key, pending["result"])]
    row = executions.find_run(run.tx, run.id, command.key)
    if row is None or row["status"] in TERMINAL:
        return []
    return _stop_row(run, command, row)


def _stop_row(run: Run, command: c.CancelRun, row: Any) -> list[Report]:
    if row["kind"] == "workflow":
        stop_child(run, row["id"], reason=command.reason, cancel_running=command.running_too)
        return []
    if row["kind"] == "inquiry" or row["status"] in NOT_STARTED:
        text = NOT_STARTED_TEXT if row["kind"] != "inquiry" else command.reason or "Cancelled by user"
        values = starting.cancelled_values(text, now=run.now)
        if not executions.change(run.tx, row["id"], expected=[row["status"]], values=values, now=run.now):
            return _stop_running(run, command, row)  # a worker has just claimed it
        _cancel_questions(run, row["id"])
        return [TaskCancelled(command.key, values["result"])]
    return _stop_running(run, command, row)


def _stop_running(run: Run, command: c.CancelRun, row: Any) -> list[Report]:
    if command.running_too:
        signal_stop(run, row["id"], reason=command.reason)
    return []


def _cancel_questions(run: Run, execution_id: int) -> None:
    from app.services import inquiries  # imported late: inquiries end executions through orchestration

    inquiries.cancel_of_execution(run.tx, execution_id=execution_id, now=run.now)


def signal_stop(run: Run, execution_id: int, *, reason: str) -> None:
    """Tell the worker that has it to stop: through its heartbeat, and at once when it is in this process."""
    values = {"status": "canceling", "cancel_requested": True, "cancel_reason": reason or "Cancelled by user"}
    if executions.change(run.tx, execution_id, expected=["running"], values=values, now=run.now):
        run.hints.append(ports.Hint("cancel", execution_id, 0))


def stop_child(run: Run, execution_id: int, *, reason: str, cancel_running: bool) -> None:
    """Leave word for a nested run to end itself; it is another row to lock, so another transaction."""
    payload = {"reason": reason, "cancel_running": cancel_running, "timed_out": run.state.timed_out}
    outbox_id = transport.add_outbox(run.tx, "cancel_child", execution_id, payload, now=run.now)
    run.hints.append(ports.Hint("cancel_child", execution_id, outbox_id))


def _set_timer(run: Run, command: c.SetTimer) -> list[Report]:
    run.ledger.timers[(command.kind, command.key)] = command.due_at
    run.hints.append(ports.Hint("timer", run.execution_id, 0))
    return []


def _clear_timer(run: Run, command: c.ClearTimer) -> list[Report]:
    run.ledger.timers[(command.kind, command.key)] = None
    return []


def _save_visit(run: Run, command: c.SaveVisit) -> list[Report]:
    run.ledger.visits[command.visit.key] = command.visit
    if command.values is not None:
        run.ledger.items[command.visit.key] = command.values
    return []


def _record(run: Run, command: c.Record) -> list[Report]:
    run.ledger.records.append(command)
    return []


def _warn(run: Run, command: c.Warn) -> list[Report]:
    run.ledger.warnings.append({"message": command.message, "path": command.path})
    return []


def _finish(run: Run, command: c.Finish) -> list[Report]:
    result = mask(command.result, run.state.secrets) if run.state.secrets else command.result
    error = result.get("error") if not result.get("succeeded") else None
    started = run.state.started_at or run.now
    executions.change(
        run.tx,
        run.execution_id,
        expected=["requested", "scheduling", "scheduled", "running", "canceling"],
        values={
            "status": command.status.value,
            "result": result,
            "error": error,
            "warnings": [*run.header["warnings"], *run.ledger.warnings],
            "timed_out": run.state.timed_out,
            "completed_at": run.now,
            "duration_ms": int((run.now - started).total_seconds() * 1000),
            **({"started_at": run.now} if run.begun else {}),
        },
        now=run.now,
    )
    if run.header["state"] or run.header["parent_workflow_execution"] is not None:
        transport.clear_timers(run.tx, run.id)
    run.finished = {"status": command.status.value, "error_message": error, "completed_at": run.now}
    if run.header["workflow_run"] is not None:
        tell_parent(run)
    return []


def tell_parent(run: Run) -> None:
    """Leave word for the run above: a child has ended."""
    outbox_id = transport.add_outbox(run.tx, "child_done", run.execution_id, {}, now=run.now)
    run.hints.append(ports.Hint("child_done", run.execution_id, outbox_id))


_CARRY_OUT: dict[type, Callable[[Run, Any], list[Report]]] = {
    c.RunAction: _run_action,
    c.RefuseRun: _refuse_run,
    c.OpenInquiry: _open_inquiry,
    c.AwaitInquiry: _await_inquiry,
    c.CancelRun: _cancel_run,
    c.SetTimer: _set_timer,
    c.ClearTimer: _clear_timer,
    c.SaveVisit: _save_visit,
    c.Record: _record,
    c.Warn: _warn,
    c.Finish: _finish,
}
