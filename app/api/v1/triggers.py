"""Triggers and the switches of their webhooks (api.md 12)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from app.api.answers.rules import RuleRow
from app.api.answers.triggers import Trigger, TriggerRow
from app.api.envelopes import Reply, done, one, page
from app.api.paging import Paging
from app.api.requests import Json, Label, Patch, Query, Ref, Text
from app.api.routes import Done, One, Page, Routes
from app.engine.access import Caller
from app.queries import packs
from app.queries import rules as rule_queries
from app.queries import triggers as queries
from app.services import triggers

routes = Routes("triggers")

TriggerRef = Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[a-z0-9][a-z0-9_.-]*$")]
Description = Annotated[Text, Field(max_length=100_000)]


class ListTriggers(Query):
    pack_ref: str | None = None
    enabled: bool | None = None
    webhook_enabled: bool | None = None
    search: str | None = None


class _Optional(Patch):
    """What create and update share."""

    description: Description | None = None
    param_schema: Json | None = None
    out_schema: Json | None = None
    enabled: bool = True
    webhook_config: Json | None = None


class CreateTrigger(_Optional):
    ref: TriggerRef
    label: Label
    pack_ref: Ref | None = None


class UpdateTrigger(_Optional):
    label: Label = ""


@routes.get("/triggers", access="triggers:read", answer=Page(TriggerRow))
def list_triggers(query: ListTriggers, paging: Paging, caller: Caller) -> Reply:
    """Triggers by ref."""
    items, total = queries.list_triggers(by=caller, offset=paging.offset, limit=paging.size, **query.model_dump())
    return page(items, paging, total=total)


@routes.post("/triggers", access="triggers:create", answer=One(Trigger), status=201)
def create_trigger(body: CreateTrigger, caller: Caller) -> Reply:
    """Create an ad-hoc trigger."""
    return one(queries.trigger_json(triggers.create(body=body.sent(), by=caller)))


@routes.get("/triggers/enabled", access="triggers:read", answer=Page(TriggerRow))
def list_enabled_triggers(paging: Paging, caller: Caller) -> Reply:
    """Triggers that are switched on."""
    items, total = queries.list_triggers(by=caller, enabled=True, offset=paging.offset, limit=paging.size)
    return page(items, paging, total=total)


@routes.get("/triggers/{ref}", access="triggers:read", answer=One(Trigger))
def show_trigger(ref: str, caller: Caller) -> Reply:
    """One trigger with its schemas and its webhook."""
    return one(queries.get_trigger(ref=ref, by=caller))


@routes.put("/triggers/{ref}", access="triggers:update", answer=One(Trigger))
def update_trigger(ref: str, body: UpdateTrigger, caller: Caller, if_match: str | None) -> Reply:
    """Change a trigger or the settings of its webhook."""
    return one(queries.trigger_json(triggers.update(ref=ref, changes=body.sent(), by=caller, if_match=if_match)))


@routes.delete("/triggers/{ref}", access="triggers:delete", answer=Done())
def delete_trigger(ref: str, caller: Caller) -> Reply:
    """Delete a trigger; its events and its rules stay."""
    triggers.delete(ref=ref, by=caller)
    return done(f"The trigger '{ref}' was deleted.")


@routes.post("/triggers/{ref}/enable", access="triggers:update", answer=One(Trigger))
def enable_trigger(ref: str, caller: Caller) -> Reply:
    """Switch a trigger on."""
    return one(queries.trigger_json(triggers.set_enabled(ref=ref, enabled=True, by=caller)))


@routes.post("/triggers/{ref}/disable", access="triggers:update", answer=One(Trigger))
def disable_trigger(ref: str, caller: Caller) -> Reply:
    """Switch a trigger off: its events fire no rule."""
    return one(queries.trigger_json(triggers.set_enabled(ref=ref, enabled=False, by=caller)))


@routes.get("/triggers/{ref}/rules", access="rules:read", answer=Page(RuleRow))
def list_rules_of_trigger(ref: str, paging: Paging, caller: Caller) -> Reply:
    """Rules on the trigger."""
    queries.get_trigger(ref=ref, by=caller)
    items, total = rule_queries.list_rules(by=caller, trigger_ref=ref, offset=paging.offset, limit=paging.size)
    return page(items, paging, total=total)


@routes.post("/triggers/{ref}/webhooks/enable", access="triggers:update", answer=One(Trigger))
def enable_webhook(ref: str, caller: Caller) -> Reply:
    """Give the trigger an address that anybody who knows it may post to."""
    return one(queries.trigger_json(triggers.set_webhook(ref=ref, enabled=True, by=caller)))


@routes.post("/triggers/{ref}/webhooks/disable", access="triggers:update", answer=One(Trigger))
def disable_webhook(ref: str, caller: Caller) -> Reply:
    """Take the address back."""
    return one(queries.trigger_json(triggers.set_webhook(ref=ref, enabled=False, by=caller)))


@routes.post("/triggers/{ref}/webhooks/regenerate", access="triggers:update", answer=One(Trigger))
def regenerate_webhook_key(ref: str, caller: Caller) -> Reply:
    """Another address; the old one is unknown from now on."""
    return one(queries.trigger_json(triggers.regenerate_key(ref=ref, by=caller)))


@routes.get("/packs/{ref}/triggers", access="triggers:read", answer=Page(TriggerRow))
def list_triggers_of_pack(ref: str, paging: Paging, caller: Caller) -> Reply:
    """Triggers of one pack."""
    packs.get_pack(ref=ref, by=caller)
    items, total = queries.list_triggers(by=caller, pack_ref=ref, offset=paging.offset, limit=paging.size)
    return page(items, paging, total=total)
