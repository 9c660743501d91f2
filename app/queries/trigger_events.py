"""Read models of events (api.md 13)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from app.engine.access import Caller, Target
from app.engine.errors import NotFound
from app.engine.times import iso
from app.engine.visibility import owned_scope
from app.persistence import session
from app.persistence.repositories import trigger_events
from app.persistence.repositories.rows import Row
from app.persistence.repositories.trigger_events import EventFilters

__all__ = ["EventFilters", "event_json", "get_event", "list_events"]


def list_events(
    *, by: Caller, filters: EventFilters, limit: int = 50, offset: int = 0, with_total: bool = False
) -> tuple[list[dict[str, Any]], int | None, bool]:
    """Events newest first, the total (None unless asked for), and whether there are more."""
    filters = replace(filters, scope=owned_scope(by, "events"))
    with session.reading() as tx:
        rows = trigger_events.listed(tx, filters, limit=limit + 1, offset=offset)
        total = trigger_events.counted(tx, filters) if with_total else None
    return [event_json(row) for row in rows[:limit]], total, len(rows) > limit


def get_event(*, event_id: int, by: Caller) -> dict[str, Any]:
    """The Event; NotFound when unknown or not readable."""
    with session.reading() as tx:
        row = trigger_events.found(tx, event_id)
    if row is None or not by.allows("events", "read", _target(row)):
        raise NotFound(f"There is no event {event_id}.")
    return event_json(row)


def event_json(row: Row) -> dict[str, Any]:
    """Event, whole."""
    return {**row, "has_payload": row["payload"] is not None, "created": iso(row["created"])}


def _target(row: Row) -> Target:
    return Target(id=row["id"], ref=row["trigger_ref"], pack_ref=row["trigger_ref"].partition(".")[0])
