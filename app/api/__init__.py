"""The REST interface. `register` mounts every module of `app.api.v1` that has a `routes` object."""

from __future__ import annotations

import importlib
import pkgutil
import uuid
from functools import cache

from flask import Flask, Response, g, request
from werkzeug.routing import RequestRedirect

from app.api import request_traces, v1
from app.api.errors import respond
from app.api.routes import Route, Routes

_OURS = ("/api/", "/auth/", "/health", "/metrics", "/api-spec/")


@cache
def all_routes() -> tuple[Routes, ...]:
    """Every noun, by the name of its file."""
    names = sorted(module.name for module in pkgutil.iter_modules(v1.__path__))
    modules = [importlib.import_module(f"{v1.__name__}.{name}") for name in names]
    return tuple(module.routes for module in modules if hasattr(module, "routes"))


def declared_routes() -> list[Route]:
    return [route for noun in all_routes() for route in noun.declared]


def register(app: Flask) -> None:
    """Mount the API: its routes, its own 404 and 405, and the marks every response carries."""
    for noun in all_routes():
        noun.mount(app)
    app.before_request(_mark_request)
    request_traces.register(app)
    app.before_request(_answer_unrouted)
    app.after_request(_mark_response)


def _mark_request() -> None:
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if _is_uuid(given) else str(uuid.uuid4())


def _answer_unrouted() -> Response | None:
    """JSON for unknown paths and methods below our prefixes; pages have their own."""
    unrouted = request.routing_exception
    if unrouted is None or isinstance(unrouted, RequestRedirect) or not request.path.startswith(_OURS):
        return None
    return respond(unrouted)


def _mark_response(response: Response) -> Response:
    response.headers["X-Request-Id"] = g.get("request_id") or str(uuid.uuid4())
    if request.path.startswith(_OURS):
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
    return response


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
