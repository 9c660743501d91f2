"""Links of a question on its page: made for a person and shown once, withdrawn one by one."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.engine.errors import AppError, Conflict, Invalid, NotFound
from app.queries import inquiries as questions
from app.services import inquiries, ports
from app.web import inquiry_data
from app.web.errors import covered
from app.web.signed_in import caller

bp = covered(Blueprint("inquiry_links", __name__))


@bp.post("/inbox/<int:inquiry_id>/links")
def make(inquiry_id: int) -> AnyResponse | str:
    """Shown in the answer to the post and nowhere else: not in an address, not in the session."""
    login = request.form.get("login", "").strip()
    try:
        link = inquiries.make_link(inquiry_id=inquiry_id, identity=login, by=caller())
    except (NotFound, Invalid, Conflict) as error:
        return _back(inquiry_id, error)
    base = (ports.settings().public_url or request.host_url).rstrip("/")
    inquiry = questions.get_inquiry(inquiry_id=inquiry_id, by=caller())
    page = inquiry_data.question(inquiry, by=caller())
    return render_template("inquiries/detail.html", q=page, problem=None, new_link=base + link.path, new_link_for=login)


@bp.post("/inbox/<int:inquiry_id>/links/<int:link_id>/revoke")
def revoke(inquiry_id: int, link_id: int) -> AnyResponse:
    try:
        inquiries.revoke_link(inquiry_id=inquiry_id, link_id=link_id, by=caller())
    except (NotFound, Conflict) as error:
        return _back(inquiry_id, error)
    flash("The link is withdrawn.", "info")
    return _back(inquiry_id)


def _back(inquiry_id: int, error: AppError | None = None) -> AnyResponse:
    if error is not None:
        flash(error.message, "error")
    return redirect(url_for("inquiries.detail", inquiry_id=inquiry_id), code=303)
