"""Signing in and out of the pages."""

from __future__ import annotations

from flask import Blueprint, jsonify, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.engine.errors import Forbidden, TooMany, Unauthenticated
from app.services import auth
from app.web import signed_in
from app.web.errors import covered

bp = covered(Blueprint("signing_in", __name__))


@bp.get("/login")
def form() -> Response:
    if signed_in.caller_or_none() is not None:
        return redirect(url_for("home.index"))
    return _form(next_path=request.args.get("next"))


@bp.post("/login")
def sign_in() -> Response:
    login, next_path = request.form.get("login", "").strip(), request.form.get("next")
    try:
        caller = auth.check_password(login, request.form.get("password", ""))
    except (Unauthenticated, Forbidden) as error:
        return _form(next_path=next_path, login=login, problem=error.message, status=401)
    except TooMany as error:
        return _form(next_path=next_path, login=login, problem=error.message, status=429)
    signed_in.remember(caller)
    return redirect(signed_in.own_path(next_path) or url_for("home.index"), code=303)


@bp.post("/session/token")
def page_token() -> Response:
    """A short-lived API token for the scripts of a page, in exchange for the session and the form token."""
    by = signed_in.caller_or_none()
    if by is None:
        return make_response(jsonify(error="You are signed out."), 401)
    return make_response(jsonify(auth.page_token(by)))


@bp.post("/logout")
def sign_out() -> Response:
    signed_in.forget()
    return redirect(url_for("signing_in.form"), code=303)


def _form(*, next_path: str | None, login: str = "", problem: str | None = None, status: int = 200) -> Response:
    page = render_template("signing_in/form.html", next_path=signed_in.own_path(next_path), login=login, problem=problem)
    return make_response(page, status)
