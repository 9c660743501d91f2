"""Light, dark or as the system says. Kept in a cookie, so that the server draws the first pixel right."""

from __future__ import annotations

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from app.web.errors import covered
from app.web.signed_in import own_path

bp = covered(Blueprint("theme", __name__))

COOKIE = "attune_theme"
CHOICES = ("light", "dark")
YEAR_S = 365 * 24 * 3600


def chosen() -> str | None:
    """`light` or `dark` when this browser chose, else None: the system decides."""
    value = request.cookies.get(COOKIE)
    return value if value in CHOICES else None


@bp.post("/theme")
def choose() -> Response:
    """Set the theme and go back to where the button was."""
    response = redirect(own_path(request.form.get("back")) or "/", code=303)
    if request.form.get("theme") in CHOICES:
        response.set_cookie(COOKIE, request.form["theme"], max_age=YEAR_S, samesite="Lax", path="/")
    else:
        response.delete_cookie(COOKIE, path="/")
    return response
