"""Keeping the filters of the list of runs under a name, renaming such a view, and deleting it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from app.engine.errors import Conflict, Invalid
from app.queries import saved_views as queries
from app.services import saved_views
from app.web.errors import covered
from app.web.run_filters import given_filters
from app.web.signed_in import caller

bp = covered(Blueprint("saved_views", __name__))


@bp.post("/runs/views")
def create() -> Response:
    filters = given_filters(request.form)
    try:
        saved_views.create(name=request.form.get("name", ""), filters=filters, by=caller())
    except (Invalid, Conflict) as error:
        flash(error.message, "error")
    return _to_list(filters)


@bp.post("/runs/views/<int:view_id>/rename")
def rename(view_id: int) -> Response:
    try:
        saved_views.change(view_id=view_id, name=request.form.get("name", ""), by=caller())
    except (Invalid, Conflict) as error:
        flash(error.message, "error")
    return _to_list(queries.get_saved_view(view_id=view_id, by=caller())["filters"])


@bp.post("/runs/views/<int:view_id>/delete")
def delete(view_id: int) -> Response:
    view = queries.get_saved_view(view_id=view_id, by=caller())
    saved_views.delete(view_id=view_id, by=caller())
    flash(f"The view “{view['name']}” was deleted; its filters are still set here.", "info")
    return _to_list(view["filters"])


def _to_list(filters: dict[str, str]) -> Response:
    return redirect(url_for("runs.index", **filters), code=303)
