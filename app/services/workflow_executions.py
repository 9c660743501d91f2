"""Steering runs: pause, resume, cancel, retry. Source: api.md 9, language.md 11 "Control"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.engine.access import Caller
from app.engine.conductor.reports import PauseRequested, ResumeRequested
from app.engine.errors import Conflict, Forbidden, NotFound
from app.persistence.repositories import executions, transport, workflow_executions
from app.persistence.session import Transaction, reading, transaction
from app.services import executions as execution_service
from app.services import ports, workflow_reruns
from app.services.orchestration import steps, surviving
from app.services.orchestration.run import Run, close_run, open_live


@surviving
def pause(*, workflow_execution_id: int, reason: str | None, by: Caller) -> None:
    """Start nothing new; what runs may end. A second pause changes nothing.

    Raises:
        NotFound, Forbidden. Conflict: the run has ended, or is about to: nothing new starts in it any more.
    """
    with transaction("pause") as tx:
        run = _steerable(tx, workflow_execution_id, by, "paused")
        if run.state.paused:
            return
        if run.state.stopping:
            raise Conflict(f"Workflow execution {workflow_execution_id} is being stopped; there is nothing left to pause.")
        _pause(run, reason)


def _pause(run: Run, reason: str | None) -> None:
    executions.hold_scheduled(run.tx, run.id, now=run.now)
    workflow_executions.save(run.tx, run.id, {"paused": True, "pause_reason": reason}, now=run.now)
    steps.step(run, [PauseRequested(reason)])
    _tell_children(run, "pause_child", {"reason": reason}, instead_of="resume_child")
    close_run(run)


@surviving
def resume(*, workflow_execution_id: int, by: Caller) -> None:
    """Go on. Conflict when the run is not paused."""
    with transaction("resume") as tx:
        run = _steerable(tx, workflow_execution_id, by, "resumed")
        if not run.state.paused:
            raise Conflict(f"Workflow execution {workflow_execution_id} is not paused.")
        _resume(run)


def _resume(run: Run) -> None:
    workflow_executions.save(run.tx, run.id, {"pause_reason": None}, now=run.now)
    released = executions.release_held(run.tx, run.id, now=run.now)
    run.hints += [ports.Hint("run", execution_id, 0) for execution_id, kind in released if kind == "action"]
    if any(kind == "pure" for _, kind in released) or run.header["status"] == "requested":
        run.hints.append(ports.Hint("advance", run.execution_id, 0))
    steps.step(run, [ResumeRequested()])
    _tell_children(run, "resume_child", {}, instead_of="pause_child")
    close_run(run)


def _tell_children(run: Run, kind: str, payload: Mapping[str, Any], *, instead_of: str) -> None:
    """Leave word for the nested runs; what was left before and is not read yet is withdrawn, since word may arrive in any order."""
    for child in executions.running_children(run.tx, run.id, kind="workflow"):
        transport.withdraw_outbox(run.tx, instead_of, child)
        outbox_id = transport.add_outbox(run.tx, kind, child, dict(payload), now=run.now)
        run.hints.append(ports.Hint(kind, child, outbox_id))


def _steerable(tx: Transaction, workflow_execution_id: int, by: Caller, what: str) -> Run:
    header = workflow_executions.lock(tx, workflow_execution_id)
    if header is None:
        raise NotFound(f"Workflow execution {workflow_execution_id} does not exist.")
    if not execution_service.may_steer(by, header, "update"):
        raise Forbidden(f"Only who started it, or a holder of executions:update, may have it {what}.")
    run = open_live(tx, workflow_execution_id)
    if run is None:
        raise Conflict(f"Workflow execution {workflow_execution_id} has ended: it is {header['status']}.")
    return run


@surviving
def told_to_pause(*, outbox_id: int) -> None:
    """The run above was paused: so is this nested one."""
    with transaction("pause_below") as tx:
        run, said = _told(tx, outbox_id, "pause_child")
        if run is not None and not run.state.paused and not run.state.stopping:
            _pause(run, said.get("reason"))


@surviving
def told_to_resume(*, outbox_id: int) -> None:
    """The run above goes on: so does this nested one."""
    with transaction("resume_below") as tx:
        run, _ = _told(tx, outbox_id, "resume_child")
        if run is not None and run.state.paused:
            _resume(run)


def _told(tx: Transaction, outbox_id: int, kind: str) -> tuple[Run | None, dict[str, Any]]:
    word = transport.take_outbox(tx, outbox_id, kind=kind)
    run_id = workflow_executions.id_of_execution(tx, word["execution"]) if word else None
    if word is None or run_id is None:
        return None, {}
    run = open_live(tx, run_id)
    return (run, word["payload"]) if run is not None else (None, {})


def cancel(*, workflow_execution_id: int, by: Caller, reason: str | None = None) -> None:
    """The same as cancelling its execution."""
    with reading() as tx:
        header = workflow_executions.find(tx, workflow_execution_id)
    if header is None:
        raise NotFound(f"Workflow execution {workflow_execution_id} does not exist.")
    execution_id = header["execution"]
    execution_service.cancel(execution_id=execution_id, by=by, reason=reason)


retry = workflow_reruns.retry
