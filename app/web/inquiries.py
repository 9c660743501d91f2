"""Questions to people: the inbox, one question, and its answer."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.engine.errors import BadRequest, Conflict, Forbidden, Invalid
from app.engine.inquiries.prompts import split_prompt
from app.queries import identities
from app.queries import inquiries as questions
from app.queries.one_view import in_one_view
from app.services import inquiries
from app.web import forms, inquiry_data, list_versions
from app.web.errors import covered
from app.web.evidence import pieces
from app.web.form_problems import is_valid, with_problems, without_problems
from app.web.fragments import UNCHANGED, page_or_fragment
from app.web.nested_forms import ROWS, changed_rows, read_nested
from app.web.question_history import asked_of, happened, mentioned
from app.web.question_rules import rules
from app.web.signed_in import caller
from app.web.turns import in_turn
from app.web.verbs import decided_by, response_of
from app.web.vocabulary import inquiry_look

bp = covered(Blueprint("inquiries", __name__))


@bp.get("/inbox")
@in_one_view
def inbox() -> str:
    page = inquiry_data.inbox(request.args.get("show"), by=caller())
    return render_template("inquiries/inbox.html", page=page, q=inquiry_data.first_question(page, by=caller()))


@bp.get("/inbox/live")
def live() -> Response | str:
    """The polled part: 204 unchanged."""
    if list_versions.is_present(list_versions.of_inbox()):
        return Response(status=UNCHANGED)
    return in_turn(_drawn)


@in_one_view
def _drawn() -> str:
    return render_template("inquiries/_list.html", page=inquiry_data.inbox(request.args.get("show"), by=caller()))


@bp.get("/inbox/<int:inquiry_id>")
def detail(inquiry_id: int) -> str:
    inquiry = questions.get_inquiry(inquiry_id=inquiry_id, by=caller())
    return render_template("inquiries/detail.html", q=inquiry_data.question(inquiry, by=caller()), problem=None)


@bp.post("/inbox/<int:inquiry_id>/answer")
def answer(inquiry_id: int) -> AnyResponse:
    inquiry = questions.get_inquiry(inquiry_id=inquiry_id, by=caller())
    buttons = questions.shown_buttons(inquiry)
    values, shown = read_nested(inquiry["response_schema"], changed_rows(request.form), leave_out=decided_by(buttons))
    if ROWS in request.form:
        return _again(inquiry, without_problems(shown), None)
    if not is_valid(shown):
        return _again(inquiry, shown, "Some fields need another look.")
    try:
        response = _response(buttons, values)
        inquiries.respond(inquiry_id=inquiry_id, response=response, by=caller(), comment=_comment(inquiry))
    except Invalid as error:
        return _again(inquiry, with_problems(shown, error.details or ()), error.message)
    except Conflict as error:  # somebody was faster, or it is over: the page says who and when
        flash(error.message, "error")
    return _back(inquiry_id)


@bp.post("/inbox/<int:inquiry_id>/claim")
def claim(inquiry_id: int) -> AnyResponse:
    inquiries.claim(inquiry_id=inquiry_id, by=caller())
    return _back(inquiry_id)


@bp.post("/inbox/<int:inquiry_id>/release")
def release(inquiry_id: int) -> AnyResponse:
    inquiries.release(inquiry_id=inquiry_id, by=caller())
    return _back(inquiry_id)


@bp.post("/inbox/<int:inquiry_id>/hand-over")
def hand_over(inquiry_id: int) -> AnyResponse:
    """Ask somebody else instead, by login."""
    login = request.form.get("login", "").strip()
    found = identities.id_of_login(login)
    if found is None:
        flash(f"Nobody here has the login '{login}'. The question is where it was.", "error")
        return _back(inquiry_id)
    try:
        inquiries.update(inquiry_id=inquiry_id, changes={"assigned_to": found}, by=caller())
    except (Conflict, Forbidden, Invalid) as error:
        flash(error.message, "error")
        return _back(inquiry_id)
    flash(f"{login} is asked now.", "info")
    return redirect(url_for("inquiries.inbox"), code=303)


@bp.get("/inbox/<int:inquiry_id>/record")
def record(inquiry_id: int) -> str:
    """What was shown and answered, sealed, on one page to print."""
    sealed = questions.get_record(inquiry_id=inquiry_id, by=caller())
    title, rest = split_prompt(sealed["prompt"])
    shown = {"evidence": pieces(sealed.get("evidence") or ())}
    outcome = inquiry_look(sealed["status"]).word
    history = happened(sealed.get("history") or (), identities.logins_of(mentioned(sealed)))
    context = {"title": title, "rest": rest, "q": shown, "outcome": outcome, "history": history}
    about = {"asked": asked_of(sealed), "policy": rules(sealed.get("policy") or {})}
    return render_template("inquiries/record.html", record=sealed, **context, **about)


def _response(buttons: list[dict[str, Any]], values: dict[str, Any]) -> Any:
    try:
        return response_of(request.form.get("verb", ""), buttons, values)
    except KeyError:
        raise BadRequest("The answer came without one of the question's buttons. Press one of them.") from None


def _comment(inquiry: dict[str, Any]) -> str | None:
    return (request.form.get("comment", "").strip() or None) if inquiry.get("comment") else None


def _again(inquiry: dict[str, Any], fields: list[forms.FormField], problem: str | None) -> AnyResponse:
    """The form as it was filled in; without a problem because it is still being filled in."""
    page = inquiry_data.question(inquiry, by=caller(), fields=fields)
    context = {"q": page, "problem": problem, "comment": request.form.get("comment")}
    return page_or_fragment("inquiries/detail.html", "inquiries/_question.html", 422 if problem else 200, **context)


def _back(inquiry_id: int) -> AnyResponse:
    return redirect(url_for("inquiries.detail", inquiry_id=inquiry_id), code=303)
