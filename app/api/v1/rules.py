"""What packs may carry beside actions and workflows: rules, triggers, sensors, queues (api.md 4, 6, 13).

Their files are read and checked with the pack; this server does not run them, so there are none to list and
none can be made. Clients that walk through a pack's lists find them empty instead of an unknown address.
"""

from __future__ import annotations

from typing import Any

from app.api.envelopes import Reply, page
from app.api.paging import Paging
from app.api.requests import Body, Json, Label, Ref
from app.api.routes import One, Page, Routes
from app.engine.access import Caller
from app.engine.errors import NotConfigured
from app.queries import actions, packs

routes = Routes("rules")


class CreateRule(Body):
    ref: Ref
    pack_ref: Ref
    label: Label
    action_ref: Ref
    trigger_ref: Ref
    conditions: Any = None
    action_params: Json = {}
    trigger_params: Json = {}
    enabled: bool = True


@routes.get("/rules", access="rules:read", answer=Page(dict[str, Any]))
def list_rules(paging: Paging) -> Reply:
    """Rules: none yet."""
    return page([], paging, total=0)


@routes.post("/rules", access="rules:create", answer=One(dict[str, Any]), status=201)
def create_rule(body: CreateRule) -> Reply:
    """Refused with 501: this server does not run rules."""
    raise NotConfigured(
        f"The rule '{body.ref}' can't be made: this server does not run rules. Start '{body.action_ref}' directly."
    )


@routes.get("/actions/{ref}/rules", access="rules:read", answer=Page(dict[str, Any]))
def list_rules_of_action(ref: str, paging: Paging, caller: Caller) -> Reply:
    """Rules that run the action."""
    actions.get_action(ref=ref, by=caller)
    return page([], paging, total=0)


def _empty_list_of_pack(ref: str, paging: Paging, caller: Caller) -> Reply:
    """What the pack has of this kind."""
    packs.get_pack(ref=ref, by=caller)
    return page([], paging, total=0)


for kind in ("triggers", "rules", "sensors", "queues"):
    routes.get(f"/packs/{{ref}}/{kind}", access="packs:read", answer=Page(dict[str, Any]))(_empty_list_of_pack)
