"""Giving a claimed execution back to the queue, or ending it, and whether a paused run has come to rest."""

from __future__ import annotations

from app.engine.statuses import ExecutionStatus
from app.persistence.repositories import executions, workflow_executions
from app.persistence.session import Row, Transaction, transaction
from app.services import orchestration, ports
from app.services.orchestration import starting
from app.services.orchestration.run import close_run, open_live
from app.services.orchestration.steps import step

NOT_AGAIN = "Its worker is gone, and its run is being cancelled: it is not started again"


@orchestration.surviving
def give_back(*, execution_id: int, workflow_run: int | None, token: str, lost: bool) -> bool:
    """Let another worker claim what this lease held; False when the lease has changed or it was told to stop.

    `lost`: the worker is gone, perhaps because of this action; an action that was handed over is not to blame.

    The run is locked first: a pause that happens at the same time either sees the row in the queue and holds it,
    or is seen here. In a run that is being cancelled nothing starts any more, also not again: there it ends.
    """
    now = ports.now()
    with transaction("give_back") as tx:
        header = workflow_executions.lock(tx, workflow_run) if workflow_run is not None else None
        if header is not None and header["status"] == ExecutionStatus.CANCELING:
            return _end(tx, execution_id, token=token, reason=NOT_AGAIN)
        paused = header is not None and bool(header["paused"])
        if not executions.give_back(tx, execution_id, token=token, held=paused, counts=lost, now=now):
            return False
        if paused and header is not None:
            _settle(tx, header)
        else:
            tx.after_commit(lambda: ports.current().dispatcher.send([ports.Hint("run", execution_id, 0)]))
        return True


@orchestration.surviving
def end_cancelled(*, execution_id: int, token: str, reason: str) -> bool:
    """End what this lease held as cancelled: its worker is gone while it was being stopped. False: the lease has changed."""
    with transaction("end_cancelled") as tx:
        return _end(tx, execution_id, token=token, reason=reason)


def _end(tx: Transaction, execution_id: int, *, token: str, reason: str) -> bool:
    row, now = executions.find(tx, execution_id), ports.now()
    if row is None:
        return False
    run = open_live(tx, row["workflow_run"]) if row["workflow_run"] is not None else None
    values = starting.cancelled_values(reason, now=now)
    if not executions.end_leased(tx, execution_id, token=token, values=values, now=now):
        return False
    if run is not None:
        ended = orchestration.report_of(row, status="cancelled", result=values["result"], timed_out=False, duration_ms=0)
        step(run, [ended])
        close_run(run)
    return True


def settle_pause(*, workflow_execution_id: int) -> None:
    """Look again whether a paused run, and what is nested in it, has come to rest."""
    with transaction("settle_pause") as tx:
        header = workflow_executions.lock(tx, workflow_execution_id)
        if header is not None and header["paused"] and header["pausing"]:
            _settle(tx, header)


def _settle(tx: Transaction, header: Row) -> None:
    if not executions.anything_active(tx, header["id"]):
        values = {"pausing": False, "version": header["version"] + 1}
        workflow_executions.save(tx, header["id"], values, now=ports.now())
