"""Counting what happens in this process; a worker adds it to the database's counters with each heartbeat.

In the database and not in each process, so that one address tells the numbers of all workers, and they outlive a restart.
"""

from __future__ import annotations

import threading
from collections import Counter

from app.persistence.repositories import counters
from app.persistence.session import Transaction

# name -> what it counts; `/metrics` shows each, also at 0
NAMES = {
    "lease_reclaims": "Executions taken back from workers that were lost",
    "refused_completions": "Ends of executions refused because the lease had gone to another worker",
    "resends": "Hints sent again because nobody had taken them",
    "claims": "Executions that workers have begun",
    "ended_completed": "Actions that ended well",
    "ended_failed": "Actions that failed",
    "ended_cancelled": "Actions that were cancelled",
}

_lock = threading.Lock()
_counted: Counter[str] = Counter()


def count(name: str, number: int = 1) -> None:
    with _lock:
        _counted[name] += number


def flush(tx: Transaction) -> None:
    """Add what was counted since the last time; it is kept for the next one when the transaction fails."""
    with _lock:
        told = {name: number for name, number in _counted.items() if number}
    counters.add(tx, told)
    tx.after_commit(lambda: _forget(told))


def _forget(told: dict[str, int]) -> None:
    with _lock:
        _counted.subtract(told)
