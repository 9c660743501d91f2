"""Worker processes as the API shows them (api.md 18)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.engine.errors import NotFound
from app.engine.times import iso
from app.persistence import session
from app.persistence.models import WorkerRow
from app.persistence.repositories import workers


def list_workers(*, now: datetime, stale_after_s: float, cordoned: bool | None = None) -> list[dict[str, Any]]:
    """Every worker that ever sent a heartbeat and was not forgotten, by name."""
    with session.reading() as tx:
        rows = workers.listed(tx)
    wanted = [row for row in rows if cordoned is None or row.cordoned is cordoned]
    return [worker_json(row, now=now, stale_after_s=stale_after_s) for row in wanted]


def get_worker(worker_id: int, *, now: datetime, stale_after_s: float) -> dict[str, Any]:
    with session.reading() as tx:
        row = workers.get(tx, worker_id)
    if row is None:
        raise NotFound(f"There is no worker {worker_id}.")
    return worker_json(row, now=now, stale_after_s=stale_after_s)


def worker_json(row: WorkerRow, *, now: datetime, stale_after_s: float) -> dict[str, Any]:
    """One worker; without a heartbeat for `stale_after_s` its tasks are taken back, so it counts as lost."""
    age_s = max(0.0, (now - row.heartbeat_at).total_seconds())
    stale = age_s > stale_after_s
    return {
        "id": row.id,
        "name": row.name,
        "worker_type": "local",
        "worker_role": "action",
        "status": "inactive" if stale else "active",
        "health_state": "unhealthy" if stale else "healthy",
        "heartbeat_stale": stale,
        "heartbeat_age_seconds": round(age_s, 3),
        "last_heartbeat": iso(row.heartbeat_at),
        "cordoned": row.cordoned,
        "cordon_reason": None,
        "cordoned_by": None,
        "cordoned_at": None,
        "capabilities": {"threads": row.threads},
        "load": {"running": row.running},
    }
