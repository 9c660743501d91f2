"""What this process runs right now, so that a cancel, a lost lease or a shutdown reaches it at once."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

# The row of the execution that a thread works on, for its log lines; to bind each value to them costs thirty times as much.
about: ContextVar[Any] = ContextVar("about", default=None)


@dataclass(slots=True)
class Job:
    """One claimed execution.

    Attributes:
        cancelled: set when the action must stop.
        found: (action, pack, runtime) rows, when the claim has read them.
        handed_over: it is stopped for our sake, not because anybody cancelled it: another worker shall run it.
    """

    row: Any
    token: str
    cancelled: threading.Event = field(default_factory=threading.Event)
    handed_over: bool = False
    secrets: frozenset[str] = frozenset()
    parameters: dict[str, Any] = field(default_factory=dict)
    found: Any = None

    @property
    def id(self) -> int:
        return int(self.row["id"])


class Jobs:
    """Jobs by lease: one execution may be here twice, dying under a lost lease and running under a new one.

    Attributes:
        closing: the process is about to stop: finish what runs, begin nothing more.
    """

    def __init__(self) -> None:
        self.closing = False
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Condition()

    def add(self, job: Job) -> None:
        with self._lock:
            self._jobs[job.token] = job

    def remove(self, job: Job) -> None:
        with self._lock:
            self._jobs.pop(job.token, None)
            self._lock.notify_all()

    def leases(self) -> dict[int, str]:
        """Execution -> lease token."""
        return {job.id: job.token for job in self._all()}

    def stop(self, execution_id: int) -> None:
        for job in self._all():
            if job.id == execution_id:
                job.cancelled.set()

    def stop_lost(self, leases: Iterable[tuple[int, str | None]]) -> None:
        """Stop what another worker has now: `leases` says of executions which token holds them."""
        held = dict(leases)
        for job in self._all():
            if job.id in held and held[job.id] != job.token:
                job.cancelled.set()

    def hand_over(self) -> None:
        """Stop everything, so that other workers can run it."""
        for job in self._all():
            job.handed_over = True
            job.cancelled.set()

    def wait_until_none(self, timeout_s: float) -> bool:
        """Wait for every job to end; whether they did."""
        with self._lock:
            return self._lock.wait_for(lambda: not self._jobs, timeout_s)

    def _all(self) -> list[Job]:
        with self._lock:
            return list(self._jobs.values())

    def __len__(self) -> int:
        return len(self._jobs)


jobs = Jobs()
