"""Answering. The checks come in the order of api.md 10.1; a signed link goes the same way."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from app.engine.access import Caller
from app.engine.errors import Conflict, Forbidden, Invalid
from app.engine.inquiries.answering import (
    Decision,
    Question,
    decide,
    electorate,
    electorate_roles,
    has_answered,
    refusal,
)
from app.engine.inquiries.responses import check_response as misfits
from app.engine.statuses import InquiryStatus
from app.engine.times import iso
from app.persistence import session
from app.persistence.repositories import inquiries, inquiry_people
from app.persistence.session import Transaction
from app.services import ports
from app.services.inquiries.closing import TellRun, close, expire, is_over, tell_run
from app.services.inquiries.rows import Row, locked, question
from app.services.notices.writing import tell as tell_people
from app.services.orchestration.faults import surviving

MAX_COMMENT = 10_000


@surviving
def respond(
    *, inquiry_id: int, response: Any, by: Caller, comment: str | None = None, tell: TellRun = tell_run
) -> None:
    """Answer a question, or add one's answer where a quorum decides.

    Raises:
        NotFound, Conflict (not pending, answered already, timed out), Forbidden, Invalid (details: mismatches).

    Source: api.md 10.1.
    """
    with session.transaction("answer") as tx:
        row = locked(tx, inquiry_id)
        in_time = answer(tx, row, response, by=by, comment=comment, tell=tell)
    require_in_time(in_time)


def require_in_time(in_time: bool) -> None:
    """Raised after the commit, so that what was found out stays: the question has timed out."""
    if not in_time:
        raise Conflict("The inquiry has timed out; it can't be answered any more.")


def answer(tx: Transaction, row: Row, response: Any, *, by: Caller, comment: str | None, tell: TellRun) -> bool:
    """Accept an answer to a locked inquiry; False when it was too late (the inquiry is `timeout` then)."""
    now = ports.now()
    if row["status"] != InquiryStatus.PENDING:
        raise Conflict(_too_late(tx, row))
    _refuse_loop(tx, row, by)
    if why := refusal(question(row), identity_id=by.identity_id, roles=by.roles):
        raise Forbidden(why)
    if is_over(row, now):
        expire(tx, row, now=now, tell=tell)
        return False
    if has_answered(question(row), by.identity_id):
        raise Conflict("You have answered this inquiry already; it waits for others now.")
    check_response(row, response, comment)
    _accept(tx, row, _entry(row, response, by=by, comment=comment, now=now), by=by, now=now, tell=tell)
    return True


def _too_late(tx: Transaction, row: Row) -> str:
    if row["responded_by"] is None:
        return f"The inquiry is already {row['status']}."
    login = inquiry_people.logins_of(tx, [row["responded_by"]]).get(row["responded_by"], "somebody")
    return f"The inquiry is already {row['status']}: {login} answered it at {iso(row['responded_at'])}."


def _refuse_loop(tx: Transaction, row: Row, by: Caller) -> None:
    """An execution may not approve what it, or what started it, has asked for."""
    if by.execution_id is None:
        return
    askers = {row["execution"]}
    if row["asked_by_engine"]:  # the workflow asked; its child is only the place where the answer arrives
        asking = inquiry_people.execution(tx, row["execution"])
        askers |= {asking["parent"]} if asking and asking["parent"] else set()
    if any(e["id"] in askers for e in inquiry_people.lineage(tx, by.execution_id)):
        raise Forbidden("An execution can't answer what it or its workflow has asked (privilege loop).")


def check_response(row: Row, response: Any, comment: str | None) -> None:
    if comment is not None and len(comment) > MAX_COMMENT:
        raise Invalid("The comment is too long.", details=[{"path": "comment", "message": f"at most {MAX_COMMENT} characters"}])
    if len(json.dumps(response)) > ports.settings().max_parameters:
        raise Invalid("The response is too large.", details=[{"path": "response", "message": "ATTUNE_MAX_PARAMETERS is the limit"}])
    mismatches = misfits(response, row["response_schema"])
    if mismatches:
        text = "; ".join(m["message"] for m in mismatches[:3])
        raise Invalid(f"The response does not fit what was asked: {text}", details=mismatches)


def _entry(row: Row, response: Any, *, by: Caller, comment: str | None, now: datetime) -> dict[str, Any]:
    quorum = row["policy"].get("quorum")
    counted = sorted(by.roles & set(quorum)) if isinstance(quorum, dict) else []
    at = iso(now)
    return {
        "identity": by.identity_id, "login": by.login, "response": response, "comment": comment, "at": at, "roles": counted,
    }  # fmt: skip


def _accept(tx: Transaction, row: Row, entry: dict[str, Any], *, by: Caller, now: datetime, tell: TellRun) -> None:
    answers = [*row["answers"], entry]
    decision = _decision(tx, question({**row, "answers": answers}))
    if not decision.decided:
        changed = inquiries.change_pending(tx, row["id"], {"answers": answers}, now=now) or row
        tell_people(tx, changed, "answered", now=now, by=by, number=len(answers))
        inquiries.touch_run(tx, row["workflow_execution"])
        return
    values = {
        "status": InquiryStatus.RESPONDED,
        "response": decision.response,
        "responded_at": now,
        "responded_by": by.identity_id,
        "answers": answers,
    }
    tell(tx, close(tx, row, values, now=now, by=by))


def _decision(tx: Transaction, asked: Question) -> Decision:
    decision = decide(asked)
    if decision.decided or asked.policy.veto:
        return decision
    roles = electorate_roles(asked)
    people = inquiry_people.with_roles(tx, identities=asked.assignees.identities, roles=roles)
    return decide(asked, electorate(asked, people))
