"""Captured output and the log of events of an execution (api.md 8)."""

from __future__ import annotations

from typing import Annotated, Any

from flask import Response
from pydantic import Field

from app.api.answers.executions import HistoryEntry, LoggedEvent, LogSizes
from app.api.envelopes import Reply, one, page
from app.api.paging import Paging
from app.api.requests import LARGEST_ID, Query
from app.api.routes import One, Page, Raw, Routes
from app.engine.access import Caller
from app.queries import events, logs
from app.queries import executions as queries

routes = Routes("executions")

Position = Annotated[int, Field(ge=0, le=LARGEST_ID)]


class ReadLog(Query):
    offset: Position = 0
    limit: Position | None = None


class ReadEvents(Query):
    after_seq: Position = 0


@routes.get("/executions/{id}/logs", access="executions:read", answer=One(LogSizes))
def show_log_sizes(id: int, caller: Caller) -> Reply:
    """How much output there is."""
    return one(logs.log_sizes(execution_id=id, by=caller))


@routes.get("/executions/{id}/logs/{stream}", access="executions:read", answer=Raw("text/plain"))
def read_log(id: int, stream: str, query: ReadLog, caller: Caller) -> Response:
    """Output from a byte offset on, at most a megabyte at once; X-Next-Offset says where to go on."""
    part = logs.log_part(execution_id=id, stream=stream, by=caller, offset=query.offset, limit=query.limit)
    response = Response(part.content, mimetype="text/plain")
    # output of actions is foreign text: a browser must not guess that it is a page
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Next-Offset"] = str(part.next_offset)
    return response


@routes.get("/executions/{id}/events", access="executions:read", answer=Page(LoggedEvent), page_size=200)
def list_events(id: int, query: ReadEvents, paging: Paging, caller: Caller) -> Reply:
    """What happened in a run, by number, after `after_seq`."""
    items = events.list_events(
        execution_id=id, by=caller, after_seq=query.after_seq + paging.offset, limit=paging.size + 1
    )
    return page(items[: paging.size], paging, has_next=len(items) > paging.size)


@routes.get("/executions/{id}/history", access="executions:read", answer=Page(HistoryEntry))
def list_history(id: int, paging: Paging, caller: Caller) -> Reply:
    """How the status of an execution has changed."""
    entries = queries.execution_history(execution_id=id, by=caller)
    return page(entries[paging.offset : paging.offset + paging.size], paging, total=len(entries))


@routes.get("/executions/{id}/artifacts", access="executions:read", answer=Page(dict[str, Any]))
def list_artifacts(id: int, paging: Paging, caller: Caller) -> Reply:
    """Files an execution has registered: none, since this server keeps no artifacts of its own."""
    queries.get_execution(execution_id=id, by=caller)
    return page([], paging, total=0)
