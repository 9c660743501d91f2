"""Answers of /auth."""

from __future__ import annotations

from typing import Literal

from app.api.answers import Answer


class TokenUser(Answer):
    id: int
    login: str
    display_name: str | None


class TokenResponse(Answer):
    access_token: str
    refresh_token: str
    token_type: Literal["Bearer"]
    expires_in: int
    user: TokenUser


class EffectivePermission(Answer):
    resource: str
    actions: list[str]


class Profile(Answer):
    id: int
    login: str
    display_name: str | None
    email: str | None
    auth_provider: str
    is_local: bool
    can_change_password: bool
    effective_permissions: list[EffectivePermission]
    assigned_permission_set_refs: list[str]


class Success(Answer):
    success: bool
    message: str


class AuthSettings(Answer):
    authentication_enabled: bool
    local_password_enabled: bool
    local_password_visible_by_default: bool
    oidc_enabled: bool
    oidc_visible_by_default: bool
    ldap_enabled: bool
    ldap_visible_by_default: bool
    self_registration_enabled: bool
    oidc_provider_name: str | None
    oidc_provider_label: str | None
    oidc_provider_icon_url: str | None
    ldap_provider_name: str | None
    ldap_provider_label: str | None
    ldap_provider_icon_url: str | None
