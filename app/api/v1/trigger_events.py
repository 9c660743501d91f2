"""Events: a trigger fired (api.md 13)."""

from __future__ import annotations

import re
from typing import Annotated, Any

from flask import Response
from pydantic import Field

from app.api.answers.rules import Event as EventAnswer
from app.api.envelopes import Reply, one, page
from app.api.event_streams import Event, stream
from app.api.paging import Paging
from app.api.requests import Body, Id, Json, Query, Ref
from app.api.routes import AUTHENTICATED, One, Page, Raw, Routes
from app.engine.access import SYSTEM, Caller
from app.queries import trigger_events as queries
from app.queries.event_changes import EventChanges
from app.queries.trigger_events import EventFilters
from app.services import trigger_events

routes = Routes("events")


class ListEvents(Query):
    trigger: Id | None = None
    trigger_ref: str | None = None
    rule: Id | None = None
    rule_ref: str | None = None
    source: str | None = None
    include_total: bool = False

    def filters(self) -> EventFilters:
        """`source`: the id of a sensor, or who else has noticed it, in words."""
        given = self.model_dump(exclude={"include_total", "source"})
        number = self.source if self.source and re.fullmatch("[0-9]{1,18}", self.source) else None
        return EventFilters(**given, source=int(number) if number else None, source_ref=None if number else self.source)


class ReportEvent(Body):
    trigger_ref: Ref
    payload: Any = None
    config: Json | None = None
    trigger_instance_id: Annotated[str, Field(max_length=255)] | None = None


@routes.get("/events", access="events:read", answer=Page(EventAnswer))
def list_events(query: ListEvents, paging: Paging, caller: Caller) -> Reply:
    """Events with their payloads, newest first."""
    items, total, more = queries.list_events(
        by=caller,
        filters=query.filters(),
        limit=paging.size,
        offset=paging.offset,
        with_total=query.include_total,
    )
    return page(items, paging, total=total, has_next=more)


@routes.post("/events", access=AUTHENTICATED, answer=One(EventAnswer), status=201)
def report_event(body: ReportEvent, caller: Caller) -> Reply:
    """Report an event: with the token of a sensor or of a running action only."""
    event_id = trigger_events.report(body=body.sent(), by=caller)
    return one(queries.get_event(event_id=event_id, by=SYSTEM))


@routes.get("/events/stream", access="events:read", answer=Raw("text/event-stream"), token_in_query=True)
def watch_events(caller: Caller) -> Response:
    """New events and enforcements as they come (api.md 15)."""
    changes = EventChanges(by=caller)
    return stream(lambda: [Event(change) for change in changes.look()])


@routes.get("/events/{id}", access="events:read", answer=One(EventAnswer))
def show_event(id: int, caller: Caller) -> Reply:
    """One event."""
    return one(queries.get_event(event_id=id, by=caller))
