"""One action on many runs: the plan first, then what came of it."""

from __future__ import annotations

import secrets

from flask import Blueprint, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from app.engine.errors import BadRequest
from app.queries import executions
from app.services import bulk_actions
from app.web import bulk_page, run_filters
from app.web.errors import covered
from app.web.signed_in import caller

bp = covered(Blueprint("bulk_actions", __name__))
_KEPT_KEYS = 20


@bp.get("/runs/bulk")
def plan() -> str | Response:
    action, given = _action(request.args.get("do")), run_filters.given_filters()
    ids, more = _chosen(given)
    if not ids:
        return redirect(url_for("runs.index", **given), code=303)
    page = bulk_page.plan_page(action, bulk_actions.plan(action=action, ids=ids, by=caller()), more=more)
    return render_template("runs/bulk.html", page=page, given=given, most=bulk_actions.MOST, once=secrets.token_hex(8), result=False)


@bp.post("/runs/bulk")
def carry_out() -> str | Response:
    action, given = _action(request.form.get("do")), run_filters.given_filters(request.form)
    ids = [int(text) for text in request.form.getlist("run") if _is_id(text)]
    if not _first_time(request.form.get("once", "")):
        return redirect(url_for("runs.index", **given), code=303)
    parts = bulk_actions.carry_out(action=action, ids=ids, by=caller())
    return render_template("runs/bulk.html", page=bulk_page.result_page(action, parts), given=given, result=True)


def _action(text: str | None) -> str:
    if text not in bulk_page.VERBS:
        raise BadRequest(f"'{(text or '')[:40]}' can’t be done to many runs; {', '.join(bulk_page.VERBS)} can.")
    return text


def _chosen(given: dict[str, str]) -> tuple[list[int], bool]:
    """Ids of the rows, or of everything that matches, and whether there is more of that."""
    if request.args.get("every"):
        filters = run_filters.execution_filters(given, caller())
        return executions.matching(by=caller(), filters=filters, limit=bulk_actions.MOST)
    return [int(text) for text in request.args.getlist("run") if _is_id(text)], False


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 16


def _first_time(once: str) -> bool:
    """Whether this form has not been sent before: a reload of the answer does nothing twice."""
    used = session.get("bulk_done", [])
    if once in used:
        return False
    session["bulk_done"] = [*used, once[:32]][-_KEPT_KEYS:]
    return True
