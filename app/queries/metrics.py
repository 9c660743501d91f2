"""The state of the whole system as numbers, for a monitor that asks every few seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.persistence import session
from app.persistence.repositories import broken_runs, counters, load, workers

STUCK_AFTER = timedelta(minutes=1)
MOST_STUCK = 200  # more are not counted: one is too many


@dataclass(frozen=True, slots=True)
class Metrics:
    """One moment.

    Attributes:
        queued, queue_age_s: executions that wait for a worker, and for how long the first does; likewise outbox and questions.
        timer_lag_s: how late the alarm is that is due first; 0: none is late.
        stuck: runs that go on with nothing to wait for, at most `MOST_STUCK`; the promise is 0.
        live: status -> executions in it.
        counters: name -> number since the database was made.
    """

    queued: int
    queue_age_s: float
    outbox: int
    outbox_age_s: float
    questions: int
    questions_age_s: float
    timer_lag_s: float
    stuck: int
    workers: int
    worker_threads: int
    worker_threads_busy: int
    live: Mapping[str, int]
    counters: Mapping[str, int]


def read_metrics(*, now: datetime, alive_since: datetime) -> Metrics:
    """Raises StorageError when the database is away."""
    with session.reading() as tx:
        queue, outbox, questions = load.queue(tx), load.outbox(tx), load.questions(tx)
        alive = [row for row in workers.listed(tx) if row.heartbeat_at > alive_since]
        return Metrics(
            queued=queue.number,
            queue_age_s=_age(queue.since, now),
            outbox=outbox.number,
            outbox_age_s=_age(outbox.since, now),
            questions=questions.number,
            questions_age_s=_age(questions.since, now),
            timer_lag_s=_age(load.first_due(tx), now),
            stuck=len(broken_runs.without_next_event(tx, before=now - STUCK_AFTER, limit=MOST_STUCK)),
            workers=len(alive),
            worker_threads=sum(row.threads for row in alive),
            worker_threads_busy=sum(row.running for row in alive),
            live=load.live_executions(tx),
            counters=counters.values(tx),
        )


def _age(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since is not None else 0.0
