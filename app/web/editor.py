"""The editor: one workflow's text, as a page of panes; without JavaScript a form with the text that saves."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.engine.changes.merging import has_marks
from app.engine.errors import AppError, Conflict, EditConflict, Forbidden, Invalid, LimitExceeded
from app.queries import packs
from app.services import draft_conflicts, drafts, workflows
from app.services.workflows import Saved
from app.web import editor_page
from app.web.editor_page import EditedDocument
from app.web.errors import covered
from app.web.palette import palette
from app.web.rights import packs_to_write_in
from app.web.signed_in import caller

bp = covered(Blueprint("editor", __name__))
MOST_NOTE = 500
MARKED = "Both sides of a conflict are still in the text: keep one, and remove the lines with <<<<<<<, ======= and >>>>>>>."


@bp.get("/workflows/<ref>/edit")
def edit(ref: str) -> Response:
    doc = editor_page.stored(ref, by=caller())
    return _page(editor_page.of_draft(doc) if "draft" in request.args else doc)


@bp.post("/workflows/<ref>/edit")
def save(ref: str) -> Response:
    return save_text(editor_page.posted(editor_page.stored(ref, by=caller()), request.form))


@bp.get("/workflows/new")
def new() -> Response:
    by, pack, name = caller(), request.args.get("pack", ""), request.args.get("name", "").strip()
    problem = editor_page.wrong_name(pack, name, by=by) if name else None
    if pack and name and not problem:
        doc = editor_page.planned(pack, name, by=by)
        return _page(editor_page.of_draft(doc) if "draft" in request.args else doc)
    rows = packs_to_write_in(packs.list_packs(by=by, limit=500)[0], by)
    page = render_template("editor/new.html", packs=rows, pack=pack, name=name, problem=problem)
    return make_response(page, 422 if problem else 200)


@bp.post("/workflows/new")
def create() -> Response:
    pack, name = request.form.get("pack", ""), request.form.get("name", "")
    doc = editor_page.posted(editor_page.planned(pack, name, by=caller()), request.form)
    try:
        body = {"name": doc.name, "text": doc.text}
        saved = workflows.create_in_pack(pack_ref=doc.pack_ref, body=body, by=caller(), draft="draft" in request.form)
    except (Conflict, Forbidden, Invalid) as error:
        return _refused(doc, error)
    return _done(doc, saved)


def save_text(doc: EditedDocument) -> Response:
    """Save a form's text on top of the revision it was made from; when that is not the head, show both."""
    form = request.form
    try:
        saved = workflows.save_changes(
            ref=doc.ref, body={"text": doc.text}, by=caller(), draft="draft" in form,
            if_match=None if doc.revision is None else str(doc.revision), file_seen=doc.file_hash or None,
            note=form.get("note", "").strip()[:MOST_NOTE] or None,
        )  # fmt: skip
    except EditConflict:
        return redirect(url_for("conflicts.show", ref=doc.ref), code=303)
    except (Conflict, Forbidden, Invalid) as error:
        return _refused(doc, error)
    draft_conflicts.discard_seen(ref=doc.ref, updated=doc.settles, by=caller())
    return _done(doc, saved)


def _done(doc: EditedDocument, saved: Saved) -> Response:
    if saved.unwritten:
        flash(saved.unwritten)
    return redirect(url_for("workflows.detail", ref=doc.ref), code=303)


def _refused(doc: EditedDocument, error: AppError) -> Response:
    """The text that could not be saved stays on the page, and is kept as the author's draft where that can be."""
    problem = MARKED if isinstance(error, Invalid) and has_marks(doc.text) else error.message
    return _page(doc, status=422, problem=problem, details=error.details or (), kept=_kept(doc))


def _kept(doc: EditedDocument) -> bool:
    try:
        drafts.keep(ref=doc.ref, text=doc.text, base=doc.revision, by=caller())
    except (Forbidden, Invalid, LimitExceeded):
        return False
    return True


def _page(doc: EditedDocument, *, status: int = 200, **more: object) -> Response:
    groups = palette(by=caller(), own_pack=doc.pack_ref, own_ref=doc.ref)
    context = {"doc": doc, "palette": groups, "problem": None, "details": (), "kept": False, **more}
    return make_response(render_template("editor/page.html", **context), status)
