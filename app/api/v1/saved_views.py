"""Saved views: filters of the list of runs under a name, each person's own (docs/reference/api.md)."""

from __future__ import annotations

from app.api.answers.saved_views import SavedView
from app.api.envelopes import Reply, done, one, page
from app.api.paging import Paging
from app.api.requests import Body, Text
from app.api.routes import AUTHENTICATED, Done, One, Page, Routes
from app.engine.access import Caller
from app.queries import saved_views as queries
from app.services import saved_views

routes = Routes("saved views")


class CreateView(Body):
    """`filters`: as in the address of the list of runs: q, status, workflow, since, who, all."""

    name: Text
    filters: dict[str, Text] = {}


class ChangeView(Body):
    name: Text | None = None
    filters: dict[str, Text] | None = None


@routes.get("/saved-views", access=AUTHENTICATED, answer=Page(SavedView))
def list_views(paging: Paging, caller: Caller) -> Reply:
    """The caller's saved views, by name."""
    views = queries.list_saved_views(by=caller)
    return page(views[paging.offset : paging.offset + paging.size], paging, total=len(views))


@routes.post("/saved-views", access=AUTHENTICATED, answer=One(SavedView), status=201)
def create_view(body: CreateView, caller: Caller) -> Reply:
    """Keep filters under a name."""
    view_id = saved_views.create(name=body.name, filters=body.filters, by=caller)
    return one(queries.get_saved_view(view_id=view_id, by=caller))


@routes.get("/saved-views/{id}", access=AUTHENTICATED, answer=One(SavedView))
def show_view(id: int, caller: Caller) -> Reply:
    """One saved view of the caller's."""
    return one(queries.get_saved_view(view_id=id, by=caller))


@routes.put("/saved-views/{id}", access=AUTHENTICATED, answer=One(SavedView))
def change_view(id: int, body: ChangeView, caller: Caller) -> Reply:
    """Rename a view, or change its filters."""
    saved_views.change(view_id=id, name=body.name, filters=body.filters, by=caller)
    return one(queries.get_saved_view(view_id=id, by=caller))


@routes.delete("/saved-views/{id}", access=AUTHENTICATED, answer=Done())
def delete_view(id: int, caller: Caller) -> Reply:
    """Delete a view; what it listed stays."""
    saved_views.delete(view_id=id, by=caller)
    return done("The view was deleted.")
