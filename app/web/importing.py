"""Importing a workflow of StackStorm: paste or upload it, look at what comes of it, create it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.engine.access import Caller
from app.engine.errors import Conflict, Forbidden, Invalid, NotFound, TooLarge
from app.queries import packs
from app.services import workflow_imports, workflows
from app.web.errors import covered
from app.web.import_page import ImportForm, preview_of
from app.web.rights import packs_to_write_in
from app.web.signed_in import caller

bp = covered(Blueprint("importing", __name__))


@bp.get("/workflows/import")
def form() -> Response:
    return _page(ImportForm(pack_ref=request.args.get("pack", "")), by=caller())


@bp.post("/workflows/import")
def preview() -> Response:
    by, asked = caller(), ImportForm.posted(request.form, request.files)
    if problem := asked.problem:
        return _page(asked, by=by, status=422, problem=problem)
    try:
        return _page(asked, by=by, preview=preview_of(_imported(asked, by), asked))
    except TooLarge as error:
        return _page(asked, by=by, status=413, problem=error.message)


@bp.post("/workflows/import/create")
def create() -> Response:
    by, asked = caller(), ImportForm.posted(request.form, request.files)
    body = {
        "ref": request.form.get("ref", ""),
        "pack_ref": asked.pack_ref,
        "text": request.form.get("made", ""),
    }
    try:
        row = workflows.create(body=body, by=by, draft="draft" in request.form)
    except (Conflict, Forbidden, Invalid, NotFound) as error:
        shown = replace(preview_of(_imported(asked, by), asked), text=body["text"])
        return _page(
            asked, by=by, status=422, preview=shown, problem=error.message, details=error.details or ()
        )
    return redirect(url_for("workflows.detail", ref=row.ref), code=303)


def _imported(asked: ImportForm, by: Caller) -> workflow_imports.Imported:
    return workflow_imports.import_orquesta(
        asked.text, metadata=asked.metadata, pack_ref=asked.pack_ref, name=asked.name or None, by=by
    )


def _page(asked: ImportForm, *, by: Caller, status: int = 200, **more: Any) -> Response:
    rows, _ = packs.list_packs(by=by, limit=500)
    own = packs_to_write_in(rows, by)
    context = {"asked": asked, "packs": own or rows, "may_create": bool(own), "preview": None, "problem": None, "details": (), **more}
    return make_response(render_template("importing/page.html", **context), status)
