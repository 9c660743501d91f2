"""Two runs of one workflow, compared; and choosing the other one."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.queries import comparisons, executions
from app.queries.executions import ExecutionFilters
from app.queries.labels import labels_of
from app.web import run_data, run_filters
from app.web.comparison_page import comparison_page
from app.web.errors import covered
from app.web.pages import number
from app.web.run_rows import run_rows
from app.web.signed_in import caller

bp = covered(Blueprint("comparisons", __name__))
OFFERED = 30


@bp.get("/runs/compare")
def compare() -> str:
    a, b = number("a") or 0, number("b")
    if b is None:
        return _choose(a)
    found = comparisons.compare_runs(a=a, b=b, by=caller())
    ref = found.b.run["workflow_ref"]
    page = comparison_page(found, title=labels_of([ref]).get(ref) or ref)
    return render_template("comparisons/detail.html", c=page, swapped={**request.args.to_dict(), "a": b, "b": a})


@bp.get("/runs/compare/chosen")
def pick() -> Response:
    """From the list: the two that were chosen there, the older one first, or one and the choice of the other."""
    chosen = sorted({int(text) for text in request.args.getlist("run") if text.isascii() and text.isdigit() and len(text) < 16})
    if len(chosen) not in (1, 2):
        flash("Two runs can be compared: choose two, or one to see what it can be compared with.", "error")
        return redirect(url_for("runs.index", **run_filters.given_filters()), code=303)
    return redirect(url_for("comparisons.compare", **dict(zip("ab", chosen, strict=False))), code=303)


def _choose(a: int) -> str:
    by = caller()
    chosen = executions.get_execution(execution_id=a, by=by)
    filters = ExecutionFilters(action_ref=chosen["action_ref"], kind="workflow")
    rows, _, _ = executions.list_executions(by=by, filters=filters, limit=OFFERED)
    others = [row for row in rows if row["id"] != a]
    shown = run_rows(others, **run_data.names(others))
    return render_template("comparisons/choose.html", run=chosen, rows=shown, label=labels_of([chosen["action_ref"]]).get(chosen["action_ref"]))
