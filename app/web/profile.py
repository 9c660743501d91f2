"""One's own profile: name, mail address, theme, password, and the tokens of one's programs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.engine.errors import Invalid, TooMany, Unauthenticated
from app.queries import identities as people
from app.services import auth, identities, ports
from app.web import signed_in
from app.web.errors import covered
from app.web.signed_in import caller

bp = covered(Blueprint("profile", __name__))
LIVES = (("30", "30 days"), ("90", "90 days"), ("365", "a year"), ("", "until it is revoked"))
SHORTEST, LONGEST = 8, 128  # characters of a password, as in the API


@bp.get("/profile")
def page() -> Response:
    return _page()


@bp.post("/profile")
def save() -> Response:
    given = {name: request.form.get(name, "").strip()[:320] or None for name in ("display_name", "email")}
    try:
        auth.update_profile(changes=given, by=caller())
    except Invalid as error:
        return _page(status=422, given=given, email_problem=error.message)
    return _back("Your profile is saved.")


@bp.post("/profile/password")
def change_password() -> Response:
    old, new = request.form.get("current", ""), request.form.get("new", "")
    problem = _of_new(new)
    if problem is None:
        try:
            auth.change_password(current_password=old, new_password=new, by=caller())
        except Unauthenticated:
            problem = "The current password is not right. Nothing was changed."
        except TooMany as error:
            problem = error.message
    if problem is not None:
        return _page(status=422, password_problem=problem)
    signed_in.remember(caller())  # the change has ended every session, this one goes on
    return _back("The password is changed. Every other session of yours has ended.")


@bp.post("/profile/tokens")
def make_token() -> Response:
    """The page with the token on it: it is shown this once."""
    label, days = request.form.get("label", "").strip()[:255], request.form.get("days")
    if not label:
        return _page(status=422, label_problem="Say what the token is for.")
    ends = ports.now() + timedelta(days=int(days)) if days and days in dict(LIVES) else None
    by = caller()
    token, row = identities.create_integration_token(
        identity_id=by.identity_id, label=label, description=None, expires_at=ends, by=by
    )
    return _page(new_token=token, new_label=row.label)


@bp.post("/profile/tokens/<int:token_id>/revoke")
def revoke_token(token_id: int) -> Response:
    by = caller()
    identities.revoke_integration_token(identity_id=by.identity_id, token_id=token_id, reason=None, by=by)
    return _back("The token is revoked. What was signed in with it stays so for an hour at most.")


def _of_new(password: str) -> str | None:
    """What is wrong with a new password."""
    if not SHORTEST <= len(password) <= LONGEST:
        return f"A password has {SHORTEST} to {LONGEST} characters; this one has {len(password)}."
    return None if password == request.form.get("again") else "The two new passwords are not the same. Nothing was changed."


def _page(*, status: int = 200, given: dict[str, Any] | None = None, **more: Any) -> Response:
    by = caller()
    tokens = [token for token in people.list_integration_tokens(by.identity_id, now=ports.now()) if token["active"]]
    shown = {**people.profile(by), **(given or {})}
    return make_response(render_template("profile/page.html", p=shown, tokens=tokens, lives=LIVES, **more), status)


def _back(words: str) -> Response:
    flash(words, "info")
    return redirect(url_for("profile.page"), code=303)
