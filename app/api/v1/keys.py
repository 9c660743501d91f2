"""The datastore (api.md 11)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from app.api.answers.keys import Key, KeyRow
from app.api.envelopes import Reply, done, one, page
from app.api.paging import Paging
from app.api.requests import Body, Id, Label, Query, Ref
from app.api.routes import Done, One, Page, Routes
from app.engine.access import Caller
from app.queries import keys as queries
from app.services import keys, ports

routes = Routes("keys")

OwnerType = Literal["system", "identity", "pack", "action", "sensor"]
TEN_YEARS_S = 10 * 366 * 24 * 3600


class ListKeys(Query):
    owner_type: OwnerType | None = None
    owner: str | None = None


class CreateKey(Body):
    ref: Ref
    name: Label
    value: Any
    owner_type: OwnerType
    encrypted: bool = False
    owner_identity: Id | None = None
    owner_pack: Id | None = None
    owner_pack_ref: Ref | None = None
    owner_action: Id | None = None
    owner_action_ref: Ref | None = None
    owner_sensor: Id | None = None
    owner_sensor_ref: Ref | None = None
    ttl_seconds: Annotated[int, Field(ge=1, le=TEN_YEARS_S)] | None = None


class UpdateKey(Body):
    name: Label = ""
    value: Any = None
    encrypted: bool = False


@routes.get("/keys", access="keys:read", answer=Page(KeyRow))
def list_keys(query: ListKeys, paging: Paging, caller: Caller) -> Reply:
    """Keys, newest first, without values."""
    items, total = queries.list_keys(
        by=caller, now=ports.now(), owner_type=query.owner_type, owner=query.owner,
        offset=paging.offset, limit=paging.size,
    )  # fmt: skip
    return page(items, paging, total=total)


@routes.post("/keys", access="keys:create", answer=One(Key), status=201)
def create_key(body: CreateKey, caller: Caller) -> Reply:
    """Store a value under a ref."""
    row = keys.create(body=body.model_dump(), by=caller)
    return one(queries.key_json(row, by=caller, unseal=ports.current().sealer.open))


@routes.get("/keys/{ref}", access="keys:read", answer=One(Key))
def show_key(ref: str, caller: Caller) -> Reply:
    """One key; an encrypted value is null without the right keys:decrypt."""
    unseal = ports.current().sealer.open
    return one(queries.get_key(ref=ref, by=caller, now=ports.now(), unseal=unseal))


@routes.put("/keys/{ref}", access="keys:update", answer=One(Key))
def update_key(ref: str, body: UpdateKey, caller: Caller, if_match: str | None) -> Reply:
    """Change name, value or encryption."""
    row = keys.update(ref=ref, changes=body.sent(), by=caller, if_match=if_match)
    return one(queries.key_json(row, by=caller, unseal=ports.current().sealer.open))


@routes.delete("/keys/{ref}", access="keys:delete", answer=Done())
def delete_key(ref: str, caller: Caller) -> Reply:
    """Delete a key."""
    keys.delete(ref=ref, by=caller)
    return done(f"The key '{ref}' was deleted.")
