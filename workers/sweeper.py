"""What a worker process does beside its work: heartbeats, the fence, timers, leases, lost hints, questions."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from app.engine.errors import StorageError
from app.services import cleanup, environment_builds, ports, recovery, work
from app.services.notices import delivering
from workers import owners

log = structlog.get_logger(__name__)
FENCE = 5 / 6  # of the lease: 25 of 30 seconds
SOONEST_S = 0.01  # another worker may be at the alarm that is due
CLEANUP_S = 900.0  # between two sweeps of what is old
FEW = 1000  # waiting hints; beyond them sending again would only make the queue longer


@dataclass(slots=True)
class Chore:
    """Something done every so often."""

    every_s: float
    do: Callable[[], object]
    on_wake: bool = False
    due_at: float = 0.0


class Rounds:
    """A thread that does its chores when they are due; one that fails is logged and comes again."""

    def __init__(self, name: str, chores: Sequence[Chore], *, pause_s: Callable[[], float]) -> None:
        self._chores = chores
        self._pause_s = pause_s
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._loop, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        self._wake.set()

    def stop(self) -> None:
        self._stopped.set()
        self._wake.set()
        self._thread.join(10)

    def _loop(self) -> None:
        while not self._stopped.is_set():
            woken = self._wake.is_set()
            self._wake.clear()
            for chore in self._chores:
                if time.monotonic() >= chore.due_at or (woken and chore.on_wake):
                    chore.due_at = time.monotonic() + chore.every_s
                    _attempt(chore.do)
            self._wake.wait(self._pause_s())


def _attempt(do: Callable[[], object]) -> None:
    try:
        do()
    except StorageError as error:
        log.warning("sweep_postponed", error=error.message)
    except Exception:
        log.exception("sweep_failed")


class Sweeper:
    """Threads for heartbeats, the fence, the sweeps, and where they are wanted notices. `wake` makes the sweeps look at the timers at once.

    The fence asks nobody: it must work when the database hangs, and sweeps must not keep heartbeats waiting.
    """

    def __init__(self, *, owner: str, threads: int, backlog: Callable[[], int], trim: Callable[[], None]) -> None:
        settings = ports.settings()
        self._owner, self._threads = owner, threads
        self._last_beat = time.monotonic()
        self._fence_after_s = settings.lease_s * FENCE
        self._sweep_s = settings.sweep_s
        self._timers_left = False
        reclaim_s = min(5.0, settings.reclaim_after_s / 4)
        self._timers = Chore(settings.sweep_s, self._fire_timers, on_wake=True)
        sweeps = [
            self._timers,
            Chore(settings.sweep_s, recovery.expire_inquiries),
            Chore(settings.sweep_s, recovery.ring_inquiries),
            Chore(settings.sweep_s, recovery.settle_pauses),
            Chore(reclaim_s, lambda: recovery.forget_dead_owners(alive=owners.may_live)),
            Chore(reclaim_s, recovery.reclaim),
            Chore(min(5.0, settings.resend_after_s), lambda: recovery.resend() if backlog() < FEW else 0),
            Chore(60.0, trim),
            Chore(3600.0, recovery.forget_old),
            Chore(3600.0, environment_builds.remove_unneeded),
        ]
        heart = [Chore(settings.heartbeat_s, self._beat), Chore(settings.sweep_s, work.stop_cancelled)]
        heart_s = min(settings.sweep_s, settings.heartbeat_s)
        fence_s = settings.lease_s / 30
        self._sweeps = Rounds("sweeps", sweeps, pause_s=self._seconds_to_next)
        self._rounds = [
            Rounds("heart", heart, pause_s=lambda: heart_s),
            Rounds("fence", [Chore(fence_s, self._fence)], pause_s=lambda: fence_s),
            self._sweeps,
        ]
        if delivering.is_wanted():  # a slow mail server must not hold up the timers
            notices = [Chore(settings.sweep_s, delivering.deliver_due), Chore(3600.0, delivering.forget_old)]
            self._rounds.append(Rounds("notices", notices, pause_s=lambda: settings.sweep_s))

        if cleanup.rules_of(settings).any:  # nor must removing what is old
            self._rounds.append(Rounds("cleanup", [Chore(CLEANUP_S, cleanup.sweep)], pause_s=lambda: CLEANUP_S))

    def start(self) -> None:
        for rounds in self._rounds:
            rounds.start()

    def wake(self) -> None:
        self._sweeps.wake()

    def stop(self) -> None:
        for rounds in reversed(self._rounds):
            rounds.stop()
        _attempt(self._beat)  # with what was counted since the last one

    def _beat(self) -> None:
        began = time.monotonic()
        work.heartbeat(owner=self._owner, threads=self._threads)
        self._last_beat = began  # the lease counts from before the statement, however long it took

    def _fence(self) -> None:
        # Others may take over at the end of the lease: stop our runs before, so that nothing runs twice.
        silent_s = time.monotonic() - self._last_beat
        if silent_s > self._fence_after_s and len(work.jobs):
            log.error("worker_fenced", seconds_without_heartbeat=round(silent_s, 1))
            work.jobs.hand_over()

    def _fire_timers(self) -> None:
        self._timers_left = True
        fired = [recovery.fire_timers(), recovery.fire_rule_timers()]
        self._timers_left = not all(fired)

    def _seconds_to_next(self) -> float:
        """Until the next alarm, but not at once again for one that could not be fired."""
        try:
            due_at = None if self._timers_left else recovery.next_timer()
        except StorageError:
            return self._sweep_s
        if due_at is None:
            return self._sweep_s
        pause_s = min(self._sweep_s, max(SOONEST_S, (due_at - datetime.now(UTC)).total_seconds()))
        # The alarm's time counts, not the end of the round: ticks of one second would jitter by half of one.
        self._timers.due_at = min(self._timers.due_at, time.monotonic() + pause_s)
        return pause_s
