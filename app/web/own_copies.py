"""Making a workflow one's own: a copy in one's own pack, and the guide beside the editor from there to its first run."""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from app.engine.access import Caller
from app.engine.errors import Conflict, Forbidden, Invalid
from app.queries import executions, revisions
from app.queries.executions import ExecutionFilters
from app.services import own_copies
from app.web import editor_page, guide_page
from app.web.editor_page import NAME, EditedDocument
from app.web.errors import covered
from app.web.signed_in import caller

bp = covered(Blueprint("own_copies", __name__))
_KEPT = 5


@bp.get("/workflows/<ref>/copy")
def form(ref: str) -> Response:
    by = caller()
    doc = editor_page.stored(ref, by=by)
    return _form(doc, own_copies.free_name(doc.name, by), by)


@bp.post("/workflows/<ref>/copy")
def copy(ref: str) -> Response:
    by, name = caller(), request.form.get("name", "").strip()
    doc = editor_page.stored(ref, by=by)
    if not NAME.fullmatch(name):
        return _form(doc, name, by, problem="A name has lowercase letters, digits, “_” and “-”.")
    try:
        made = own_copies.make(name=name, text=doc.text, by=by)
    except (Conflict, Forbidden, Invalid) as error:
        return _form(doc, name, by, problem=error.message)
    return redirect(url_for("editor.edit", ref=made, guide=1), code=303)


@bp.get("/workflows/<ref>/guide")
def guide(ref: str) -> str:
    by = caller()
    doc = editor_page.stored(ref, by=by)
    steps = guide_page.guide_steps(
        first=guide_page.outline(revisions.get_revision(ref=ref, number=1, by=by)["text"]),
        present=guide_page.outline(str(doc.kept["text"]) if doc.kept else doc.text),
        rehearsed=_rehearsed(ref),
        saved=_saved(ref, by),
        ran=_ran(ref, by),
    )
    return render_template("editor/_guide.html", doc=doc, steps=steps)


def _form(doc: EditedDocument, name: str, by: Caller, *, problem: str | None = None) -> Response:
    shown = {"doc": doc, "name": name, "pack": own_copies.own_pack(by), "may": own_copies.may_copy(by), "problem": problem}
    return make_response(render_template("editor/copy.html", **shown), 422 if problem else 200)


def _rehearsed(ref: str) -> bool:
    """The page says it once; a rehearsal leaves nothing behind on the server."""
    known = session.get("rehearsed", [])
    if request.args.get("rehearsed") and ref not in known:
        session["rehearsed"] = known = [*known, ref][-_KEPT:]
    return ref in known


def _saved(ref: str, by: Caller) -> bool:
    return revisions.list_revisions(ref=ref, by=by, limit=1)[1] > 1


def _ran(ref: str, by: Caller) -> bool:
    mine = ExecutionFilters(action_ref=ref, executor=by.identity_id, top_level_only=True)
    return bool(executions.list_executions(by=by, filters=mine, limit=1)[0])
