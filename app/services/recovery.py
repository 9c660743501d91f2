"""Sweeps that keep every run moving: timers, lost leases, unclaimed hints, old word in the outbox.

Each finding is handled in a transaction of its own and may be found by several workers: the first wins.
Source: design.md 4 TIMER, RECLAIM, RESEND.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import structlog

from app.engine.statuses import ExecutionStatus
from app.persistence.repositories import executions, transport, workflow_executions
from app.persistence.session import Row, Transaction, reading, transaction
from app.services import orchestration, ports
from app.services.orchestration import starting
from app.services.orchestration.run import close_run, open_run
from app.services.orchestration.steps import step

log = structlog.get_logger(__name__)
BATCH = 100


def fire_timers() -> int:
    """Fire every alarm that is due; how many were found."""
    with reading() as tx:
        due = transport.due_timers(tx, now=ports.now(), limit=BATCH)
    for timer_id, run_id in due:
        orchestration.timer_due(timer_id=timer_id, workflow_execution_id=run_id)
    return len(due)


def next_timer() -> datetime | None:
    """When the next alarm is due, None when there is none."""
    with reading() as tx:
        return transport.next_timer(tx)


def reclaim() -> int:
    """Take back what lost workers had; how many."""
    settings = ports.settings()
    slack = timedelta(seconds=settings.reclaim_after_s - settings.lease_s)
    with reading() as tx:
        lost = executions.lost_leases(tx, before=ports.now() - slack, limit=BATCH)
    for row in lost:
        log.warning("lease_reclaimed", execution_id=row["id"], worker=row["lease_owner"])
        _take_back(row)
    return len(lost)


def _take_back(row: Row) -> None:
    now = ports.now()
    with transaction() as tx:
        if row["status"] == ExecutionStatus.CANCELING:
            _end_cancelled(tx, row, now)
        elif executions.give_back(tx, row["id"], token=row["lease_token"], now=now):
            tx.after_commit(lambda: ports.current().dispatcher.send([ports.Hint("run", row["id"], 0)]))


def _end_cancelled(tx: Transaction, row: Row, now: datetime) -> None:
    """Its worker is gone while it was being stopped: it is stopped."""
    run = open_run(tx, row["workflow_run"]) if row["workflow_run"] is not None else None
    values = starting.cancelled_values(row["cancel_reason"] or "Cancelled by user", now=now)
    if not executions.end_leased(tx, row["id"], token=row["lease_token"], values=values, now=now):
        return
    if run is not None:
        report = orchestration.report_of(
            row, status="cancelled", result=values["result"], timed_out=False, duration_ms=0
        )
        step(run, [report])
        close_run(run)


def forget_dead_owners(*, alive: Any) -> None:
    """Take back at once what processes of this machine had that no longer exist.

    Args:
        alive: says of an owner's name whether its process may still live (other machines: True).
    """
    with reading() as tx:
        dead = [owner for owner in executions.lease_owners(tx) if not alive(owner)]
    past = ports.now() - timedelta(seconds=ports.settings().reclaim_after_s)
    for owner in dead:
        with transaction() as tx:
            executions.expire_leases_of(tx, owner, at=past)
            transport.forget_worker(tx, owner)


def resend(*, after_s: float | None = None) -> int:
    """Send again what nobody took: scheduled executions, runs not begun, word in the outbox; how many."""
    wait = ports.settings().resend_after_s if after_s is None else after_s
    before = ports.now() - timedelta(seconds=wait)
    with reading() as tx:
        hints = _lost_hints(tx, before)
    if hints:
        ports.current().dispatcher.send(hints)
    return len(hints)


def _lost_hints(tx: Transaction, before: datetime) -> list[ports.Hint]:
    hints = [ports.Hint(kind, execution_id, i) for i, kind, execution_id in transport.old_outbox(tx, before=before, limit=BATCH)]
    for execution_id, kind, run_id in executions.unclaimed(tx, before=before, limit=BATCH):
        if kind == "pure" and run_id is not None:
            hints.append(ports.Hint("advance", executions.execution_of_run(tx, run_id), 0))
        else:
            hints.append(ports.Hint("run", execution_id, 0))
    hints += [ports.Hint("advance", i, 0) for i in workflow_executions.not_begun(tx, before=before, limit=BATCH)]
    return list(dict.fromkeys(hints))


def expire_inquiries() -> int:
    """Close questions whose time is over; how many."""
    from app.services import inquiries

    return inquiries.expire_due(ports.now())


def forget_old() -> None:
    """Drop what is kept for a day only: idempotency keys, and workers long gone."""
    now = ports.now()
    with transaction() as tx:
        transport.forget_idempotency(tx, before=now - timedelta(hours=24))
        transport.forget_workers(tx, before=now - timedelta(hours=24))
