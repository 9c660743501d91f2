"""Runtimes (api.md 5)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from app.api.answers.packs import Runtime
from app.api.envelopes import Reply, done, one, page
from app.api.paging import Paging
from app.api.requests import Body, Json, Label, Patch, Query, Ref, Text
from app.api.routes import Done, One, Page, Routes
from app.engine.access import Caller
from app.queries import runtimes as queries
from app.services import runtimes

routes = Routes("runtimes")

Description = Annotated[Text, Field(max_length=100_000)]


class ListRuntimes(Query):
    pack_ref: str | None = None


class CreateRuntime(Body):
    ref: Ref
    name: Label
    pack_ref: Ref | None = None
    aliases: list[str] = []
    description: Description | None = None
    distributions: Json = {}
    installation: Json | None = None
    execution_config: Json = {}


class UpdateRuntime(Patch):
    name: Label = ""
    aliases: list[str] = []
    description: Description | None = None
    distributions: Json = {}
    installation: Json | None = None
    execution_config: Json = {}


@routes.get("/runtimes", access="runtimes:read", answer=Page(Runtime))
def list_runtimes(query: ListRuntimes, paging: Paging, caller: Caller) -> Reply:
    """Runtimes by ref."""
    items, total = queries.list_runtimes(by=caller, pack_ref=query.pack_ref, offset=paging.offset, limit=paging.size)
    return page(items, paging, total=total)


@routes.post("/runtimes", access="runtimes:create", answer=One(Runtime), status=201)
def create_runtime(body: CreateRuntime, caller: Caller) -> Reply:
    """Create a runtime."""
    return one(queries.runtime_json(runtimes.create(body=body.sent(), by=caller)))


@routes.get("/runtimes/{ref}", access="runtimes:read", answer=One(Runtime))
def show_runtime(ref: str, caller: Caller) -> Reply:
    """One runtime."""
    return one(queries.get_runtime(ref=ref, by=caller))


@routes.put("/runtimes/{ref}", access="runtimes:update", answer=One(Runtime))
def update_runtime(ref: str, body: UpdateRuntime, caller: Caller, if_match: str | None) -> Reply:
    """Change a runtime."""
    return one(queries.runtime_json(runtimes.update(ref=ref, body=body.sent(), by=caller, if_match=if_match)))


@routes.delete("/runtimes/{ref}", access="runtimes:delete", answer=Done())
def delete_runtime(ref: str, caller: Caller) -> Reply:
    """Delete a runtime."""
    runtimes.delete(ref=ref, by=caller)
    return done(f"The runtime '{ref}' was deleted.")
