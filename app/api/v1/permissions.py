"""Permission sets, the roles that carry them, and assignments (api.md 14)."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from app.api.answers.identities import Assignment, PermissionSet, SetRole
from app.api.envelopes import Reply, bare, done, one
from app.api.requests import Body, Id, Json, Label, Patch, Query, Text
from app.api.routes import Bare, Done, One, Routes
from app.engine.access import ACTIONS, RESOURCES, Caller
from app.queries import permissions as queries
from app.services import permissions

routes = Routes("permissions")

ActionName = Literal[ACTIONS]


class GrantBody(Body):
    resource: Literal[RESOURCES]
    actions: list[ActionName] = []
    action: ActionName | None = None
    constraints: Json = {}

    @model_validator(mode="after")
    def _some_action(self) -> Self:
        if not self.actions and not self.action:
            raise ValueError("a grant names its `actions`")
        return self

    def stored(self) -> dict[str, Any]:
        actions = list(dict.fromkeys([*self.actions, *([self.action] if self.action else [])]))
        grant: dict[str, Any] = {"resource": self.resource, "actions": actions}
        return {**grant, "constraints": self.constraints} if self.constraints else grant


class UpdateSet(Patch):
    label: Label | None = None
    description: Annotated[Text, Field(max_length=10_000)] | None = None
    grants: list[GrantBody] = []


class RoleName(Body):
    role: Label


class Assign(Body):
    identity_id: Id | None = None
    identity_login: Label | None = None
    permission_set_ref: Label

    @model_validator(mode="after")
    def _some_identity(self) -> Self:
        if self.identity_id is None and self.identity_login is None:
            raise ValueError("it takes `identity_id` or `identity_login`")
        return self


class ListSets(Query):
    pack_ref: str | None = None


@routes.get("/permissions/sets", access="permissions:read", answer=Bare(list[PermissionSet]))
def list_sets(query: ListSets) -> Reply:
    """Every permission set with the roles that carry it."""
    return bare(queries.list_sets(pack_ref=query.pack_ref))


@routes.put("/permissions/sets/{id}", access="permissions:update", answer=One(PermissionSet))
def update_set(id: int, body: UpdateSet, caller: Caller) -> Reply:
    """Change label, description or grants."""
    changes = body.sent()
    if "grants" in changes:
        changes["grants"] = [grant.stored() for grant in body.grants]
    permissions.update_set(set_id=id, changes=changes, by=caller)
    return one(queries.get_set(id))


@routes.post("/permissions/sets/{id}/roles", access="permissions:manage", answer=One(SetRole), status=201)
def attach_role(id: int, body: RoleName, caller: Caller) -> Reply:
    """Let everybody with the role hold the set."""
    row, set_ref = permissions.attach_role(set_id=id, role=body.role, by=caller)
    return one(queries.set_role_json(row, set_ref))


@routes.delete("/permissions/sets/roles/{id}", access="permissions:manage", answer=Done())
def detach_role(id: int, caller: Caller) -> Reply:
    """Take the set from a role, by the id of the attachment."""
    permissions.detach_role(set_role_id=id, by=caller)
    return done("The role was detached.")


@routes.post("/permissions/assignments", access="permissions:manage", answer=One(Assignment), status=201)
def assign(body: Assign, caller: Caller) -> Reply:
    """Give an identity a permission set."""
    row = permissions.assign(
        identity_id=body.identity_id,
        identity_login=body.identity_login,
        permission_set_ref=body.permission_set_ref,
        by=caller,
    )
    return one(queries.assignment_json(row, body.permission_set_ref))


@routes.delete("/permissions/assignments/{id}", access="permissions:manage", answer=Done())
def unassign(id: int, caller: Caller) -> Reply:
    """Take a permission set away, by the id of the assignment."""
    permissions.unassign(assignment_id=id, by=caller)
    return done("The assignment was removed.")
