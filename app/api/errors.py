"""Errors as the API says them: one table from error class to status and code, one body shape.

Source: api.md 1.4. Views never catch; routes.py hands every exception here.
"""

from __future__ import annotations

import logging
from typing import Any

from flask import Response
from werkzeug.exceptions import HTTPException

from app.api.envelopes import json_response
from app.engine import errors

log = logging.getLogger(__name__)

CODES = {
    400: "BAD_REQUEST",
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    409: "CONFLICT",
    413: "PAYLOAD_TOO_LARGE",
    422: "VALIDATION_ERROR",
    429: "TOO_MANY_REQUESTS",
    500: "INTERNAL_SERVER_ERROR",
    501: "NOT_IMPLEMENTED",
    503: "SERVICE_UNAVAILABLE",
}

# The first class that fits wins, so a subclass stands before its base.
STATUS_OF: tuple[tuple[type[errors.AppError], int], ...] = (
    (errors.NotFound, 404),
    (errors.Conflict, 409),
    (errors.Forbidden, 403),
    (errors.Unauthenticated, 401),
    (errors.BadRequest, 400),
    (errors.TooLarge, 413),
    (errors.TooMany, 429),
    (errors.NotConfigured, 501),
    (errors.Invalid, 422),
    (errors.InvalidDefinition, 422),
    (errors.EditRefused, 422),
    (errors.ExpressionFailed, 422),
    (errors.InvalidValue, 422),
    (errors.LimitExceeded, 422),
    (errors.StorageError, 503),
)

TEXTS = {
    404: "There is nothing at this address.",
    405: "This address does not take that method.",
    413: "The body is larger than this server accepts (ATTUNE_MAX_BODY).",
    500: "Something went wrong on our side. The server's log has the reason under this request's X-Request-Id.",
    503: "The database does not answer at the moment. Try again shortly.",
}


def respond(error: Exception) -> Response:
    """The answer for any exception of a view. A bug is logged with its trace, and never shown."""
    if isinstance(error, errors.AppError):
        return _of_app_error(error)
    if isinstance(error, HTTPException) and error.code is not None and error.code < 600:
        return _of_http(error)
    log.exception("a request failed unexpectedly", exc_info=error)
    return body(500, TEXTS[500])


def body(status: int, text: str, *, details: Any = None, headers: dict[str, str] | None = None) -> Response:
    """`{error, code, message, details?}`; `error` and `message` are the same human text."""
    document = {"error": text, "code": CODES.get(status, "BAD_REQUEST" if status < 500 else CODES[500]), "message": text}
    if details is not None:
        document["details"] = details
    return json_response(document, status, headers=headers)


def _of_app_error(error: errors.AppError) -> Response:
    status = next((code for kind, code in STATUS_OF if isinstance(error, kind)), 500)
    if status >= 500 and status != 501:
        log.error("a request failed", exc_info=error)
        return body(status, TEXTS[status])
    headers = {"Retry-After": str(error.retry_after_s)} if isinstance(error, errors.TooMany) else None
    if status == 401:
        headers = {"WWW-Authenticate": "Bearer"}
    return body(status, error.message, details=error.details, headers=headers)


def _of_http(error: HTTPException) -> Response:
    status = error.code or 500
    allowed = getattr(error, "valid_methods", None)
    headers = {"Allow": ", ".join(sorted(allowed))} if allowed else None
    return body(status, TEXTS.get(status, error.description or error.name), headers=headers)
