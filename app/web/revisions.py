"""The history of a workflow: its revisions, one of them, two of them compared, and the way back."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.engine.errors import Conflict, Invalid
from app.queries import revisions
from app.queries.workflows import get_workflow
from app.services import workflows
from app.web.errors import covered
from app.web.line_rows import shown_hunks
from app.web.pages import SIZE, offset, paging
from app.web.rights import may_change
from app.web.signed_in import caller

bp = covered(Blueprint("revisions", __name__))
MOST_NOTE = 500
NUMBER = "int(min=1, max=999999999)"


@bp.get("/workflows/<ref>/revisions")
def index(ref: str) -> str:
    by = caller()
    found = get_workflow(ref=ref, by=by)
    rows, total = revisions.list_revisions(ref=ref, by=by, offset=offset(), limit=SIZE)
    return render_template(
        "revisions/list.html", w=found, rows=rows, total=total, page=paging(len(rows), total), may_change=may_change(ref, by)
    )


@bp.get(f"/workflows/<ref>/revisions/<{NUMBER}:number>")
def show(ref: str, number: int) -> str:
    by = caller()
    found = get_workflow(ref=ref, by=by)
    shown = revisions.get_revision(ref=ref, number=number, by=by)
    return render_template("revisions/detail.html", w=found, r=shown, may_change=may_change(ref, by))


@bp.get("/workflows/<ref>/revisions/compare")
def pick(ref: str) -> Response:
    """Where the list's form leads: two numbers, in whatever order they were chosen."""
    chosen = sorted(request.args.get(name, type=int) or 0 for name in ("a", "b"))
    if chosen[0] < 1:
        flash("Choose two revisions to compare.", "error")
        return redirect(url_for("revisions.index", ref=ref), code=303)
    return redirect(url_for("revisions.compare", ref=ref, old=chosen[0], new=chosen[1]), code=303)


@bp.get(f"/workflows/<ref>/revisions/<{NUMBER}:old>..<{NUMBER}:new>")
def compare(ref: str, old: int, new: int) -> str:
    by = caller()
    found = get_workflow(ref=ref, by=by)
    both = revisions.compare(ref=ref, old=old, new=new, by=by)
    lines = shown_hunks(both["hunks"])
    return render_template("revisions/compare.html", w=found, c=both, lines=lines, may_change=may_change(ref, by))


@bp.get(f"/workflows/<ref>/revisions/<{NUMBER}:number>/restore")
def ask(ref: str, number: int) -> Response:
    """What going back would change, and the button that does it."""
    return _asked(ref, number)


@bp.post(f"/workflows/<ref>/revisions/<{NUMBER}:number>/restore")
def restore(ref: str, number: int) -> Response:
    note = request.form.get("note", "").strip()[:MOST_NOTE] or None
    try:
        saved = workflows.restore(ref=ref, number=number, by=caller(), note=note, if_match=request.form.get("base"))
    except (Conflict, Invalid) as error:
        return _asked(ref, number, problem=error, note=note)
    flash(saved.unwritten or f"The workflow says what revision {number} says again.")
    return redirect(url_for("revisions.index", ref=ref), code=303)


def _asked(ref: str, number: int, *, problem: Conflict | Invalid | None = None, note: str | None = None) -> Response:
    by = caller()
    found = get_workflow(ref=ref, by=by)
    head = revisions.list_revisions(ref=ref, by=by, limit=1)[0][0]["number"]
    both = revisions.compare(ref=ref, old=head, new=number, by=by)
    page = render_template(
        "revisions/restore.html", w=found, c=both, lines=shown_hunks(both["hunks"]), problem=problem, note=note,
        may_change=may_change(ref, by),
    )  # fmt: skip
    return make_response(page, 200 if problem is None else 409 if isinstance(problem, Conflict) else 422)
