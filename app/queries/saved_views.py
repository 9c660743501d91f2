"""Read models of saved views: {id, name, filters{}, created, updated}, each person's own."""

from __future__ import annotations

from typing import Any

from app.engine.access import Caller
from app.engine.errors import NotFound
from app.engine.times import iso
from app.persistence import session
from app.persistence.models import SavedView
from app.persistence.repositories import saved_views


def list_saved_views(*, by: Caller) -> list[dict[str, Any]]:
    """The caller's, by name."""
    with session.reading() as tx:
        return [_view_json(row) for row in saved_views.of_identity(tx, by.identity_id)]


def get_saved_view(*, view_id: int, by: Caller) -> dict[str, Any]:
    """NotFound: unknown, or somebody else's."""
    with session.reading() as tx:
        row = saved_views.find(tx, view_id, identity_id=by.identity_id)
    if row is None:
        raise NotFound(f"You have no saved view {view_id}.")
    return _view_json(row)


def _view_json(row: SavedView) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "filters": dict(row.filters),
        "created": iso(row.created),
        "updated": iso(row.updated),
    }
