"""One thread per worker process that does what is due: heartbeats, timers, leases, hints, questions."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from app.engine.errors import StorageError
from app.services import ports, recovery, work
from workers import owners

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Chore:
    """Something done every so often."""

    every_s: float
    do: Callable[[], object]
    due_at: float = 0.0


class Sweeper:
    """Runs the chores; `wake` makes it look at the timers at once."""

    def __init__(self, *, owner: str, threads: int, backlog: Callable[[], int], trim: Callable[[], None]) -> None:
        settings = ports.settings()
        self._owner = owner
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="sweeper", daemon=True)
        self._last_beat = time.monotonic()
        self._fence_after_s = settings.lease_s - 5
        self._sweep_s = settings.sweep_s
        self._chores = [
            Chore(settings.heartbeat_s, lambda: self._beat(threads)),
            Chore(settings.sweep_s, lambda: work.stop_cancelled(owner=owner)),
            Chore(settings.sweep_s, recovery.fire_timers),
            Chore(settings.sweep_s, recovery.expire_inquiries),
            Chore(5.0, recovery.reclaim),
            Chore(5.0, lambda: recovery.forget_dead_owners(alive=owners.may_live)),
            Chore(5.0, lambda: recovery.resend() if backlog() == 0 else 0),
            Chore(60.0, trim),
            Chore(3600.0, recovery.forget_old),
        ]

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        self._wake.set()

    def stop(self) -> None:
        self._stopped.set()
        self._wake.set()
        self._thread.join(10)

    def _beat(self, threads: int) -> None:
        work.heartbeat(owner=self._owner, threads=threads)
        self._last_beat = time.monotonic()

    def _loop(self) -> None:
        while not self._stopped.is_set():
            self._sweep()
            self._fence()
            self._wait()

    def _sweep(self) -> None:
        for chore in self._chores:
            if time.monotonic() >= chore.due_at:
                chore.due_at = time.monotonic() + chore.every_s
                self._attempt(chore.do)

    @staticmethod
    def _attempt(do: Callable[[], object]) -> None:
        try:
            do()
        except StorageError as error:
            log.warning("sweep_postponed", error=error.message)
        except Exception:
            log.exception("sweep_failed")

    def _fence(self) -> None:
        # Others may take over at the end of the lease: stop our runs before, so that nothing runs twice.
        if time.monotonic() - self._last_beat > self._fence_after_s and len(work.jobs):
            log.error("worker_fenced", seconds_without_heartbeat=round(time.monotonic() - self._last_beat))
            work.jobs.stop_all()

    def _wait(self) -> None:
        self._wake.wait(self._seconds_to_next())
        if self._wake.is_set():
            self._wake.clear()
            self._attempt(recovery.fire_timers)

    def _seconds_to_next(self) -> float:
        try:
            due_at = recovery.next_timer()
        except StorageError:
            return self._sweep_s
        if due_at is None:
            return self._sweep_s
        return min(self._sweep_s, max(0.005, (due_at - datetime.now(UTC)).total_seconds()))
