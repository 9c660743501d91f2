"""Events: a trigger fired (api.md 13)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from app.api.answers.rules import Event
from app.api.envelopes import Reply, one, page
from app.api.paging import Paging
from app.api.requests import Body, Id, Json, Query, Ref
from app.api.routes import AUTHENTICATED, One, Page, Routes
from app.engine.access import SYSTEM, Caller
from app.queries import trigger_events as queries
from app.queries.trigger_events import EventFilters
from app.services import trigger_events

routes = Routes("events")


class ListEvents(Query):
    trigger: Id | None = None
    trigger_ref: str | None = None
    rule: Id | None = None
    rule_ref: str | None = None
    source: Id | None = None
    include_total: bool = False


class ReportEvent(Body):
    trigger_ref: Ref
    payload: Any = None
    config: Json | None = None
    trigger_instance_id: Annotated[str, Field(max_length=255)] | None = None


@routes.get("/events", access="events:read", answer=Page(Event))
def list_events(query: ListEvents, paging: Paging, caller: Caller) -> Reply:
    """Events with their payloads, newest first."""
    items, total, more = queries.list_events(
        by=caller,
        filters=EventFilters(**query.model_dump(exclude={"include_total"})),
        limit=paging.size,
        offset=paging.offset,
        with_total=query.include_total,
    )
    return page(items, paging, total=total, has_next=more)


@routes.post("/events", access=AUTHENTICATED, answer=One(Event), status=201)
def report_event(body: ReportEvent, caller: Caller) -> Reply:
    """Report an event: with the token of a sensor or of a running action only."""
    event_id = trigger_events.report(body=body.sent(), by=caller)
    return one(queries.get_event(event_id=event_id, by=SYSTEM))


@routes.get("/events/{id}", access="events:read", answer=One(Event))
def show_event(id: int, caller: Caller) -> Reply:
    """One event."""
    return one(queries.get_event(event_id=id, by=caller))
