"""Identities, their roles and integration tokens (api.md 14)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from app.api.answers.identities import (
    Assignment,
    Identity,
    IdentityRole,
    IdentityRow,
    IntegrationToken,
    NewIntegrationToken,
)
from app.api.envelopes import Reply, bare, done, one, page
from app.api.paging import Paging
from app.api.requests import Body, Json, Label, Patch, Query, Text, Time
from app.api.routes import AUTHENTICATED, Bare, Done, One, Page, Routes
from app.engine.access import Caller
from app.queries import identities as queries
from app.queries import permissions as permission_queries
from app.services import identities, ports

routes = Routes("identities")

Login = Annotated[Text, Field(min_length=3, max_length=255)]
Password = Annotated[str, Field(min_length=8, max_length=128)]
DisplayName = Annotated[Text, Field(max_length=255)]
Email = Annotated[Text, Field(max_length=320)]
Description = Annotated[Text, Field(max_length=10_000)]


class ListIdentities(Query):
    search: str | None = None


class CreateIdentity(Body):
    login: Login
    display_name: DisplayName | None = None
    email: Email | None = None
    password: Password | None = None
    attributes: Json = {}


class UpdateIdentity(Patch):
    display_name: DisplayName | None = None
    email: Email | None = None
    password: Password = ""
    attributes: Json = {}


class AddRole(Body):
    role: Label


class CreateIntegrationToken(Body):
    label: Label
    description: Description | None = None
    expires_at: Time | None = None


class RevokeIntegrationToken(Body):
    reason: Description | None = None


@routes.get("/identities", access="identities:read", answer=Page(IdentityRow))
def list_identities(query: ListIdentities, paging: Paging) -> Reply:
    """Identities by login."""
    items, total = queries.list_identities(search=query.search, offset=paging.offset, limit=paging.size)
    return page(items, paging, total=total)


@routes.post("/identities", access="identities:create", answer=One(Identity), status=201)
def create_identity(body: CreateIdentity, caller: Caller) -> Reply:
    """Create an identity without rights."""
    new_id = identities.create(
        login=body.login, display_name=body.display_name, email=body.email, password=body.password,
        attributes=body.attributes, by=caller,
    )  # fmt: skip
    return one(queries.get_identity(new_id))


@routes.get("/identities/{id}", access="identities:read", answer=One(Identity))
def show_identity(id: int) -> Reply:
    """One identity with its roles and direct permissions."""
    return one(queries.get_identity(id))


@routes.put("/identities/{id}", access="identities:update", answer=One(Identity))
def update_identity(id: int, body: UpdateIdentity, caller: Caller) -> Reply:
    """Change display name, mail address, attributes or password."""
    identities.update(identity_id=id, changes=body.sent(), by=caller)
    return one(queries.get_identity(id))


@routes.delete("/identities/{id}", access="identities:delete", answer=Done())
def delete_identity(id: int, caller: Caller) -> Reply:
    """Delete an identity; what it ran stays."""
    identities.delete(identity_id=id, by=caller)
    return done(f"Identity {id} was deleted.")


@routes.post("/identities/{id}/freeze", access="identities:update", answer=One(Identity))
def freeze(id: int, caller: Caller) -> Reply:
    """Make every token and session of the identity stop working."""
    identities.freeze(identity_id=id, by=caller)
    return one(queries.get_identity(id))


@routes.post("/identities/{id}/unfreeze", access="identities:update", answer=One(Identity))
def unfreeze(id: int, caller: Caller) -> Reply:
    """Let the identity in again."""
    identities.unfreeze(identity_id=id, by=caller)
    return one(queries.get_identity(id))


@routes.post("/identities/{id}/roles", access="identities:update", answer=One(IdentityRole), status=201)
def add_role(id: int, body: AddRole, caller: Caller) -> Reply:
    """Attach a role."""
    return one(queries.role_json(identities.add_role(identity_id=id, role=body.role, by=caller)))


@routes.delete("/identities/roles/{role_id}", access="identities:update", answer=Done())
def remove_role(role_id: int, caller: Caller) -> Reply:
    """Detach a role, by the id of the attachment."""
    identities.remove_role(role_id=role_id, by=caller)
    return done("The role was removed.")


@routes.get("/identities/{id}/permissions", access="identities:read", answer=Bare(list[Assignment]))
def list_assignments(id: int) -> Reply:
    """Permission sets assigned directly."""
    return bare(permission_queries.list_assignments(id))


@routes.get("/identities/{id}/integration-tokens", access=AUTHENTICATED, answer=Page(IntegrationToken))
def list_integration_tokens(id: int, paging: Paging, caller: Caller) -> Reply:
    """Tokens for programs, newest first; one's own without any right."""
    identities.require_token_rights(id, caller)
    rows = queries.list_integration_tokens(id, now=ports.now())
    return page(rows[paging.offset : paging.offset + paging.size], paging, total=len(rows))


@routes.post(
    "/identities/{id}/integration-tokens", access=AUTHENTICATED, answer=One(NewIntegrationToken), status=201
)
def create_integration_token(id: int, body: CreateIntegrationToken, caller: Caller) -> Reply:
    """Create a token for programs; it is shown this once."""
    token, row = identities.create_integration_token(
        identity_id=id, label=body.label, description=body.description, expires_at=body.expires_at, by=caller
    )
    return one({"token": token, "integration_token": queries.token_json(row, now=ports.now())})


@routes.post(
    "/identities/{id}/integration-tokens/{token_id}/revoke", access=AUTHENTICATED, answer=One(IntegrationToken)
)
def revoke_integration_token(id: int, token_id: int, body: RevokeIntegrationToken, caller: Caller) -> Reply:
    """End the use of a token; its record stays."""
    row = identities.revoke_integration_token(identity_id=id, token_id=token_id, reason=body.reason, by=caller)
    return one(queries.token_json(row, now=ports.now()))


@routes.delete("/identities/{id}/integration-tokens/{token_id}", access=AUTHENTICATED, answer=Done())
def delete_integration_token(id: int, token_id: int, caller: Caller) -> Reply:
    """End the use of a token and forget it."""
    identities.delete_integration_token(identity_id=id, token_id=token_id, by=caller)
    return done("The integration token was deleted.")
