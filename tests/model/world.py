"""The real services with everything around them in the hands of a test: the clock, the broker, workers, the next commit.

Nothing runs by itself: messages lie in `World.hints` until they are delivered, sweeps happen when they are called, and a
worker is a name that holds leases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Table, delete, select

from app.engine.errors import StorageError
from app.persistence import session
from app.persistence.db import Base
from app.runners.base import RunOutcome
from app.services import completions, ports, recovery, work
from app.services.jobs import Job
from tests.workers.conftest import System

T0 = datetime(2026, 1, 27, 10, 0, tzinfo=UTC)

class Away(StorageError):
    """The database went away at a commit."""

    def __init__(self) -> None:
        super().__init__("The database went away.", retryable=True)


@dataclass
class World:
    """One system, one broker, some workers.

    Attributes:
        of_runs: the tables that hold nothing before the first run.
        fault: what happens at the next commit: None, "before" (it is lost) or "after" (it stands, and nobody hears of it).
        hints: the messages of the broker; a hint that was taken out may come again.
        held: lease token -> job, by worker.
        lost: jobs of workers that crashed; what they had may come to its end all the same.
    """

    system: System
    database: session.Database
    of_runs: Sequence[Table]
    now: datetime = T0
    fault: str | None = None
    faults: int = 0
    held: dict[str, dict[str, Job]] = field(default_factory=dict)
    lost: list[Job] = field(default_factory=list)

    @property
    def hints(self) -> list[ports.Hint]:
        found: list[ports.Hint] = ports.current().dispatcher.hints  # type: ignore[attr-defined]
        return found

    def begin(self) -> None:
        """Forget all runs, and take hold of clock and commits."""
        real = session.Database.transaction
        database = self.database

        @contextmanager
        def transaction() -> Iterator[session.Transaction]:
            with real(database) as tx:
                yield tx
                if self.fault == "before":
                    self._strike()
                if self.fault == "after":
                    tx.run_after_commit = self._strike  # type: ignore[method-assign]

        database.transaction = transaction  # type: ignore[method-assign]
        database.kept.clear()
        self.hints.clear()
        ports.current().clock = lambda: self.now
        with session.transaction() as tx:
            for table in self.of_runs:
                tx.execute(delete(table))

    def end(self) -> None:
        del self.database.transaction  # type: ignore[attr-defined]

    def _strike(self) -> None:
        self.fault = None
        self.faults += 1
        raise Away

    def pass_time(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def deliver(self, hint: ports.Hint, worker: str) -> Job | None:
        """Give a message to a worker; the job it has claimed by it."""
        if hint.kind != "run":
            self.system.deliver_one(hint)
            return None
        job = work._claim(hint.execution_id, worker)
        if job is not None:
            self.held.setdefault(worker, {})[job.token] = job
        return job

    def finish(self, job: Job, outcome: RunOutcome, worker: str | None = None) -> completions.Completion:
        """Write an end as a worker does; what it went straight on with is its own."""
        completion = completions.Completion(job, outcome, owner=worker)
        work._write_end(completion)
        if worker is not None:
            self.held.get(worker, {}).pop(job.token, None)
            if completion.following is not None:
                self.held.setdefault(worker, {})[completion.following.token] = completion.following
        return completion

    def beat(self, worker: str) -> None:
        self._as(worker, lambda: work.heartbeat(owner=worker, threads=4))

    def hear_of_cancels(self, worker: str) -> None:
        self._as(worker, work.stop_cancelled)

    def _as(self, worker: str, do: Callable[[], None]) -> None:
        jobs = list(self.held.get(worker, {}).values())
        for job in jobs:
            work.jobs.add(job)
        try:
            do()
        finally:
            for job in jobs:
                work.jobs.remove(job)

    def crash(self, worker: str) -> None:
        self.lost += self.held.pop(worker, {}).values()

    def restart(self) -> None:
        """Every process ends and one begins: nothing is left but the database."""
        for worker in list(self.held):
            self.crash(worker)
        self.hints.clear()
        self.database.kept.clear()
        self.take_up()

    def take_up(self) -> None:
        """What a process does when it begins."""
        recovery.forget_dead_owners(alive=lambda owner: owner in self.held)
        recovery.reclaim()
        recovery.resend(after_s=0)

    def sweep(self) -> None:
        """Every sweep once."""
        recovery.fire_timers()
        recovery.expire_inquiries()
        recovery.settle_pauses()
        recovery.reclaim()
        recovery.resend()

    def rows(self, model: Any) -> list[Any]:
        with session.reading() as tx:
            return list(tx.session.query(model).order_by(model.id))


def empty_tables() -> list[Table]:
    """Those without a row, the referring ones first."""
    with session.reading() as tx:
        return [table for table in reversed(Base.metadata.sorted_tables) if tx.execute(select(table).limit(1)).first() is None]
