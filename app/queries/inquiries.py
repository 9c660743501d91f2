"""Read models of questions: Inquiry and InquirySummary (api.md 10), the record, and what a person may do with one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any, Literal

from app.engine.access import SYSTEM, Caller
from app.engine.errors import Conflict, NotFound
from app.engine.inquiries.answering import Question, claim_refusal, has_answered, needed, refusal
from app.engine.inquiries.asking import default_buttons
from app.engine.inquiries.policy import Assignees, Policy
from app.engine.statuses import InquiryStatus
from app.engine.times import iso
from app.persistence import session
from app.persistence.repositories import inquiry_reads, notices, old_rows
from app.persistence.repositories.inquiry_reads import InquiryFilters, Reader
from app.persistence.repositories.rows import Row

Assigned = int | Literal["me", "me_or_anybody"] | None

SYNONYMS = {"canceled": "cancelled", "expired": "timeout"}


def list_inquiries(
    *,
    by: Caller,
    status: str | None = None,
    execution: int | None = None,
    workflow_execution: int | None = None,
    assigned_to: Assigned = None,
    limit: int = 50,
    offset: int = 0,
    before: int | None = None,
) -> tuple[list[dict[str, Any]], int]:
    """InquirySummary of what the caller may see, newest first, and the total.

    Args:
        status: also by the old words `canceled` and `expired`.
        assigned_to: an identity; "me" also finds what is assigned to one's roles, and what one has claimed;
            "me_or_anybody" adds what names nobody.
        before: only ids below it.
    """
    filters = InquiryFilters(
        status=SYNONYMS.get(status, status) if status else None,
        execution=execution,
        workflow_execution=workflow_execution,
        identity=by.identity_id if isinstance(assigned_to, str) else assigned_to,
        roles=by.roles if isinstance(assigned_to, str) else (),
        or_anybody=assigned_to == "me_or_anybody",
    )
    reader = _reader(by)
    with session.reading() as tx:
        rows = inquiry_reads.listed(tx, filters, reader, limit=limit, offset=offset, before=before)
        total = inquiry_reads.counted(tx, filters, reader)
    return [inquiry_summary(row) for row in rows], total


def get_inquiry(*, inquiry_id: int, by: Caller) -> dict[str, Any]:
    """The Inquiry, and as extra keys `may_answer`, `why_not`, `may_claim` for this caller.

    Raises:
        NotFound: unknown, or none of the caller's business.
    """
    return _for_viewer(_found(inquiry_id, by), by)


def changed_inquiry(*, inquiry_id: int, by: Caller) -> dict[str, Any]:
    """The Inquiry for somebody who has just changed it, even when it is now none of their business any more."""
    return _for_viewer(_found(inquiry_id, SYSTEM), by)


def _for_viewer(row: Row, by: Caller) -> dict[str, Any]:
    asked, why_not = question_of(row), _why_not(row, by)
    pending = row["status"] == InquiryStatus.PENDING
    may_claim = claim_refusal(asked, identity_id=by.identity_id, roles=by.roles) is None
    return {
        **inquiry_json(row),
        "may_answer": pending and why_not is None,
        "why_not": why_not,
        "may_claim": pending and may_claim and row["claimed_by"] is None,
        "undelivered": _undelivered(row, by),
    }


def answerable(*, inquiry_ids: Collection[int], by: Caller) -> dict[int, bool]:
    """Of those that the caller may see: whether the caller may answer it now."""
    if not inquiry_ids:
        return {}
    with session.reading() as tx:
        rows = inquiry_reads.asked(tx, inquiry_ids, _reader(by))
    return {row["id"]: row["status"] == InquiryStatus.PENDING and _why_not(row, by) is None for row in rows}


def _why_not(row: Row, by: Caller) -> str | None:
    """Why the caller may not answer it, or not once more."""
    asked = question_of(row)
    why_not = refusal(asked, identity_id=by.identity_id, roles=by.roles)
    if why_not is None and row["status"] == InquiryStatus.PENDING and has_answered(asked, by.identity_id):
        return "You have answered already; others are asked as well."
    return why_not


def _undelivered(row: Row, by: Caller) -> list[dict[str, Any]]:
    """Notices that have not arrived: {login or None, channel, happening, status, attempts, at, error}.

    What the mail server said is told only to who may change questions.
    """
    told = by.may("inquiries", "update")
    with session.reading() as tx:
        found = notices.undelivered(tx, row["id"])
    keys = ("login", "channel", "happening", "status", "attempts")
    return [{**{k: n[k] for k in keys}, "at": iso(n["created"]), "error": n["error"] if told else None} for n in found]


def get_linked(*, inquiry_id: int, used: bool) -> dict[str, Any]:
    """The Inquiry as the person of a signed link sees it."""
    row = _found(inquiry_id, SYSTEM)
    return {**inquiry_json(row), "may_answer": row["status"] == InquiryStatus.PENDING and not used, "why_not": None}


def get_record(*, inquiry_id: int, by: Caller) -> dict[str, Any]:
    """The sealed record of a closed inquiry, with `digest` and `previous`. Conflict while it is open.

    One that was cleaned up with its run is shown to who may read every inquiry.
    """
    reader = _reader(by)
    with session.reading() as tx:
        kept = old_rows.kept_record(tx, inquiry_id) if reader.everything else None
    if kept is not None:
        return kept
    row = _found(inquiry_id, by)
    if row["status"] == InquiryStatus.PENDING:
        raise Conflict("The record is sealed when the inquiry is closed; it is still pending.")
    return dict(row["record"] or {})


def count_for_me(*, by: Caller) -> int:
    """Only the `for_me` of `count_waiting`: every page shows it."""
    waiting = InquiryFilters(status=InquiryStatus.PENDING, identity=by.identity_id, roles=by.roles, or_anybody=True)
    with session.reading() as tx:
        return inquiry_reads.counted(tx, waiting, _reader(by))


def count_waiting(*, by: Caller) -> dict[str, int]:
    """How many pending inquiries there are for the caller by name or role (`mine`), those that name nobody as
    well (`for_me`), and in sight at all (`all`)."""
    reader = _reader(by)
    mine = InquiryFilters(status=InquiryStatus.PENDING, identity=by.identity_id, roles=by.roles)
    with session.reading() as tx:
        return {
            "mine": inquiry_reads.counted(tx, mine, reader),
            "for_me": inquiry_reads.counted(tx, replace(mine, or_anybody=True), reader),
            "all": inquiry_reads.counted(tx, InquiryFilters(status=InquiryStatus.PENDING), reader),
        }


def shown_buttons(inquiry: dict[str, Any]) -> list[dict[str, Any]]:
    """The buttons of an Inquiry's page; empty: a form with one send button."""
    return default_buttons(inquiry["buttons"], inquiry["response_schema"])


