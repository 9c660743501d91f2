"""Runs: the list, one run live, and what one may do to it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.engine.errors import Conflict, Invalid
from app.queries import executions
from app.queries.executions import ExecutionFilters
from app.services import executions as steering
from app.services import ports, workflow_reruns
from app.services import workflow_executions as run_steering
from app.web import run_data
from app.web.errors import covered
from app.web.fragments import UNCHANGED, polled, unchanged
from app.web.pages import SIZE, number
from app.web.run_rows import run_rows
from app.web.signed_in import caller
from app.web.vocabulary import RUN_FILTERS

bp = covered(Blueprint("runs", __name__))
SINCE: dict[str, tuple[str, int | None]] = {
    "1h": ("Last hour", 1), "1d": ("Last 24 hours", 24), "7d": ("Last 7 days", 7 * 24), "30d": ("Last 30 days", 30 * 24),
}  # fmt: skip


@bp.get("/runs")
def index() -> str:
    filters = _filters()
    rows, _, more = executions.list_executions(by=caller(), filters=filters, limit=SIZE, before=number("before"))
    shown = run_rows(rows, **run_data.names(rows))
    return render_template("runs/list.html", rows=shown, views=_views(), run_filters=RUN_FILTERS, **_asked(rows, more))


@bp.get("/runs/<int:execution_id>")
def detail(execution_id: int) -> str:
    context = run_data.context_of(execution_id, tab=request.args.get("tab", "graph"), by=caller())
    return render_template("runs/detail.html", **context)


@bp.get("/runs/<int:execution_id>/live")
def live(execution_id: int) -> Response:
    """The polled part: 204 unchanged, 286 with the last state."""
    by = caller()
    if unchanged(run_data.cheap_version(execution_id, by=by)):
        return Response(status=UNCHANGED)
    context = run_data.context_of(execution_id, tab=request.args.get("tab", "graph"), by=by)
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


def _filters() -> ExecutionFilters:
    text = request.args.get("q", "").strip()
    pattern = None if not text else text if "*" in text else f"*{text}*"
    mine = caller().identity_id if request.args.get("mine") else None
    every = bool(request.args.get("all"))
    hours = SINCE.get(request.args.get("since", ""), ("", None))[1]
    return ExecutionFilters(
        status=request.args.get("status") or None,
        action_ref=pattern,
        executor=mine,
        top_level_only=not every,
        created_after=ports.now() - timedelta(hours=hours) if hours else None,
    )


def _asked(rows: list[dict[str, Any]], more: bool) -> dict[str, Any]:
    args: dict[str, Any] = {key: value for key, value in request.args.to_dict().items() if key != "before"}
    return {
        "q": args.get("q", ""),
        "status": args.get("status", ""),
        "since": args.get("since", ""),
        "spans": [(value, word) for value, (word, _) in SINCE.items()],
        "every": bool(args.get("all")),
        "filtered": bool(args),
        "words": run_data.words_for(len(rows)),
        "newer": url_for("runs.index", **args) if request.args.get("before") else None,
        "older": url_for("runs.index", **args, before=rows[-1]["id"]) if more else None,
    }


def _views() -> list[tuple[str, str, bool]]:
    choices: list[tuple[str, dict[str, Any]]] = [
        ("All", {}), ("Running", {"status": "running"}), ("Failed", {"status": "failed"}), ("Mine", {"mine": "1"}),
    ]  # fmt: skip
    now = {key: value for key, value in request.args.to_dict().items() if key in ("status", "mine", "q", "all", "since") and value}
    return [(word, url_for("runs.index", **args), args == now) for word, args in choices]
