"""Worker processes (api.md 18)."""

from __future__ import annotations

from typing import Any

from app.api.answers import Answer, Json, TimeText
from app.api.envelopes import Reply, bare, one, page
from app.api.paging import Paging
from app.api.requests import Query
from app.api.routes import Bare, One, Page, Routes
from app.queries import workers as queries
from app.services import ports, workers

routes = Routes("workers")


class Worker(Answer):
    id: int
    name: str
    worker_type: str
    worker_role: str
    status: str
    health_state: str
    heartbeat_stale: bool
    heartbeat_age_seconds: float | None
    last_heartbeat: TimeText | None
    cordoned: bool
    cordon_reason: str | None
    cordoned_by: int | None
    cordoned_at: TimeText | None
    capabilities: Json
    load: Json


class ListWorkers(Query):
    role: str | None = None
    status: str | None = None
    health_state: str | None = None
    cordoned: bool | None = None


@routes.get("/workers", access="workers:read", answer=Page(Worker))
def list_workers(query: ListWorkers, paging: Paging) -> Reply:
    """Workers by name, with the age of their last heartbeat."""
    rows = [row for row in queries.list_workers(**_at(), cordoned=query.cordoned) if _fits(row, query)]
    return page(rows[paging.offset : paging.offset + paging.size], paging, total=len(rows))


@routes.get("/workers/{id}", access="workers:read", answer=One(Worker))
def show_worker(id: int) -> Reply:
    """One worker."""
    return one(queries.get_worker(id, **_at()))


@routes.post("/workers/{id}/cordon", access="workers:manage", answer=Bare(Worker))
def cordon(id: int) -> Reply:
    """Let a worker claim nothing new."""
    return bare(queries.worker_json(workers.set_cordoned(worker_id=id, cordoned=True), **_at()))


@routes.post("/workers/{id}/uncordon", access="workers:manage", answer=Bare(Worker))
def uncordon(id: int) -> Reply:
    """Let it claim again."""
    return bare(queries.worker_json(workers.set_cordoned(worker_id=id, cordoned=False), **_at()))


def _at() -> dict[str, Any]:
    return {"now": ports.now(), "stale_after_s": ports.settings().reclaim_after_s}


def _fits(row: dict[str, Any], query: ListWorkers) -> bool:
    wanted = {"worker_role": query.role, "status": query.status, "health_state": query.health_state}
    return all(value is None or row[name] == value for name, value in wanted.items())
