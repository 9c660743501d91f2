"""Starting an action or a workflow: a form from its parameters, and the start itself."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from app.engine.access import Target
from app.engine.errors import Conflict, Forbidden, Invalid
from app.queries import actions, executions
from app.services import access
from app.services import executions as runs
from app.web.errors import covered
from app.web.form_problems import is_valid, with_problems, without_problems
from app.web.forms import FormField
from app.web.fragments import page_or_fragment
from app.web.nested_forms import ROWS, changed_rows, nested_fields, read_nested
from app.web.pages import number
from app.web.signed_in import caller

bp = covered(Blueprint("starting", __name__))


@bp.get("/run/<ref>")
def form(ref: str) -> Response:
    by = caller()
    action = actions.get_action(ref=ref, by=by)
    like = number("like")
    values = executions.get_execution(execution_id=like, by=by)["parameters"] if like else None
    return _form(action, nested_fields(action["param_schema"], values), like=like)


@bp.post("/run/<ref>")
def start(ref: str) -> Response:
    by = caller()
    action = actions.get_action(ref=ref, by=by)
    access.require(by, "actions", "execute", Target(id=action["id"], ref=ref, pack_ref=action["pack_ref"]))
    values, shown = read_nested(action["param_schema"], changed_rows(request.form))
    if ROWS in request.form:
        return _form(action, without_problems(shown))
    if not is_valid(shown):
        return _form(action, shown, status=422)
    try:
        # the form's own key: a second click starts nothing
        begun = runs.start(action_ref=ref, parameters=values, by=by, idempotency_key=_key(), body_hash=ref)
    except (Conflict, Forbidden, Invalid) as error:
        return _form(action, with_problems(shown, error.details or ()), problem=error.message, status=422)
    return redirect(url_for("runs.detail", execution_id=begun.execution_id), code=303)


def _key() -> str | None:
    once = request.form.get("once", "")
    return f"form-{once}" if once.isalnum() and len(once) <= 64 else None


def _form(action: dict[str, Any], fields: list[FormField], *, status: int = 200, **more: Any) -> Response:
    context = {"action": action, "fields": fields, "once": secrets.token_hex(12), "problem": None, "like": None, **more}
    return make_response(page_or_fragment("starting/form.html", "starting/_form.html", status, **context))
