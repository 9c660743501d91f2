"""Whether the server is up (api.md 3). No token needed, nothing secret told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app import __version__
from app.api.answers import Answer, TimeText
from app.api.envelopes import Reply, bare
from app.api.routes import PUBLIC, Bare, Routes
from app.engine.errors import StorageError
from app.queries import health as queries
from app.services import ports

routes = Routes("health", prefix="/health")
AWAY = "The database does not answer."


class Status(Answer):
    status: str


class DetailedStatus(Status):
    database: str


class WorkerSeen(Answer):
    id: int
    alive: bool
    last_seen: TimeText
    threads: int
    running: int


class Backlog(Answer):
    size: int
    age_seconds: float


class WorkersStatus(Status):
    workers: list[WorkerSeen]
    queue: Backlog


@routes.get("", access=PUBLIC, answer=Bare(Status))
def health() -> Reply:
    """The web process answers."""
    return bare({"status": "ok"})


@routes.get("/live", access=PUBLIC, answer=Bare(Status))
def live() -> Reply:
    """The web process answers."""
    return bare({"status": "ok"})


@routes.get("/ready", access=PUBLIC, answer=Bare(Status), also={503: Bare(Status)})
def ready() -> Reply:
    """The database answers too."""
    detailed = _detailed()
    return bare({"status": detailed.body["status"]}, status=detailed.status)


@routes.get("/detailed", access=PUBLIC, answer=Bare(DetailedStatus), also={503: Bare(DetailedStatus)})
def detailed() -> Reply:
    """Database, version, workers."""
    return _detailed()


@routes.get("/workers", access=PUBLIC, answer=Bare(WorkersStatus), also={503: Bare(WorkersStatus)})
def workers() -> Reply:
    """Which workers were heard of, and how long work waits; 503 when it waits and none of them is alive."""
    now = ports.now()
    try:
        found = queries.workers_and_queue(now=now, alive_since=now - timedelta(seconds=ports.settings().reclaim_after_s))
    except StorageError:
        return bare({"status": "error", "workers": [], "queue": {"size": 0, "age_seconds": 0.0}, "error": AWAY}, status=503)
    idle = not any(worker["alive"] for worker in found["workers"]) and found["queue"]["size"]
    error = {"error": "Work waits, and no worker is alive."} if idle else {}
    return bare({"status": "error" if idle else "ok", **found, **error}, status=503 if idle else None)


def _detailed() -> Reply:
    try:
        parts: dict[str, Any] = queries.parts(alive_since=ports.now() - timedelta(seconds=ports.settings().reclaim_after_s))
    except StorageError:
        return bare({"status": "error", "database": "disconnected", "error": AWAY}, status=503)
    return bare({"status": "ok", "database": "connected", "version": __version__, **parts})
