"""Runs: the list, one run live, and what one may do to it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.engine.errors import Conflict, Invalid
from app.queries import executions, nested_runs
from app.queries.one_view import in_one_view
from app.services import executions as steering
from app.services import workflow_executions as run_steering
from app.services import workflow_reruns
from app.web import rights, run_data, run_filters, run_versions
from app.web.bulk_page import VERBS
from app.web.errors import covered
from app.web.fragments import UNCHANGED, polled
from app.web.pages import SIZE, number
from app.web.run_rows import run_rows
from app.web.signed_in import caller
from app.web.turns import in_turn

bp = covered(Blueprint("runs", __name__))
@bp.get("/runs")
@in_one_view
def index() -> str:
    by, given = caller(), run_filters.given_filters()
    filters = run_filters.execution_filters(given, by)
    rows, _, more = executions.list_executions(by=by, filters=filters, limit=SIZE, before=number("before"))
    shown, verbs = run_rows(rows, **run_data.names(rows)), {action: VERBS[action] for action in rights.on_some(rows, by)}
    return render_template("runs/list.html", rows=shown, form=run_filters.filter_form(given, by), verbs=verbs, **_links(given, rows, more))


@bp.get("/runs/<int:execution_id>")
@in_one_view
def detail(execution_id: int) -> str:
    context = run_data.context_of(execution_id, tab=request.args.get("tab", "graph"), by=caller())
    way = nested_runs.way_to(execution_id=execution_id, by=caller()) if context["head"].parent else ()
    return render_template("runs/detail.html", way=way, **context)


@bp.get("/runs/<int:execution_id>/live")
def live(execution_id: int) -> Response:
    """The polled part: 204 unchanged, 286 with the last state."""
    if run_versions.is_present(execution_id):
        return Response(status=UNCHANGED)
    return in_turn(lambda: _drawn(execution_id))


@in_one_view
def _drawn(execution_id: int) -> Response:
    context = run_data.context_of(execution_id, tab=request.args.get("tab", "graph"), by=caller())
    return polled("runs/_live.html", ended=context["head"].ended and not context["past"], **context)


@bp.post("/runs/<int:execution_id>/pause")
def pause(execution_id: int) -> AnyResponse:
    run_steering.pause(workflow_execution_id=_run_id(execution_id), reason=None, by=caller())
    return _back(execution_id)


@bp.post("/runs/<int:execution_id>/resume")
def resume(execution_id: int) -> AnyResponse:
    run_steering.resume(workflow_execution_id=_run_id(execution_id), by=caller())
    return _back(execution_id)


@bp.post("/runs/<int:execution_id>/cancel")
def cancel(execution_id: int) -> AnyResponse:
    try:
        steering.cancel(execution_id=execution_id, by=caller())
    except Conflict as error:  # it ended while the question was read
        flash(error.message, "error")
    return _back(execution_id)


@bp.get("/runs/<int:execution_id>/retry")
def ask_retry(execution_id: int) -> AnyResponse:
    """What a retry would keep, run again and do, and the button that does it."""
    mode, task = request.args.get("mode", "failed"), request.args.get("task")
    head = run_data.head_of(execution_id, by=caller())
    try:
        plan = workflow_reruns.planned(workflow_execution_id=_run_id(execution_id), mode=mode, task=task, by=caller())
    except (Conflict, Invalid) as error:
        flash(error.message, "error")
        return _back(execution_id)
    return make_response(render_template("runs/retry.html", head=head, plan=plan, mode=mode, task=task))


@bp.post("/runs/<int:execution_id>/retry")
def retry(execution_id: int) -> AnyResponse:
    run_id = executions.get_execution(execution_id=execution_id, by=caller())["workflow_execution"]
    if run_id is None:
        begun = steering.retry(execution_id=execution_id, by=caller())
    else:
        mode, task = request.form.get("mode", "failed"), request.form.get("task")
        begun = workflow_reruns.retry(workflow_execution_id=run_id, mode=mode, task=task, by=caller())
    return _back(begun.execution_id)


def _back(execution_id: int) -> AnyResponse:
    return redirect(url_for("runs.detail", execution_id=execution_id), code=303)


def _run_id(execution_id: int) -> int:
    run_id = executions.get_execution(execution_id=execution_id, by=caller())["workflow_execution"]
    if run_id is None:
        raise Conflict(f"Run {execution_id} is a single action: it can be cancelled, but not paused or resumed.")
    return int(run_id)


def _links(given: dict[str, str], rows: list[dict[str, Any]], more: bool) -> dict[str, Any]:
    return {
        "words": run_data.words_for(len(rows)),
        "newer": url_for("runs.index", **given) if request.args.get("before") else None,
        "older": url_for("runs.index", **given, before=rows[-1]["id"]) if more else None,
    }
