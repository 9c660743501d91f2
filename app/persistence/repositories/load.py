"""How much waits, and since when: small questions for metrics and health, each answered by an index."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from app.engine.statuses import TERMINAL, ExecutionStatus
from app.persistence.db import table_of
from app.persistence.models import DispatchOutbox, Execution, Inquiry, RuleTimer, Timer, WorkflowExecution
from app.persistence.session import Transaction

E = table_of(Execution)
W = table_of(WorkflowExecution)
Q = table_of(Inquiry)
O = table_of(DispatchOutbox)  # noqa: E741 - the initial of the noun, as its neighbours
T = table_of(Timer)
R = table_of(RuleTimer)
LIVE = sorted(set(ExecutionStatus) - TERMINAL)


@dataclass(frozen=True, slots=True)
class Waiting:
    """`number` rows that wait, the first of them since `since`; None: there is none."""

    number: int
    since: datetime | None


def queue(tx: Transaction) -> Waiting:
    """Executions that any worker may take; those of paused runs are not among them."""
    paused = select(W.c.id).where(W.c.id == E.c.workflow_run, W.c.paused.is_(True)).exists()
    statement = select(func.count(), func.min(E.c.updated)).where(E.c.status == ExecutionStatus.SCHEDULED, ~paused)
    return Waiting(*tx.execute(statement).one())


def outbox(tx: Transaction) -> Waiting:
    """Word between runs that nobody has read."""
    return Waiting(*tx.execute(select(func.count(), func.min(O.c.created))).one())


def questions(tx: Transaction) -> Waiting:
    """Questions that wait for people."""
    return Waiting(*tx.execute(select(func.count(), func.min(Q.c.created)).where(Q.c.status == "pending")).one())


def first_due(tx: Transaction) -> datetime | None:
    """When the earliest alarm is due, of runs and of rules."""
    known = [tx.execute(select(func.min(t.c.due_at))).scalar_one() for t in (T, R)]
    return min((due_at for due_at in known if due_at is not None), default=None)


def live_executions(tx: Transaction) -> dict[str, int]:
    """Status -> number of executions that have not ended; every such status is there."""
    statement = select(E.c.status, func.count()).where(E.c.status.in_(LIVE)).group_by(E.c.status)
    return {**dict.fromkeys(LIVE, 0), **dict(tx.execute(statement).tuples().all())}
