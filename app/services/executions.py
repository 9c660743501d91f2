"""Starting, stopping and repeating executions of actions and workflows.

Source: api.md 8; design.md 4 START, 5.1, 5.4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog

from app.engine.access import Caller, Target
from app.engine.conductor.reports import CancelRequested, TaskCancelled, TaskError
from app.engine.errors import AppError, Conflict, Forbidden, Invalid, NotFound
from app.engine.statuses import NOT_STARTED, TERMINAL, ExecutionStatus
from app.persistence.repositories import executions, inquiry_rows, transport, workflow_executions
from app.persistence.session import Row, Transaction, transaction
from app.services import access, inquiries, ports, sealing
from app.services.orchestration import commands, key_of, starting, steps, surviving
from app.services.orchestration.run import Run, close_run, open_live

log = structlog.get_logger(__name__)
CANCELLED_BEFORE = commands.NOT_STARTED_TEXT


@dataclass(frozen=True, slots=True)
class Started:
    """`created` is False when an `Idempotency-Key` named a start that had happened already."""

    execution_id: int
    created: bool


def start(
    *,
    action_ref: str,
    parameters: dict[str, Any],
    by: Caller,
    env_vars: dict[str, str] | None = None,
    permission_set_refs: Sequence[str] = (),
    idempotency_key: str | None = None,
    body_hash: str | None = None,
    original_execution: int | None = None,
) -> Started:
    """Accept a start durably; workers do the rest.

    Args:
        idempotency_key, body_hash: a repeat of the same body gives the same execution, another body is a Conflict.

    Raises:
        NotFound: unknown action. Conflict: a disabled workflow or a draft.
        Forbidden: no grant covers this action, or permission sets beyond one's own.
    """
    now = ports.now()
    with transaction("start") as tx:
        if idempotency_key is not None:
            known = _repeated(tx, by, idempotency_key, body_hash or "")
            if known is not None:
                return Started(known, created=False)
        prepared = starting.prepare(tx, action_ref, parameters)
        _refuse_start(prepared, action_ref)
        _check_rights(by, prepared, permission_set_refs)
        row = starting.first_row(prepared, action_ref, now=now)
        row |= {
            "executor": by.identity_id or None,
            "env_vars": env_vars or {},
            "permission_set_refs": list(permission_set_refs) or _default_sets(prepared),
            "original_execution": original_execution,
            "parent": by.execution_id,
            **ports.current().tracer.columns(),
        }
        execution_id = _insert(tx, prepared, row, now=now)
        if idempotency_key is not None:
            transport.add_idempotency(
                tx, by.identity_id, idempotency_key, body_hash=body_hash or "", execution_id=execution_id, now=now
            )
        tx.after_commit(lambda: log.info("execution_accepted", execution_id=execution_id, action=action_ref))
        return Started(execution_id, created=True)


@dataclass(frozen=True, slots=True)
class RuleStart:
    """What a rule wants to be run for one event.

    Attributes:
        executor: identity the execution belongs to; None: the rule's owner is gone.
        permission_set_refs: None: those the action names.
        origin: {enforcement, rule_ref, trigger_ref}.
        error: why its parameters could not be made; the execution is there, and failed.
    """

    action_ref: str
    parameters: dict[str, Any]
    executor: int | None
    permission_set_refs: Sequence[str] | None
    origin: Mapping[str, Any]
    secrets: frozenset[str] = frozenset()
    error: TaskError | None = None


def start_by_rule(tx: Transaction, wanted: RuleStart, *, known: dict[str, Row | None], now: datetime) -> int:
    """Accept a start within the transaction of its event; what keeps it from running fails the execution.

    Whether it may be run was asked when the rule was written. The id of the execution. `known`: as in `prepare`.
    """
    prepared = starting.prepare(tx, wanted.action_ref, wanted.parameters, secrets=wanted.secrets, known=known)
    if wanted.error is not None:
        prepared = replace(prepared, error=wanted.error)
    sets = _default_sets(prepared) if wanted.permission_set_refs is None else list(wanted.permission_set_refs)
    row = starting.first_row(prepared, wanted.action_ref, now=now)
    row |= {"executor": wanted.executor, "permission_set_refs": sets, **wanted.origin, **ports.current().tracer.columns()}
    return _insert(tx, prepared, row, now=now)


def _repeated(tx: Transaction, by: Caller, key: str, body_hash: str) -> int | None:
    transport.lock_idempotency(tx, by.identity_id, key)
    known = transport.find_idempotency(tx, by.identity_id, key)
    if known is None:
        return None
    if known["body_hash"] != body_hash:
        raise Conflict(f"Idempotency-Key '{key}' was used before with another body.")
    return int(known["execution"])


def _refuse_start(prepared: starting.Prepared, action_ref: str) -> None:
    if prepared.action is None:
        raise NotFound(f"Action '{action_ref}' does not exist.")
    if prepared.error is not None and prepared.error.type in ("disabled", "draft"):
        raise Conflict(prepared.error.message)


def _check_rights(by: Caller, prepared: starting.Prepared, wanted: Sequence[str]) -> None:
    action = prepared.action
    assert action is not None  # refused before
    access.require(by, "actions", "execute", Target(id=action["id"], ref=action["ref"], pack_ref=action["pack_ref"]))
    beyond = sorted(set(wanted) - set(by.permission_set_refs))
    if beyond and not by.may("permissions", "manage"):
        raise Forbidden(f"You can't hand out permission sets that you do not hold: {', '.join(beyond)}.")


def _default_sets(prepared: starting.Prepared) -> list[str]:
    return list(prepared.action["default_execution_permission_set_refs"] or []) if prepared.action else []


def _insert(tx: Transaction, prepared: starting.Prepared, row: dict[str, Any], *, now: datetime) -> int:
    [execution_id] = executions.insert_many(tx, [row], now=now)
    failed = row["status"] == ExecutionStatus.FAILED
    if prepared.kind == "workflow" and prepared.action is not None and prepared.action["revision"] is not None:
        run_id = commands.add_run(tx, execution_id, prepared.action, parent=None, now=now)
        if failed:
            ended = {"status": "failed", "error_message": row["error"], "completed_at": now}
            workflow_executions.save(tx, run_id, ended, now=now)
    if failed:
        return execution_id
    if prepared.kind == "inquiry":
        _ask_or_fail(tx, execution_id, prepared.sealed.shown, now=now)
    else:
        kind = "advance" if prepared.kind == "workflow" else "run"
        _send(tx, ports.Hint(kind, execution_id, 0))
    return execution_id


def _ask_or_fail(tx: Transaction, execution_id: int, values: dict[str, Any], *, now: datetime) -> None:
    """Bad input is no refusal of the start: it fails the execution with the reason, as for any action (api.md 8)."""
    try:
        _ask(tx, execution_id, values, now=now)
    except AppError as error:
        failure = TaskError("invalid_input", f"The question can't be asked: {error.message}")
        failed = starting.failed_values(failure, now=now)
        executions.change(tx, execution_id, expected=["running"], values=failed, now=now)


def _ask(tx: Transaction, execution_id: int, values: dict[str, Any], *, now: datetime) -> None:
    inquiries.open_inquiry(
        tx,
        execution_id=execution_id,
        workflow_execution_id=None,
        task_name=None,
        input=values,
        timeout_s=None,
        now=now,
    )


def _send(tx: Transaction, *hints: ports.Hint) -> None:
    tx.after_commit(lambda: ports.current().dispatcher.send(hints))


def retry(*, execution_id: int, by: Caller) -> Started:
    """Start the same action with the same parameters again, as a new execution that names its origin.

    Raises:
        NotFound, Conflict: it has not ended yet.
    """
    with transaction() as tx:
        row = executions.find(tx, execution_id)
    if row is None:
        raise NotFound(f"Execution {execution_id} does not exist.")
    if row["status"] not in TERMINAL:
        raise Conflict(f"Execution {execution_id} is {row['status']}; only an ended one can be retried.")
    parameters, _ = sealing.unseal(row["parameters"], row["sealed"])
    return start(
        action_ref=row["action_ref"],
        parameters=parameters,
        by=by,
        env_vars=row["env_vars"],
        permission_set_refs=(),
        original_execution=row["original_execution"] or execution_id,
    )


def may_steer(caller: Caller, row: Row | Mapping[str, Any], action: str) -> bool:
    """Whoever started an execution may steer it, and whoever holds a grant that covers it (api.md 8, 9).

    `row`: of the execution, or of its workflow execution.
    """
    is_run = "workflow_ref" in row
    ref = str(row["workflow_ref" if is_run else "action_ref"])
    target = Target(id=row["execution" if is_run else "id"], ref=ref, pack_ref=ref.partition(".")[0], owner=row["executor"])
    return row["executor"] == caller.identity_id or caller.allows("executions", action, target)


@surviving
def cancel(*, execution_id: int, by: Caller, reason: str | None = None) -> None:
    """Stop an execution; see api.md 8 "Cancel".

    Raises:
        NotFound, Forbidden. Conflict: it has ended.
    """
    with transaction("cancel") as tx:
        row = executions.find(tx, execution_id)
        if row is None:
            raise NotFound(f"Execution {execution_id} does not exist.")
        if not may_steer(by, row, "cancel"):
            raise Forbidden("Only who started it, or a holder of executions:cancel, may cancel it.")
        if row["status"] in TERMINAL:
            raise Conflict(f"Execution {execution_id} has ended: it is {row['status']}.")
        if row["status"] == ExecutionStatus.CANCELING:
            return
        _stop(tx, row, reason or f"Cancelled by {by.login}")


def _stop(tx: Transaction, row: Row, reason: str) -> None:
    if row["kind"] == "workflow":
        run_id = workflow_executions.id_of_execution(tx, row["id"])
        assert run_id is not None
        cancel_run(tx, run_id, CancelRequested(reason=reason))
    elif row["workflow_run"] is not None:
        run = open_live(tx, row["workflow_run"])
        reports = _stop_one(tx, row["id"], reason, run)
        if run is not None:
            steps.step(run, reports)
            close_run(run)
    else:
        inquiry_rows.lock_of_execution(tx, row["id"])  # before the execution, as whoever answers does
        _stop_one(tx, row["id"], reason, None)


def _stop_one(tx: Transaction, execution_id: int, reason: str, run: Run | None) -> list[TaskCancelled]:
    """End what has not started; signal what runs. Read again under the lock: it may have moved on, or ask now."""
    now, row = ports.now(), executions.lock(tx, execution_id)
    if row is None:
        return []
    before_start = [*NOT_STARTED] if row["kind"] != "inquiry" else [*NOT_STARTED, ExecutionStatus.RUNNING]
    text = CANCELLED_BEFORE if row["kind"] != "inquiry" else reason
    values = starting.cancelled_values(text, now=now)
    if executions.change(tx, row["id"], expected=before_start, values=values, now=now):
        inquiries.cancel_of_execution(tx, execution_id=row["id"], now=now)
        return [TaskCancelled(key_of(row), values["result"])] if run is not None else []
    signalled = {"status": "canceling", "cancel_requested": True, "cancel_reason": reason}
    if executions.change(tx, row["id"], expected=["running"], values=signalled, now=now):
        _send(tx, ports.Hint("cancel", row["id"], 0))
    return []


def cancel_run(tx: Transaction, workflow_execution_id: int, report: CancelRequested) -> None:
    """Cancel a run and, below it, the nested ones (language.md 11 "Control")."""
    run = open_live(tx, workflow_execution_id)
    if run is None:
        return
    values = {"status": "canceling", "cancel_requested": True, "cancel_reason": report.reason}
    executions.change(tx, run.execution_id, expected=["requested", "scheduled", "running"], values=values, now=run.now)
    steps.step(run, [report])
    close_run(run)


@surviving
def told_to_cancel(*, outbox_id: int) -> None:
    """The run above is being cancelled: so is this nested one."""
    with transaction("cancel_below") as tx:
        word = transport.take_outbox(tx, outbox_id, kind="cancel_child")
        run_id = workflow_executions.id_of_execution(tx, word["execution"]) if word else None
        if word is None or run_id is None:
            return
        said = word["payload"]
        report = CancelRequested(
            reason=said["reason"] or None, cancel_running=said["cancel_running"], timed_out=said["timed_out"]
        )
        cancel_run(tx, run_id, report)


def check_parameters(*, action_ref: str, parameters: dict[str, Any]) -> None:
    """For forms and the command line: refuse before sending what would fail at once.

    Raises:
        NotFound: unknown action. Invalid: with every mismatch.
    """
    with transaction() as tx:
        prepared = starting.prepare(tx, action_ref, parameters)
    _refuse_start(prepared, action_ref)
    if prepared.error is not None:
        raise Invalid(prepared.error.message)
