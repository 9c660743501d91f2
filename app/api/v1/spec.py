"""The description of the API: for programs at /api-spec/openapi.json, for people at /docs."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template

from app.api.envelopes import Reply, bare
from app.api.routes import PUBLIC, Bare, Raw, Routes

routes = Routes("spec", prefix="")


@routes.get("/api-spec/openapi.json", access=PUBLIC, answer=Bare(dict[str, Any]))
def openapi() -> Reply:
    """This document."""
    return bare(_document())


@routes.get("/docs", access=PUBLIC, answer=Raw("text/html"))
def docs() -> Response:
    """The same for people."""
    return Response(render_template("api/docs.html", spec=_document()), mimetype="text/html")


def _document() -> dict[str, Any]:
    from app.api import declared_routes  # the registry knows this module too
    from app.api.openapi import document

    return document(tuple(declared_routes()))
