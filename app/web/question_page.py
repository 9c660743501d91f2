"""What the page of one question shows, put together from the Inquiry. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.engine.inquiries.prompts import split_prompt
from app.web import forms, wording
from app.web.evidence import Piece, pieces
from app.web.fates import Fate, Way, fates
from app.web.nested_forms import has_rows, nested_fields
from app.web.question_history import Happened, escalates, happened
from app.web.question_rules import assigned, policy_words
from app.web.seats import Seat, seats_of
from app.web.verbs import Verb, decided_by, pressed, verbs_of
from app.web.vocabulary import Look, inquiry_look

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """Everything the template needs of one question."""

    id: int
    title: str
    rest: str
    where: str
    run: int
    created: Any
    timeout_at: Any
    soon: bool
    open: bool
    look: Look
    can_answer: bool
    why_not: str
    policy: str
    evidence: list[Piece]
    fields: list[forms.FormField]
    verbs: list[Verb]
    enter_is_harmless: bool  # the key Enter in a field presses the first button: it must not be one that decides
    comment: bool
    seats: list[Seat]
    history: list[Happened]
    fates: list[Fate]
    claim: str | None
    may_hand_over: bool
    links: list[Json] | None  # None: links are none of this person's business
    response_text: str
    closed_words: str
    number: int | None = None
    total: int = 0
    previous: int | None = None
    next: int | None = None


def question_page(
    inquiry: Json,
    *,
    buttons: Sequence[Json],
    where: str,
    run: int,
    logins: Mapping[int, str],
    by_id: int,
    now: datetime,
    fields: list[forms.FormField] | None = None,
    neighbours: Sequence[int] = (),
    ways: Sequence[Way] = (),
    links: Sequence[Json] | None = None,
) -> QuestionPage:
    """The page of an Inquiry.

    Args:
        buttons: the author's, or the default ones; empty: one button that sends the form.
        where: what asks, in words; `run` is its execution.
        fields: of a form that was refused, as they were filled in.
        neighbours: ids of the open questions in the order of the inbox.
        ways: the transitions of the asking task.
        links: those made for people, where the reader may see them.
    """
    reader = _Reader(logins, by_id, now)
    return QuestionPage(
        where=where,
        run=run,
        fates=fates(inquiry, ways, now, escalation=escalates(inquiry, logins, now)),
        links=None if links is None else [link for link in links if link["active"]],
        **_asked(inquiry, now),
        **_form(inquiry, buttons, form_of(inquiry, buttons) if fields is None else fields),
        **_rules(inquiry, reader),
        **_told(inquiry, buttons, reader),
        **_place(inquiry["id"], neighbours),
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    """Who looks at the page, when; `logins` are those of everybody it names."""

    logins: Mapping[int, str]
    by_id: int
    now: datetime


def _asked(inquiry: Json, now: datetime) -> dict[str, Any]:
    """What is asked, and until when."""
    title, rest = split_prompt(inquiry["prompt"])
    return {
        "id": inquiry["id"],
        "title": title,
        "rest": rest,
        "created": inquiry["created"],
        "timeout_at": inquiry["timeout_at"],
        "soon": wording.is_soon(inquiry["timeout_at"], now),
        "open": inquiry["status"] == "pending",
        "look": inquiry_look(inquiry["status"]),
        "evidence": pieces(inquiry.get("evidence") or ()),
    }


def _form(inquiry: Json, buttons: Sequence[Json], shown: list[forms.FormField]) -> dict[str, Any]:
    """What there is to fill in and to press."""
    return {
        "can_answer": bool(inquiry.get("may_answer")),
        "why_not": inquiry.get("why_not") or "",
        "fields": shown,
        "verbs": verbs_of(buttons),
        "enter_is_harmless": len(buttons) > 1 or has_rows(shown),
        "comment": bool(inquiry.get("comment")),
    }


def _rules(inquiry: Json, reader: _Reader) -> dict[str, Any]:
    """Who may answer, take it and hand it over."""
    logins, by_id = reader.logins, reader.by_id
    return {
        "policy": policy_words(inquiry, logins, by_id),
        "seats": seats_of(inquiry, logins, by_id, reader.now),
        "claim": _claim(inquiry, by_id),
        "may_hand_over": bool(inquiry.get("may_answer") and not inquiry.get("quorum") and assigned(inquiry, logins, by_id)),
    }


def _told(inquiry: Json, buttons: Sequence[Json], reader: _Reader) -> dict[str, Any]:
    """What happened so far, and how it ended."""
    unanswered = inquiry["status"] == "pending" or inquiry["response"] is None
    return {
        "history": happened(inquiry.get("history") or (), reader.logins, inquiry.get("undelivered") or ()),
        "response_text": "" if unanswered else forms.as_lines(inquiry["response"]),
        "closed_words": _closed(inquiry, buttons, reader.logins, reader.by_id, reader.now),
    }


def _place(inquiry_id: int, neighbours: Sequence[int]) -> dict[str, Any]:
    """Which of the open questions it is, and those beside it."""
    if inquiry_id not in neighbours:
        return {"total": len(neighbours)}
    place = neighbours.index(inquiry_id)
    return {
        "number": place + 1,
        "total": len(neighbours),
        "previous": neighbours[place - 1] if place else None,
        "next": neighbours[place + 1] if place + 1 < len(neighbours) else None,
    }


def form_of(inquiry: Json, buttons: Sequence[Json]) -> list[forms.FormField]:
    """The fields that no button fills."""
    return nested_fields(inquiry["response_schema"], leave_out=decided_by(buttons))


def _claim(inquiry: Json, by_id: int) -> str | None:
    if inquiry.get("claimed_by") == by_id:
        return "release"
    return "claim" if inquiry.get("may_claim") else None


def _closed(inquiry: Json, buttons: Sequence[Json], logins: Mapping[int, str], by_id: int, now: datetime) -> str:
    if inquiry["status"] == "responded":
        by = inquiry.get("responded_by")
        who = "The prepared answer was used" if by is None else "You answered" if by == by_id else f"{logins.get(by, 'Somebody')} answered"
        said = pressed(inquiry["response"], buttons)
        quoted = f": “{said}”" if said else ""
        return f"{who} at {wording.clock(inquiry['responded_at'], now)}{quoted}."
    if inquiry["status"] == "timeout":
        return f"Nobody answered in time{' (until ' + wording.clock(inquiry['timeout_at'], now) + ')' if inquiry['timeout_at'] else ''}."
    return "It does not need an answer any more."