def inquiry_json(row: Row) -> dict[str, Any]:
    """Inquiry, whole."""
    policy = row["policy"] or {}
    open_question = row["status"] == InquiryStatus.PENDING
    return {
        "id": row["id"],
        "execution": row["execution"],
        "prompt": row["prompt"],
        "response_schema": row["response_schema"],
        "assigned_to": row["assigned_to"],
        "status": row["status"],
        "response": row["response"],
        "default_response": row["default_response"],
        "timeout_at": iso(row["timeout_at"]),
        "responded_at": iso(row["responded_at"]),
        "responded_by": row["responded_by"],
        "workflow_execution": row["workflow_execution"],
        "task_name": row["task_name"],
        "created": iso(row["created"]),
        "updated": iso(row["updated"]),
        "evidence": row["evidence"] or [],
        "buttons": row["buttons"] or [],
        "comment": bool(policy.get("comment")),
        "assignees": row["assignees"],
        "quorum": policy.get("quorum"),
        "answers": row["answers"] or [],
        "needed": needed(question_of(row)) if open_question else None,
        "claimed_by": row["claimed_by"],
        "policy": policy,
        "history": (row["record"] or {}).get("history", []),
    }


def inquiry_summary(row: Row) -> dict[str, Any]:
    """InquirySummary."""
    return {
        "id": row["id"],
        "execution": row["execution"],
        "prompt": row["prompt"],
        "assigned_to": row["assigned_to"],
        "assignees": row["assignees"],
        "claimed_by": row["claimed_by"],
        "status": row["status"],
        "has_response": row["status"] == InquiryStatus.RESPONDED,
        "timeout_at": iso(row["timeout_at"]),
        "workflow_execution": row["workflow_execution"],
        "task_name": row["task_name"],
        "created": iso(row["created"]),
        "updated": iso(row["updated"]),
    }


def question_of(row: Row) -> Question:
    """The question as the engine's rules take it."""
    return Question(
        assignees=Assignees.from_doc(row["assignees"]),
        policy=Policy.from_doc(row["policy"]),
        claimed_by=row["claimed_by"],
        answers=row["answers"] or [],
    )


def _found(inquiry_id: int, by: Caller) -> Row:
    """The row. NotFound when it is unknown or none of the caller's business."""
    with session.reading() as tx:
        row = inquiry_reads.found(tx, inquiry_id, _reader(by))
    if row is None:
        raise NotFound(f"There is no inquiry {inquiry_id}.")
    return row


def _reader(by: Caller) -> Reader:
    everything = by.token_type == "system" or by.may_all("inquiries", "read")  # noqa: S105 - a kind of token
    return Reader(by.identity_id, by.roles, everything)
