"""The page behind a signed link: whoever opens it sees the question, only a sent form answers."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from app.engine.errors import BadRequest, Conflict, Invalid
from app.queries import identities
from app.queries import inquiries as questions
from app.services import inquiries
from app.services.inquiries.linking import OpenLink
from app.web import forms, inquiry_data
from app.web.errors import covered
from app.web.form_problems import is_valid, with_problems, without_problems
from app.web.nested_forms import ROWS, changed_rows, read_nested
from app.web.verbs import decided_by, response_of

bp = covered(Blueprint("answering", __name__))


@bp.get("/answer/<token>")
def show(token: str) -> Response:
    """The question; opening it changes nothing, so that a mail scanner decides nothing."""
    return _page(inquiries.open_link(token=token))


@bp.post("/answer/<token>")
def answer(token: str) -> AnyResponse:
    link = inquiries.open_link(token=token)
    inquiry = _inquiry(link)
    buttons = questions.shown_buttons(inquiry)
    values, fields = read_nested(inquiry["response_schema"], changed_rows(request.form), leave_out=decided_by(buttons))
    if ROWS in request.form:
        return _page(link, fields=without_problems(fields))
    if not is_valid(fields):
        return _page(link, fields=fields, problem="Some fields need another look.", status=422)
    try:
        response = response_of(request.form.get("verb", ""), buttons, values)
        comment = (request.form.get("comment", "").strip() or None) if inquiry.get("comment") else None
        inquiries.respond_by_link(token=token, response=response, comment=comment)
    except KeyError:
        raise BadRequest("The answer came without one of the question's buttons. Press one of them.") from None
    except Invalid as error:
        return _page(link, fields=with_problems(fields, error.details or ()), problem=error.message, status=422)
    except Conflict:  # somebody was faster, or it is over: the page says who and when
        pass
    return _page(OpenLink(link.inquiry_id, link.identity_id, used=True))


def _inquiry(link: OpenLink) -> dict[str, Any]:
    return questions.get_linked(inquiry_id=link.inquiry_id, used=link.used)


def _page(
    link: OpenLink, *, fields: list[forms.FormField] | None = None, problem: str | None = None, status: int = 200
) -> Response:
    page = inquiry_data.linked_question(_inquiry(link), identity_id=link.identity_id, fields=fields)
    person = identities.logins_of([link.identity_id]).get(link.identity_id, "")
    context = {"q": page, "problem": problem, "person": person, "comment": request.form.get("comment"), "action": request.path}
    return make_response(render_template("inquiries/linked.html", **context), status)
