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
from app.web.vocabulary import Look, inquiry_look

SEND = "send"
_STYLES = {"positive": "btn-primary", "negative": "btn-no", "neutral": ""}
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Verb:
    """One button that answers; `value` finds its response again."""

    value: str
    label: str
    style: str


@dataclass(frozen=True, slots=True)
class Seat:
    """One who answered, or one place that is still free."""

    who: str
    note: str
    initials: str
    done: bool


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
    title, rest = split_prompt(inquiry["prompt"])
    shown = form_of(inquiry, buttons) if fields is None else fields
    open_ = inquiry["status"] == "pending"
    place = neighbours.index(inquiry["id"]) if inquiry["id"] in neighbours else None
    return QuestionPage(
        id=inquiry["id"],
        title=title,
        rest=rest,
        where=where,
        run=run,
        created=inquiry["created"],
        timeout_at=inquiry["timeout_at"],
        soon=wording.is_soon(inquiry["timeout_at"], now),
        open=open_,
        look=inquiry_look(inquiry["status"]),
        can_answer=bool(inquiry.get("may_answer")),
        why_not=inquiry.get("why_not") or "",
        policy=policy_words(inquiry, logins, by_id),
        evidence=pieces(inquiry.get("evidence") or ()),
        fields=shown,
        verbs=_verbs(buttons),
        enter_is_harmless=len(buttons) > 1 or has_rows(shown),
        comment=bool(inquiry.get("comment")),
        seats=_seats(inquiry, logins, by_id, now),
        history=happened(inquiry.get("history") or (), logins, inquiry.get("undelivered") or ()),
        fates=fates(inquiry, ways, now, escalation=escalates(inquiry, logins, now)),
        claim=_claim(inquiry, by_id),
        may_hand_over=bool(inquiry.get("may_answer") and not inquiry.get("quorum") and assigned(inquiry, logins, by_id)),
        links=None if links is None else [link for link in links if link["active"]],
        response_text="" if open_ or inquiry["response"] is None else forms.as_lines(inquiry["response"]),
        closed_words=_closed(inquiry, buttons, logins, by_id, now),
        number=None if place is None else place + 1,
        total=len(neighbours),
        previous=neighbours[place - 1] if place else None,
        next=neighbours[place + 1] if place is not None and place + 1 < len(neighbours) else None,
    )


def form_of(inquiry: Json, buttons: Sequence[Json]) -> list[forms.FormField]:
    """The fields that no button fills."""
    return nested_fields(inquiry["response_schema"], leave_out=decided_by(buttons))


def decided_by(buttons: Sequence[Json]) -> list[str]:
    """Names that every button's response sets: the form does not ask for them again."""
    responses = [set(b["response"]) for b in buttons if isinstance(b["response"], Mapping)]
    return sorted(set.intersection(*responses)) if responses and len(responses) == len(buttons) else []


def response_of(verb: str, buttons: Sequence[Json], values: Mapping[str, Any]) -> Any:
    """The response behind a button, with the form's values under it; without buttons the values alone.

    Raises KeyError for a button that does not exist: nothing is guessed, and nothing counts as consent.
    """
    if not buttons:
        if verb != SEND:
            raise KeyError(verb)
        return dict(values)
    chosen = {str(number): b["response"] for number, b in enumerate(buttons)}[verb]
    return {**values, **chosen} if isinstance(chosen, Mapping) else chosen


def _verbs(buttons: Sequence[Json]) -> list[Verb]:
    if not buttons:
        return [Verb(SEND, "Send the answer", "btn-primary")]
    styles = [_STYLES.get(b.get("style", "neutral"), "") for b in buttons]
    # at most one filled button
    first = styles.index("btn-primary") if "btn-primary" in styles else None
    shown = ["" if s == "btn-primary" and n != first else s for n, s in enumerate(styles)]
    return [Verb(str(n), str(b["label"]), shown[n]) for n, b in enumerate(buttons)]


def _seats(inquiry: Json, logins: Mapping[int, str], by_id: int, now: datetime) -> list[Seat]:
    done = [_answered(answer, now) for answer in inquiry.get("answers") or ()]
    if inquiry["status"] != "pending":
        return done
    free = inquiry.get("needed") or assigned(inquiry, logins, by_id) or "Anybody who is signed in"
    note = "waiting"
    if inquiry.get("claimed_by"):
        holder = inquiry["claimed_by"]
        note = f"{'you have' if holder == by_id else logins.get(holder, 'somebody') + ' has'} taken it"
    return [*done, Seat(free[0].upper() + free[1:], note, "?", False)]


def _answered(answer: Json, now: datetime) -> Seat:
    login = str(answer.get("login") or answer.get("identity"))
    said = f"answered at {wording.clock(answer.get('at'), now)}"
    comment = answer.get("comment")
    return Seat(login, f"{said}: “{comment}”" if comment else said, login[:2].upper(), True)


def _claim(inquiry: Json, by_id: int) -> str | None:
    if inquiry.get("claimed_by") == by_id:
        return "release"
    return "claim" if inquiry.get("may_claim") else None


def _closed(inquiry: Json, buttons: Sequence[Json], logins: Mapping[int, str], by_id: int, now: datetime) -> str:
    if inquiry["status"] == "responded":
        by = inquiry.get("responded_by")
        who = "The prepared answer was used" if by is None else "You answered" if by == by_id else f"{logins.get(by, 'Somebody')} answered"
        pressed = _pressed(inquiry["response"], buttons)
        return f"{who} at {wording.clock(inquiry['responded_at'], now)}{f': “{pressed}”' if pressed else ''}."
    if inquiry["status"] == "timeout":
        return f"Nobody answered in time{' (until ' + wording.clock(inquiry['timeout_at'], now) + ')' if inquiry['timeout_at'] else ''}."
    return "It does not need an answer any more."


def _pressed(response: Any, buttons: Sequence[Json]) -> str:
    """The label of the one button that gives this response, whatever the form added to it; "" when it can't be told."""
    found = [b["label"] for b in buttons if b["response"] == response or _within(b["response"], response)]
    return str(found[0]) if len(found) == 1 else ""


def _within(part: Any, whole: Any) -> bool:
    both = isinstance(part, Mapping) and isinstance(whole, Mapping)
    return both and bool(part) and all(key in whole and whole[key] == value for key, value in part.items())
