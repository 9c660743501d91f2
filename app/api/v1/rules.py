"""Rules: when this happens, run that (api.md 13)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from app.api.answers.rules import Rule, RuleRow
from app.api.envelopes import Reply, done, one, page
from app.api.paging import Paging
from app.api.requests import Json, Label, Patch, Query, Ref, Text
from app.api.routes import Done, One, Page, Routes
from app.engine.access import Caller
from app.queries import actions, packs
from app.queries import rules as queries
from app.services import rules

routes = Routes("rules")

RuleRef = Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[a-z0-9][a-z0-9_-]*(\.[a-z0-9_-]+)+$")]
Description = Annotated[Text, Field(max_length=100_000)]


class ListRules(Query):
    pack_ref: str | None = None
    trigger_ref: str | None = None
    action_ref: str | None = None
    enabled: bool | None = None
    search: str | None = None


class _Optional(Patch):
    """What create and update share."""

    description: Description | None = None
    conditions: Any = None
    action_params: Json = {}
    trigger_params: Json = {}
    permission_set_refs: list[Ref] | None = None
    enabled: bool = True


class CreateRule(_Optional):
    ref: RuleRef
    pack_ref: Ref
    label: Label
    action_ref: Ref
    trigger_ref: Ref


class UpdateRule(_Optional):
    label: Label = ""
    action_ref: Ref = ""
    trigger_ref: Ref = ""


@routes.get("/rules", access="rules:read", answer=Page(RuleRow))
def list_rules(query: ListRules, paging: Paging, caller: Caller) -> Reply:
    """Rules by ref."""
    items, total = queries.list_rules(by=caller, offset=paging.offset, limit=paging.size, **query.model_dump())
    return page(items, paging, total=total)


@routes.post("/rules", access="rules:create", answer=One(Rule), status=201)
def create_rule(body: CreateRule, caller: Caller) -> Reply:
    """Create an ad-hoc rule. On a timer trigger the rule is the schedule, which begins now."""
    return one(queries.rule_json(rules.create(body=body.sent(), by=caller)))


@routes.get("/rules/enabled", access="rules:read", answer=Page(RuleRow))
def list_enabled_rules(paging: Paging, caller: Caller) -> Reply:
    """Rules that are switched on."""
    items, total = queries.list_rules(by=caller, enabled=True, offset=paging.offset, limit=paging.size)
    return page(items, paging, total=total)


@routes.get("/rules/{ref}", access="rules:read", answer=One(Rule))
def show_rule(ref: str, caller: Caller) -> Reply:
    """One rule."""
    return one(queries.get_rule(ref=ref, by=caller))


@routes.put("/rules/{ref}", access="rules:update", answer=One(Rule))
def update_rule(ref: str, body: UpdateRule, caller: Caller, if_match: str | None) -> Reply:
    """Change a rule."""
    return one(queries.rule_json(rules.update(ref=ref, changes=body.sent(), by=caller, if_match=if_match)))


@routes.delete("/rules/{ref}", access="rules:delete", answer=Done())
def delete_rule(ref: str, caller: Caller) -> Reply:
    """Delete a rule; what it did stays."""
    rules.delete(ref=ref, by=caller)
    return done(f"The rule '{ref}' was deleted.")


@routes.post("/rules/{ref}/enable", access="rules:update", answer=One(Rule))
def enable_rule(ref: str, caller: Caller) -> Reply:
    """Switch a rule on."""
    return one(queries.rule_json(rules.set_enabled(ref=ref, enabled=True, by=caller)))


@routes.post("/rules/{ref}/disable", access="rules:update", answer=One(Rule))
def disable_rule(ref: str, caller: Caller) -> Reply:
    """Switch a rule off: it fires nothing."""
    return one(queries.rule_json(rules.set_enabled(ref=ref, enabled=False, by=caller)))


@routes.get("/actions/{ref}/rules", access="rules:read", answer=Page(RuleRow))
def list_rules_of_action(ref: str, paging: Paging, caller: Caller) -> Reply:
    """Rules that run the action."""
    actions.get_action(ref=ref, by=caller)
    items, total = queries.list_rules(by=caller, action_ref=ref, offset=paging.offset, limit=paging.size)
    return page(items, paging, total=total)


@routes.get("/packs/{ref}/rules", access="packs:read", answer=Page(RuleRow))
def list_rules_of_pack(ref: str, paging: Paging, caller: Caller) -> Reply:
    """Rules of one pack that the caller may read."""
    packs.get_pack(ref=ref, by=caller)
    items, total = queries.list_rules(by=caller, pack_ref=ref, offset=paging.offset, limit=paging.size)
    return page(items, paging, total=total)
