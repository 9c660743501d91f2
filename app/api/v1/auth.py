"""Signing in and out, and one's own profile (api.md 2)."""

from __future__ import annotations

from typing import Annotated

from flask import Response, redirect
from pydantic import Field

from app.api.answers.auth import AuthSettings, Profile, Success, TokenResponse
from app.api.envelopes import Reply, done, one
from app.api.requests import Body, Label, Patch, Text
from app.api.routes import AUTHENTICATED, PUBLIC, Done, One, Raw, Routes
from app.engine.access import Caller
from app.engine.errors import NotConfigured
from app.queries import identities
from app.services import auth, ports

routes = Routes("auth", prefix="/auth")

NewLogin = Annotated[str, Field(min_length=3, max_length=255)]
NewPassword = Annotated[str, Field(min_length=8, max_length=128)]
Password = Annotated[str, Field(min_length=1, max_length=1024)]
DisplayName = Annotated[Text, Field(max_length=255)]
Email = Annotated[Text, Field(max_length=320)]


class Login(Body):
    login: Label
    password: Password


class Register(Body):
    login: NewLogin
    password: NewPassword
    display_name: DisplayName | None = None


class Refresh(Body):
    refresh_token: str


class TokenLogin(Body):
    token: str


class ProfileUpdate(Patch):
    display_name: DisplayName | None = None
    email: Email | None = None


class ChangePassword(Body):
    current_password: Password
    new_password: NewPassword


@routes.post("/login", access=PUBLIC, answer=One(TokenResponse))
def login(body: Login) -> Reply:
    """Sign in with login and password."""
    return one(auth.login(login=body.login, password=body.password))


@routes.post("/register", access=PUBLIC, answer=One(TokenResponse))
def register(body: Register) -> Reply:
    """Create an identity without rights and sign in as it."""
    return one(auth.register(login=body.login, password=body.password, display_name=body.display_name))


@routes.post("/refresh", access=PUBLIC, answer=One(TokenResponse))
def refresh(body: Refresh) -> Reply:
    """Exchange a refresh token for a new pair; it is used up by that."""
    return one(auth.refresh(refresh_token=body.refresh_token))


@routes.post("/token-login", access=PUBLIC, answer=One(TokenResponse))
def token_login(body: TokenLogin) -> Reply:
    """Sign in with an integration token."""
    return one(auth.token_login(token=body.token))


@routes.post("/ldap/login", access=PUBLIC, answer=One(TokenResponse))
def ldap_login(body: Login) -> Reply:
    """Sign in through a directory; not configured on this server."""
    raise NotConfigured("Directory login is not configured on this server.")


@routes.get("/me", access=AUTHENTICATED, answer=One(Profile))
def me(caller: Caller) -> Reply:
    """The caller and what it may do."""
    return one(identities.profile(caller))


@routes.put("/me", access=AUTHENTICATED, answer=One(Profile))
def update_me(body: ProfileUpdate, caller: Caller) -> Reply:
    """Change one's own display name and mail address."""
    auth.update_profile(changes=body.sent(), by=caller)
    return one(identities.profile(caller))


@routes.post("/change-password", access=AUTHENTICATED, answer=One(Success))
def change_password(body: ChangePassword, caller: Caller) -> Reply:
    """Change one's own password; every other session ends."""
    auth.change_password(current_password=body.current_password, new_password=body.new_password, by=caller)
    return one({"success": True, "message": "The password was changed."})


@routes.post("/logout", access=AUTHENTICATED, answer=Done())
def logout(caller: Caller) -> Reply:
    """End the session this token came from."""
    auth.logout(by=caller)
    return done("You are signed out.")


@routes.get("/logout", access=PUBLIC, answer=Raw("text/html"), status=307)
def logout_page() -> Response:
    """For browsers: to the sign-in page."""
    return redirect("/login", code=307)  # type: ignore[return-value]


@routes.get("/settings", access=PUBLIC, answer=One(AuthSettings))
def settings() -> Reply:
    """Which ways to sign in this server offers."""
    return one(
        {
            "authentication_enabled": True,
            "local_password_enabled": True,
            "local_password_visible_by_default": True,
            "oidc_enabled": False,
            "oidc_visible_by_default": False,
            "ldap_enabled": False,
            "ldap_visible_by_default": False,
            "self_registration_enabled": ports.settings().self_registration,
            **{f"{kind}_provider_{what}": None for kind in ("oidc", "ldap") for what in ("name", "label", "icon_url")},
        }
    )
