"""Enforcements: a rule took an event up (api.md 13)."""

from __future__ import annotations

from typing import Literal

from app.api.answers.rules import Enforcement
from app.api.envelopes import Reply, one, page
from app.api.paging import Paging
from app.api.requests import Id, Query
from app.api.routes import One, Page, Routes
from app.engine.access import Caller
from app.queries import enforcements as queries
from app.queries.enforcements import EnforcementFilters

routes = Routes("enforcements")


class ListEnforcements(Query):
    rule: Id | None = None
    rule_ref: str | None = None
    event: Id | None = None
    status: Literal["created", "processed", "disabled"] | None = None
    trigger_ref: str | None = None
    include_total: bool = False


@routes.get("/enforcements", access="enforcements:read", answer=Page(Enforcement))
def list_enforcements(query: ListEnforcements, paging: Paging, caller: Caller) -> Reply:
    """Enforcements, newest first."""
    items, total, more = queries.list_enforcements(
        by=caller,
        filters=EnforcementFilters(**query.model_dump(exclude={"include_total"})),
        limit=paging.size,
        offset=paging.offset,
        with_total=query.include_total,
    )
    return page(items, paging, total=total, has_next=more)


@routes.get("/enforcements/{id}", access="enforcements:read", answer=One(Enforcement))
def show_enforcement(id: int, caller: Caller) -> Reply:
    """One enforcement."""
    return one(queries.get_enforcement(enforcement_id=id, by=caller))
