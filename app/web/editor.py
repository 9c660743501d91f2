"""The editor: one workflow's text, as a page of panes; without JavaScript a form with the text that saves."""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.engine.errors import Conflict, Forbidden, Invalid
from app.queries import packs
from app.services import workflows
from app.web import editor_page
from app.web.editor_page import EditedDocument
from app.web.errors import covered
from app.web.palette import palette
from app.web.signed_in import caller

bp = covered(Blueprint("editor", __name__))


@bp.get("/workflows/<ref>/edit")
def edit(ref: str) -> Response:
    return _page(editor_page.stored(ref, by=caller()))


@bp.post("/workflows/<ref>/edit")
def save(ref: str) -> Response:
    doc = editor_page.posted(editor_page.stored(ref, by=caller()), request.form)
    return _saved(doc, new=False)


@bp.get("/workflows/new")
def new() -> Response:
    by, pack, name = caller(), request.args.get("pack", ""), request.args.get("name", "").strip()
    problem = editor_page.wrong_name(pack, name, by=by) if name else None
    if pack and name and not problem:
        return _page(editor_page.planned(pack, name, by=by))
    rows, _ = packs.list_packs(by=by, limit=500)
    page = render_template("editor/new.html", packs=rows, pack=pack, name=name, problem=problem)
    return make_response(page, 422 if problem else 200)


@bp.post("/workflows/new")
def create() -> Response:
    pack, name = request.form.get("pack", ""), request.form.get("name", "")
    return _saved(editor_page.posted(editor_page.planned(pack, name, by=caller()), request.form), new=True)


def _saved(doc: EditedDocument, *, new: bool) -> Response:
    by, draft = caller(), "draft" in request.form
    try:
        if new:
            body = {"ref": doc.ref, "pack_ref": doc.pack_ref, "text": doc.text}
            workflows.create(body=body, by=by, draft=draft)
        else:
            workflows.update(ref=doc.ref, body={"text": doc.text}, by=by, draft=draft, if_match=doc.updated or None)
    except (Conflict, Forbidden, Invalid) as error:
        return _page(doc, status=422, problem=error.message, details=error.details or ())
    return redirect(url_for("workflows.detail", ref=doc.ref), code=303)


def _page(doc: EditedDocument, *, status: int = 200, **more: object) -> Response:
    groups = palette(by=caller(), own_pack=doc.pack_ref, own_ref=doc.ref)
    context = {"doc": doc, "palette": groups, "problem": None, "details": (), **more}
    return make_response(render_template("editor/page.html", **context), status)
