"""Whether the parts behind the web process answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.engine.times import iso
from app.persistence import session
from app.persistence.repositories import load, workers


def parts(*, alive_since: datetime) -> dict[str, Any]:
    """{"workers": number with a heartbeat after that moment}; raises StorageError when the database is away."""
    with session.reading() as tx:
        return {"workers": workers.alive_since(tx, alive_since)}


def workers_and_queue(*, now: datetime, alive_since: datetime) -> dict[str, Any]:
    """{workers: [{id, alive, last_seen, threads, running}], queue: {size, age_seconds}}; no names, since anybody may ask.

    Raises StorageError when the database is away.
    """
    with session.reading() as tx:
        rows, queue = workers.listed(tx), load.queue(tx)
    shown = [
        {"id": row.id, "alive": row.heartbeat_at > alive_since, "last_seen": iso(row.heartbeat_at), "threads": row.threads, "running": row.running}
        for row in rows
    ]
    age_s = (now - queue.since).total_seconds() if queue.since is not None else 0.0
    return {"workers": shown, "queue": {"size": queue.number, "age_seconds": round(max(0.0, age_s), 3)}}
