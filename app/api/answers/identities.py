"""Answers about identities, roles, permission sets and integration tokens."""

from __future__ import annotations

from app.api.answers import Answer, Json, TimeText


class IdentityRow(Answer):
    id: int
    login: str
    display_name: str | None
    email: str | None
    frozen: bool
    attributes: Json
    roles: list[str]


class IdentityRole(Answer):
    id: int
    identity_id: int
    role: str
    source: str
    managed: bool
    created: TimeText
    updated: TimeText


class Assignment(Answer):
    id: int
    identity_id: int
    permission_set_id: int
    permission_set_ref: str
    created: TimeText


class Identity(Answer):
    id: int
    login: str
    display_name: str | None
    email: str | None
    frozen: bool
    attributes: Json
    roles: list[IdentityRole]
    direct_permissions: list[Assignment]


class SetRole(Answer):
    id: int
    permission_set_id: int
    permission_set_ref: str
    role: str
    created: TimeText


class GrantShape(Answer):
    resource: str
    actions: list[str]
    constraints: Json = {}


class PermissionSet(Answer):
    id: int
    ref: str
    pack_ref: str | None
    label: str | None
    description: str | None
    grants: list[GrantShape]
    roles: list[SetRole]


class IntegrationToken(Answer):
    id: int
    identity_id: int
    label: str
    description: str | None
    token_prefix: str
    token_suffix: str
    created_by: int | None
    expires_at: TimeText | None
    last_used_at: TimeText | None
    revoked_at: TimeText | None
    active: bool
    created: TimeText
    updated: TimeText


class NewIntegrationToken(Answer):
    token: str
    integration_token: IntegrationToken
