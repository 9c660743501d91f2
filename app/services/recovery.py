"""Sweeps that keep every run moving: timers, lost leases, unclaimed hints, old word in the outbox.

Each finding is handled in a transaction of its own and may be found by several workers: the first wins.
Source: design.md 4 TIMER, RECLAIM, RESEND.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog

from app import faults
from app.engine.errors import StorageError
from app.engine.statuses import ExecutionStatus
from app.persistence.repositories import executions, rule_timers, transport, workflow_executions
from app.persistence.session import Row, Transaction, reading, transaction
from app.services import counters, leases, orchestration, ports, rule_ticks

log = structlog.get_logger(__name__)
T = TypeVar("T")
BATCH = 100


def _each(what: str, found: Iterable[T], do: Callable[[T], object]) -> int:
    """Deal with every finding; one that fails is logged and must not keep the others from it. How many succeeded."""
    done = 0
    for finding in found:
        try:
            faults.point("sweep")
            do(finding)
            done += 1
        except StorageError as error:
            log.warning("sweep_postponed", sweep=what, error=error.message)
        except Exception:
            log.exception("sweep_failed", sweep=what, finding=str(finding)[:200])
    return done


def fire_timers() -> bool:
    """Fire every alarm that is due; False when one of them could not be fired and is still due."""
    with reading() as tx:
        due = transport.due_timers(tx, now=ports.now(), limit=BATCH)
    fired = _each("timers", due, lambda t: orchestration.timer_due(timer_id=t[0], workflow_execution_id=t[1]))
    return fired == len(due)


def fire_rule_timers() -> bool:
    """Let every rule tick whose time has come; False when one of them could not."""
    with reading() as tx:
        due = rule_timers.due(tx, now=ports.now(), limit=BATCH)
    return _each("rule timers", due, rule_ticks.tick) == len(due)


def next_timer() -> datetime | None:
    """When the next alarm or tick is due, None when there is none."""
    with reading() as tx:
        known = (transport.next_timer(tx), rule_timers.next_due(tx))
    return min((due_at for due_at in known if due_at is not None), default=None)


def reclaim() -> int:
    """Take back what lost workers had; how many."""
    settings = ports.settings()
    slack = timedelta(seconds=settings.reclaim_after_s - settings.lease_s)
    with reading() as tx:
        lost = executions.lost_leases(tx, before=ports.now() - slack, limit=BATCH)
    _each("leases", lost, _take_back)
    return len(lost)


def _take_back(row: Row) -> None:
    log.warning("lease_reclaimed", execution_id=row["id"], worker=row["lease_owner"])
    if row["status"] == ExecutionStatus.CANCELING:
        reason = row["cancel_reason"] or "Cancelled by user"
        taken = leases.end_cancelled(execution_id=row["id"], token=row["lease_token"], reason=reason)
    else:
        taken = leases.give_back(execution_id=row["id"], workflow_run=row["workflow_run"], token=row["lease_token"], lost=True)
    if taken:
        counters.count("lease_reclaims")


def settle_pauses() -> int:
    """Find out which pausing runs have come to rest; how many were looked at."""
    with reading() as tx:
        found = workflow_executions.pausing(tx, limit=BATCH)
    _each("pauses", found, lambda i: leases.settle_pause(workflow_execution_id=i))
    return len(found)


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
        counters.count("resends", len(hints))
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


def ring_inquiries() -> int:
    """Remind and escalate where it is time; how many questions."""
    from app.services import inquiries

    return inquiries.ring_due(ports.now())


def forget_old() -> None:
    """Drop what is kept for a day only: idempotency keys, and workers long gone."""
    now = ports.now()
    with transaction() as tx:
        transport.forget_idempotency(tx, before=now - timedelta(hours=24))
        transport.forget_workers(tx, before=now - timedelta(hours=24))
