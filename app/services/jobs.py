"""What this process runs right now, so that a cancel or a lost lease reaches it at once."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Job:
    """One claimed execution.

    Attributes:
        row: every column of the execution as it was when claimed.
        token: its lease.
    """

    row: Any
    token: str
    cancelled: threading.Event = field(default_factory=threading.Event)
    secrets: frozenset[str] = frozenset()
    parameters: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> int:
        return int(self.row["id"])


class Jobs:
    """The jobs of this process.

    Attributes:
        closing: the process is about to stop: finish what runs, begin nothing more.
    """

    def __init__(self) -> None:
        self.closing = False
        self._jobs: dict[int, Job] = {}
        self._lock = threading.Lock()

    def add(self, job: Job) -> None:
        with self._lock:
            self._jobs[job.id] = job

    def remove(self, job: Job) -> None:
        with self._lock:
            self._jobs.pop(job.id, None)

    def stop(self, execution_id: int) -> None:
        with self._lock:
            job = self._jobs.get(execution_id)
        if job is not None:
            job.cancelled.set()

    def stop_all(self) -> None:
        with self._lock:
            jobs = list(self._jobs.values())
        for job in jobs:
            job.cancelled.set()

    def __len__(self) -> int:
        return len(self._jobs)


jobs = Jobs()
