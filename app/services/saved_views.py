"""Views of the list of runs that people keep: filters under a name, each person's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.engine.access import Caller
from app.engine.errors import Conflict, Invalid, NotFound
from app.persistence.models import SavedView
from app.persistence.repositories import saved_views
from app.persistence.session import Transaction, transaction
from app.services import ports
from app.services.access import require_person

FILTERS = ("q", "status", "workflow", "since", "who", "all")  # keys of the address of the list
MOST_VIEWS = 50
_LONGEST_NAME, _LONGEST_VALUE = 60, 255


def create(*, name: str, filters: Mapping[str, Any], by: Caller) -> int:
    """Keep filters under a name; the id of the view.

    Raises:
        Invalid: no name, a filter that the list does not have, or 50 views already. Conflict: the name is taken.
    """
    require_person(by)
    kept, name = _filters(filters), _name(name)
    with transaction() as tx:
        if len(saved_views.of_identity(tx, by.identity_id)) >= MOST_VIEWS:
            raise _invalid("name", f"You have {MOST_VIEWS} saved views; delete one first.")
        _require_free(tx, name, by)
        return saved_views.add(tx, identity_id=by.identity_id, name=name, filters=kept).id


def change(*, view_id: int, name: str | None = None, filters: Mapping[str, Any] | None = None, by: Caller) -> None:
    """Rename a view, or let it say something else. Raises as `create`, and NotFound."""
    require_person(by)
    with transaction() as tx:
        row = _own(tx, view_id, by)
        if name is not None and _name(name) != row.name:
            _require_free(tx, _name(name), by)
            row.name = _name(name)
        if filters is not None:
            row.filters = _filters(filters)
        row.updated = ports.now()


def delete(*, view_id: int, by: Caller) -> None:
    """NotFound: unknown, or somebody else's."""
    require_person(by)
    with transaction() as tx:
        saved_views.remove(tx, _own(tx, view_id, by))


def _own(tx: Transaction, view_id: int, by: Caller) -> SavedView:
    row = saved_views.find(tx, view_id, identity_id=by.identity_id)
    if row is None:
        raise NotFound(f"You have no saved view {view_id}.")
    return row


def _require_free(tx: Transaction, name: str, by: Caller) -> None:
    if saved_views.by_name(tx, name, identity_id=by.identity_id) is not None:
        raise Conflict(f"You have a view '{name}' already. Choose another name, or delete that one.")


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name or len(name) > _LONGEST_NAME:
        raise _invalid("name", f"A view needs a name of 1 to {_LONGEST_NAME} characters.")
    return name


def _filters(given: Mapping[str, Any]) -> dict[str, str]:
    """The filters that say something, in the order of the list."""
    odd = sorted(set(given) - set(FILTERS))
    if odd:
        raise _invalid(f"filters.{odd[0]}", f"'{odd[0][:40]}' is no filter of the list; it has {', '.join(FILTERS)}.")
    kept = {key: given[key] for key in FILTERS if given.get(key)}
    for key, value in kept.items():
        if not isinstance(value, str) or len(value) > _LONGEST_VALUE:
            raise _invalid(f"filters.{key}", f"A filter is a text of at most {_LONGEST_VALUE} characters.")
    return kept


def _invalid(path: str, message: str) -> Invalid:
    return Invalid(message, details=[{"path": path, "message": message}])
