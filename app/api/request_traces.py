"""A span and a name for each request: what it does is found in traces and logs by them."""

from __future__ import annotations

import structlog
from flask import Flask, Response, g, request

from app.services import ports

_UNTRACED = ("/health", "/metrics", "/static/")


def register(app: Flask) -> None:
    """Mount it before anything that answers; needs `g.request_id`."""
    app.before_request(_begin)
    app.after_request(_note_status)
    app.teardown_request(_end)


def _begin() -> None:
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)
    tracer = ports.current().tracer
    if tracer.on and not request.path.startswith(_UNTRACED):
        route = request.url_rule.rule if request.url_rule is not None else "unknown"
        g.span = tracer.request(f"{request.method} {route}", request.headers)
        g.note_span = g.span.__enter__()
        g.note_span(http__request__method=request.method, http__route=route, attune__request_id=g.request_id)


def _note_status(response: Response) -> Response:
    note = g.get("note_span")
    if note is not None:
        failed = f"status {response.status_code}" if response.status_code >= 500 else None
        note(failed=failed, http__response__status_code=response.status_code)
    return response


def _end(_error: BaseException | None) -> None:
    span = g.pop("span", None)
    if span is not None:
        span.__exit__(None, None, None)
