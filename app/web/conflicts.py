"""Somebody else was faster: both texts, what each changed, and their merge, to choose from piece by piece."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.engine.changes.words import text_changes
from app.services import draft_conflicts
from app.services.draft_conflicts import DraftConflict
from app.web import editor_page
from app.web.editor import save_text
from app.web.errors import covered
from app.web.merge_page import pieces, put_together
from app.web.signed_in import caller

bp = covered(Blueprint("conflicts", __name__))
_CHANGED = "Something changed since this page was opened. Nothing was saved: look again, then choose."
_CHOOSE = "Choose a side wherever both changed the same lines."


@bp.get("/workflows/<ref>/conflict")
def show(ref: str) -> Response:
    found = draft_conflicts.find(ref=ref, by=caller())
    if found is None:
        return redirect(url_for("editor.edit", ref=ref), code=303)
    return _page(ref, found)


@bp.post("/workflows/<ref>/conflict")
def settle(ref: str) -> Response:
    """Save what the chosen pieces make together, on top of what was shown."""
    found = draft_conflicts.find(ref=ref, by=caller())
    if found is None:
        return redirect(url_for("editor.edit", ref=ref), code=303)
    if not _is_shown(found):
        return _page(ref, found, problem=_CHANGED, status=409)
    text = put_together(found.details["merge"]["regions"], request.form)
    if text is None:
        return _page(ref, found, problem=_CHOOSE, status=422)
    doc = editor_page.posted(editor_page.stored(ref, by=caller()), request.form)
    return save_text(replace(doc, text=text))


@bp.post("/workflows/<ref>/conflict/discard")
def discard(ref: str) -> Response:
    """Throw the draft away, if it is still the one that was shown and the person ticked that it may go."""
    if "sure" in request.form and draft_conflicts.discard_seen(ref=ref, updated=request.form.get("settles", ""), by=caller()):
        flash("Your draft is gone. The workflow is as the others left it.")
        return redirect(url_for("workflows.detail", ref=ref), code=303)
    flash("Your draft is still there: tick that it may go, or look at what changed.", "error")
    return redirect(url_for("conflicts.show", ref=ref), code=303)


def _is_shown(found: DraftConflict) -> bool:
    """Whether the form was made of what there is now."""
    file = found.details.get("file") or {}
    now = (str(found.details["head"]["id"]), file.get("hash", ""), found.updated)
    return now == tuple(request.form.get(name, "") for name in ("base", "file_hash", "settles"))


def _page(ref: str, found: DraftConflict, *, problem: str | None = None, status: int = 200) -> Response:
    details = found.details
    base, file = details["base"], details.get("file")
    theirs = file["text"] if file else details["head"]["text"]
    words = [None, None] if base is None else [text_changes(base["text"], text, ref=ref) for text in (theirs, details["yours"])]
    shown = {"theirs_words": words[0], "yours_words": words[1], "pieces": pieces(details["merge"]["regions"])}
    doc = editor_page.stored(ref, by=caller())
    page = render_template("revisions/conflict.html", doc=doc, found=found, file=file, problem=problem, chosen=request.form, **shown)
    return make_response(page, status)
