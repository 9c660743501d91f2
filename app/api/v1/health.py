"""Whether the server is up (api.md 3). No token needed, nothing secret told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app import __version__
from app.api.answers import Answer
from app.api.envelopes import Reply, bare
from app.api.routes import PUBLIC, Bare, Routes
from app.engine.errors import StorageError
from app.queries import health as queries
from app.services import ports

routes = Routes("health", prefix="/health")


class Status(Answer):
    status: str


class DetailedStatus(Status):
    database: str


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


def _detailed() -> Reply:
    try:
        parts: dict[str, Any] = queries.parts(alive_since=ports.now() - timedelta(seconds=ports.settings().reclaim_after_s))
    except StorageError:
        text = "The database does not answer."
        return bare({"status": "error", "database": "disconnected", "error": text}, status=503)
    return bare({"status": "ok", "database": "connected", "version": __version__, **parts})
