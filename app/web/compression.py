"""Pages, live updates and style sheets go compressed: a live update of 24 tasks takes 4 kB instead of 20.

Session cookies are SameSite=Lax and form tokens change with time, so that guessing a secret from sizes
(BREACH) gets nowhere: another site can't make signed requests in number.
"""

from __future__ import annotations

import gzip
from collections.abc import Collection

from flask import Flask, Response, request

SMALLEST = 1024
LEVEL = 5
TYPES = ("text/html", "text/css", "text/javascript", "application/javascript", "image/svg+xml")


def compress_pages(app: Flask, pages: Collection[str]) -> None:
    """Compress what pages and static files answer, for browsers that take gzip. Never streams."""

    @app.after_request
    def compress(response: Response) -> Response:
        ours = request.blueprint in pages or request.endpoint == "static"
        if not ours or response.mimetype not in TYPES or response.status_code not in (200, 286, 404, 422):
            return response
        response.vary.add("Accept-Encoding")
        if request.accept_encodings["gzip"] > 0 and "Content-Encoding" not in response.headers:
            _compress(response)
        return response


def _compress(response: Response) -> None:
    response.direct_passthrough = False
    content = response.get_data()
    if len(content) < SMALLEST:
        return
    response.set_data(gzip.compress(content, LEVEL, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
