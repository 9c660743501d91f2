"""The only place that asks "is this htmx": a whole page, or the one fragment that changed."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

UNCHANGED = 204
ENDED = 286  # the browser stops asking


def wants_fragment() -> bool:
    """Whether the browser asks for a part of the page it already shows."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Request-Type") != "full"


def page_or_fragment(page: str, fragment: str, status: int = 200, **context: Any) -> Response:
    """The page, or only the fragment that the page includes, from the same template."""
    response = make_response(render_template(fragment if wants_fragment() else page, **context), status)
    response.vary.add("HX-Request")
    return response


def polled(fragment: str, *, version: str, ended: bool, **context: Any) -> Response:
    """A polled fragment: 204 when the browser's `version` is the present one, 286 with the last state.

    A view that can tell the version cheaply calls `unchanged` first.
    """
    if unchanged(version) and not ended:
        return Response(status=UNCHANGED)
    # a blank line around it would stay in the page, one more with each update
    part = render_template(fragment, version=version, **context).strip()
    return make_response(part, ENDED if ended else 200)


def lead_to(address: str) -> AnyResponse:
    """Send the browser elsewhere: the whole page, also when only a fragment was asked for."""
    if wants_fragment():
        return Response(status=401, headers={"HX-Redirect": address})
    return redirect(address, code=303)


def shown_path() -> str | None:
    """Path and query of the page that asked for a fragment; None when a whole page was asked for."""
    if not wants_fragment():
        return None
    shown = urlsplit(request.headers.get("HX-Current-URL", ""))
    return f"{shown.path}?{shown.query}" if shown.query else shown.path


def unchanged(version: str) -> bool:
    return request.args.get("version") == version
