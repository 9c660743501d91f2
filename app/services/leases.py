"""Giving a claimed execution back to the queue, and whether a paused run has come to rest."""

from __future__ import annotations

from app.persistence.repositories import executions, workflow_executions
from app.persistence.session import Row, Transaction, transaction
from app.services import ports


def give_back(*, execution_id: int, workflow_run: int | None, token: str, lost: bool) -> bool:
    """Let another worker claim what this lease held; False when the lease has changed or it was told to stop.

    `lost`: the worker is gone, perhaps because of this action; an action that was handed over is not to blame.

    The run is locked first: a pause that happens at the same time either sees the row in the queue and holds it,
    or is seen here.
    """
    now = ports.now()
    with transaction() as tx:
        header = workflow_executions.lock(tx, workflow_run) if workflow_run is not None else None
        paused = header is not None and bool(header["paused"])
        if not executions.give_back(tx, execution_id, token=token, held=paused, counts=lost, now=now):
            return False
        if paused and header is not None:
            _settle(tx, header)
        else:
            tx.after_commit(lambda: ports.current().dispatcher.send([ports.Hint("run", execution_id, 0)]))
        return True


def settle_pause(*, workflow_execution_id: int) -> None:
    """Look again whether a paused run, and what is nested in it, has come to rest."""
    with transaction() as tx:
        header = workflow_executions.lock(tx, workflow_execution_id)
        if header is not None and header["paused"] and header["pausing"]:
            _settle(tx, header)


def _settle(tx: Transaction, header: Row) -> None:
    if not executions.anything_active(tx, header["id"]):
        values = {"pausing": False, "version": header["version"] + 1}
        workflow_executions.save(tx, header["id"], values, now=ports.now())
