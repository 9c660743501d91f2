"""Error pages: our errors map to a status, and the page says what failed and where to go on."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, current_app, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from app.engine import errors as e
from app.web import signed_in

STATUS: dict[type[e.AppError], int] = {
    e.NotFound: 404,
    e.Forbidden: 403,
    e.Conflict: 409,
    e.BadRequest: 400,
    e.TooLarge: 413,
    e.Invalid: 422,
    e.TooMany: 429,
    e.NotConfigured: 503,
    e.StorageError: 503,
}
HEADLINES = {
    400: "This request can’t be understood",
    403: "You are not permitted to do this",
    404: "There is nothing here",
    405: "This address does not take that",
    409: "This is not possible now",
    413: "That is too large",
    422: "Some of this does not fit",
    429: "Too many tries",
    500: "Something broke on our side",
    503: "The server can’t answer just now",
}


def covered(bp: Blueprint) -> Blueprint:
    """A page blueprint with its error pages."""
    bp.register_error_handler(e.Unauthenticated, lambda _: signed_in.to_sign_in())
    bp.register_error_handler(e.AppError, _ours)
    bp.register_error_handler(CSRFError, _stale_form)
    bp.register_error_handler(HTTPException, _http)
    bp.register_error_handler(Exception, _broken)
    return bp


def cover_unknown(app: Flask) -> None:
    """An address that no blueprint knows: a page for browsers, plain words for everybody else."""

    @app.errorhandler(404)
    def unknown(error: HTTPException) -> AnyResponse:
        if request.blueprint or request.path.startswith(("/api/", "/auth/")):
            return error.get_response()
        return page(404, f"Nothing lives at {request.path}.")


def page(status: int, message: str) -> Response:
    headline = HEADLINES.get(status, "This did not work")
    return make_response(render_template("errors/error.html", status=status, headline=headline, message=message), status)


def _ours(error: e.AppError) -> Response:
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 500)
    return page(status, error.message)


def _stale_form(_: CSRFError) -> Response:
    return page(400, "The form was sent without its token, or the session it belongs to has ended. Go back, reload the page and send it again.")


def _http(error: HTTPException) -> Response | HTTPException:
    if (error.code or 500) < 400:
        return error
    return page(error.code or 500, error.description or "")


def _broken(error: Exception) -> Response:
    current_app.logger.exception("a page failed: %s %s", request.method, request.path, exc_info=error)
    return page(500, "The error was written to the server’s log. What runs goes on; reload the page or go back.")
